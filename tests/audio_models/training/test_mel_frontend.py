"""The log-mel as a module: agrees with NumPy's, alone and in a batch, in every precision, and in the exported graph."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from audio_models.training.mel_frontend import MelFrontend
from shared.audio.mel import MelSettings, log_mel
from shared.errors import InputError
from tests.shared.audio.tones import noise, piano

SMALL = MelSettings(sample_rate=8000, n_fft=512, hop_length=200, n_mels=24)


@pytest.mark.parametrize("settings", [MelSettings(), SMALL])
@pytest.mark.parametrize(("batch", "samples"), [(1, 66_150), (3, 1500)])
def test_it_agrees_with_numpy_on_every_path(settings: MelSettings, batch: int, samples: int) -> None:
    sound = np.stack([piano([50 + i, 62])[:samples] + noise(samples, 1e-4, seed=i) for i in range(batch)])
    expected = np.stack([log_mel(waveform, settings) for waveform in sound])
    frontend, waveforms = MelFrontend(settings), torch.from_numpy(sound)
    found = frontend(waveforms)
    assert found.shape == (batch, settings.n_mels, settings.frames(samples))
    assert np.abs(found.numpy() - expected).max() < 1e-4
    in_graph = frontend.compress(frontend._mel_power_in_graph(waveforms))
    assert np.abs(in_graph.numpy() - expected).max() < 1e-4
    # Single items have the same bits as in the batch.
    assert all(torch.equal(found[i], frontend(waveforms[i : i + 1])[0]) for i in range(batch))


def test_half_precision_does_not_reach_it_and_gradients_do() -> None:
    frontend, waveform = MelFrontend(SMALL), torch.from_numpy(piano([60]))[None, :4000]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(frontend(waveform), frontend(waveform.clone()))
        assert frontend(waveform).dtype == torch.float32
    waveform.requires_grad_()
    frontend(waveform).sum().backward()
    assert waveform.grad is not None
    assert waveform.grad.abs().max() > 0


def test_values_give_their_powers_back_and_nothing_is_kept_with_the_weights() -> None:
    frontend, waveform = MelFrontend(SMALL), torch.from_numpy(piano([60]))[None, :4000]
    power = frontend.mel_power(waveform)
    assert torch.allclose(frontend.decompress(frontend.compress(power)), power, rtol=1e-3, atol=1e-2 * SMALL.floor)
    assert frontend.state_dict() == {}
    with pytest.raises(InputError, match="256 samples are too short"):
        frontend(torch.zeros(2, 256))
