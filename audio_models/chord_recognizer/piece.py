"""A labelled piece: the notes of its players in seconds, and the chords that they play."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shared.datasets.contract import TimedChords
from shared.music.additive import Voice
from shared.music.chords import format_harte, parse
from shared.music.melody import ChordSpan
from shared.music.score import Note

# Chords of a piece before they are put into seconds.
Spans = Sequence[ChordSpan]
Part = tuple[Voice, ...]

DRUMS = "drums"
SHORTEST_S = 0.02  # what is left of a note or chord that an excerpt cuts


@dataclass(frozen=True, eq=False)
class Piece:
    """One piece.

    Attributes:
        parts: players by name; that of the drummer is `DRUMS`.
        chords: intervals without gaps from 0 to the end.
        source: where it comes from: pop909, corpus, random or isolated.
        group: pieces of one group are in one split.
        licence: of the song; empty for what was made up.
    """

    parts: Mapping[str, Part]
    chords: TimedChords
    source: str
    group: str
    licence: str = ""

    @property
    def end_s(self) -> float:
        """When the last chord ends, in seconds."""
        return float(self.chords.intervals_s[-1, 1])

    @property
    def pitched(self) -> list[Voice]:
        """The notes of all players but the drummer."""
        return [note for notes in self.parts.values() for note in notes if not note.is_drum]

    @property
    def drums(self) -> list[Voice]:
        """The strokes of the drummer."""
        return [note for notes in self.parts.values() for note in notes if note.is_drum]

    def excerpt(self, start_s: float, end_s: float) -> Piece:
        """Return what sounds between two times; what sounds across a cut is cut."""
        times = np.clip(self.chords.intervals_s, start_s, end_s) - start_s
        kept = np.flatnonzero(times[:, 1] - times[:, 0] > SHORTEST_S)
        times = times[kept]
        times[0, 0], times[1:, 0], times[-1, 1] = 0.0, times[:-1, 1], end_s - start_s
        chords = TimedChords(times, tuple(self.chords.labels[index] for index in kept))
        parts = {name: _cut(part, start_s, end_s) for name, part in self.parts.items()}
        return replace(self, parts=parts, chords=chords)

    def stretched(self, factor: float) -> Piece:
        """Return the piece `factor` times as long."""
        chords = TimedChords(self.chords.intervals_s * factor, self.chords.labels)
        return replace(self, parts=self.changed(lambda note: _stretched(note, factor)), chords=chords)

    def transposed(self, semitones: int) -> Piece:
        """Return the piece `semitones` higher, labels and all; drums stay."""
        labels = tuple(format_harte(parse(label).transpose(semitones)) for label in self.chords.labels)
        moved = self.changed(lambda note: note if note.is_drum else replace(note, pitch=_fold(note.pitch + semitones)))
        return replace(self, parts=moved, chords=TimedChords(self.chords.intervals_s, labels))

    def changed(self, change: Callable[[Voice], Voice]) -> dict[str, Part]:
        """Return the parts with every note changed."""
        return {name: tuple(change(note) for note in part) for name, part in self.parts.items()}


def timed(spans: Spans, seconds: Callable[[float], float]) -> TimedChords:
    """Return chords, counted in quarters, over time.

    Args:
        spans: one after the other, without gaps.
        seconds: the time in seconds of a time in quarters.
    """
    times = np.array([[seconds(span.onset_quarters), seconds(span.end_quarters)] for span in spans])
    times[1:, 0] = times[:-1, 1]
    return TimedChords(times, tuple(format_harte(span.chord) for span in spans))


def voices_of(
    notes: Iterable[Note], seconds: Callable[[float], float], program: int, is_drum: bool = False, level: float = 1.0
) -> Part:
    """Return the notes of one player in seconds."""
    made = []
    for note in notes:
        onset_s = seconds(note.onset_quarters)
        length_s = seconds(note.end_quarters) - onset_s
        made.append(Voice(note.pitch, note.velocity, onset_s, length_s, program, is_drum, level))
    return tuple(made)


def _cut(part: Part, start_s: float, end_s: float) -> Part:
    kept = []
    for note in part:
        onset_s, note_end_s = max(note.onset_s, start_s), min(note.onset_s + note.duration_s, end_s)
        # A stroke that began before the cut cannot be heard from its middle on.
        if note_end_s - onset_s > SHORTEST_S and not (note.is_drum and note.onset_s < start_s):
            kept.append(replace(note, onset_s=onset_s - start_s, duration_s=note_end_s - onset_s))
    return tuple(kept)


def _stretched(note: Voice, factor: float) -> Voice:
    return replace(note, onset_s=note.onset_s * factor, duration_s=note.duration_s * factor)


def _fold(pitch: int) -> int:
    """Bring a pitch that left the keyboard back by octaves."""
    return pitch if 0 <= pitch <= 127 else pitch % 12 + (0 if pitch < 0 else 108)
