"""The clip summary in PyTorch says what that in NumPy says, for a batch and any length."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from audio_models.training.clip_frontend import ClipSummary
from shared.audio.clip_settings import CLIP_FEATURES
from shared.audio.clip_summary import clip_summary
from tests.shared.audio.tones import noise, piano

# Of a dimension's size: a dB or a MIDI pitch is about 100, which float32 holds to 1e-5.
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def summary() -> ClipSummary:
    return ClipSummary().eval()


@pytest.mark.parametrize("n_samples", [2_048, 30_001, 90_000])
def test_torch_agrees_with_numpy(summary: ClipSummary, n_samples: int) -> None:
    chord = np.tile(piano([48, 64, 67, 71], duration_s=0.5), 5)[:n_samples]
    sounds = np.stack([chord, noise(n_samples), 0.01 * chord[::-1]]).astype(np.float32)
    with torch.no_grad():
        found = summary(torch.from_numpy(sounds)).numpy()
    wanted = np.stack([clip_summary(sound) for sound in sounds])
    assert found.shape == (3, len(CLIP_FEATURES))
    apart = np.abs(found - wanted) / np.maximum(1, np.abs(wanted))
    assert apart.max() <= TOLERANCE, CLIP_FEATURES[int(apart.max(axis=0).argmax())]


def test_silence_has_a_summary(summary: ClipSummary) -> None:
    with torch.no_grad():
        found = summary(torch.zeros(2, 5000)).numpy()
    np.testing.assert_allclose(found[0], clip_summary(np.zeros(5000, dtype=np.float32)), rtol=1e-4, atol=1e-4)


def test_nothing_of_it_is_trained_or_saved(summary: ClipSummary) -> None:
    assert list(summary.parameters()) == []
    assert summary.state_dict() == {} or set(summary.state_dict()) <= {"spectrum.window"}
