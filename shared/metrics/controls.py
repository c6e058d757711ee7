"""The controls beside every chord model: unigram to 5-gram, and 5-gram with a song cache.

| name                          | corpus model              | song cache           | weights                 |
|-------------------------------|---------------------------|----------------------|-------------------------|
| `unigram`                     | unigram, key-relative     | none                 |                         |
| `5-gram`                      | 5-gram, key-relative      | none                 |                         |
| `5-gram+cache`                | 5-gram, key-relative      | 0, 2, 4, 8 chords    | one set                 |
| `5-gram+cache (absolute)`     | 5-gram, chords as written | 0, 2, 4, 8 chords    | one set                 |
| `5-gram+cache (longest match)`| key-relative and 12 keys  | 0, 2, 4, 8 chords    | one set per match length|

Key-relative: every song is transposed by its tonic before counting, so that all keys share counts. A song
without a known key takes the root of its first chord, which is given, so nothing of the future is used.
12 keys: counted over all transpositions of the training songs, which needs no key at all (`every_key`).
Everything that is tuned (the weights) is tuned on validation songs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.errors import InputError, unknown_choice
from shared.metrics.every_key import EveryKeyNGram
from shared.metrics.gram_counts import Ids
from shared.metrics.ngrams import NGram, SequenceModel, transposed
from shared.metrics.sequences import PositionScores, TokenSong, score_tables
from shared.metrics.song_cache import CacheMixture, SongCache
from shared.music.chord_tokens import N_SPECIAL

_CACHE_CONTEXTS = (0, 2, 4, 8)


@dataclass(frozen=True)
class ControlSpec:
    """What a control is made of.

    Attributes:
        order: of the corpus n-gram.
        cache_contexts: context lengths of the song cache; empty for none.
        key_relative: transpose songs by their tonic.
        twelve_keys: add an n-gram counted over all transpositions.
        by_match: weights for each length of the longest match.
    """

    order: int = 5
    cache_contexts: tuple[int, ...] = ()
    key_relative: bool = True
    twelve_keys: bool = False
    by_match: bool = False


CONTROLS = {
    "unigram": ControlSpec(order=1),
    "5-gram": ControlSpec(),
    "5-gram+cache": ControlSpec(cache_contexts=_CACHE_CONTEXTS),
    "5-gram+cache (absolute)": ControlSpec(cache_contexts=_CACHE_CONTEXTS, key_relative=False),
    "5-gram+cache (longest match)": ControlSpec(cache_contexts=_CACHE_CONTEXTS, twelve_keys=True, by_match=True),
}


@dataclass(frozen=True)
class ChordSpace:
    """Token ids of the form `N_SPECIAL + n_qualities * root + quality`, root 0-11."""

    n_qualities: int

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, PAD, START and END included."""
        return N_SPECIAL + 12 * self.n_qualities

    def in_c(self, song: TokenSong) -> Ids:
        """Return the chords of a song as if its tonic were C."""
        if not len(song.tokens):
            return song.tokens
        first_root = int(song.tokens[0] - N_SPECIAL) // self.n_qualities
        tonic = first_root if song.tonic is None else song.tonic
        return transposed(song.tokens, -tonic, self.n_qualities)


@dataclass
class Control:
    """A trained control: scores songs as the model beside it does."""

    spec: ControlSpec
    space: ChordSpace
    model: SequenceModel = field(repr=False)

    def score(self, song: TokenSong) -> PositionScores:
        """Score every chord change of a song from the second chord on."""
        sequence = self.space.in_c(song) if self.spec.key_relative else song.tokens
        return PositionScores.of(self.model.distributions(sequence), sequence[1:])


def fit_control(
    spec: ControlSpec, train: Sequence[TokenSong], validation: Sequence[TokenSong], space: ChordSpace
) -> Control:
    """Count the training songs and tune the weights of the cache, if there is one, on validation songs."""
    sequences = [space.in_c(song) if spec.key_relative else song.tokens for song in train]
    bases = [NGram(spec.order, space.vocabulary_size).fit(sequences)]
    if spec.twelve_keys:
        bases.append(EveryKeyNGram(spec.order, space.vocabulary_size).fit(sequences))
    if not spec.cache_contexts:
        return Control(spec, space, bases[0])
    cache = SongCache(space.vocabulary_size, spec.cache_contexts)
    held = [space.in_c(song) if spec.key_relative else song.tokens for song in validation]
    return Control(spec, space, CacheMixture(bases, cache, spec.by_match).tune(held))


def fit_controls(
    train: Sequence[TokenSong],
    validation: Sequence[TokenSong],
    n_qualities: int,
    names: Sequence[str] = tuple(CONTROLS),
) -> dict[str, Control]:
    """Train the named controls of the table above.

    Args:
        train: songs to count; the same that the model beside them learns from.
        validation: songs to tune the weights on.
        n_qualities: of the chord ids: 23 for the generator's 279 tokens.
        names: keys of `CONTROLS`.

    Raises:
        InputError: for an unknown name, or when a split is empty.
    """
    if not train or not validation:
        raise InputError("the controls need training and validation songs, and one of the two is empty")
    space = ChordSpace(n_qualities)
    for name in names:
        if name not in CONTROLS:
            raise unknown_choice("control", name, tuple(CONTROLS))
    return {name: fit_control(CONTROLS[name], train, validation, space) for name in names}


def score_control(control: Control, songs: Iterable[TokenSong]) -> dict[str, Any]:
    """Return the tables (overall, datasets, genres) of a control on songs that it has not seen."""
    return score_tables((song, control.score(song)) for song in songs if len(song.tokens) > 1)
