"""Read songs and split them, by song and before anything else is done to them.

Run as a module it prints a decoded batch.
"""

from __future__ import annotations

import os
from pathlib import Path

from sequence_models.chord_generator.config import DataConfig, ModelConfig
from sequence_models.chord_generator.encoding import EncodedSong, encode
from sequence_models.startup import start_tensorflow
from shared.datasets import chords_unified, embedded
from shared.datasets.contract import ChordSong
from shared.datasets.licences import may_ship
from shared.errors import ConsortError
from shared.music.chord_tokens import chord_vocabulary
from shared.music.conditions import CONDITIONS, GENRE
from shared.splits import Splits, split_by_group


def read_songs(source: str) -> list[ChordSong]:
    """Read the songs of `embedded`, `real`, both joined by a plus, or a path.

    Raises:
        ConsortError: when there is no such source, or no song in it can be used.
    """
    if source in ("", "embedded"):
        return embedded.load()
    if source == "real+embedded":
        return read_songs("real") + embedded.load()
    if source != "real":
        return chords_unified.read_songs(Path(source))[0]
    root = os.environ.get("CONSORT_DATA")
    if not root:
        raise ConsortError(
            "songs=real needs the variable CONSORT_DATA to name the folder of the corpora; or name songs with --songs"
        )
    return chords_unified.read_songs(Path(root) / "chords-unified" / "songs.jsonl.gz")[0]


def load_splits(config: DataConfig) -> Splits[EncodedSong]:
    """Return the songs of the source in three splits that share no song, by the songs' own split where given.

    Raises:
        ConsortError: when a filter leaves no training or no validation song.
    """
    songs = read_songs(config.songs)
    if config.permissive_only:
        songs = [song for song in songs if may_ship(song.licence)]
    if config.genre:
        wanted = GENRE.values[GENRE.id(config.genre)]
        songs = [song for song in songs if song.genre == wanted]
    splits = split_by_group(songs, lambda song: song.group, seed=config.split_seed, fixed=lambda song: song.split)
    if not splits.validation or not splits.train:
        splits = _split_few(songs)
    made = Splits(
        [encode(song, to_learn_from=True) for song in splits.train],
        [encode(song) for song in splits.validation],
        [encode(song) for song in splits.test],
    )
    for name, part in (("training", made.train), ("validation", made.validation)):
        if not part:
            raise ConsortError(f"no {name} song is left of '{config.songs}'; give more songs or drop a filter")
    return made


def _split_few(songs: list[ChordSong]) -> Splits[ChordSong]:
    """Split a handful of songs, of which chance leaves a part empty: one group validates, the others train."""
    last = max((song.group for song in songs), default="")
    rest = [song for song in songs if song.group != last]
    return Splits(rest, [song for song in songs if song.group == last], [])


def main() -> None:
    """Print one decoded batch of the embedded corpus."""
    start_tensorflow()
    from sequence_models.chord_generator.windows import TrainingWindows

    songs = load_splits(DataConfig())
    print(f"{len(songs.train)} training, {len(songs.validation)} validation, {len(songs.test)} test songs")
    batches = TrainingWindows(songs.train, ModelConfig(), DataConfig(), batch_size=4, seed=0)
    inputs, targets, weights = batches[0]
    vocabulary = chord_vocabulary()
    for row in range(len(targets)):
        asked = [condition.value(int(inputs[condition.input_name][row, 0])) for condition in CONDITIONS]
        print(f"\n{', '.join(str(value) for value in asked)}")
        print("  inputs  ", " ".join(vocabulary.decode(inputs["chord_sequence_input"][row])))
        print("  targets ", " ".join(vocabulary.decode(targets[row])))
        print("  weights ", " ".join(f"{weight:.0f}" for weight in weights[row]))


if __name__ == "__main__":
    main()
