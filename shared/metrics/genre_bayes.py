"""A naive Bayes classifier of genre that hears nothing but pairs of neighbouring chords.

    genre of a song = argmax over g of  sum over its pairs (a, b) of  log (c_g(ab) + s) / (c_g + s K)

c_g(ab) counts the pair in the training songs of genre g, c_g all pairs of that genre, K is the number of
distinct pairs in all training songs and s the smoothing (Lidstone; Manning, Raghavan & Schuetze 2008,
"Introduction to Information Retrieval", section 13.2). All genres are equally likely beforehand. A pair that no
training song has says nothing and is passed over: counted, it would speak for the genre with the fewest songs.

Songs are seen from their tonic, so a key says nothing; a song without a tonic cannot be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.metrics.ngrams import transposed
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import END_ID, N_QUALITIES, N_TOKENS, START_ID

SMOOTHINGS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

Table = NDArray[np.float64]  # [genres, N_TOKENS ** 2]: a column for each pair of tokens
Confusion = NDArray[np.int64]  # [genre, genre as judged]


def usable(song: TokenSong) -> bool:
    """Tell whether a song can be judged: its tonic is known and it has a pair of chords."""
    return song.tonic is not None and len(song.tokens) > 1


def bigrams(song: TokenSong, begun: bool = True, ended: bool = True) -> NDArray[np.int64]:
    """Return the pairs of a song [pairs], each as one number.

    Args:
        song: chord ids and tonic.
        begun: pair START with the first chord; False where an excerpt begins within a song.
        ended: pair the last chord with END; False where a song was cut off.

    Raises:
        InputError: when the tonic is not known.
    """
    if song.tonic is None:
        raise InputError("a song without a tonic cannot be judged by its chords seen from the tonic")
    chords = transposed(np.asarray(song.tokens, dtype=np.int64), -song.tonic, N_QUALITIES)
    tokens = np.concatenate([[START_ID] * begun, chords, [END_ID] * ended]).astype(np.int64)
    return np.asarray(tokens[:-1] * N_TOKENS + tokens[1:])


class GenreBayes:
    """The classifier: `GenreBayes(genres).fit(songs).predict(song)`."""

    def __init__(self, genres: Sequence[str], smoothing: float = 0.5, ends: bool = True) -> None:
        """Set up an untrained classifier.

        Args:
            genres: those to tell apart.
            smoothing: s, added to the count of each pair.
            ends: whether the first and the last chord of a song count, as pairs with START and END.

        Raises:
            InputError: when there are fewer than two genres or the smoothing is not above 0.
        """
        if len(set(genres)) < 2 or smoothing <= 0:
            raise InputError(f"telling genres apart needs two or more and a smoothing above 0, not {list(genres)}")
        self.genres, self.smoothing, self.ends = tuple(genres), smoothing, ends
        self._counts: Table = np.zeros((len(self.genres), N_TOKENS**2))
        self._logs: Table = np.zeros_like(self._counts)

    def fit(self, songs: Iterable[TokenSong]) -> Self:
        """Count the pairs of the songs of these genres whose tonic is known.

        Raises:
            InputError: when a genre has no such song.
        """
        counts = np.zeros_like(self._counts)
        for song in songs:
            if song.genre in self.genres and usable(song):
                np.add.at(counts[self.genres.index(song.genre)], bigrams(song, self.ends, self.ends), 1.0)
        silent = [genre for genre, row in zip(self.genres, counts, strict=True) if not row.any()]
        if silent:
            raise InputError(f"no training song of {', '.join(silent)} has a key and two chords")
        return self._learn(counts)

    def with_smoothing(self, smoothing: float) -> GenreBayes:
        """Return a classifier of the same counts with another smoothing."""
        return GenreBayes(self.genres, smoothing, self.ends)._learn(self._counts)

    def _learn(self, counts: Table) -> Self:
        known = counts.any(axis=0)
        totals = counts.sum(axis=1, keepdims=True) + self.smoothing * np.count_nonzero(known)
        self._counts, self._logs = counts, np.where(known, np.log((counts + self.smoothing) / totals), 0.0)
        return self

    def log_likelihoods(self, song: TokenSong, begun: bool = True, ended: bool = True) -> NDArray[np.float64]:
        """Return the log likelihood of a song in each genre [genres]; see `bigrams` for what was cut off."""
        pairs = bigrams(song, begun and self.ends, ended and self.ends)
        return np.asarray(self._logs[:, pairs].sum(axis=1))

    def predict(self, song: TokenSong, begun: bool = True, ended: bool = True) -> str:
        """Return the likeliest genre; the first listed wins a tie."""
        return self.genres[int(np.argmax(self.log_likelihoods(song, begun, ended)))]

    def confusion(self, songs: Iterable[TokenSong], begun: bool = True, ended: bool = True) -> Confusion:
        """Return [genre, genre as judged], counts over the songs of these genres that can be judged."""
        table = np.zeros((len(self.genres), len(self.genres)), dtype=np.int64)
        for song in songs:
            if song.genre in self.genres and usable(song):
                judged = self.predict(song, begun, ended)
                table[self.genres.index(song.genre), self.genres.index(judged)] += 1
        return table


def fit_genre_bayes(
    train: Sequence[TokenSong],
    validation: Sequence[TokenSong],
    genres: Sequence[str],
    smoothings: Sequence[float] = SMOOTHINGS,
) -> GenreBayes:
    """Return a classifier trained on `train`, with the smoothing that tells most validation songs rightly."""
    counted = GenreBayes(genres).fit(train)
    candidates = [counted.with_smoothing(smoothing) for smoothing in smoothings]
    return max(candidates, key=lambda candidate: accuracy(candidate.confusion(validation)))


def accuracy(confusion: Confusion) -> float:
    """Return the share of songs that were told rightly, every song alike."""
    return float(np.trace(confusion) / max(int(confusion.sum()), 1))


def balanced_accuracy(confusion: Confusion) -> float:
    """Return the mean over the genres that have songs of the share told rightly, every genre alike."""
    sizes = confusion.sum(axis=1)
    return float(np.mean((np.diag(confusion) / np.maximum(sizes, 1))[sizes > 0]))
