"""The melodies of POP909 with the songs' own chords, counted in beats as the corpus annotates them.

Read from `pop909/midi.zip` (track MELODY) and `pop909/annotations.zip` (`beat_midi.txt`: time in seconds, and
flags of the beats that begin a half bar and a bar; `chord_midi.txt`) in the folder of the corpora. In songs of
three beats the first flag marks the bars. So each bar of 4/4 gets two chords, as in Yeh et al. 2021. Nobody heard
the songs' own chords: they were computed from the arrangement.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.datasets.archives import open_archive, read_member
from shared.datasets.contract import TimedChords
from shared.datasets.pop909_sheets import SHORTEST_QUARTERS, melody_notes, quarters
from shared.datasets.pop909_song import in_three, read_beats, read_chords
from shared.decoding.melody_fit import Segments
from shared.music.chords import parse_harte
from shared.music.melody import ChordSpan, Melody

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HarmonisedSong:
    """A melody, the stretches that get a chord each, and the song's own chords, in quarters from the first beat."""

    id: str
    melody: Melody
    segments: Segments
    own: tuple[ChordSpan, ...]


def load_melodies(root: Path, numbers: Iterable[str]) -> Iterator[HarmonisedSong]:
    """Yield songs by their numbers, such as `001`.

    Args:
        root: the folder `pop909` of the corpora.
        numbers: of the songs.

    Raises:
        InputError: when an archive is missing or broken, or a song is not in it.
    """
    with open_archive(root / "midi.zip") as scores, open_archive(root / "annotations.zip") as annotations:
        for number in numbers:
            yield _song(number, read_member(scores, f"{number}.mid"), annotations)


def _song(number: str, score: bytes, annotations: zipfile.ZipFile) -> HarmonisedSong:
    beats = read_beats(annotations, number)
    melody = Melody(melody_notes(score, beats, number), meter="3/4" if in_three(beats) else "4/4")
    segments = _segments(beats, melody)
    own = _own_chords(read_chords(annotations, number), beats, segments)
    return HarmonisedSong(number, melody, segments, own)


def _segments(beats: Array, melody: Melody) -> Segments:
    """Divide the time in which the melody sounds at the half bars; bars of three beats stay whole."""
    bars = np.flatnonzero(beats[:, 1 if in_three(beats) else 2])
    onsets = np.union1d(np.flatnonzero(beats[:, 1]), bars).astype(np.float64)
    first = max(int(np.searchsorted(onsets, melody.notes[0].onset_quarters, side="right")) - 1, 0)
    last = int(np.searchsorted(onsets, melody.end_quarters - SHORTEST_QUARTERS))
    bounds = onsets[first : last + 1]
    if last >= len(onsets):
        bounds = np.append(bounds, max(bounds[-1] + 1.0, melody.end_quarters))
    return Segments(bounds, np.isin(bounds[:-1], bars))


def _own_chords(timed: TimedChords, beats: Array, segments: Segments) -> tuple[ChordSpan, ...]:
    """Return the song's chords within the segments."""
    first, last = segments.bounds_quarters[[0, -1]]
    times = np.clip(quarters(beats, timed.intervals_s), first, last)
    return tuple(
        ChordSpan(float(onset), float(end), parse_harte(label))
        for (onset, end), label in zip(times, timed.labels, strict=True)
        if end > onset
    )
