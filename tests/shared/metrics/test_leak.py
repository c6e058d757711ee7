"""What a leak is worth, on the embedded songs: figures of a split after cutting and transposing are memory alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from shared.datasets import embedded
from shared.datasets.contract import ChordSong
from shared.datasets.song_groups import assign_groups, progression_digest
from shared.errors import ConsortError
from shared.metrics.every_key import EveryKeyNGram
from shared.metrics.ngrams import transposed
from shared.metrics.sequences import PositionScores, SequenceScores
from shared.music.chord_tokens import END_ID, N_QUALITIES, N_TOKENS, chord_to_id
from shared.splits import Splits, assert_disjoint, split_by_group

WINDOW = 13  # twelve chords and the one to predict
ORDER = 7  # a chord and the six before it: long enough to remember the place in a song


@dataclass(frozen=True)
class Window:
    """A stretch of a song in some key, and which song it is from."""

    song: str
    tokens: NDArray[np.int64]


@pytest.fixture(scope="module")
def songs() -> list[ChordSong]:
    return embedded.load()[::3]


def cut(songs: list[ChordSong], seed: int) -> list[Window]:
    """Cut songs into windows at every chord, each in a key drawn at random."""
    rng = np.random.default_rng(seed)
    windows = []
    for song in songs:
        ids = np.array([chord_to_id(chord) for chord in song.chords])
        for start in range(len(ids) - WINDOW + 1):
            stretch = ids[start : start + WINDOW]
            windows.append(Window(song.id, transposed(stretch, int(rng.integers(12)), N_QUALITIES)))
    return windows


def figures(train: list[Window], test: list[Window]) -> SequenceScores:
    """Score a memory of the training windows, in whatever key, on the last chord of each test window."""
    memory = EveryKeyNGram(ORDER, N_TOKENS).fit([window.tokens for window in train])
    asked = np.array([window.tokens for window in test])
    rows = memory.probabilities(asked[:, -ORDER:-1])
    rows[:, END_ID] = 0.0
    scores = SequenceScores()
    scores.add(PositionScores.of(rows / rows.sum(axis=1, keepdims=True), asked[:, -1]))
    return scores


def dealt_after_cutting(songs: list[ChordSong]) -> Splits[Window]:
    """Make the mistake: cut and transpose first, then deal the windows."""
    windows = cut(songs, seed=0)
    order = np.random.default_rng(1).permutation(len(windows))
    last = int(0.8 * len(windows))
    return Splits([windows[i] for i in order[:last]], [], [windows[i] for i in order[last:]])


def test_a_split_after_cutting_shows_memory_and_a_split_by_song_what_is_known_of_other_songs(songs):
    grouped = split_by_group(songs, lambda song: song.group, fixed=lambda song: song.split)
    honest = figures(cut(grouped.train, seed=0), cut([*grouped.validation, *grouped.test], seed=0))
    leaky = dealt_after_cutting(songs)
    flattered = figures(leaky.train, leaky.test)
    assert honest.accuracy < 0.5
    assert flattered.accuracy > honest.accuracy + 0.3
    assert flattered.perplexity < honest.perplexity / 5


def test_the_check_finds_windows_of_one_song_in_two_parts(songs):
    with pytest.raises(ConsortError, match="leaks from train into test"):
        assert_disjoint(dealt_after_cutting(songs), lambda window: window.song)


@pytest.mark.parametrize("stated", [True, False])
def test_no_song_and_no_transposition_stands_in_two_parts(stated):
    songs = embedded.load()
    splits = split_by_group(songs, lambda song: song.group, fixed=lambda song: song.split if stated else None)
    assert min(map(len, splits.parts().values())) > 40
    for identity in (lambda song: song.id, lambda song: song.group, lambda song: progression_digest(song.chords)):
        assert_disjoint(splits, identity)


@pytest.mark.parametrize("semitones", [0, 5])
def test_a_planted_copy_or_transposition_is_found_and_its_group_mends_it(songs, semitones):
    """A copy under another name and title, in another key, put where chance would put it: in another part."""
    original = next(song for song in songs if song.split == "test")
    chords = tuple(chord.transpose(semitones) for chord in original.chords)
    copy = replace(original, id="copy", title="Another title", group="copy", chords=chords, split="train")
    planted = split_by_group([*songs, copy], lambda song: song.group, fixed=lambda song: song.split)
    with pytest.raises(ConsortError, match="leaks from train into test"):
        assert_disjoint(planted, lambda song: progression_digest(song.chords))
    loose = [replace(song, split=None) for song in (*songs, copy)]
    mended = split_by_group(assign_groups(loose), lambda song: song.group)
    assert_disjoint(mended, lambda song: progression_digest(song.chords))
