"""Do generated progressions go where their mood points? A part of `benchmarks.chord_conditioning`.

Every mood is asked for in the same genres (those in which songs with a mood were learnt from), with the same random
numbers and without a key, which would say the mode; beside them stand progressions without a mood. Three figures come
from the chords that the network wrote. The fourth, chords per minute, comes from the score that `generate` makes
of them: the network writes no durations, so it is the arrangement's figure, not the network's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.chord_corpus import Asked, Made, RealSong, compose
from benchmarks.report import Bar
from shared.decoding.progression import StepModel
from shared.errors import InputError
from shared.metrics.mood_directions import Side, asked_for, mood_correlation, shuffled_correlation, sides
from shared.music.arrangement import arrange
from shared.music.chord_tokens import id_to_chord
from shared.music.chords import Chord
from shared.music.conditions import GENRE, MOOD, MOODS
from shared.music.keys import estimate_key
from shared.music.moods import dissonance, minor_share

RANK_CORRELATION = 0.7
ERRORS = 2.0  # standard errors by which a mood may seem to lie on the wrong side
MAX_LENGTH = 32  # chords: what `generate` writes at most by default
MIN_MOOD_SONGS = 50  # a genre with fewer training songs with a mood teaches none
_MIN_REAL = 5  # songs that a mood needs to count among the real ones
_RHYTHM = "chords per minute, as arranged"

Values = Mapping[str, Sequence[float]]

# What is measured, and the direction of `shared.metrics.mood_directions` that it should follow.
MEASURES: dict[str, tuple[str, Callable[[Sequence[Chord]], float]]] = {
    "minor keys, as estimated": ("minor", lambda chords: float(estimate_key(chords).mode == "minor")),
    "minor chords": ("minor", minor_share),
    "dissonance": ("dissonance", dissonance),
}


def genres_with_moods(train: Sequence[RealSong], at_least: int = MIN_MOOD_SONGS) -> list[str]:
    """Return the genres in which moods can have been learnt.

    Raises:
        InputError: when there is none.
    """
    moody = [real.song.genre for real in train if real.asked.mood != MOOD.unspecified]
    found = [genre for genre in GENRE.values if moody.count(genre) >= at_least]
    if not found:
        raise InputError(f"no genre has {at_least} training songs with a mood, so no mood can have been learnt")
    return found


def wishes(mood: str | None, genres: Sequence[str], per_genre: int) -> list[Asked]:
    """Return what is asked for: a mood in every genre alike, in no key: a key would say the mode."""
    one = [Asked(GENRE.id(genre), MOOD.id(mood)) for genre in genres]
    return [wish for wish in one for _ in range(per_genre)]


def measure_moods(
    model: StepModel, train: Sequence[RealSong], genres: Sequence[str], per_genre: int, seed: int
) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return the rows and bars of the 27 moods for one model."""

    def made(mood: str | None) -> list[Made]:
        return compose(model, wishes(mood, genres, per_genre), seed, MAX_LENGTH)

    progressions, free = {mood: made(mood) for mood in MOODS}, made(None)
    rows, bars = [], []
    for name, (direction, figure) in MEASURES.items():
        values = {mood: [figure(one.chords) for one in some] for mood, some in progressions.items()}
        without = [figure(one.chords) for one in free]
        found = sides(direction, values, without, _ordinary(direction, train, genres))
        rows.append(_row(name, direction, values, found, _real(name, train, genres)))
        bars += _bars(name, rows[-1], found)
    # The arrangement decides the pace by mood and genre alone: one progression of each tells it.
    paces = {mood: _paces(some[::per_genre], mood) for mood, some in progressions.items()}
    found = sides("harmonic rhythm", paces, _paces(free[::per_genre], None), ordinary=1.0)
    rows.append(_row(_RHYTHM, "harmonic rhythm", paces, found, None))
    return rows, bars + _bars(_RHYTHM, rows[-1], found)


def _ordinary(direction: str, train: Sequence[RealSong], genres: Sequence[str]) -> float:
    """Return what the songs that were learnt from ask for on average, every genre alike, as it is generated."""
    means = []
    for genre in genres:
        moods = [MOOD.value(real.asked.mood) for real in train if real.song.genre == genre]
        means.append(np.mean([asked_for(direction, mood) for mood in moods if mood]))
    return float(np.mean(means))


def _real(name: str, train: Sequence[RealSong], genres: Sequence[str]) -> Values:
    """Return the figures of the training songs of each mood that has some, each less the mean of its genre.

    Most of these moods were derived from the mode, the minor chords and a little of the dissonance of the songs,
    so this is what the labels could teach at best.
    """
    figure, found = MEASURES[name][1], dict[str, list[float]]()
    for genre in genres:
        songs = [real for real in train if real.song.genre == genre and real.asked.mood != MOOD.unspecified]
        figures = [figure([id_to_chord(int(token)) for token in real.song.tokens]) for real in songs]
        for real, value in zip(songs, figures, strict=True):
            found.setdefault(str(MOOD.value(real.asked.mood)), []).append(value - float(np.mean(figures)))
    return {mood: values for mood, values in found.items() if len(values) >= _MIN_REAL}


def _paces(progressions: Sequence[Made], mood: str | None) -> list[float]:
    """Return chords per minute of the scores that `generate` writes."""
    paces = []
    for one in progressions:
        score = arrange(one.chords, genre=GENRE.value(one.asked.genre), mood=mood, parts=("bass",))
        gaps = [after[0] - before[0] for before, after in pairwise(score.chord_marks)]
        paces.append(score.tempo_qpm / float(np.mean(gaps)))
    return paces


def _row(name: str, direction: str, values: Values, found: Sequence[Side], real: Values | None) -> dict[str, Any]:
    agreeing = sum(side.agrees for side in found)
    contrary = [side.mood for side in found if side.contradicts(ERRORS)]
    return {
        "measure": f"mood: rank correlation of {name}",
        "of": "27 moods",
        "generated": mood_correlation(direction, values),
        "real": mood_correlation(direction, real) if real and len(real) > 1 else None,
        "chance": shuffled_correlation(direction, values),
        "n": sum(map(len, values.values())),
        "note": f"{agreeing} of {len(found)} moods on the side that they ask for"
        + (f"; beyond {ERRORS:g} standard errors on the other: {', '.join(contrary)}" if contrary else ""),
    }


def _bars(name: str, row: Mapping[str, Any], found: Sequence[Side]) -> list[Bar]:
    contrary = sum(side.contradicts(ERRORS) for side in found)
    return [
        Bar.at_least(str(row["measure"]), row["generated"], RANK_CORRELATION),
        Bar.at_most(f"mood: moods on the wrong side, {name}", contrary, 0),
    ]
