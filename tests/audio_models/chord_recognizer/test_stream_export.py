"""A streaming run from training to chords that come while the music sounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio_models.chord_recognizer import run_folder
from audio_models.chord_recognizer.train import train
from shared.decoding.chord_recognition import FramesModel
from shared.decoding.chord_stream import ChordStream
from shared.errors import ConsortError
from tests.audio_models.chord_recognizer.conftest import tiny_config

RATE = 44_100


@pytest.fixture(scope="module")
def streaming_run(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny streaming run, exported and verified."""
    root = tmp_path_factory.mktemp("streaming")
    config = tiny_config(cache, root, "tiny", epochs=1)
    config.model.streaming, config.model.memory_frames = True, 20
    train(config)
    return root / "checkpoints" / "chord_recognizer" / "tiny"


@pytest.mark.parametrize("block", [1_000, 44_100, 10**6])
def test_blocks_of_any_length_give_what_the_whole_gives(streaming_run: Path, block: int) -> None:
    waveform = np.random.default_rng(0).normal(0, 0.1, 5 * RATE + 123).astype(np.float32)
    joint, _ = FramesModel(streaming_run / run_folder.ONNX_FILE).frames(waveform)
    stream = ChordStream(streaming_run / run_folder.STREAM_ONNX_FILE)
    parts = [stream.probabilities(waveform[first : first + block]) for first in range(0, len(waveform), block)]
    parts.append(stream.last_probabilities())
    np.testing.assert_allclose(np.concatenate(parts), np.exp(joint), atol=1e-5)


def test_chords_come_within_a_second(streaming_run: Path) -> None:
    stream = ChordStream(streaming_run / run_folder.STREAM_ONNX_FILE)
    assert stream.delay_s < 1.0
    told = 0
    for second in range(1, 4):
        told += len(stream.hear(np.zeros(RATE, np.float32)))
        assert (told - 1) * stream.hop_length / RATE >= second - stream.delay_s - stream.hop_length / RATE
    assert told + len(stream.finish()) == 1 + 3 * RATE // stream.hop_length


@pytest.mark.parametrize("samples", [0, 1, 5_000])
def test_a_recording_shorter_than_the_delay_is_told_at_its_end(streaming_run: Path, samples: int) -> None:
    stream = ChordStream(streaming_run / run_folder.STREAM_ONNX_FILE)
    assert stream.hear(np.zeros(samples, np.float32)) == []
    assert len(stream.finish()) == (1 + samples // stream.hop_length if samples else 0)


def test_a_network_that_hears_both_ways_is_refused(run: Path) -> None:
    with pytest.raises(ConsortError, match="does not stream"):
        ChordStream(run / run_folder.ONNX_FILE)
