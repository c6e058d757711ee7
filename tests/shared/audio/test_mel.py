"""The log-mel: what librosa computes, at a fixed reference; and the module that must agree with it."""

from __future__ import annotations

import numpy as np
import pytest

from shared.audio.mel import MelSettings, compress, decompress, log_mel, mel_filters
from shared.errors import InputError
from tests.shared.audio.tones import RATE, noise, piano, sinusoid

SMALL = MelSettings(sample_rate=8000, n_fft=512, hop_length=200, n_mels=24)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [MelSettings(), SMALL])
def test_it_is_what_librosa_computes(settings: MelSettings) -> None:
    import librosa

    waveform = piano([48, 60, 67])[: 2 * settings.sample_rate] + noise(2 * RATE)[: 2 * settings.sample_rate]
    power = librosa.feature.melspectrogram(
        y=waveform.astype(np.float64), sr=settings.sample_rate, n_fft=settings.n_fft, hop_length=settings.hop_length,
        n_mels=settings.n_mels, norm=None, pad_mode="reflect",
    )  # fmt: skip
    found = log_mel(waveform, settings)
    assert found.shape == (settings.n_mels, settings.frames(len(waveform)))
    assert found.dtype == np.float32
    assert np.abs(found - compress(power, settings)).max() < 1e-5


def test_a_full_sinusoid_is_one_silence_is_zero_and_loudness_moves_all_alike() -> None:
    settings = MelSettings(sample_rate=RATE)
    loud = log_mel(sinusoid(1000.0), settings)
    # Half a band off the middle of its triangle, and with the window's skirts, it is within a decibel.
    assert loud.max() == pytest.approx(1.0, abs=1 / settings.range_db)
    assert log_mel(np.zeros(RATE, dtype=np.float32), settings).max() == 0.0
    softer = log_mel(sinusoid(1000.0, amplitude=0.1), settings)
    assert loud.max() - softer.max() == pytest.approx(20 / settings.range_db, abs=1e-4)
    # No peak of the file decides about the rest of it.
    both = log_mel(np.concatenate([sinusoid(1000.0), sinusoid(1000.0, amplitude=0.1)]), settings)
    assert np.abs(both[:, -20:-5] - softer[:, -20:-5]).max() < 1e-4


def test_powers_come_back_from_values() -> None:
    power = np.geomspace(SMALL.floor, SMALL.reference, 50)
    assert np.allclose(decompress(compress(power, SMALL), SMALL), power, rtol=1e-3)
    assert decompress(np.array([-0.1, 0.0], dtype=np.float32), SMALL).tolist() == [0.0, 0.0]


def test_a_pitch_ratio_moves_a_tone_to_the_bands_of_another() -> None:
    octave, plain = mel_filters(SMALL, 2.0), mel_filters(SMALL)
    bin_500_hz, bin_1000_hz = 32, 64
    assert np.allclose(octave[:, bin_500_hz], plain[:, bin_1000_hz])


def test_what_cannot_be_heard_is_refused() -> None:
    with pytest.raises(InputError, match="256 samples are too short for n_fft 512"):
        log_mel(np.zeros(256, dtype=np.float32), SMALL)
    with pytest.raises(InputError, match="finer than n_fft 256 resolves; lower n_mels or raise n_fft"):
        MelSettings(n_fft=256, hop_length=128, n_mels=128)
    with pytest.raises(InputError, match=r"hop_length 600 must lie in 1\.\.n_fft"):
        MelSettings(n_fft=512, hop_length=600)
