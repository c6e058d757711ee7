"""Which songs belong in one split: versions, copies and transpositions of one progression.

Two songs are of one group when they share

- the `group` that their corpus states, or one is stated to be a duplicate of the other;
- the title, across corpora and artists: letters and digits only, without case, accents or a leading
  article;
- the progression: the same steps between roots and the same qualities as the generator's vocabulary tells
  them apart, so that a transposed copy counts as a copy whatever key it states.

These bonds chain (union-find). A group is named after the smallest of its bonds, so that a song keeps its
group when others come or go, unless they tie it to a further group.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.datasets.contract import ChordSong
from shared.datasets.disjoint_sets import DisjointSets
from shared.music.chords import Chord, generator_quality

_ARTICLES = ("the ", "a ", "an ")
# Names that a program or a person writes where there is none.
_NO_TITLES = ("untitled", "unknown", "no title")

# Kinds of bond. The smallest string names a group: by alphabet, what the corpus states comes before the name
# of the piece, that before the progression, and the id of a song last.
_STATED, _NAME, _PROGRESSION, _SONG = "group", "name", "progression", "song"
_ASSIGNED = tuple(f"{kind}:" for kind in (_STATED, _NAME, _PROGRESSION, _SONG))


def assign_groups(songs: Sequence[ChordSong], duplicate_of: Mapping[str, str] | None = None) -> list[ChordSong]:
    """Return the songs with their `group` set.

    Args:
        songs: their `group`, where it is not empty, is a bond that the corpus states.
        duplicate_of: the id of a song, and of the song that it duplicates.
    """
    sets = DisjointSets()
    for song in songs:
        first, *others = _bonds(song)
        for bond in others:
            sets.union(first, bond)
    for song_id, original in (duplicate_of or {}).items():
        sets.union(f"{_SONG}:{song_id}", f"{_SONG}:{original}")
    return [replace(song, group=sets.find(f"{_SONG}:{song.id}")) for song in songs]


def _bonds(song: ChordSong) -> list[str]:
    """Return the bonds of a song, its own id first."""
    bonds = [f"{_SONG}:{song.id}", f"{_PROGRESSION}:{progression_digest(song.chords)}"]
    if title := normalised_title(song.title):
        bonds.append(f"{_NAME}:{title}")
    if song.group:
        # What an earlier call assigned is a bond as it stands.
        bonds.append(song.group if song.group.startswith(_ASSIGNED) else f"{_STATED}:{song.group}")
    return bonds


def normalised_title(title: str) -> str:
    """Return the letters and digits of a title, no case, accents or leading article; empty for no title."""
    plain = unicodedata.normalize("NFKD", title.casefold()).strip()
    for article in _ARTICLES:
        plain = plain.removeprefix(article)
    return "" if plain.startswith(_NO_TITLES) else "".join(filter(str.isalnum, plain))


def progression_digest(chords: Sequence[Chord]) -> str:
    """Return a digest that is the same for all transpositions of a progression, and for them alone."""
    steps = ((chord.root - chords[0].root) % 12 for chord in chords)
    qualities = (generator_quality(chord.quality) for chord in chords)
    text = " ".join(f"{step}:{quality}" for step, quality in zip(steps, qualities, strict=True))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
