"""A song as the network sees it: token ids and the ids of what is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.datasets.contract import ChordSong
from shared.datasets.song_records import DERIVED, ESTIMATED
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import END_ID, START_ID, chord_to_id
from shared.music.conditions import CONDITIONS, GENRE, KEY, MOOD, SCALE_TYPE


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


def encode(song: ChordSong, *, to_learn_from: bool = False) -> EncodedSong:
    """Turn a song into ids; consecutive chords that become one token are merged.

    What was estimated from the whole song would tell the network of chords that are still to come. So an
    estimated key is never given, and a derived mood only with songs to learn from, where it teaches what the
    moods sound like.
    """
    ids = [chord_to_id(chord) for chord in song.chords if chord.root >= 0]
    merged = tuple(token for index, token in enumerate(ids) if index == 0 or token != ids[index - 1])
    mood = None if song.mood_source == DERIVED and not to_learn_from else song.mood
    key = None if song.key_source == ESTIMATED else song.key
    conditions = (
        GENRE.id(song.genre),
        MOOD.id(mood),
        key.id if key else KEY.unspecified,
        SCALE_TYPE.id(key.mode if key else None),
    )
    tokens = np.array([START_ID, *merged, END_ID], dtype=np.int32)
    genre = song.genre or "unspecified"
    return EncodedSong(song.id, song.dataset, genre, tokens, conditions, key.tonic if key else -1, merged)


def metric_song(song: EncodedSong) -> TokenSong:
    """Return a song as the tables and the controls know it."""
    tonic = None if song.tonic < 0 else song.tonic
    return TokenSong(np.asarray(song.chords, np.int64), tonic, song.dataset, song.genre)


def condition_inputs(ids: NDArray[np.int32]) -> dict[str, NDArray[np.int32]]:
    """Return the network's condition inputs from ids [windows, 4]."""
    return {condition.input_name: ids[:, [column]] for column, condition in enumerate(CONDITIONS)}
