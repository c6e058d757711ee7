"""A lead sheet: a melody with the chords above it, counted in quarters, ready for a model.

The readers are `pop909_sheets` and `openewld_sheets`; both leave out what they cannot read and say so in their log.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import InputError
from shared.music.keys import Key, estimate_key
from shared.music.melody import ChordSpan, Melody


@dataclass(frozen=True, eq=False, kw_only=True)
class LeadSheet:
    """A piece.

    Attributes:
        id: its name within its corpus.
        dataset: name of the corpus.
        licence: the terms of the corpus.
        ships: whether weights trained on it may be given away.
        group: pieces of one group belong in one split.
        melody: its notes from the first bar line, tempo and meter.
        spans: its chords in order of time, without overlap; where there is none, none was written.
        key: the key, estimated from the chords.
    """

    id: str
    dataset: str
    licence: str
    ships: bool
    group: str
    melody: Melody
    spans: tuple[ChordSpan, ...]
    key: Key

    def __post_init__(self) -> None:
        """Refuse a sheet without chords.

        Raises:
            InputError: when there is no chord.
        """
        if not self.spans:
            raise InputError(f"{self.dataset} {self.id} has a melody, but no chords")


def key_of(spans: tuple[ChordSpan, ...]) -> Key:
    """Return the key of chords that sound for some time each.

    Raises:
        InputError: when no chord sounds.
    """
    return estimate_key([span.chord for span in spans], [span.end_quarters - span.onset_quarters for span in spans])
