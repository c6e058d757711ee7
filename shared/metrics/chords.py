"""How well chords are recognised: the comparisons of mir_eval (Raffel et al. 2014), summed up over songs.

Figures over several songs weigh each song by the length of its reference (weighted chord symbol recall, Mauch
2010). A comparison leaves out what it cannot judge, such as sevenths where the reference has a suspended chord;
a song with nothing to judge is left out of that figure.

| metric                      | a chord is right when it has the same …                                          |
|-----------------------------|----------------------------------------------------------------------------------|
| `root`                      | root                                                                             |
| `thirds`                    | root, and a minor third or none                                                  |
| `majmin`, `majmin_inv`      | major or minor triad; and bass                                                   |
| `triads`, `tetrads`         | triad; chord within an octave                                                    |
| `sevenths`                  | chord, of major, minor, their sevenths and the dominant                          |
| `mirex`                     | three notes                                                                      |
| `overseg` `underseg` `seg`  | 1 when no chord is cut in pieces; none swallows another; the lower of both       |
| `class_averaged_accuracy`   | root and chord type; each of the types that occur weighs the same (N too, X not) |
| `transitions_per_song`      | changes of the estimate, beside those of the reference                           |
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.annotation.spans import cover
from shared.datasets.contract import TimedChords
from shared.errors import InputError, unknown_choice
from shared.music.chord_classes import CHORD_CLASSES, heads_of
from shared.music.chord_types import CHORD_TYPES, UNKNOWN
from shared.music.chords import format_harte, parse
from shared.vocabulary import IGNORED

COMPARISONS = ("root", "thirds", "majmin", "majmin_inv", "triads", "sevenths", "tetrads", "mirex")
SEGMENTATION = ("overseg", "underseg", "seg")
METRICS = (*COMPARISONS, *SEGMENTATION)


@dataclass(frozen=True, eq=False)
class SongScores:
    """The figures of one song.

    Attributes:
        name: what the song is called; unique within a result.
        duration_s: length of the reference.
        scores: metric -> 0 to 1; NaN where the comparison can judge nothing in this song.
        transitions: chord changes of the estimate.
        reference_transitions: those of the reference.
        type_s: seconds of each chord type in the reference, [32].
        type_hits_s: of these, the seconds with the right root and chord type, [32].
    """

    name: str
    duration_s: float
    scores: Mapping[str, float]
    transitions: int
    reference_transitions: int
    type_s: NDArray[np.float64]
    type_hits_s: NDArray[np.float64]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for JSON; None where a comparison can judge nothing."""
        scores = {metric: None if math.isnan(score) else score for metric, score in self.scores.items()}
        lengths = {"duration_s": self.duration_s, "transitions": self.transitions}
        return {"name": self.name, **scores, **lengths, "reference_transitions": self.reference_transitions}


@dataclass(frozen=True)
class ChordScores:
    """The figures over songs, which are kept."""

    songs: tuple[SongScores, ...]

    def __post_init__(self) -> None:
        """Refuse what gives no figure.

        Raises:
            InputError: without a song, or with two of one name.
        """
        if not self.songs:
            raise InputError("no song was scored; give at least one reference and its estimate")
        names = [song.name for song in self.songs]
        if len(set(names)) < len(names):
            raise InputError(f"song '{max(names, key=names.count)}' was scored twice; songs count once")

    def __add__(self, other: ChordScores) -> ChordScores:
        """Return the figures over the songs of both."""
        return ChordScores((*self.songs, *other.songs))

    def mean(self, metric: str) -> float:
        """Return a metric over the songs, each weighing its length; NaN when none can be judged.

        Raises:
            InputError: for a name that is no metric.
        """
        return weighted_mean(*self.column(metric))

    def column(self, metric: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return a metric of each song and the songs' lengths in seconds, both [songs].

        Raises:
            InputError: for a name that is no metric.
        """
        if metric not in METRICS:
            raise unknown_choice("chord metric", metric, METRICS)
        values = np.array([song.scores[metric] for song in self.songs])
        return values, np.array([song.duration_s for song in self.songs])

    def type_accuracies(self) -> dict[str, float]:
        """Return the share of each chord type's time with the right root and type, for those that occur."""
        total = np.sum([song.type_s for song in self.songs], axis=0)
        hits = np.sum([song.type_hits_s for song in self.songs], axis=0)
        return {CHORD_TYPES[index]: float(hits[index] / total[index]) for index in np.flatnonzero(total)}

    def as_dict(self) -> dict[str, float]:
        """Return the figures under their metric names, for JSON; what could not be judged is left out."""
        means = {metric: self.mean(metric) for metric in METRICS}
        types = self.type_accuracies()
        means["class_averaged_accuracy"] = float(np.mean(list(types.values()))) if types else math.nan
        return {
            **{metric: value for metric, value in means.items() if not math.isnan(value)},
            "transitions_per_song": float(np.mean([song.transitions for song in self.songs])),
            "reference_transitions_per_song": float(np.mean([song.reference_transitions for song in self.songs])),
            "songs": len(self.songs),
            "duration_s": float(sum(song.duration_s for song in self.songs)),
        }


def weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the mean of values [n] by weight [n], without those that are NaN; NaN when none is left."""
    judged = ~np.isnan(values)
    return float(np.average(values[judged], weights=weights[judged])) if judged.any() else math.nan


def score_songs(songs: Iterable[tuple[str, TimedChords, TimedChords]]) -> ChordScores:
    """Return the figures over songs, each given as (name, reference, estimate)."""
    return ChordScores(tuple(score_song(*song) for song in songs))


def score_song(name: str, reference: TimedChords, estimate: TimedChords) -> SongScores:
    """Return the figures of one song.

    The reference says how long the song is: the estimate is cut there, and where it says nothing it says N. Gaps
    between two chords of the reference are unknown (X), which no comparison judges.

    Raises:
        InputError: when there is no reference, or a label that can be read in no dialect.
    """
    from mir_eval import chord, util

    if not reference.labels:
        raise InputError(f"song '{name}' has no reference chords; leave it out")
    start, end = float(reference.intervals_s[0, 0]), float(reference.intervals_s[-1, 1])
    truth = cover(_readable(reference), start, end, between=UNKNOWN)
    guess = cover(_readable(estimate), start, end)
    spans = [chord.merge_chord_intervals(timed.intervals_s, list(timed.labels)) for timed in (truth, guess)]
    common, wanted, said = util.merge_labeled_intervals(
        truth.intervals_s, list(truth.labels), guess.intervals_s, list(guess.labels)
    )
    lengths = np.diff(common, axis=1)[:, 0]
    scores = {metric: _share(getattr(chord, metric)(wanted, said), lengths) for metric in COMPARISONS}
    scores |= {metric: float(getattr(chord, metric)(*spans)) for metric in SEGMENTATION}
    seconds, hits = _by_type(wanted, said, lengths)
    return SongScores(name, end - start, scores, len(spans[1]) - 1, len(spans[0]) - 1, seconds, hits)


def _share(comparison: NDArray[np.float64], lengths: NDArray[np.float64]) -> float:
    """Return the share of the time that is right (1), without what is not judged (-1); NaN when nothing is."""
    return weighted_mean(np.where(comparison < 0, np.nan, comparison), lengths)


def _by_type(
    truth: Iterable[str], guess: Iterable[str], lengths: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the seconds of each chord type, and those in which root and type are right; both [32]."""
    chords = [[parse(label) for label in side] for side in (truth, guess)]
    wanted, said = (np.array([CHORD_CLASSES.encode(chord) for chord in side]) for side in chords)
    types = np.array([heads_of(chord).chord_type for chord in chords[0]])
    known = types != IGNORED
    total, hits = np.zeros(len(CHORD_TYPES)), np.zeros(len(CHORD_TYPES))
    np.add.at(total, types[known], lengths[known])
    np.add.at(hits, types[known], lengths[known] * (wanted == said)[known])
    return total, hits


def _readable(timed: TimedChords) -> TimedChords:
    """Return the same chords in labels that mir_eval reads."""
    return TimedChords(timed.intervals_s, tuple(map(_readable_label, timed.labels)))


@lru_cache(maxsize=4096)
def _readable_label(label: str) -> str:
    """Return a label as it is where mir_eval reads it, else the Harte label of what our own parser reads in it."""
    from mir_eval import chord

    try:
        chord.validate_chord_label(label)
        chord.encode(label)
    except chord.InvalidChordException:
        return format_harte(parse(label))
    return label
