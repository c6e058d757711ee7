"""Splits cannot leak: no group, no title and no transposition of a progression stands in two parts."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.chords_unified import read_songs
from shared.datasets.contract import ChordSong
from shared.datasets.song_groups import assign_groups, normalised_title, progression_digest
from shared.datasets.song_records import song_from_record
from shared.errors import ConsortError, InputError
from shared.splits import Splits, assert_disjoint, split_by_group, split_of

ROOTS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
QUALITIES = ("maj", "min", "7", "min7")


def group_of(song: ChordSong) -> str:
    return song.group


def corpus(seed: int, n_songs: int = 300) -> list[ChordSong]:
    """Make songs of which many share a title, are copies, or are transpositions of one another."""
    rng = random.Random(seed)
    songs: list[ChordSong] = []
    progressions: list[list[tuple[int, str]]] = []
    for index in range(n_songs):
        if progressions and rng.random() < 0.4:
            shift = rng.randrange(12)
            steps = [((root + shift) % 12, quality) for root, quality in rng.choice(progressions)]
        else:
            steps = [(rng.randrange(12), rng.choice(QUALITIES)) for _ in range(rng.randint(2, 12))]
        progressions.append(steps)
        record: dict[str, Any] = {
            "id": f"song {index}",
            "chords": [f"{ROOTS[root]}:{quality}" for root, quality in steps],
            "title": rng.choice(["", "Untitled", f"Title {rng.randrange(200)}", f"Song {index}"]),
        }
        songs.append(song_from_record(record, "", "test"))
    rng.shuffle(songs)
    return songs


def assert_no_leak(splits: Splits[ChordSong]) -> None:
    """Check on the songs themselves, not on the group names, that nothing stands in two parts."""
    assert_disjoint(splits, group_of)
    for key in (lambda song: normalised_title(song.title), lambda song: progression_digest(song.chords)):
        seen: dict[str, str] = {}
        for name, songs in splits.parts().items():
            for value in filter(None, map(key, songs)):
                assert seen.setdefault(value, name) == name, value


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), kept=st.floats(0.2, 1.0))
def test_nothing_leaks_also_when_songs_are_added_or_removed(seed: int, kept: float) -> None:
    songs = corpus(seed, 80)
    whole = split_by_group(assign_groups(songs), group_of)
    assert_no_leak(whole)
    some = [song for song in songs if random.Random(f"{seed}{song.id}").random() < kept]
    assert_no_leak(split_by_group(assign_groups(some), group_of))


def test_a_song_keeps_its_part_when_unrelated_songs_come_and_go() -> None:
    songs = assign_groups(corpus(1))
    whole = split_by_group(songs, group_of)
    home = {song.id: name for name, part in whole.parts().items() for song in part}
    for seed in range(5):
        groups = sorted({song.group for song in songs})
        gone = set(random.Random(seed).sample(groups, len(groups) // 2))
        rest = [song for song in songs if song.group not in gone]
        part_of = {song.id: name for name, part in split_by_group(rest, group_of).parts().items() for song in part}
        assert part_of == {song.id: home[song.id] for song in rest}


def test_parts_keep_order_and_lose_nothing() -> None:
    songs = assign_groups(corpus(2))
    splits = split_by_group(songs, group_of)
    order = {song.id: index for index, song in enumerate(songs)}
    assert sorted(order[song.id] for part in splits.parts().values() for song in part) == list(range(len(songs)))
    for part in splits.parts().values():
        assert [order[song.id] for song in part] == sorted(order[song.id] for song in part)


def test_sizes_follow_the_fractions() -> None:
    items = [f"group {index}" for index in range(5000)]
    splits = split_by_group(items, str, (0.6, 0.3, 0.1))
    sizes = [len(part) / len(items) for part in splits.parts().values()]
    assert sizes == pytest.approx([0.6, 0.3, 0.1], abs=0.03)
    only_test = split_by_group(items, str, (0.0, 0.0, 1.0))
    assert len(only_test.test) == len(items)


def test_the_split_of_a_group_never_changes() -> None:
    """A change here moves songs between train and test of every model that was ever trained."""
    assert "".join(split_of(f"group {index}")[:2] for index in range(40)) == PINNED
    moved = [index for index in range(200) if split_of(str(index)) != split_of(str(index), seed=1)]
    assert 20 < len(moved) < 120


# From the first eight bytes of sha256("0:group <index>"), read as a fraction.
PINNED = "trtrtrtrtrtrtrtrtrtrtrtrvatrtrvatrtrtrtrtrtrtrtrtrvatrtrtrtrvatrtrtrtrtrtrtrtrtr"


def test_fixed_splits_of_a_corpus_are_kept_and_the_group_follows() -> None:
    items = [("a", "test"), ("a", None), ("b", "validation"), ("c", None)]
    splits = split_by_group(items, lambda item: str(item[0]), fixed=lambda item: item[1])
    assert splits.test[:2] == [("a", "test"), ("a", None)]
    assert splits.validation[:1] == [("b", "validation")]
    with pytest.raises(InputError, match="puts group 'a' in two splits"):
        split_by_group([("a", "test"), ("a", "train")], lambda item: item[0], fixed=lambda item: item[1])
    with pytest.raises(InputError, match="unknown split 'dev'"):
        split_by_group([("a", "dev")], lambda item: item[0], fixed=lambda item: item[1])


@pytest.mark.parametrize("fractions", [(0.8, 0.1), (0.8, 0.3, 0.1), (1.2, -0.1, -0.1)])
def test_wrong_fractions_are_refused(fractions: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="three shares that add up to 1"):
        split_of("x", fractions)


def test_a_leak_is_named() -> None:
    with pytest.raises(ConsortError, match="group 'a' leaks from train into test"):
        assert_disjoint(Splits(["a", "b"], ["c"], ["a"]), str)


def test_the_real_corpus_does_not_leak(consort_data: Path) -> None:
    folder = consort_data / "chords-unified"
    if not folder.is_dir():
        pytest.skip("chords-unified is not in CONSORT_DATA")
    songs, _ = read_songs(folder)
    splits = split_by_group(songs, group_of)
    assert_no_leak(splits)
    sizes = [len(part) / len(songs) for part in splits.parts().values()]
    assert sizes == pytest.approx([0.8, 0.1, 0.1], abs=0.02)
