"""The exported step of a streaming network, and the chords that come while the music sounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from audio_models.chord_recognizer import run_folder
from audio_models.chord_recognizer.config import ModelConfig
from audio_models.chord_recognizer.export import export_stream
from audio_models.chord_recognizer.model import ChordRecognitionModel
from shared.decoding.chord_stream import ChordStream
from shared.errors import ConsortError
from shared.export.package import ModelCard

RATE = 44_100


@pytest.fixture(scope="module")
def network() -> ChordRecognitionModel:
    """Return a tiny streaming network."""
    torch.manual_seed(0)
    config = ModelConfig(
        d_model=16, num_blocks=1, num_heads=2, stem_channels=2, kernel_frames=3, streaming=True,
        memory_frames=20,
    )  # fmt: skip
    model = ChordRecognitionModel(config).eval()
    with torch.no_grad():
        model.net.heads.types.weight *= 30  # untrained, all keys would be equally probable to the sixth digit
    return model


@pytest.fixture(scope="module")
def step(network: ChordRecognitionModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return its step, exported and verified."""
    path = tmp_path_factory.mktemp("streaming") / run_folder.STREAM_ONNX_FILE
    description = ModelCard("Tiny", "Hears.", "none", "Apache-2.0", "none", "none")
    return export_stream(network, {"self_transition": 0.9}, description, path)


@pytest.mark.parametrize("block", [1_000, 44_100, 10**6])
def test_blocks_of_any_length_give_what_the_whole_gives(network: ChordRecognitionModel, step: Path, block: int) -> None:
    waveform = np.random.default_rng(0).normal(0, 0.1, 5 * RATE + 123).astype(np.float32)
    with torch.no_grad():
        whole = network(torch.from_numpy(waveform[None]))["joint"][0].exp()
    stream = ChordStream(step)
    parts = [stream.probabilities(waveform[first : first + block]) for first in range(0, len(waveform), block)]
    parts.append(stream.last_probabilities())
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-5)


def test_chords_come_within_a_second(step: Path) -> None:
    stream = ChordStream(step)
    assert stream.delay_s < 1.0
    told = 0
    for second in range(1, 4):
        told += len(stream.hear(np.zeros(RATE, np.float32)))
        assert (told - 1) * stream.hop_length / RATE >= second - stream.delay_s - stream.hop_length / RATE
    assert told + len(stream.finish()) == 1 + 3 * RATE // stream.hop_length


@pytest.mark.parametrize("samples", [0, 1, 5_000])
def test_a_recording_shorter_than_the_delay_is_told_at_its_end(step: Path, samples: int) -> None:
    stream = ChordStream(step)
    assert stream.hear(np.zeros(samples, np.float32)) == []
    assert len(stream.finish()) == (1 + samples // stream.hop_length if samples else 0)


def test_a_network_that_hears_both_ways_is_refused(run: Path) -> None:
    with pytest.raises(ConsortError, match="does not stream"):
        ChordStream(run / run_folder.ONNX_FILE)
