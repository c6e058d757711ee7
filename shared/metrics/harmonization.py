"""How well chords suit a melody, and how much a progression moves: the six measures of melody harmonisation.

Yeh et al. 2021, "Automatic melody harmonization with triad chords: A comparative study" (Journal of New Music
Research 50:37), section 5.1. All are plain numbers without unit:

| measure | of                  | range  | better            | function                  |
|---------|---------------------|--------|-------------------|---------------------------|
| CTnCTR  | melody over chords  | 0-1    | more              | `chord_tone_ratio`        |
| PCS     | melody over chords  | -1-1   | more              | `pitch_consonance`        |
| MCTD    | melody over chords  | from 0 | less              | `melody_chord_distance`   |
| CHE     | chords              | nats   | as in real songs  | `chord_histogram_entropy` |
| CC      | chords              | count  | as in real songs  | `chord_coverage`          |
| CTD     | chords              | from 0 | as in real songs  | `chord_tonal_distance`    |

The paper knows triads only. PCS and MCTD fall with every further note of a chord, so that progressions with
sevenths should be reduced to their triads (`triad`) before they are compared.
"""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.errors import InputError
from shared.music.chord_types import INTERVALS
from shared.music.chords import Chord, chroma
from shared.music.melody import ChordSpan
from shared.music.score import Note

# Semitones from a chord's note up to the melody's. A fourth counts nothing, all others are dissonant.
_CONSONANT, _FOURTH = (0, 3, 4, 7, 8, 9), 5
_WINDOW_QUARTERS = 0.25  # a sixteenth
_STEP_SEMITONES = 2

# Harte, Sandler & Gasser 2006, "Detecting harmonic change in musical audio": radii of the circles of fifths,
# minor thirds and major thirds.
_CIRCLES = ((1.0, 7), (1.0, 9), (0.5, 4))


def tonal_centroid(pitch_classes: ArrayLike) -> NDArray[np.float64]:
    """Return the place [6] of pitch classes [12] on the circles of fifths, minor and major thirds.

    Pitch class l lies at the angle l * 7 pi / 6, l * 3 pi / 2 and l * 2 pi / 3 of the three circles, whose
    radii are 1, 1 and 1/2; the centroid is the mean of the places, weighted by the vector. Silence is at 0.
    """
    weights = np.asarray(pitch_classes, dtype=np.float64)
    total = float(np.abs(weights).sum())
    if total == 0:
        return np.zeros(6)
    angles = np.outer([step for _, step in _CIRCLES], np.arange(12)) * np.pi / 6
    radii = np.array([[radius] for radius, _ in _CIRCLES])
    places = np.stack([radii * np.sin(angles), radii * np.cos(angles)], axis=1).reshape(6, 12)
    return np.asarray(places @ weights / total)


def triad(chord: Chord) -> Chord:
    """Return the triad within a chord, in root position; sus chords, fifths and single notes have none and stay."""
    notes = INTERVALS.get(chord.quality, frozenset())
    name = next((name for name in ("maj", "min", "dim", "aug") if notes >= INTERVALS[name]), None)
    if name is None and notes >= INTERVALS["sus4"]:
        name = "sus4"
    return chord if name is None else Chord(chord.root, name, chord.root)


def chord_tone_ratio(notes: Sequence[Note], spans: Sequence[ChordSpan]) -> float:
    """Return CTnCTR = (n_c + n_p) / (n_c + n_n): the chord tones of a melody beside its non-chord tones.

    n_c and n_n count the notes that are of the chord below them and those that are not; n_p those of the latter
    that are proper, because the next note of another pitch is at most two semitones away. A note over several
    chords counts under each. Where no chord sounds nothing is counted.

    Raises:
        InputError: when no note sounds together with a chord.
    """
    chord_tones = proper = others = 0
    for index, note, chord, _ in _together(notes, spans):
        if note.pitch % 12 in chord.pitch_classes:
            chord_tones += 1
            continue
        others += 1
        following = next((later.pitch for later in notes[index + 1 :] if later.pitch != note.pitch), None)
        proper += following is not None and abs(following - note.pitch) <= _STEP_SEMITONES
    return (chord_tones + proper) / _some(chord_tones + others)


def pitch_consonance(notes: Sequence[Note], spans: Sequence[ChordSpan]) -> float:
    """Return PCS, the mean consonance of melody and chord over all windows of a sixteenth in which both sound.

    In a window the note that sounds longest stands above every note of the chord that begins it: unison, thirds,
    fifth and sixths give 1, the fourth 0, all other intervals -1, and the window their mean.

    Raises:
        InputError: when no note sounds together with a chord.
    """
    scores = []
    for middle_quarters, pitch in _windows(notes):
        chord = _chord_at(spans, middle_quarters)
        if chord is not None:
            scores.append(np.mean([_consonance((pitch - below) % 12) for below in chord.pitch_classes]))
    return float(sum(scores)) / _some(len(scores))


def melody_chord_distance(notes: Sequence[Note], spans: Sequence[ChordSpan]) -> float:
    """Return MCTD, the mean distance of tonal centroids between note and chord, weighted by duration.

    Raises:
        InputError: when no note sounds together with a chord.
    """
    distance = duration = 0.0
    for _, note, chord, quarters in _together(notes, spans):
        apart = tonal_centroid(np.eye(12)[note.pitch % 12]) - tonal_centroid(chroma(chord))
        distance += quarters * float(np.linalg.norm(apart))
        duration += quarters
    return distance / _some(duration)


def chord_histogram_entropy(chords: Iterable[Chord]) -> float:
    """Return CHE = -sum p log p over the shares p of each chord in a progression, in nats.

    Raises:
        InputError: when there is no chord.
    """
    counts = Counter(chords)
    total = _some(counts.total())
    return -sum(count / total * math.log(count / total) for count in counts.values())


def chord_coverage(chords: Iterable[Chord]) -> int:
    """Return CC, the number of different chords."""
    return len(set(chords))


def chord_tonal_distance(chords: Sequence[Chord]) -> float:
    """Return CTD, the mean distance of the tonal centroids of neighbouring chords.

    Raises:
        InputError: when there are fewer than two chords.
    """
    places = [tonal_centroid(chroma(chord)) for chord in chords]
    steps = [float(np.linalg.norm(after - before)) for before, after in pairwise(places)]
    return sum(steps) / _some(len(steps))


def harmonization_scores(notes: Sequence[Note], spans: Sequence[ChordSpan]) -> dict[str, float]:
    """Return the six measures by name; those of the progression count one chord for each span that has one."""
    chords = [span.chord for span in spans if span.chord.root >= 0]
    return {
        "CTnCTR": chord_tone_ratio(notes, spans),
        "PCS": pitch_consonance(notes, spans),
        "MCTD": melody_chord_distance(notes, spans),
        "CHE": chord_histogram_entropy(chords),
        "CC": float(chord_coverage(chords)),
        "CTD": chord_tonal_distance(chords) if len(chords) > 1 else 0.0,
    }


def chord_agreement(found: Sequence[ChordSpan], reference: Sequence[ChordSpan]) -> dict[str, float]:
    """Return the shares of time in which found chords have the reference's `root`, and its root and `third`.

    Counted where the reference has a chord. Chords without a third have equal thirds, as `thirds` of mir_eval.

    Raises:
        InputError: when the reference has no chord.
    """
    root = third = total = 0.0
    ends = [span.end_quarters for span in found]
    for span in reference:
        if span.chord.root < 0:
            continue
        total += span.end_quarters - span.onset_quarters
        for other in found[bisect.bisect_right(ends, span.onset_quarters) :]:
            if other.onset_quarters >= span.end_quarters:
                break
            if other.chord.root == span.chord.root:
                quarters = _overlap(span, other)
                root += quarters
                third += quarters * (_third(other.chord) == _third(span.chord))
    return {"root": root / _some(total), "third": third / _some(total)}


def _consonance(semitones: int) -> int:
    if semitones in _CONSONANT:
        return 1
    return 0 if semitones == _FOURTH else -1


def _together(notes: Sequence[Note], spans: Sequence[ChordSpan]) -> Iterator[tuple[int, Note, Chord, float]]:
    """Yield (index of the note, note, chord, quarters) for each note and each chord that sound together."""
    ends = [span.end_quarters for span in spans]
    for index, note in enumerate(notes):
        for span in spans[bisect.bisect_right(ends, note.onset_quarters) :]:
            start = max(note.onset_quarters, span.onset_quarters)
            quarters = min(note.end_quarters, span.end_quarters) - start
            if span.onset_quarters >= note.end_quarters:
                break
            if quarters > 0 and span.chord.root >= 0:
                yield index, note, span.chord, quarters


def _windows(notes: Sequence[Note]) -> Iterator[tuple[float, int]]:
    """Yield (middle in quarters, pitch) of the sixteenths in which the melody sounds: the longest note's pitch."""
    heard: dict[int, list[tuple[float, int]]] = {}
    for note in notes:
        first = int(note.onset_quarters // _WINDOW_QUARTERS)
        for window in range(first, math.ceil(note.end_quarters / _WINDOW_QUARTERS)):
            start = window * _WINDOW_QUARTERS
            quarters = min(note.end_quarters, start + _WINDOW_QUARTERS) - max(note.onset_quarters, start)
            heard.setdefault(window, []).append((quarters, note.pitch))
    for window in sorted(heard):
        yield (window + 0.5) * _WINDOW_QUARTERS, max(heard[window], key=lambda entry: entry[0])[1]


def _chord_at(spans: Sequence[ChordSpan], quarters: float) -> Chord | None:
    """Return the chord that sounds at a time, if there is one."""
    index = bisect.bisect_right(spans, quarters, key=lambda span: span.onset_quarters) - 1
    if index < 0 or quarters >= spans[index].end_quarters or spans[index].chord.root < 0:
        return None
    return spans[index].chord


def _overlap(one: ChordSpan, other: ChordSpan) -> float:
    return min(one.end_quarters, other.end_quarters) - max(one.onset_quarters, other.onset_quarters)


def _third(chord: Chord) -> int | None:
    """Return the semitones from root to third, or None where there is none."""
    return next((third for third in (4, 3) if third in INTERVALS[chord.quality]), None)


def _some(total: float) -> float:
    """Return what is divided by, refusing nothing."""
    if total <= 0:
        raise InputError("no note sounds together with a chord, so there is nothing to measure")
    return total
