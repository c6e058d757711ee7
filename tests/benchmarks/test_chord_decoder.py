"""The decoder's benchmark on chroma that was made of labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.chord_decoder import HOP_S, decoded, read_recordings, through_the_vocabulary
from shared.datasets.contract import ChordTrack, TimedChords
from shared.decoding.smoothing import Transitions
from shared.music.chord_classes import N_CLASSES
from shared.music.chords import chroma, parse

LABELS = ("C:maj", "A:min", "F:maj/3", "N")


def planted(folder: Path) -> ChordTrack:
    """Write chroma of four chords of forty frames each, as Billboard stores it, and return the annotation."""
    notes = np.stack([np.zeros(12) if label == "N" else chroma(parse(label)) for label in LABELS])
    basses = np.stack([np.zeros(12) if label == "N" else np.eye(12)[parse(label).bass] for label in LABELS])
    both = np.concatenate([np.roll(basses, -9, axis=1), np.roll(notes, -9, axis=1)], axis=1).repeat(40, axis=0)
    noise = np.random.default_rng(0).integers(0, 6, both.shape) * both.any(axis=1, keepdims=True)
    np.savez(folder / "chroma.npz", song=np.clip(50 * both + noise, 0, 63).astype(np.uint8).T)
    edges = np.arange(5) * 40 * HOP_S
    timed = TimedChords(np.stack([edges[:-1], edges[1:]], axis=1), LABELS)
    return ChordTrack(
        id="song", dataset="planted", licence="CC0-1.0", title="", artist="", dialect="harte", timed=timed
    )


def test_chords_of_a_chroma_are_found_with_their_basses(tmp_path: Path) -> None:
    recordings = read_recordings(tmp_path, [planted(tmp_path)], 5)
    assert len(recordings) == 1
    scores = decoded(recordings, Transitions.uniform(N_CLASSES, 0.9))
    assert scores.mean("majmin_inv") > 0.95
    assert scores.as_dict()["transitions_per_song"] == 3


def test_labels_pass_through_the_vocabulary(tmp_path: Path) -> None:
    scores = through_the_vocabulary(read_recordings(tmp_path, [planted(tmp_path)], 5))
    assert scores.mean("majmin_inv") > 0.98
