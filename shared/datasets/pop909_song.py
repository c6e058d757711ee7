"""A song of POP909 as it is played: the notes of its tracks in seconds, its beats, its chords.

Read from `midi.zip`, and of `annotations.zip` `beat_midi.txt` (time in seconds, and flags of the beats that begin a
half bar and a bar; in songs of three beats the first flag marks the bars) and `chord_midi.txt`. Both annotations were
computed from the MIDI: of the chord boundaries 90 in a hundred lie within a millisecond of an onset.

In nine songs of ten the piano's pedal is down most of the time; in a third it hovers for up to minutes about the value
that counts as down. On a piano that blurs; on an organ it would make one cluster of a whole verse.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import symusic
from numpy.typing import NDArray

from shared.datasets.archives import open_archive, read_member
from shared.datasets.contract import TimedChords
from shared.datasets.lab import parse_lab
from shared.datasets.problems import ProblemLog
from shared.errors import InputError
from shared.music.additive import Voice

Array = NDArray[np.float64]

TRACKS = ("MELODY", "BRIDGE", "PIANO")


@dataclass(frozen=True, eq=False)
class Pop909Song:
    """A song.

    Attributes:
        id: its number.
        tracks: notes by the name of the track, as long as the keys are held, all of program 0.
        pedals_s: for each track, from when to when its pedal is down, [n, 2] in seconds.
        beats: [n, 3], as `read_beats` has them.
        chords: of `chord_midi.txt`.
    """

    id: str
    tracks: Mapping[str, tuple[Voice, ...]]
    pedals_s: Mapping[str, Array]
    beats: Array
    chords: TimedChords

    @property
    def end_s(self) -> float:
        """When the last note or chord ends, in seconds."""
        ends = [note.onset_s + note.duration_s for notes in self.tracks.values() for note in notes]
        return max(float(self.chords.intervals_s[-1, 1]), *ends)

    def ringing(self, within_chords: bool) -> dict[str, tuple[Voice, ...]]:
        """Return the tracks with what ends under the pedal ringing until it is let go.

        Args:
            within_chords: but no longer than to the next chord, as pianists change the pedal with the harmony.
        """
        changes = self.chords.intervals_s[:, 0] if within_chords else np.array([])
        return {name: _rung(notes, self.pedals_s[name], changes) for name, notes in self.tracks.items()}


def load_songs(root: Path, numbers: Iterable[str]) -> Iterator[Pop909Song]:
    """Yield songs by their numbers, such as `001`.

    Args:
        root: the folder `pop909` of the corpora.
        numbers: of the songs.

    Raises:
        InputError: when an archive is missing or broken, or a song is not in it.
    """
    with open_archive(root / "midi.zip") as scores, open_archive(root / "annotations.zip") as annotations:
        for number in numbers:
            source: Any = symusic.Score.from_midi(read_member(scores, f"{number}.mid"))
            found = {track.name: track for track in source.to("second").tracks if track.name in TRACKS}
            yield Pop909Song(
                number,
                {name: _notes(track) for name, track in found.items()},
                {name: _pedals(track) for name, track in found.items()},
                read_beats(annotations, number),
                read_chords(annotations, number),
            )


def read_beats(annotations: zipfile.ZipFile, number: str) -> Array:
    """Return beats [n, 3]: time in seconds, whether a half bar begins, whether a bar does.

    Raises:
        InputError: when the file is no list of beats.
    """
    text = read_member(annotations, f"{number}/beat_midi.txt").decode("utf-8")
    beats = np.array([[float(word) for word in line.split()] for line in text.splitlines() if line.strip()])
    if beats.ndim != 2 or beats.shape[1] != 3 or len(beats) < 2:
        raise InputError(f"beat_midi.txt of POP909's song {number} is no list of beats; fetch the corpus again")
    return beats


def in_three(beats: Array) -> bool:
    """Tell whether most bars have three beats."""
    lengths = np.diff(np.flatnonzero(beats[:, 1]))
    return bool(len(lengths)) and int(np.bincount(lengths).argmax()) == 3


def read_chords(annotations: zipfile.ZipFile, number: str) -> TimedChords:
    """Return the chords of a song.

    Raises:
        InputError: when there is none.
    """
    text = read_member(annotations, f"{number}/chord_midi.txt").decode("utf-8")
    timed = parse_lab(text, f"{number}/chord_midi.txt", ProblemLog())
    if timed is None:
        raise InputError(f"song {number} of POP909 has no chords; fetch the corpus again")
    return timed


def _notes(track: Any) -> tuple[Voice, ...]:
    return tuple(
        Voice(note.pitch, note.velocity, note.time, note.duration, 0, False)
        for note in track.notes
        if note.duration > 0 and note.velocity > 0
    )


def _pedals(track: Any) -> Array:
    spans = sorted((pedal.time, pedal.time + pedal.duration) for pedal in track.pedals)
    return np.array(spans, dtype=np.float64).reshape(-1, 2)


def _rung(notes: tuple[Voice, ...], pedals_s: Array, changes_s: Array) -> tuple[Voice, ...]:
    """Lengthen the notes that end while the pedal is down, to its release or a change, whichever is first."""
    if not len(pedals_s):
        return notes
    ends = np.array([note.onset_s + note.duration_s for note in notes])
    index = np.searchsorted(pedals_s[:, 0], ends, side="right") - 1
    releases = np.where(index >= 0, pedals_s[np.maximum(index, 0), 1], 0.0)
    following = np.append(changes_s, np.inf)[np.searchsorted(changes_s, ends)]
    rung = np.maximum(ends, np.minimum(releases, following))
    return tuple(replace(note, duration_s=float(end) - note.onset_s) for note, end in zip(notes, rung, strict=True))
