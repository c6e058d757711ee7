"""`python -m benchmarks.embedded_corpus`: are genre and mood audible in the progressions that the grammar writes?

Key-relative throughout, so that a key says nothing. Genre: a naive Bayes classifier on chord bigrams learns from
the training part and is tested on the rest. Mood: Spearman rank correlation over the 27 moods between what the
mood table asks for and what the progressions do. Predictability: perplexity of a bigram model per genre.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.datasets import embedded
from shared.datasets.contract import ChordSong
from shared.metrics.genre_bayes import GenreBayes, bigrams
from shared.metrics.mood_directions import mood_correlation
from shared.metrics.ngrams import NGram
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import chord_to_id, chord_vocabulary
from shared.music.conditions import GENRES, MOODS
from shared.music.grammar.novelty import LEAK_RUN, runs
from shared.music.moods import dissonance, minor_share

COMMAND = "python -m benchmarks.embedded_corpus"
GENRE_ACCURACY, RANK_CORRELATION = 0.85, 0.7


@dataclass
class EmbeddedCorpusConfig:
    """Measure the embedded corpus."""

    out: Path = option(RESULTS, help="folder for embedded_corpus.json")


def relative_ids(song: ChordSong) -> list[int]:
    """Return the chord ids of a song as if its tonic were C."""
    assert song.key is not None  # the grammar states every key
    return [chord_to_id(chord.transpose(-song.key.tonic)) for chord in song.chords]


def relative_song(song: ChordSong) -> TokenSong:
    """Return a song as the classifier takes it, in C."""
    return TokenSong(np.array(relative_ids(song)), 0, song.dataset, song.genre)


def genre_classifier(songs: Sequence[ChordSong]) -> GenreBayes:
    """Return naive Bayes over chord bigrams, counts smoothed by one half; how songs begin and end does not count."""
    return GenreBayes(GENRES, smoothing=0.5, ends=False).fit(relative_song(song) for song in songs)


def inner_pairs(song: ChordSong) -> list[int]:
    """Return the pairs of neighbouring chords, each as one number."""
    return bigrams(relative_song(song), begun=False, ended=False).tolist()


def perplexity(train: Sequence[ChordSong], held_out: Sequence[ChordSong]) -> float:
    """Return the perplexity of a bigram model on held-out songs, first chords not scored."""
    model = NGram(2, len(chord_vocabulary())).fit([np.array(relative_ids(song)) for song in train])
    losses: list[float] = []
    for song in held_out:
        ids = np.array(relative_ids(song))
        rows = model.distributions(ids)
        losses += (-np.log(rows[np.arange(len(ids) - 1), ids[1:]])).tolist()
    return float(np.exp(np.mean(losses)))


# What is measured: the direction of the mood table that it should follow, and what the progressions do.
MEASURES: dict[str, tuple[str, Callable[[ChordSong], float]]] = {
    "minor keys": ("minor", lambda song: float(song.key is not None and song.key.mode == "minor")),
    "minor chords": ("minor", lambda song: minor_share(song.chords)),
    "dissonance": ("dissonance", lambda song: dissonance(song.chords)),
    "changes per bar": ("harmonic rhythm", lambda song: len(song.chords) / len(song.bars or ())),
    "tempo": ("tempo", lambda song: song.tempo_qpm or 0.0),
}


def mood_correlations(songs: Sequence[ChordSong]) -> dict[str, float]:
    """Return the rank correlation of each musical direction over the 27 moods."""
    return {
        name: mood_correlation(direction, {mood: [done(s) for s in songs if s.mood == mood] for mood in MOODS})
        for name, (direction, done) in MEASURES.items()
    }


def leaked_runs(train: Sequence[ChordSong], held_out: Sequence[ChordSong]) -> int:
    """Return how many held-out songs share a key-relative run of twelve chords with a training song."""

    def own(song: ChordSong) -> frozenset[tuple[tuple[int, str], ...]]:
        return runs(tuple((chord_id, "") for chord_id in relative_ids(song)), LEAK_RUN)

    seen = frozenset[Any]().union(*(own(song) for song in train))
    return sum(not seen.isdisjoint(own(song)) for song in held_out)


def rows_of(train: Sequence[ChordSong], held_out: Sequence[ChordSong]) -> list[dict[str, Any]]:
    """Return one row per genre and one for all."""
    classifier = genre_classifier(train)
    rows = []
    for genre in (*GENRES, "all"):
        learnt, tested = ([song for song in part if genre in (song.genre, "all")] for part in (train, held_out))
        right = sum(classifier.predict(relative_song(song)) == song.genre for song in tested)
        rows.append(
            {
                "genre": genre,
                "progressions": len(learnt) + len(tested),
                "changes": sum(len(song.chords) for song in (*learnt, *tested)),
                "distinct_bigrams": len({pair for song in learnt for pair in inner_pairs(song)}),
                "bigram_perplexity": perplexity(learnt, tested),
                "told_by_bigrams": right / len(tested),
            }
        )
    return rows


@entry_point(EmbeddedCorpusConfig)
def main(config: EmbeddedCorpusConfig) -> None:
    """Measure, print the table, write the JSON."""
    songs = embedded.load()
    train = [song for song in songs if song.split == "train"]
    held_out = [song for song in songs if song.split != "train"]
    rows = rows_of(train, held_out)
    bars = [Bar.at_least("genre told by chord bigrams", rows[-1]["told_by_bigrams"], GENRE_ACCURACY)]
    bars += [
        Bar.at_least(f"mood: rank correlation of {name}", value, RANK_CORRELATION)
        for name, value in mood_correlations(songs).items()
    ]
    bars.append(Bar.at_most("held-out with a training run of 12 chords", leaked_runs(train, held_out), 0))
    print(format_table(rows))
    print(format_bars(bars))
    print(f"written: {write_benchmark('embedded_corpus', COMMAND, rows, bars, config.out)}")


if __name__ == "__main__":
    sys.exit(main())
