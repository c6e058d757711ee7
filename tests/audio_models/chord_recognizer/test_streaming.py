"""The streaming variant: in parts as whole, no frame from what lies too far ahead, and only where it was asked for."""

from __future__ import annotations

import pytest
import torch

from audio_models.chord_recognizer.config import ModelConfig
from audio_models.chord_recognizer.model import ChordRecognitionModel
from audio_models.chord_recognizer.net import FEATURES
from audio_models.chord_recognizer.streaming import CONTEXT_HOPS, in_hops, no_memory
from shared.errors import ConsortError

HOP = FEATURES.hop_length
# A memory shorter than the recording, so that it has to forget.
CONFIG = ModelConfig(
    d_model=32, num_blocks=2, num_heads=2, stem_channels=4, kernel_frames=5, streaming=True,
    memory_frames=12,
)  # fmt: skip


@pytest.fixture(scope="module")
def model() -> ChordRecognitionModel:
    """Return a network whose norms have seen something, so that nothing is zero by luck."""
    torch.manual_seed(0)
    network = ChordRecognitionModel(CONFIG)
    with torch.no_grad():
        network(sound(2, 60))
    return network.eval()


def sound(batch: int, hops: int, seed: int = 0) -> torch.Tensor:
    """Return noise [batch, hops * HOP - 5] that swells and is far from A440's bins."""
    generator = torch.Generator().manual_seed(seed)
    noise = 0.1 * torch.randn(batch, hops * HOP - 5, generator=generator)
    return noise * torch.linspace(0.1, 1.0, noise.shape[1])


@pytest.mark.parametrize("parts", [(1,) * 60, (7, 1, 30, 2, 20), (59, 1)])
def test_in_parts_it_hears_what_it_hears_whole(model: ChordRecognitionModel, parts: tuple[int, ...]) -> None:
    waveform, stream = sound(2, 60), model.stream()
    hops = in_hops(waveform)
    before = 2 * CONTEXT_HOPS - 1
    memory, heard = no_memory(CONFIG, waveform)._replace(sound=hops[:, :before]), []
    with torch.no_grad():
        for part in hops[:, before:].split(parts, dim=1):
            heads, memory = stream(part, memory)
            heard.append(heads)
        whole = model(waveform)
    for name, values in whole.items():
        assert values.shape[1] == 60
        difference = torch.cat([heads[name] for heads in heard], dim=1).softmax(-1) - values.softmax(-1)
        assert difference.abs().max() < 1e-5, name


def test_nothing_is_heard_more_than_a_second_ahead(model: ChordRecognitionModel) -> None:
    assert CONTEXT_HOPS * HOP / FEATURES.sample_rate < 1.0
    one, other = sound(1, 60), sound(1, 60)
    cut = 40
    other[:, cut * HOP :] = sound(1, 60, seed=1)[:, cut * HOP :]
    with torch.no_grad():
        before, after = model(one)["joint"], model(other)["joint"]
    sure = cut - CONTEXT_HOPS
    torch.testing.assert_close(before[:, :sure], after[:, :sure], rtol=0, atol=1e-5)
    assert (before[:, cut:] - after[:, cut:]).abs().max() > 1e-3


def test_memory_reaches_as_far_as_it_was_asked_to(model: ChordRecognitionModel) -> None:
    """A change long ago is forgotten by one block's memory after as many frames, and remembered before that."""
    features = torch.rand(1, 80, FEATURES.n_bins, generator=torch.Generator().manual_seed(0))
    changed = features.clone()
    changed[:, 10] = 0.0
    with torch.no_grad():
        difference = (model.net(features)["joint"] - model.net(changed)["joint"]).abs().amax(dim=(0, 2))
    assert not difference[: 10 - 3].any()
    remembered = 10 + 3 + CONFIG.num_blocks * (CONFIG.memory_frames + CONFIG.kernel_frames - 1)
    assert difference[10 + CONFIG.memory_frames] > 0
    assert not difference[remembered + 1 :].any()


def test_only_a_streaming_network_of_frames_streams() -> None:
    with pytest.raises(ConsortError, match="model=streaming"):
        ChordRecognitionModel(ModelConfig(d_model=16, num_blocks=1, num_heads=2)).stream()
    with pytest.raises(ConsortError, match="over time"):
        ChordRecognitionModel(ModelConfig(streaming=True, mode="clip"))


def test_weights_of_the_two_variants_are_the_same(model: ChordRecognitionModel) -> None:
    both_ways = ChordRecognitionModel(ModelConfig(**{**vars(CONFIG), "streaming": False}))
    loaded = both_ways.net.load_state_dict(model.net.state_dict())
    assert not loaded.missing_keys
    assert not loaded.unexpected_keys
