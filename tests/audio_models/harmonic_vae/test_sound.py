"""Log-mel to sound, and recordings of any length: nothing lost on the way, no seam."""

from __future__ import annotations

import pytest
import torch

from audio_models.harmonic_vae import vocoder as vocoding
from audio_models.harmonic_vae.config import ModelConfig, VocoderConfig
from audio_models.harmonic_vae.latent import hear
from audio_models.harmonic_vae.model import build_model
from audio_models.harmonic_vae.passages import listen, overlap_added, play
from audio_models.harmonic_vae.vocoder import Vocoder
from audio_models.training.mel_frontend import MelFrontend
from shared.audio.mel import MelSettings
from tests.audio_models.harmonic_vae.tiny_run import AUDIO, RATE, tone

SETTINGS = MelSettings(sample_rate=RATE, n_fft=512, hop_length=128, n_mels=40)


def heard(seconds: float = 2.0) -> torch.Tensor:
    return MelFrontend(SETTINGS)(torch.from_numpy(tone(1, seconds))[None])[0]


def test_magnitudes_have_the_mel_powers_that_were_asked_for() -> None:
    front_end, log_mel = MelFrontend(SETTINGS), heard()
    errors = []
    for steps in (0, 5, 60):
        magnitudes = Vocoder(SETTINGS, VocoderConfig(nnls_steps=steps)).magnitudes(log_mel)
        assert magnitudes.shape == (SETTINGS.n_fft // 2 + 1, log_mel.shape[1])
        assert magnitudes.min() >= 0
        found = front_end.compress(front_end.filters @ magnitudes.square())
        errors.append(float((found - log_mel).abs().mean()))
    assert errors[2] < 1e-5 < errors[1] < 1e-3 < errors[0]


def test_sound_comes_back_and_more_effort_brings_more_of_it() -> None:
    log_mel, front_end = heard(), MelFrontend(SETTINGS)
    errors = []
    for steps in (1, 40):
        sound = Vocoder(SETTINGS, VocoderConfig(griffin_lim_steps=steps))(log_mel)
        assert len(sound) == (log_mel.shape[1] - 1) * SETTINGS.hop_length
        errors.append(float((front_end(sound[None])[0] - log_mel).abs().mean()))
    assert errors[1] < 0.03
    assert errors[1] < errors[0]


def test_a_long_sound_has_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    log_mel, front_end = heard(6.0), MelFrontend(SETTINGS)
    effort = VocoderConfig(griffin_lim_steps=16)
    whole = front_end(Vocoder(SETTINGS, effort)(log_mel)[None])[0]
    monkeypatch.setattr(vocoding, "STRETCH_FRAMES", 120)
    monkeypatch.setattr(vocoding, "FADE_FRAMES", 16)
    pieces = front_end(Vocoder(SETTINGS, effort)(log_mel)[None])[0]
    assert pieces.shape == whole.shape
    by_frame = (pieces - log_mel).abs().mean(dim=0)
    assert by_frame.mean() < 1.5 * (whole - log_mel).abs().mean()
    assert by_frame.max() < 0.2  # a gap would be 0.5


def test_loud_sound_is_made_softer_only_for_a_file() -> None:
    loud = torch.full((SETTINGS.n_mels, 40), 1.1)
    vocoder = Vocoder(SETTINGS, VocoderConfig(griffin_lim_steps=2))
    assert vocoder(loud).abs().max() > 1
    assert abs(vocoder.within_full_scale(loud)).max() <= 1


def test_windows_join_to_what_they_were_cut_from() -> None:
    whole = torch.rand(3, 100, generator=torch.Generator().manual_seed(0))
    starts = [0, 15, 30, 45, 60, 75, 90]
    padded = torch.nn.functional.pad(whole, (0, 20))
    windows = torch.stack([padded[:, start : start + 20] for start in starts])
    torch.testing.assert_close(overlap_added(windows, starts, 100), whole)


@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.37, 3.0])
def test_recordings_of_any_length_go_through_whole(seconds: float) -> None:
    torch.manual_seed(0)
    model = build_model(ModelConfig(latent_dim=4, channels=[8, 8]), AUDIO).eval()
    waveform = torch.from_numpy(tone(3, seconds))
    passage = listen(model, waveform)
    assert passage.frames == 1 + len(waveform) // AUDIO.hop_length
    assert passage.starts[-1] + AUDIO.frames >= passage.frames
    assert play(model, passage, passage.mu).shape == (AUDIO.n_mels, passage.frames)
    # What was cut and joined, without a network between, is the log-mel of the whole but near the edges of windows.
    joined = overlap_added(passage.log_mels, passage.starts, passage.frames)
    difference = (joined - hear(model, waveform[None])[0]).abs()
    assert difference.mean() < 0.02
