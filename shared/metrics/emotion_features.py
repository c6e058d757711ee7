"""Twenty features of a piece's notes that listeners' valence and arousal go with, and a ridge regression on them.

They are computed from the pitched notes of a `NoteTable`, whatever their instruments; drums are left out. The
selection follows the review of Gabrielsson & Lindstrom 2010: tempo and density, loudness, articulation, register, mode,
dissonance.

| feature           | what, unit                                                                                  |
|-------------------|---------------------------------------------------------------------------------------------|
| note_rate         | log2 of notes per second                                                                    |
| onset_rate        | log2 of different onsets per second (closer than 35 ms are one)                             |
| pulse             | log2 of the median time between onsets, s, turned about: faster is more                     |
| irregularity      | sd of log2 of the times between onsets, octaves                                             |
| velocity          | mean, / 127                                                                                 |
| velocity_spread   | sd, / 127                                                                                   |
| loudest           | ninth decile of velocity, / 127                                                             |
| duration          | mean of log2 of the notes' length, s                                                        |
| articulation      | median of length / time to the next onset, at most 4                                        |
| polyphony         | notes that sound at an onset, mean                                                          |
| pitch             | mean, octaves from middle C                                                                 |
| pitch_spread      | sd, octaves                                                                                 |
| top               | mean of the highest note at an onset, octaves from middle C                                 |
| bass              | mean of the lowest note at an onset, octaves from middle C                                  |
| major             | best correlation of a major key with the pitch classes less that of a minor one (key profile) |
| key_clarity       | the better of the two                                                                       |
| third             | share of major among major and minor thirds above the tonic of the best key, -1..1          |
| leading           | share of the tonic triad's pitch classes in sounding time                                   |
| dissonance        | mean roughness of the intervals between notes that sound together, 0..1                     |
| chromatic         | share of sounding time outside the seven notes of the best key                              |
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.keys import key_profiles
from shared.music.note_table import NoteTable

FEATURES = (
    "note_rate", "onset_rate", "pulse", "irregularity", "velocity", "velocity_spread", "loudest", "duration",
    "articulation", "polyphony", "pitch", "pitch_spread", "top", "bass", "major", "key_clarity", "third", "tonic_triad",
    "dissonance", "chromatic",
)  # fmt: skip
MIDDLE_C = 60
SAME_ONSET_S = 0.035
_LONGEST_GAP_S, _SHORTEST_S, _MOST_LEGATO = 4.0, 0.02, 4.0
# Roughness of an interval class, 0 unison or octave .. 6 tritone: the order of Malmberg 1918 (Psychological
# Monographs 25), consonant to dissonant, scaled to 0..1.
ROUGHNESS = np.array([0.0, 1.0, 0.6, 0.25, 0.2, 0.1, 0.7])
_SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_SEGMENT_S = 0.125

Vector = NDArray[np.float64]


def features_of(notes: NoteTable) -> Vector:
    """Return the features [20] of a piece.

    Raises:
        InputError: when it has fewer than two onsets of pitched notes.
    """
    notes = notes.pitched
    onsets, first = _onsets(notes)
    if len(onsets) < 2:
        raise InputError("fewer than two onsets of pitched notes: nothing to measure an emotion from")
    groups = np.split(np.arange(len(notes)), first[1:])
    gaps = np.clip(np.diff(onsets), SAME_ONSET_S, _LONGEST_GAP_S)
    length = max(float(onsets[-1] - onsets[0]), _SHORTEST_S)
    velocity, pitch = notes.velocity / 127.0, (notes.pitch - MIDDLE_C) / 12.0
    to_next = np.concatenate([np.full(len(group), gap) for group, gap in zip(groups, gaps, strict=False)])
    durations = np.maximum(notes.duration_s, _SHORTEST_S)
    sounding = _sounding(notes)
    values = (
        np.log2(len(notes) / length),
        np.log2(len(onsets) / length),
        -np.log2(np.median(gaps)),
        np.log2(gaps).std(),
        velocity.mean(),
        velocity.std(),
        np.quantile(velocity, 0.9),
        np.log2(durations).mean(),
        np.median(np.minimum(durations[: len(to_next)] / to_next, _MOST_LEGATO)),
        sounding.sum(axis=1).mean(),
        pitch.mean(),
        pitch.std(),
        np.mean([pitch[group].max() for group in groups]),
        np.mean([pitch[group].min() for group in groups]),
        *_tonality(notes),
        _dissonance(sounding),
    )
    # `chromatic` stands last, behind the dissonance.
    *rest, chromatic, dissonance = values
    return np.array([*rest, dissonance, chromatic], dtype=np.float64)


def _onsets(notes: NoteTable) -> tuple[Vector, NDArray[np.int64]]:
    """Return the times of the onsets, and for each the row of its first note."""
    new = np.diff(notes.onset_s, prepend=-np.inf) > SAME_ONSET_S
    return notes.onset_s[new], np.flatnonzero(new)


def _sounding(notes: NoteTable) -> NDArray[np.bool_]:
    """Return which pitches sound, [segments, 128], in the middle of every eighth of a second that is not silent."""
    middles = np.arange(_SEGMENT_S / 2, notes.end_s, _SEGMENT_S)
    starts = np.searchsorted(middles, notes.onset_s)
    ends = np.searchsorted(middles, notes.onset_s + notes.duration_s)
    changes = np.zeros((len(middles) + 1, 128), dtype=np.int64)
    np.add.at(changes, (starts, notes.pitch), 1)
    np.add.at(changes, (ends, notes.pitch), -1)
    sounding = np.cumsum(changes[:-1], axis=0) > 0
    return sounding[sounding.any(axis=1)]


def _tonality(notes: NoteTable) -> tuple[float, float, float, float, float]:
    """Return major, key_clarity, third, tonic_triad and chromatic."""
    weights = np.minimum(notes.duration_s, 2.0)
    chroma = np.bincount(notes.pitch % 12, weights=weights, minlength=12)
    fit = np.array([np.corrcoef(chroma, profile)[0, 1] if chroma.std() > 0 else 0.0 for profile in key_profiles()])
    best = int(fit.argmax())
    mode, tonic = ("major", best) if best < 12 else ("minor", best - 12)
    shares = np.roll(chroma, -tonic) / chroma.sum()
    thirds = shares[4] + shares[3]
    third = (shares[4] - shares[3]) / thirds if thirds > 0 else 0.0
    inside = shares[list(_SCALES[mode])].sum()
    triad = shares[[0, 4 if mode == "major" else 3, 7]].sum()
    return fit[:12].max() - fit[12:].max(), float(fit.max()), float(third), float(triad), float(1.0 - inside)


def _dissonance(sounding: NDArray[np.bool_]) -> float:
    """Return the mean roughness of the intervals in every segment that has one."""
    total, count = 0.0, 0
    for interval in range(1, 37):
        pairs = int((sounding[:, interval:] & sounding[:, :-interval]).sum())
        distance = interval % 12
        # An interval beyond the octave is half as rough as within it.
        total += pairs * ROUGHNESS[min(distance, 12 - distance)] * (1.0 if interval < 12 else 0.5)
        count += pairs
    return total / count if count else 0.0
