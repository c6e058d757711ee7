"""From progressions to a song: an order of parts, who plays in each and in which mood, one score for all.

The form is the commonest of popular music: two progressions in one key, one to tell (verse) and one to return
to (chorus). The whole song is arranged once per mood and each part taken from the arrangement of its mood:
so voices lead from part to part, no part comes to rest before the end, and the chorus may be livelier.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from shared.decoding.composer import Progression
from shared.music.arrangement import arrange
from shared.music.chords import Chord
from shared.music.keys import Key
from shared.music.score import Note, Score, Track
from studio.piano_roll import Section

QUARTERS_PER_CHORD = 4.0
# General MIDI programs 32-39 are basses.
_BASSES = range(32, 40)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the song.

    Attributes:
        name: what a musician calls it.
        chords: what is played, a chord per bar.
        names: the name of each chord.
        romans: the Roman numeral of each chord.
        mood: how it is played.
        silent: which players rest: `bass`, `drums`.
    """

    name: str
    chords: tuple[Chord, ...]
    names: tuple[str, ...]
    romans: tuple[str, ...]
    mood: str | None = None
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Song:
    """A score with its parts."""

    parts: tuple[Part, ...]
    score: Score

    @property
    def sections(self) -> tuple[Section, ...]:
        """Where each part begins."""
        onsets = part_onsets(self.parts)
        return tuple(Section(onset, part.name) for onset, part in zip(onsets, self.parts, strict=False))


def song_form(verse: Progression, chorus: Progression) -> tuple[Part, ...]:
    """Return the parts: verse and chorus twice, the drums waiting for the first chorus, and the end.

    Parts of eight bars begin where the arrangement's phrases do, so that its fills lead into them.
    """
    return (
        _part("Verse", verse, silent=frozenset({"drums"})),
        _part("Chorus", chorus),
        _part("Verse", verse),
        _part("Chorus", chorus),
        _part("Ending", chorus, slice(-1, None)),
    )


def _part(name: str, source: Progression, bars: slice = slice(None), silent: frozenset[str] = frozenset()) -> Part:
    """Return the bars of a progression as a part."""
    return Part(
        name, tuple(source.chords[bars]), tuple(source.names[bars]), tuple(source.romans[bars]), source.mood, silent
    )


def part_onsets(parts: Sequence[Part]) -> list[float]:
    """Return where each part begins, in quarters, and where the last one ends."""
    return [0.0, *accumulate(QUARTERS_PER_CHORD * len(part.chords) for part in parts)]


def write_song(parts: Sequence[Part], *, genre: str, tempo_qpm: float, key: Key, seed: int) -> Song:
    """Arrange the song once per mood, and take each part from its own arrangement."""
    chords = [chord for part in parts for chord in part.chords]
    moods = dict.fromkeys(part.mood for part in parts)
    versions = {
        mood: arrange(
            chords, genre=genre, mood=mood, tempo_qpm=tempo_qpm, quarters_per_chord=QUARTERS_PER_CHORD, key=key,
            seed=seed,
        )
        for mood in moods
    }  # fmt: skip
    return Song(tuple(parts), spliced(parts, versions))


def spliced(parts: Sequence[Part], versions: dict[str | None, Score]) -> Score:
    """Return one score with the notes that begin in each part taken from the version of its mood.

    Tracks of the versions are one track when they differ in nothing but their notes.
    """
    notes: dict[Track, list[Note]] = {}
    onsets = part_onsets(parts)
    for part, start, end in zip(parts, onsets, onsets[1:], strict=False):
        for track in versions[part.mood].tracks:
            mine = notes.setdefault(dataclasses.replace(track, notes=()), [])
            if player(track) not in part.silent:
                mine.extend(_beginning(track, start, end))
    tracks = tuple(dataclasses.replace(track, notes=released(found)) for track, found in notes.items() if found)
    return dataclasses.replace(versions[parts[0].mood], tracks=tracks)


def _beginning(track: Track, start: float, end: float) -> Iterator[Note]:
    """Yield the notes of a track that begin from `start` up to `end`, in quarters.

    A humanised note may come a little early: what begins within a 32nd before a part belongs to it.
    """
    early = 0.125
    lower = start - early if start > 0 else 0.0
    return (note for note in track.notes if lower <= note.onset_quarters < end - early)


def released(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Return the notes in order of time, each ended where its pitch is struck again: a key sounds once at a time."""
    kept: list[Note] = []
    sounding: dict[int, int] = {}
    for note in sorted(notes, key=lambda note: (note.onset_quarters, note.pitch)):
        before = sounding.get(note.pitch)
        if before is not None and kept[before].end_quarters > note.onset_quarters:
            length = note.onset_quarters - kept[before].onset_quarters
            if length <= 0:
                continue
            kept[before] = dataclasses.replace(kept[before], duration_quarters=length)
        sounding[note.pitch] = len(kept)
        kept.append(note)
    return tuple(kept)


def player(track: Track) -> str:
    """Return the role of a track: `drums`, `bass` or `chords`."""
    if track.is_drum:
        return "drums"
    return "bass" if track.program in _BASSES else "chords"
