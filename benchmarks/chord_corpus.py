"""What the benchmarks of generated chords share: the corpus of a run, what is asked for, and the progressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from shared.decoding.constraints import Constraints
from shared.decoding.obedience import obedient
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.progression import Conditions, StepModel, generate
from shared.errors import InputError
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import id_to_chord
from shared.music.chords import Chord
from shared.music.conditions import CONDITIONS, GENRE, KEY, MOOD, SCALE_TYPE
from shared.music.grammar.build import DATASET as EMBEDDED
from shared.music.keys import Key, key_of_id

MIN_SONGS = 150  # a genre with fewer real songs is not judged
MAX_LENGTH = 64  # chords: where a progression that the model does not end is cut off
_AT_ONCE = 100  # progressions: a model that remembers its song keeps megabytes for each


@dataclass(frozen=True)
class Asked:
    """What is asked of one progression, as ids of `shared.music.conditions`."""

    genre: int = GENRE.unspecified
    mood: int = MOOD.unspecified
    key: int = KEY.unspecified
    scale_type: int = SCALE_TYPE.unspecified

    @property
    def tonic(self) -> int | None:
        """Pitch class of the key, or None."""
        return None if self.key == KEY.unspecified else self.key % 12


@dataclass(frozen=True)
class RealSong:
    """A song of the corpus: its chords, what is known of it, and the group that it was split by."""

    song: TokenSong
    asked: Asked
    group: str


@dataclass(frozen=True)
class RealSongs:
    """The corpus of a run in the run's own three parts, and the genres that have enough songs to be judged.

    `written` are songs of the embedded corpus that a run learnt from beside real ones: they can be copied, but what
    real music is like they do not tell.
    """

    train: list[RealSong]
    validation: list[RealSong]
    test: list[RealSong]
    genres: tuple[str, ...]
    written: tuple[RealSong, ...] = ()

    @property
    def held_out(self) -> list[RealSong]:
        """The songs that no weight was fitted to."""
        return [*self.validation, *self.test]


@dataclass(frozen=True)
class Made:
    """A generated progression beside what was asked for."""

    tokens: tuple[int, ...]
    asked: Asked
    ended: bool  # by the model, not cut off

    @property
    def song(self) -> TokenSong:
        """The progression as a song of the genre that was asked for."""
        genre = GENRE.value(self.asked.genre)
        return TokenSong(np.array(self.tokens, dtype=np.int64), self.asked.tonic, "generated", genre)

    @property
    def chords(self) -> tuple[Chord, ...]:
        """The progression as chords."""
        return tuple(id_to_chord(token) for token in self.tokens)

    @property
    def key(self) -> Key:
        """The key that was asked for."""
        return key_of_id(self.asked.key)


def load_real_songs(folder: Path) -> RealSongs:
    """Return the songs that a run learnt from and those it did not, by the run's own split.

    Songs that its licence filter or genre filter left out are there too, in the part that their group belongs to.

    Raises:
        ConsortError: when the run or its songs cannot be read.
    """
    from sequence_models.chord_generator import run_folder
    from sequence_models.chord_generator.data import load_splits, read_songs
    from sequence_models.chord_generator.encoding import EncodedSong, metric_song

    _, settings = run_folder.read_settings(folder)
    settings = replace(settings, permissive_only=False, genre="")
    groups = {song.id: song.group for song in read_songs(settings.songs)}

    def real(song: EncodedSong) -> RealSong:
        return RealSong(metric_song(song), Asked(*song.conditions), groups[song.id])

    splits = load_splits(settings)
    parts = [[real(song) for song in part] for part in splits.parts().values()]
    written = tuple(one for one in parts[0] if one.song.dataset == EMBEDDED)
    if len(written) < len(parts[0]):
        parts = [[one for one in part if one.song.dataset != EMBEDDED] for part in parts]
    else:
        written = ()  # a run on the embedded corpus alone is measured by its own songs
    train, validation, test = parts
    return RealSongs(train, validation, test, frequent_genres([*train, *validation, *test]), written)


def frequent_genres(songs: Sequence[RealSong], at_least: int = MIN_SONGS) -> tuple[str, ...]:
    """Return the genres with so many songs, in the order of the conditions."""
    counts = {genre: sum(real.song.genre == genre for real in songs) for genre in GENRE.values}
    return tuple(genre for genre, count in counts.items() if count >= at_least)


def open_model(folder: Path, guidance: float | None = 0.0) -> StepModel:
    """Return the step model of a run as `generate` uses it, with a weight for genre and mood; None = as it learnt."""
    from sequence_models.chord_generator import run_folder

    model = OnnxStepModel(folder / run_folder.STEP_MODEL)
    return model if guidance is None else obedient(model, guidance)


def compose(model: StepModel, asked: Sequence[Asked], seed: int, max_length: int = MAX_LENGTH) -> list[Made]:
    """Compose one progression for each wish: temperature 1, no rule but that every chord is a change.

    Progression i depends on the seed, on i and on its own wish only, so that two lists of wishes can be compared
    wish by wish.
    """
    made = []
    for number, first in enumerate(range(0, len(asked), _AT_ONCE)):
        some = asked[first : first + _AT_ONCE]
        rows = {c.name: np.array([getattr(one, c.name) for one in some], dtype=np.int64) for c in CONDITIONS}
        found = generate(
            model, Conditions(**rows), constraints=Constraints(no_repeat=True), min_length=2, max_length=max_length,
            seed=1000 * seed + number,
        )  # fmt: skip
        made += [Made(tuple(row), one, len(row) < max_length) for row, one in zip(found, some, strict=True)]
    return made


def keys_of(songs: Sequence[RealSong], genre: str, count: int, seed: int) -> list[Key]:
    """Draw keys as they occur in the songs of a genre.

    Raises:
        InputError: when no song of the genre has a key.
    """
    known = [real.asked.key for real in songs if real.song.genre == genre and real.asked.key != KEY.unspecified]
    if not known:
        raise InputError(f"no song of the genre {genre} has a key, so there is none to ask for")
    drawn = np.random.default_rng(seed).integers(len(known), size=count)
    return [key_of_id(known[index]) for index in drawn]


def opening(song: TokenSong, length: int) -> tuple[TokenSong, bool]:
    """Return the first chords of a song, and whether it ended with them."""
    return replace(song, tokens=song.tokens[:length]), len(song.tokens) <= length
