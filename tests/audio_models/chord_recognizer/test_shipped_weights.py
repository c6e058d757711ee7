"""The weights in `checkpoints/chord_recognizer`: free, small, and they hear chords on sounds of our own making."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio_models.chord_recognizer import run_folder
from shared.datasets.contract import TimedChords
from shared.datasets.licences import may_ship
from shared.decoding.chord_recognition import FramesModel, Recognizer
from shared.export.verify import refuse_forbidden_nodes
from shared.files import read_json
from shared.metrics.chords import score_song
from shared.music.additive import Voice
from shared.music.chords import parse
from shared.music.voices import render_voices
from shared.shipped import CHECKPOINTS, model_file

WEIGHTS = CHECKPOINTS / "chord_recognizer"
RATE = 44_100
LABELS = ("C:maj", "A:min", "F:maj7", "G:7", "E:min", "Bb:maj", "D:min7", "F#:dim7")
_CHORD_S = 2.5


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    """Return the recognizer as `predict` opens it when nothing is named."""
    return Recognizer(FramesModel(model_file("chord_recognizer", "")))


def played(semitones: float = 0.0) -> tuple[np.ndarray, TimedChords]:
    """Return eight chords on the synthesizer of the house, so much higher, and their labels."""
    voices, edges = [], np.arange(len(LABELS) + 1) * _CHORD_S
    for start, label in zip(edges, LABELS, strict=False):
        chord = parse(label)
        pitches = [36 + chord.bass, *(54 + (tone - 54) % 12 for tone in chord.pitch_classes)]
        voices += [Voice(pitch, 90, float(start), _CHORD_S, 0, False, cents=100 * semitones) for pitch in pitches]
    waveform = render_voices(voices, edges[-1], RATE, None)
    return waveform, TimedChords(np.stack([edges[:-1], edges[1:]], axis=1), LABELS)


def test_they_are_small_and_have_signature_and_card() -> None:
    path = WEIGHTS / run_folder.ONNX_FILE
    assert path.stat().st_size <= 10e6
    refuse_forbidden_nodes(path)
    assert read_json(path.with_suffix(".json"))["version"]
    card = path.with_suffix(".md").read_text(encoding="utf-8")
    for credit in ("POP909", "ESC-10", "template matching"):
        assert credit in card


def test_every_song_they_learnt_from_may_be_given_away() -> None:
    licences = read_json(WEIGHTS / run_folder.SOURCES_FILE)["licence"]
    assert sum(licences.values()) > 1_000_000
    assert [name for name in licences if name and not may_ship(name)] == []


@pytest.mark.parametrize("semitones", [0.0, 0.4, -0.45])
def test_they_hear_chords_in_tune_and_out_of_tune(recognizer: Recognizer, semitones: float) -> None:
    waveform, truth = played(semitones)
    scores = score_song("played", truth, recognizer.listen([waveform])).scores
    assert scores["root"] > 0.85
    assert scores["majmin"] > 0.85
    assert scores["seg"] > 0.85


def test_they_say_that_there_is_no_chord_in_silence(recognizer: Recognizer) -> None:
    assert set(recognizer.listen([np.zeros(5 * RATE, np.float32)]).labels) == {"N"}


def test_the_file_is_what_its_checkpoint_says(tmp_path: Path) -> None:
    """Shipped weights and shipped network answer alike: nobody exported one and forgot the other."""
    import torch

    waveform, _ = played()
    joint, _ = FramesModel(WEIGHTS / run_folder.ONNX_FILE).frames(waveform[: 5 * RATE])
    with torch.no_grad():
        heads = run_folder.load_model(WEIGHTS)(torch.from_numpy(waveform[None, : 5 * RATE]))
    np.testing.assert_allclose(np.exp(joint), heads["joint"][0].exp(), atol=1e-5)
