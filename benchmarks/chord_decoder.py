"""`python -m benchmarks.chord_decoder`: the decoder and the chord classes on chroma of real recordings.

McGill Billboard gives chroma of 611 recordings beside what experts heard in them. Chroma is matched with the 361
classes by templates (no learning), and decoded frame by frame, with chords that hold, and with changes as they were
counted in other songs; counts, and how surely a chord holds, are from songs that are not scored. So it is told

- what the decoder does for scores that come from real recordings, noise and all;
- whether the labels of experts come through our vocabulary: the best that the 361 classes and basses can reach.

    CONSORT_DATA=/path/to/corpora python -m benchmarks.chord_decoder
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.annotation.frames import frame_edges, join_frames, sample_chords
from shared.annotation.spans import merge
from shared.cli import entry_point, option
from shared.datasets import mcgill_billboard
from shared.datasets.contract import ChordTrack, TimedChords
from shared.datasets.problems import ProblemLog
from shared.decoding.chord_changes import count_changes
from shared.decoding.chord_decoding import decode_chords
from shared.decoding.smoothing import Transitions
from shared.errors import ConsortError
from shared.metrics.chords import ChordScores, score_songs
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES, NO_CHORD_ID
from shared.music.chords import chroma
from shared.splits import split_by_group

COMMAND = "python -m benchmarks.chord_decoder"
HOP_S = 4096 / 44_100
METRICS = ("root", "majmin", "mirex", "sevenths", "seg")
_FIRST_PITCH_CLASS = 9  # the chroma begins with A
_LARGEST = 63.0
_SHARPNESS = 16.0
_SILENT = 0.5  # energy below which a frame is N; the chroma of music lies far above it
_HOLDS = (0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
FRAMES, UNIFORM, COUNTED, LABELS = "frame by frame", "chords hold", "changes as counted", "the labels themselves"


@dataclass
class ChordDecoderConfig:
    """`benchmarks.chord_decoder`: decoders on chroma of real recordings."""

    songs: int = option(100, help="recordings to score", minimum=1)
    tuning_songs: int = option(40, help="others, on which it is chosen how surely a chord holds", minimum=1)
    output_dir: str = option(str(RESULTS), help="folder of chord_decoder.json")


@dataclass(frozen=True, eq=False)
class Recording:
    """Scores of a recording, [frames, 361] and [frames, 12], and what an expert heard."""

    name: str
    joint: NDArray[np.float64]
    bass: NDArray[np.float64]
    truth: TimedChords

    @property
    def times_s(self) -> NDArray[np.float64]:
        """The centre of each frame."""
        return (np.arange(len(self.joint), dtype=np.float64) + 0.5) * HOP_S

    @property
    def edges_s(self) -> NDArray[np.float64]:
        """Where each frame begins, and the last ends."""
        return frame_edges(self.times_s, len(self.joint) * HOP_S)


def read_recordings(root: Path, tracks: Sequence[ChordTrack], count: int) -> list[Recording]:
    """Return the first recordings that have chroma."""
    found: list[Recording] = []
    with np.load(root / "chroma.npz", allow_pickle=False) as arrays:
        for track in tracks:
            if track.timed and track.id in arrays and len(found) < count:
                found.append(_matched(track.id, track.timed, (arrays[track.id].T / _LARGEST) ** 2))
    return found


def _matched(name: str, truth: TimedChords, both: NDArray[np.float64]) -> Recording:
    """Match the chroma [frames, 24] of a recording with the templates of all classes."""
    low, high = (np.roll(side, _FIRST_PITCH_CLASS, axis=1) for side in (both[:, :12], both[:, 12:]))
    summed = low + high
    norms = np.linalg.norm(summed, axis=1, keepdims=True)
    similarity = (summed / np.maximum(norms, 1e-9)) @ _templates().T
    silence = np.where(norms < _SILENT / _LARGEST, 1.0, 0.0)
    joint = _SHARPNESS * np.concatenate([similarity, silence], axis=1)
    return Recording(name, _log_softmax(joint), _log_softmax(low), merge(truth))


def _templates() -> NDArray[np.float64]:
    """Return the notes of each class but N as unit vectors, [360, 12]."""
    notes = np.stack([chroma(CHORD_CLASSES.decode(index)) for index in range(NO_CHORD_ID)])
    return np.asarray(notes / np.linalg.norm(notes, axis=1, keepdims=True))


def _log_softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def decoded(recordings: Sequence[Recording], transitions: Transitions) -> ChordScores:
    """Return the figures of a decoder."""
    return score_songs(
        (each.name, each.truth, decode_chords(each.joint, each.bass, each.edges_s, transitions)) for each in recordings
    )


def through_the_vocabulary(recordings: Sequence[Recording]) -> ChordScores:
    """Return the figures of the labels themselves, said in frames of our classes and basses."""
    songs = []
    for each in recordings:
        labels = sample_chords(each.truth, each.times_s, outside="N")
        known = np.where(labels.classes < 0, NO_CHORD_ID, labels.classes)
        songs.append((each.name, each.truth, join_frames(known, np.maximum(labels.basses, 0), each.edges_s)))
    return score_songs(songs)


def measure(root: Path, songs: int, tuning_songs: int) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return the table and the promises."""
    tracks = list(mcgill_billboard.tracks(root, ProblemLog(warn=False)))
    splits = split_by_group(tracks, lambda track: f"{track.artist}:{track.title}".lower(), (0.6, 0.15, 0.25))
    tuning = read_recordings(root, splits.validation, tuning_songs)
    scored = read_recordings(root, splits.test, songs)
    table = count_changes(track.timed.labels for track in splits.train if track.timed).table()
    decoders = {
        FRAMES: lambda hold: Transitions.uniform(N_CLASSES, 1 / N_CLASSES),
        UNIFORM: lambda hold: Transitions.uniform(N_CLASSES, hold),
        COUNTED: lambda hold: Transitions.of_changes(np.maximum(table, 1e-9), hold),
    }
    rows, figures = [], {}
    for name, build in decoders.items():
        holds = (0.0,) if name == FRAMES else _HOLDS
        best = max(holds, key=lambda hold: decoded(tuning, build(hold)).mean("mirex")) if len(holds) > 1 else 0.0
        figures[name] = decoded(scored, build(best))
        rows.append(_row(name, figures[name], best))
    figures[LABELS] = through_the_vocabulary(scored)
    rows.append(_row(LABELS, figures[LABELS], 0.0))
    changes = [figures[name].as_dict()["transitions_per_song"] for name in (FRAMES, UNIFORM)]
    bars = [
        Bar.at_least("majmin of chords that hold, above frame by frame by",
                     figures[UNIFORM].mean("majmin") - figures[FRAMES].mean("majmin"), 0.0),
        Bar.at_least("transitions that holding removes, share of", 1 - changes[1] / changes[0], 1 / 3),
        Bar.at_least("majmin of the labels themselves", figures[LABELS].mean("majmin"), 0.95),
    ]  # fmt: skip
    return rows, bars


def _row(name: str, scores: ChordScores, hold: float) -> dict[str, Any]:
    figures = scores.as_dict()
    return {
        "decoder": name, "songs": len(scores.songs), "self transition": hold,
        **{metric: round(figures[metric], 4) for metric in METRICS}, "changes": figures["transitions_per_song"],
        "true changes": figures["reference_transitions_per_song"],
    }  # fmt: skip


@entry_point(ChordDecoderConfig)
def main(config: ChordDecoderConfig) -> None:
    """Measure, print and write the JSON."""
    if not os.environ.get("CONSORT_DATA"):
        raise ConsortError("set CONSORT_DATA to the folder of the corpora; McGill Billboard is needed")
    root = Path(os.environ["CONSORT_DATA"]) / mcgill_billboard.NAME
    rows, bars = measure(root, config.songs, config.tuning_songs)
    print(f"{format_table(rows)}\n\n{format_bars(bars)}")
    print(f"written: {write_benchmark('chord_decoder', COMMAND, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
