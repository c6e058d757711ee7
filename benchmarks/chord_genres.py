"""Do generated progressions sound like the genre that was asked for? A part of `benchmarks.chord_conditioning`.

The judge is naive Bayes on chord bigrams (`shared.metrics.genre_bayes`), trained on the training songs. How far
it can be trusted is told by real songs: all of them, each judged by a classifier that did not learn its group, and
openings of held-out songs that are as long as the generated progressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.chord_corpus import Asked, Made, RealSong, RealSongs, compose, keys_of, opening
from benchmarks.report import Bar
from shared.decoding.progression import StepModel
from shared.metrics.genre_bayes import Confusion, GenreBayes, accuracy, balanced_accuracy, fit_genre_bayes, usable
from shared.metrics.sequences import TokenSong
from shared.music.conditions import GENRE, SCALE_TYPE

GENRE_ACCURACY = 0.75  # of generated progressions, and of real songs, or the judge is none
_FOLDS = 10

Row = dict[str, Any]
Heard = tuple[TokenSong, bool]  # what is judged, and whether it ends as a song ends


def trained_judge(songs: RealSongs) -> tuple[GenreBayes, list[Row], Bar]:
    """Return the classifier, and rows and a bar that say how far it can be trusted."""
    learnt, validation = ([real.song for real in part] for part in (songs.train, songs.validation))
    judge = fit_genre_bayes(learnt, validation, songs.genres)
    crossed = cross_validated(judge, [*songs.train, *songs.held_out])
    rows = [
        _judge_row("every song alike", accuracy(crossed), int(crossed.sum())),
        _judge_row("every genre alike", balanced_accuracy(crossed), int(crossed.sum())),
    ]
    return judge, rows, Bar.at_least("genre of real songs told by chord bigrams", accuracy(crossed), GENRE_ACCURACY)


def measure_genres(
    model: StepModel, judge: GenreBayes, songs: RealSongs, count: int, seed: int
) -> tuple[list[Row], list[Made], list[Heard]]:
    """Return the rows of the genres, the progressions that were judged and real openings as long.

    The first row is that of all genres, with the key alone given; the last that of all with the scale given too.
    """
    made = compose(model, genre_wishes(songs, count, seed), seed)
    scaled = compose(model, genre_wishes(songs, count, seed, scale=True), seed)
    played = equally_long(made, songs.held_out, seed)
    real = confusion_of(judge, played)
    given, fixed = (confusion_of(judge, [(one.song, one.ended) for one in some]) for some in (made, scaled))
    rows = [
        *_rows("genre told, key given", judge.genres, given, real),
        _rows("genre told, key and scale given", judge.genres, fixed, real)[0],
    ]
    return rows, made, played


def genre_wishes(songs: RealSongs, count: int, seed: int, scale: bool = False) -> list[Asked]:
    """Ask for every genre `count` times, in keys of its training songs; with their scale types where `scale` says."""
    return [
        Asked(GENRE.id(genre), key=key.id, scale_type=SCALE_TYPE.id(key.mode if scale else None))
        for genre in songs.genres
        for key in keys_of(songs.train, genre, count, seed)
    ]


def equally_long(made: Sequence[Made], held_out: Sequence[RealSong], seed: int) -> list[Heard]:
    """Return for each progression the opening of a held-out song of its genre, no longer than the progression."""
    rng = np.random.default_rng(seed)
    pools = {
        genre: [real.song for real in held_out if real.song.genre == genre and usable(real.song)]
        for genre in {one.song.genre for one in made}
    }
    drawn = [(pools[one.song.genre], len(one.tokens)) for one in made]
    return [opening(pool[rng.integers(len(pool))], length) for pool, length in drawn if pool]


def cross_validated(judge: GenreBayes, songs: Sequence[RealSong]) -> Confusion:
    """Return the confusion over all songs, each judged by a classifier that learnt from the other nine tenths.

    Songs of one group (versions of one song) are judged together, so that none was learnt. The smoothing is the
    judge's own.
    """
    fold_of = {group: index % _FOLDS for index, group in enumerate(sorted({real.group for real in songs}))}
    total = np.zeros((len(judge.genres), len(judge.genres)), dtype=np.int64)
    for fold in range(_FOLDS):
        other = GenreBayes(judge.genres, judge.smoothing)
        other.fit(real.song for real in songs if fold_of[real.group] != fold)
        total += other.confusion(real.song for real in songs if fold_of[real.group] == fold)
    return total


def confusion_of(judge: GenreBayes, heard: Sequence[Heard]) -> Confusion:
    """Return [genre, genre as judged] of songs of which some were cut off."""
    return judge.confusion((song for song, ended in heard if ended)) + judge.confusion(
        (song for song, ended in heard if not ended), ended=False
    )


def _judge_row(how: str, real: float, n: int) -> Row:
    return {
        "measure": "genre told: real songs, cross-validated", "of": how, "generated": None, "real": real,
        "chance": None, "n": n, "note": "the judge beside itself",
    }  # fmt: skip


def _rows(measure: str, genres: Sequence[str], made: Confusion, real: Confusion) -> list[Row]:
    """Return a row for all genres alike, and one for each with what it was taken for."""
    rows = [_row(measure, "all genres alike", balanced_accuracy(made), balanced_accuracy(real), made)]
    for index, genre in enumerate(genres):
        taken = {name: _share(made[index], place) for place, name in enumerate(genres)}
        note = "taken for " + ", ".join(f"{name} {share:.0%}" for name, share in taken.items() if share >= 0.005)
        rows.append(_row(measure, genre, taken[genre], _share(real[index], index), made[index], note))
    return rows


def _row(
    measure: str, of: str, made: float, real: float, table: Confusion, note: str = "real: openings as long"
) -> Row:
    return {
        "measure": measure, "of": of, "generated": made, "real": real, "chance": 1 / table.shape[-1],
        "n": int(table.sum()), "note": note,
    }  # fmt: skip


def _share(row: Confusion, index: int) -> float:
    return float(row[index] / max(int(row.sum()), 1))
