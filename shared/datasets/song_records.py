"""One JSON record of the chords-unified schema as a `ChordSong`.

| field                      | type                | use                                                 |
|----------------------------|---------------------|-----------------------------------------------------|
| chords                     | list of labels      | the changes; the only field that must be there      |
| id, dataset, licence       | text                | where it comes from                                 |
| title, artist              | text                | the title also groups versions of one song          |
| genre, corpus_genre        | list of words, text | `genres.coarse_genre`                               |
| mood, mood_raw             | text, list of words | one of the 27; or else `mood_words.tagged_mood`     |
| key, key_source            | text                | `A:min`, `Eb:major`; or else estimated              |
| meter, tempo               | text, number        | `4/4`; quarters per minute                          |
| bars, sections             | lists               | chords and name of each bar                         |
| group, split, duplicate_of | text                | what belongs in one split; a fixed split            |

Fields beyond these are ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from shared.datasets.contract import ChordSong
from shared.datasets.genres import coarse_genre
from shared.datasets.mood_words import tagged_mood
from shared.errors import InputError, unknown_choice
from shared.music.chords import Chord, parse
from shared.music.conditions import MOOD
from shared.music.keys import Key, estimate_key, parse_key
from shared.music.moods import derive_mood

SPLITS = ("train", "validation", "test")

# Impro-Visor writes this tempo when the author of a lead sheet sets none: it says nothing of the tune.
_UNSET_TEMPO_QPM = {"imaginary-book": 160.0}

_MAX_TEMPO_QPM = 1000.0

ESTIMATED = "estimated from the chords"
DERIVED = "derived"


class _ParsedChords(dict[str, Chord]):
    """Labels and their chords in root position: a corpus repeats some hundred labels a million times."""

    def __missing__(self, label: object) -> Chord:
        """Parse a label when it is met first."""
        if not isinstance(label, str):
            raise InputError(f"a chord must be text, not {label!r}")
        chord = parse(label)
        self[label] = chord if chord.root < 0 else replace(chord, bass=chord.root)
        return self[label]


_PARSED = _ParsedChords()


def root_position(labels: Iterable[str]) -> list[Chord]:
    """Parse labels; slash basses are dropped.

    Raises:
        InputError: for a label that no dialect knows.
    """
    return [_PARSED[label] for label in labels]


def changes(chords: Iterable[Chord]) -> tuple[Chord, ...]:
    """Leave out no-chord marks and merge consecutive repeats."""
    return tuple(chord for chord, _ in groupby(chord for chord in chords if chord.root >= 0))


def song_from_record(record: Mapping[str, Any], default_id: str, default_dataset: str) -> ChordSong:
    """Build the song of one record; `group` is the record's own, empty if it has none.

    Raises:
        InputError: names the field that is missing, of the wrong type or unknown.
    """
    chords = changes(_chord_list(record.get("chords"), "chords"))
    if not chords:
        raise InputError("no chord in 'chords'")
    bars = _bars(record)
    dataset = _text(record, "dataset") or default_dataset
    key, key_source = _key(record, chords)
    tempo_qpm = _tempo(record, dataset)
    mode = None if key_source == ESTIMATED else key.mode
    mood, mood_source = _mood(record, mode, tempo_qpm, chords, bars)
    return ChordSong(
        id=_text(record, "id") or default_id,
        dataset=dataset,
        licence=_text(record, "licence"),
        title=_text(record, "title"),
        artist=_text(record, "artist"),
        genre=_genre(record),
        mood=mood,
        mood_source=mood_source,
        key=key,
        key_source=key_source,
        tempo_qpm=tempo_qpm,
        meter=_text(record, "meter") or None,
        chords=chords,
        bars=bars,
        sections=_sections(record, bars),
        group=_text(record, "group"),
        split=_split(record),
    )


def _text(record: Mapping[str, Any], name: str) -> str:
    """Return a text field; empty when it is absent or null."""
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f"'{name}' must be text, not {value!r:.60}")
    text = (value or "").strip()
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(f"'{name}' holds half a character (a lone surrogate), {value!r:.60}")
    return text


def _words(record: Mapping[str, Any], name: str) -> Sequence[str]:
    """Return a list-of-text field; a single text counts as a list of one."""
    value = record.get(name)
    words = [value] if isinstance(value, str) else value or []
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InputError(f"'{name}' must be a list of text, not {value!r:.60}")
    return words


def _chord_list(value: object, name: str) -> list[Chord]:
    """Return the chords of a list of labels."""
    if not isinstance(value, list):
        found = "it is missing" if value is None else f"not {value!r:.60}"
        raise InputError(f"'{name}' must be a list of chord labels, {found}")
    try:
        return root_position(value)
    except TypeError as error:  # a list or object among the labels cannot be looked up
        raise InputError(f"'{name}' must hold text only") from error


def _bars(record: Mapping[str, Any]) -> tuple[tuple[Chord, ...], ...] | None:
    """Return the chords of each bar."""
    value = record.get("bars")
    if value is None:
        return None
    if not isinstance(value, list):
        raise InputError(f"'bars' must be a list of lists of chord labels, not {value!r:.60}")
    return tuple(tuple(_chord_list(bar, "bars")) for bar in value)


def _sections(record: Mapping[str, Any], bars: tuple[tuple[Chord, ...], ...] | None) -> tuple[str | None, ...] | None:
    """Return the section of each bar."""
    value = record.get("sections")
    if value is None:
        return None
    if not isinstance(value, list) or not all(item is None or isinstance(item, str) for item in value):
        raise InputError(f"'sections' must be a list of text, not {value!r:.60}")
    if bars is not None and len(value) != len(bars):
        raise InputError(f"'sections' must name each of the {len(bars)} bars, not {len(value)}")
    return tuple(value)


def _genre(record: Mapping[str, Any]) -> str | None:
    """Return the genre; words that mean none of the eight leave it unknown."""
    return coarse_genre(_words(record, "genre"), _text(record, "corpus_genre"))


def _key(record: Mapping[str, Any], chords: tuple[Chord, ...]) -> tuple[Key, str]:
    """Return the key and where it comes from."""
    written = _text(record, "key")
    if written:
        return parse_key(written), _text(record, "key_source") or "stated"
    return estimate_key(chords), ESTIMATED


def _tempo(record: Mapping[str, Any], dataset: str) -> float | None:
    """Return the tempo in quarters per minute."""
    value = record.get("tempo")
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value < _MAX_TEMPO_QPM:
        raise InputError(f"'tempo' must be a number of quarters per minute, not {value!r:.60}")
    return None if value == _UNSET_TEMPO_QPM.get(dataset) else float(value)


def _mood(
    record: Mapping[str, Any],
    mode: str | None,
    tempo_qpm: float | None,
    chords: tuple[Chord, ...],
    bars: tuple[tuple[Chord, ...], ...] | None,
) -> tuple[str | None, str | None]:
    """Return the mood and where it comes from: stated, tagged by listeners, or derived by rule."""
    stated = _text(record, "mood")
    if stated:
        mood = MOOD.value(MOOD.id(stated))
        return mood, "stated" if mood else None
    tagged = tagged_mood(_words(record, "mood_raw"))
    if tagged:
        return tagged, "tagged"
    derived = derive_mood(mode, tempo_qpm, chords, len(chords) / len(bars) if bars else None)
    return derived, DERIVED if derived else None


def _split(record: Mapping[str, Any]) -> str | None:
    """Return the fixed split."""
    value = _text(record, "split")
    if value and value not in SPLITS:
        raise unknown_choice("split", value, SPLITS)
    return value or None
