"""A song as the network sees it: token ids and the ids of what is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator.places import UNKNOWN, places_of
from shared.datasets.contract import ChordSong
from shared.datasets.song_records import DERIVED, ESTIMATED
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import END_ID, START_ID, chord_to_id
from shared.music.conditions import CONDITIONS, GENRE, KEY, MOOD, SCALE_TYPE
from shared.music.keys import Key

# Share of diatonic chords from which a song teaches what it means to keep to the scale.
_KEEPS_TO_SCALE = 0.95
_LEAST_HIDDEN = 0.5
_UNSPECIFIED = np.array([condition.unspecified for condition in CONDITIONS], dtype=np.int32)


@dataclass(frozen=True)
class EncodedSong:
    """A song as the network sees it."""

    id: str
    dataset: str
    genre: str
    tokens: NDArray[np.int32]  # START, chords, END
    places: NDArray[np.int32]  # of each token; see `places`
    conditions: tuple[int, int, int, int]  # ids of genre, mood, key, scale type
    tonic: int  # pitch class, or -1 where no key is known
    chords: tuple[int, ...]  # token ids without START and END
    licence: str = ""


def encode(song: ChordSong, *, to_learn_from: bool = False) -> EncodedSong:
    """Turn a song into ids; consecutive chords that become one token are merged.

    What was estimated from the whole song would tell the network of chords that are still to come. So an
    estimated key is never given, and a derived mood only with songs to learn from, where it teaches what the
    moods sound like. So does the scale type: it is given with songs that keep to the scale of their key.
    """
    ids = [chord_to_id(chord) for chord in song.chords if chord.root >= 0]
    kept = [index for index, token in enumerate(ids) if index == 0 or token != ids[index - 1]]
    merged = tuple(ids[index] for index in kept)
    places = np.pad(places_of(song)[kept], 1, constant_values=UNKNOWN)
    mood = None if song.mood_source == DERIVED and not to_learn_from else song.mood
    key = None if song.key_source == ESTIMATED else song.key
    conditions = (
        GENRE.id(song.genre),
        MOOD.id(mood),
        key.id if key else KEY.unspecified,
        SCALE_TYPE.id(key.mode if key and to_learn_from and _keeps_to_scale(song, key) else None),
    )
    tokens = np.array([START_ID, *merged, END_ID], dtype=np.int32)
    genre = song.genre or "unspecified"
    tonic = key.tonic if key else -1
    return EncodedSong(song.id, song.dataset, genre, tokens, places, conditions, tonic, merged, song.licence)


def _keeps_to_scale(song: ChordSong, key: Key) -> bool:
    """Tell whether nearly all chords of a song are diatonic."""
    return float(np.mean([key.chord_is_diatonic(chord) for chord in song.chords])) >= _KEEPS_TO_SCALE


def hide_conditions(conditions: NDArray[np.int32], share: float, rng: np.random.Generator) -> NDArray[np.int32]:
    """Leave conditions [n, 4] open at random, so that the network can do without each of them.

    Mood and scale type, of which songs to be scored say nothing, are left open in at least half of the cases.
    """
    shares = np.array([max(share, _LEAST_HIDDEN) if c in (MOOD, SCALE_TYPE) else share for c in CONDITIONS])
    return np.where(rng.random(conditions.shape) < shares, _UNSPECIFIED, conditions).astype(np.int32)


def metric_song(song: EncodedSong) -> TokenSong:
    """Return a song as the tables and the controls know it."""
    tonic = None if song.tonic < 0 else song.tonic
    return TokenSong(np.asarray(song.chords, np.int64), tonic, song.dataset, song.genre)


def condition_inputs(ids: NDArray[np.int32]) -> dict[str, NDArray[np.int32]]:
    """Return the network's condition inputs from ids [windows, 4]."""
    return {condition.input_name: ids[:, [column]] for column, condition in enumerate(CONDITIONS)}
