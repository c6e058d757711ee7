"""Variation: none at strength 0; tones move in pitch, clicks in time, levels and noise by as much as was asked for."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from audio_models.harmonic_vae.augmentation import Augmentation
from audio_models.harmonic_vae.config import AugmentConfig
from audio_models.training.mel_frontend import MelFrontend
from shared.audio.io import write_wav
from shared.audio.mel import MelSettings
from shared.errors import InputError

RATE = 8000
SETTINGS = MelSettings(sample_rate=RATE, n_fft=1024, hop_length=100, n_mels=48)
NOTHING = {"pitch_semitones": 0.0, "stretch": 0.0, "gain_db": 0.0, "colour_db": 0.0, "noise_db": 300.0}


def varied(strength: float = 1.0, **kinds: float | str) -> Augmentation:
    return Augmentation(MelFrontend(SETTINGS), AugmentConfig(**{**NOTHING, **kinds}), strength)  # type: ignore[arg-type]


def tones(frequency_hz: float, batch: int = 40, seconds: float = 1.0) -> Tensor:
    time_s = torch.arange(round(RATE * seconds)) / RATE
    return (0.1 * torch.sin(2 * torch.pi * frequency_hz * time_s)).expand(batch, -1)


def test_strength_zero_is_the_front_end_itself() -> None:
    sound = torch.randn(3, 4000, generator=Generator().manual_seed(0)) * 0.1
    augmentation = Augmentation(MelFrontend(SETTINGS), AugmentConfig(), 0.0)
    assert torch.equal(augmentation(sound), augmentation.frontend(sound))
    # And at full strength, where nothing is asked for, it is the same computation.
    assert (varied()(sound) - augmentation.frontend(sound)).abs().max() < 1e-5


def test_a_seed_gives_the_same_and_items_differ() -> None:
    augmentation, sound = Augmentation(MelFrontend(SETTINGS), AugmentConfig(), 0.5), tones(440.0, batch=4)
    first = augmentation(sound, Generator().manual_seed(1))
    assert first.shape == augmentation.frontend(sound).shape
    assert torch.equal(first, augmentation(sound, Generator().manual_seed(1)))
    assert not torch.equal(first, augmentation(sound, Generator().manual_seed(2)))
    assert (first[0] - first[1]).abs().max() > 0.01
    torch.manual_seed(1)  # without a generator it is torch's own, which the engine seeds for each step
    again = augmentation(sound)
    torch.manual_seed(1)
    assert torch.equal(again, augmentation(sound))


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_pitch_moves_within_its_limit_and_sounds_as_a_tone_of_that_pitch(strength: float) -> None:
    augmentation = varied(strength, pitch_semitones=2.0)
    drawn = augmentation(tones(880.0), Generator().manual_seed(0))
    steps = torch.arange(-round(16 * strength), round(16 * strength) + 1) / 8
    expected = torch.cat([augmentation.frontend(tones(880.0 * 2 ** (float(s) / 12), batch=1)) for s in steps])
    middle = slice(20, -20)  # a mirrored end is not a tone's end
    distance = (drawn[:, None, :, middle] - expected[None, :, :, middle]).abs().mean(dim=(2, 3))
    assert distance.min(dim=1).values.max() < 0.01
    assert len(distance.argmin(dim=1).unique()) > 8
    outside = augmentation.frontend(tones(880.0 * 2 ** ((2 * strength + 0.5) / 12), batch=1))
    assert (drawn - outside)[:, :, middle].abs().mean(dim=(1, 2)).min() > 0.01


def test_tempo_changes_by_a_fifth_at_most_and_pitch_stays() -> None:
    clicks = torch.zeros(40, RATE)
    clicks[:, RATE // 2 - 1600] = clicks[:, RATE // 2 + 1600] = 1.0
    drawn = varied(stretch=0.2)(clicks, Generator().manual_seed(0)).mean(dim=1)
    half = drawn.shape[1] // 2
    gap = half + drawn[:, half:].argmax(dim=1) - drawn[:, :half].argmax(dim=1)
    assert 32 / 1.2 - 1.5 <= gap.min() < 30
    assert 35 < gap.max() <= 32 / 0.8 + 1.5
    tone = varied(stretch=0.2)(tones(880.0), Generator().manual_seed(0))
    assert (tone - MelFrontend(SETTINGS)(tones(880.0)))[:, :, 25:-25].abs().max() < 1e-2


def test_gain_moves_all_bands_alike() -> None:
    plain = MelFrontend(SETTINGS)(tones(880.0)).amax(dim=(1, 2))
    change_db = (varied(gain_db=6.0)(tones(880.0), Generator().manual_seed(0)).amax(dim=(1, 2)) - plain) * 80
    assert -6.01 < change_db.min() < -4
    assert 4 < change_db.max() < 6.01


def test_colour_is_a_smooth_equaliser_within_its_limit() -> None:
    sound = torch.randn(1, 4000, generator=Generator().manual_seed(0)).expand(40, -1) * 0.1
    change_db = (varied(colour_db=6.0)(sound, Generator().manual_seed(0)) - MelFrontend(SETTINGS)(sound)) * 80
    assert 4 < change_db.abs().max() < 6.01
    assert (change_db.amax(dim=2) - change_db.amin(dim=2)).max() < 1e-2  # the same in every frame
    between_bands_db = change_db.diff(dim=1).abs().max()
    assert 0 < between_bands_db < 6 * 2 * 5 / (SETTINGS.n_mels - 1) + 1e-2


def test_noise_stays_as_far_below_as_was_asked_for(tmp_path: Path) -> None:
    frontend, sound = MelFrontend(SETTINGS), tones(880.0)
    noisy = varied(noise_db=20.0)(sound, Generator().manual_seed(0))
    powers = [frontend.decompress(mel).sum(dim=1).mean(dim=1) for mel in (noisy, frontend(sound))]
    added_db = 10 * torch.log10((powers[0] - powers[1]).clamp(min=1e-9) / powers[1])
    assert -22 < added_db.max() < -17
    assert (noisy - frontend(sound)).abs().mean() > 0.02
    rng = np.random.default_rng(0)
    write_wav(tmp_path / "hum.wav", 0.1 * np.sin(np.arange(9000) * 0.2), RATE)
    write_wav(tmp_path / "rain.wav", 0.01 * rng.standard_normal(RATE), RATE)
    write_wav(tmp_path / "silence.wav", np.zeros(RATE), RATE)
    (tmp_path / "text.wav").write_text("no sound", encoding="utf-8")
    recorded = varied(noise_dir=str(tmp_path))
    assert recorded.noises.shape[0] == 2
    assert torch.allclose(recorded.noises.square().mean(dim=1), torch.ones(2), atol=1e-4)
    (tmp_path / "quiet").mkdir()
    write_wav(tmp_path / "quiet" / "silence.wav", np.zeros(RATE), RATE)
    with pytest.raises(InputError, match="holds no noise that can be heard; choose another --noise_dir"):
        varied(noise_dir=str(tmp_path / "quiet"))


def test_it_computes_where_the_waveform_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a GPU here: tensors without content refuse to be mixed with those of the CPU as well."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())  # which it does not know for them
    augmentation = Augmentation(MelFrontend(SETTINGS), AugmentConfig(), 0.5).to("meta")
    sound = tones(440.0, batch=3).to("meta")
    for hear in (augmentation, augmentation.frontend):
        found = hear(sound)
        assert (found.device.type, found.shape) == ("meta", (3, 48, 81))
