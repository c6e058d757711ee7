"""What a set of chord progressions is like: transitions, key adherence, copying.

Progressions are lists of chord token ids (`shared.music.chord_tokens`), without START and END.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.errors import InputError
from shared.metrics.frechet import Features, beside_real_halves
from shared.music.chord_tokens import N_QUALITIES, N_SPECIAL, id_to_chord
from shared.music.chords import Chord
from shared.music.keys import Key

FAMILIES = ("major", "dominant", "minor", "other")
EMBEDDING = "square roots of the shares of (family, root step, family) chord transitions, 192 dimensions"
_MAJOR_THIRD, _MINOR_THIRD, _FIFTH, _MINOR_SEVENTH = 4, 3, 7, 10
# A song as one character per transition; this one stands between songs and is no transition.
_SEPARATOR = "\n"
_FIRST_CHARACTER = 0x100


def transition_features(progressions: Iterable[ArrayLike]) -> Features:
    """Return [n, 192], one row per progression, the same in every key.

    A transition is the family of the first chord (`FAMILIES`), the root step in semitones upwards (0-11) and
    the family of the second chord. Square roots of shares (Hellinger) keep a few frequent transitions from
    outweighing all others.

    Raises:
        InputError: when a progression has fewer than two chords.
    """
    rows = [_transition_shares(_chord_ids(progression)) for progression in progressions]
    return np.sqrt(np.array(rows).reshape(len(rows), 12 * len(FAMILIES) ** 2))


def excerpts(songs: Iterable[ArrayLike], length: int, seed: int = 0) -> list[NDArray[np.int64]]:
    """Return one run of `length` chords from each song that has so many, begun at a random place."""
    rng = np.random.default_rng(seed)
    arrays = [np.asarray(song, dtype=np.int64) for song in songs]
    starts = [(song, int(rng.integers(len(song) - length + 1))) for song in arrays if len(song) >= length]
    return [song[start : start + length] for song, start in starts]


def frechet_report(
    generated: Iterable[ArrayLike], real: Iterable[ArrayLike], length: int = 12, seed: int = 0
) -> dict[str, float | str]:
    """Return the Frechet distance of chord transitions between generated progressions and real songs.

    Excerpts of `length` chords are compared, one from each progression and song, so that both sides show
    transitions through windows of the same size; `real_real` is the distance between halves of the real ones.
    """
    made = transition_features(excerpts(generated, length, seed))
    played = transition_features(excerpts(real, length, seed + 1))
    return {**beside_real_halves(made, played, seed=seed), "length": length, "embedding": EMBEDDING}


def key_adherence(progressions: Sequence[Sequence[Chord]], keys: Sequence[Key]) -> float:
    """Return the share of all chords that are diatonic in the key of their progression, 0-1.

    Raises:
        InputError: when keys and progressions do not pair up or there is no chord.
    """
    if len(progressions) != len(keys) or not any(len(chords) for chords in progressions):
        raise InputError(f"{len(progressions)} progressions with chords need as many keys, not {len(keys)}")
    pairs = zip(progressions, keys, strict=True)
    return float(np.mean([key.chord_is_diatonic(chord) for chords, key in pairs for chord in chords]))


def copied_share(
    progressions: Iterable[ArrayLike],
    training: Iterable[ArrayLike],
    length: int = 12,
    anywhere: bool = False,
    loops: bool = True,
) -> float:
    """Return the share of progressions that a training song contains, in whatever key.

    Args:
        progressions: those shorter than `length` are left out of the count: a cadence is no theft.
        training: songs, as chord ids.
        length: chords that a copy has at least.
        anywhere: count a progression when any `length` chords in a row are copied, instead of the whole.
        loops: whether copied loops count; a few chords that go round belong to nobody.

    Raises:
        InputError: when no progression has `length` chords.
    """
    texts = [_transition_text(_chord_ids(progression)) for progression in progressions]
    judged = [text for text in texts if len(text) >= length - 1]
    if not judged:
        raise InputError(f"no progression has {length} chords, so none can be judged as a copy")
    songs = [_transition_text(_chord_ids(song)) for song in training]
    if anywhere:
        theirs = {run for song in songs for run in _runs(song, length - 1)}
        return float(
            np.mean([any(run in theirs for run in _runs(t, length - 1) if loops or not _is_loop(run)) for t in judged])
        )
    corpus = _SEPARATOR.join(songs)
    return float(np.mean([(loops or not _is_loop(text)) and text in corpus for text in judged]))


def _runs(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(len(text) - width + 1)]


def _is_loop(transitions: str) -> bool:
    """Tell whether the chords go round and round: a pattern that comes twice or more and nothing else."""
    # n transitions lie between n + 1 chords; a period of p transitions is one of p chords.
    longest = (len(transitions) + 1) // 2
    return any(transitions[period:] == transitions[:-period] for period in range(1, longest + 1))


def _chord_ids(progression: ArrayLike) -> NDArray[np.int64]:
    """Return the ids as an array, refusing what is no chord."""
    ids = np.asarray(progression, dtype=np.int64)
    if ids.size and not N_SPECIAL <= ids.min() <= ids.max() < N_SPECIAL + 12 * N_QUALITIES:
        raise InputError("a progression holds chord ids only, without PAD, START and END")
    return ids


def _transition_shares(ids: NDArray[np.int64]) -> Features:
    """Return the share of each kind of transition [192] in one progression."""
    if len(ids) < 2:
        raise InputError("a progression of fewer than two chords has no chord transition")
    roots, qualities = np.divmod(ids - N_SPECIAL, N_QUALITIES)
    families = _families()[qualities]
    steps = (roots[1:] - roots[:-1]) % 12
    kinds = (families[:-1] * 12 + steps) * len(FAMILIES) + families[1:]
    return np.bincount(kinds, minlength=12 * len(FAMILIES) ** 2) / len(kinds)


def _transition_text(ids: NDArray[np.int64]) -> str:
    """Write a character for each (quality, root step, quality): copies in any key are substrings."""
    roots, qualities = np.divmod(ids - N_SPECIAL, N_QUALITIES)
    steps = (roots[1:] - roots[:-1]) % 12
    codes = (qualities[:-1] * 12 + steps) * N_QUALITIES + qualities[1:]
    return "".join(chr(_FIRST_CHARACTER + code) for code in codes.tolist())


@cache
def _families() -> NDArray[np.int64]:
    """Return the family of each generator quality [qualities], from the notes of the chord."""
    chords = (id_to_chord(N_SPECIAL + index) for index in range(N_QUALITIES))
    return np.array([FAMILIES.index(_family({note % 12 for note in c.pitch_classes})) for c in chords])


def _family(notes: set[int]) -> str:
    """Name the family of a chord on C from its pitch classes."""
    if _MAJOR_THIRD in notes:
        return "dominant" if _MINOR_SEVENTH in notes else "major"
    return "minor" if {_MINOR_THIRD, _FIFTH} <= notes else "other"
