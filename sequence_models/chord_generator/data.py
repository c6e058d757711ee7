"""Songs become windows of chord tokens, split by song before anything else is done to them.

A song is START, its chords, END. A window takes `sequence_length` of these as inputs and the same shifted by
one as targets; the end of a short song is padded with PAD, whose targets weigh nothing:

    inputs   START Am F  C  G  PAD PAD
    targets  Am    F  C  G END PAD PAD
    weights  1     1  1  1  1  0   0
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator.config import DataConfig, ModelConfig
from shared.datasets import chords_unified, embedded
from shared.datasets.contract import ChordSong
from shared.errors import ConsortError
from shared.music.chord_tokens import END_ID, PAD_ID, START_ID, chord_to_id, chord_vocabulary
from shared.music.conditions import CONDITIONS, GENRE, KEY, MOOD, SCALE_TYPE
from shared.splits import Splits, split_by_group

# How the licence notes of records begin whose terms let weights be given away, with credit.
_PERMISSIVE = ("Apache-2.0", "CC0", "CC-BY-4", "CC-BY-SA", "ISC", "MIT", "public-domain")

Batch = tuple[dict[str, NDArray[np.int32]], NDArray[np.int32], NDArray[np.float32]]


@dataclass(frozen=True)
class EncodedSong:
    """A song as the network sees it."""

    id: str
    dataset: str
    genre: str
    tokens: NDArray[np.int32]  # START, chords, END
    conditions: tuple[int, int, int, int]  # ids of genre, mood, key, scale type
    tonic: int  # pitch class, or -1 where no key is known
    chords: tuple[int, ...]  # token ids without START and END


def read_songs(source: str) -> list[ChordSong]:
    """Read the songs of `embedded`, `real` or a path.

    Raises:
        ConsortError: when there is no such source, or no song in it can be used.
    """
    if source in ("", "embedded"):
        return embedded.load()
    if source != "real":
        return chords_unified.read_songs(Path(source))[0]
    root = os.environ.get("CONSORT_DATA")
    if not root:
        raise ConsortError("songs=real needs the variable CONSORT_DATA to name the folder of the corpora")
    return chords_unified.read_songs(Path(root) / "chords-unified" / "songs.jsonl.gz")[0]


def ships(song: ChordSong) -> bool:
    """Tell whether weights trained on a song may be distributed, by the licence of its record."""
    return song.licence.startswith(_PERMISSIVE)


def encode(song: ChordSong) -> EncodedSong:
    """Turn a song into ids; consecutive chords that become one token are merged."""
    ids = [chord_to_id(chord) for chord in song.chords if chord.root >= 0]
    merged = tuple(token for index, token in enumerate(ids) if index == 0 or token != ids[index - 1])
    key = song.key
    conditions = (
        GENRE.id(song.genre),
        MOOD.id(song.mood),
        key.id if key else KEY.unspecified,
        SCALE_TYPE.id(key.mode if key else None),
    )
    tokens = np.array([START_ID, *merged, END_ID], dtype=np.int32)
    genre = song.genre or "unspecified"
    return EncodedSong(song.id, song.dataset, genre, tokens, conditions, key.tonic if key else -1, merged)


def load_splits(config: DataConfig) -> Splits[EncodedSong]:
    """Return the songs of the source in three splits that share no song, by the songs' own split where given.

    Raises:
        ConsortError: when a filter leaves no training or no validation song.
    """
    songs = read_songs(config.songs)
    if config.permissive_only:
        songs = [song for song in songs if ships(song)]
    if config.genre:
        wanted = GENRE.values[GENRE.id(config.genre)]
        songs = [song for song in songs if song.genre == wanted]
    splits = split_by_group(songs, lambda song: song.group, seed=config.split_seed, fixed=lambda song: song.split)
    if not splits.validation or not splits.train:
        splits = _split_few(songs)
    made = Splits(*([encode(song) for song in part] for part in (splits.train, splits.validation, splits.test)))
    for name, part in (("training", made.train), ("validation", made.validation)):
        if not part:
            raise ConsortError(f"no {name} song is left of '{config.songs}'; give more songs or drop a filter")
    return made


def _split_few(songs: list[ChordSong]) -> Splits[ChordSong]:
    """Split a handful of songs, of which chance leaves a part empty: one group validates, the others train."""
    last = max((song.group for song in songs), default="")
    rest = [song for song in songs if song.group != last]
    return Splits(rest, [song for song in songs if song.group == last], [])


def window_arrays(
    songs: Sequence[EncodedSong], starts: Sequence[tuple[int, int]], length: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Cut windows: (song index, first position) pairs -> inputs and targets [windows, length]."""
    cut = np.full((len(starts), length + 1), PAD_ID, dtype=np.int32)
    for row, (index, start) in enumerate(starts):
        piece = songs[index].tokens[start : start + length + 1]
        cut[row, : len(piece)] = piece
    # An input without a target (the END of the song) is padding too.
    targets = cut[:, 1:]
    return np.where(targets == PAD_ID, PAD_ID, cut[:, :-1]).astype(np.int32), targets.copy()


def tiled_starts(songs: Sequence[EncodedSong], length: int) -> list[tuple[int, int]]:
    """Return windows that cover every target of every song exactly once."""
    return [(index, start) for index, song in enumerate(songs) for start in range(0, len(song.tokens) - 1, length)]


def condition_inputs(ids: NDArray[np.int32]) -> dict[str, NDArray[np.int32]]:
    """Return the network's condition inputs from ids [windows, 4]."""
    return {f"{condition.name}_input": ids[:, [column]] for column, condition in enumerate(CONDITIONS)}


def to_batch(inputs: NDArray[np.int32], targets: NDArray[np.int32], conditions: NDArray[np.int32]) -> Batch:
    """Return what Keras trains on: inputs by name, targets, and weights that leave padding out."""
    weights = (targets != PAD_ID).astype(np.float32)
    return {"chord_sequence_input": inputs, **condition_inputs(conditions)}, targets, weights


def main() -> None:
    """Print one decoded batch of the embedded corpus."""
    from sequence_models.chord_generator.windows import TrainingWindows

    songs = load_splits(DataConfig())
    print(f"{len(songs.train)} training, {len(songs.validation)} validation, {len(songs.test)} test songs")
    batches = TrainingWindows(songs.train, ModelConfig(), DataConfig(), batch_size=4, seed=0)
    inputs, targets, weights = batches[0]
    vocabulary = chord_vocabulary()
    for row in range(len(targets)):
        asked = [condition.value(int(inputs[f"{condition.name}_input"][row, 0])) for condition in CONDITIONS]
        print(f"\n{', '.join(str(value) for value in asked)}")
        print("  inputs  ", " ".join(vocabulary.decode(inputs["chord_sequence_input"][row])))
        print("  targets ", " ".join(vocabulary.decode(targets[row])))
        print("  weights ", " ".join(f"{weight:.0f}" for weight in weights[row]))


if __name__ == "__main__":
    main()
