"""The notes of a piece as arrays in seconds: what features are computed from, whatever file they came from.

A row is a note: pitch 0-127, velocity 1-127, onset and duration in seconds, General MIDI program 0-127, whether it
is a stroke of a drum. Rows go by onset, then pitch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.midi import load_symusic, parse_symusic
from shared.music.score import Score


@dataclass(frozen=True, eq=False)
class NoteTable:
    """Notes [n]; the columns are those of the module."""

    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]
    onset_s: NDArray[np.float64]
    duration_s: NDArray[np.float64]
    program: NDArray[np.int64]
    is_drum: NDArray[np.bool_]

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[int, int, float, float, int, bool]]) -> NoteTable:
        """Return the table of (pitch, velocity, onset_s, duration_s, program, is_drum)."""
        table = np.array(sorted(rows, key=lambda row: (row[2], row[0])), dtype=np.float64).reshape(-1, 6)
        pitch, velocity, program = (table[:, index].astype(np.int64) for index in (0, 1, 4))
        return cls(pitch, velocity, table[:, 2], table[:, 3], program, table[:, 5] > 0)

    @classmethod
    def of_midi(cls, content: bytes, name: str) -> NoteTable:
        """Return the notes of a MIDI file's content, called `name` in errors.

        Raises:
            InputError: when it is no MIDI file or holds no note.
        """
        return cls._of_symusic(parse_symusic(content, name), name)

    @classmethod
    def of_file(cls, path: Path | str) -> NoteTable:
        """Return the notes of a MIDI file.

        Raises:
            InputError: when it is missing, no MIDI file, or holds no note.
        """
        return cls._of_symusic(load_symusic(path), path)

    @classmethod
    def _of_symusic(cls, source: Any, name: Path | str) -> NoteTable:
        timed = source.to("second")
        rows = [
            (note.pitch, note.velocity, note.time, note.duration, track.program, track.is_drum)
            for track in timed.tracks
            for note in track.notes
            if note.duration > 0 and note.velocity > 0
        ]
        if not rows:
            raise InputError(f"{name} holds no note; export it again with its tracks")
        return cls.of_rows(rows)

    @classmethod
    def of_score(cls, score: Score) -> NoteTable:
        """Return the notes of a score."""
        second = 60.0 / score.tempo_qpm
        return cls.of_rows(
            (
                note.pitch,
                note.velocity,
                note.onset_quarters * second,
                note.duration_quarters * second,
                track.program,
                track.is_drum,
            )
            for track in score.tracks
            for note in track.notes
        )

    def __len__(self) -> int:
        """Return the number of notes."""
        return len(self.pitch)

    @property
    def end_s(self) -> float:
        """When the last note ends."""
        return float((self.onset_s + self.duration_s).max(initial=0.0))

    def where(self, mask: NDArray[np.bool_]) -> NoteTable:
        """Return the notes of a mask [n]."""
        return NoteTable(
            self.pitch[mask], self.velocity[mask], self.onset_s[mask], self.duration_s[mask], self.program[mask],
            self.is_drum[mask],
        )  # fmt: skip

    @property
    def pitched(self) -> NoteTable:
        """The notes that are no drums."""
        return self.where(~self.is_drum)
