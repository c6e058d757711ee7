"""Find the melody in a MIDI file: the track, its top line, the metre and where the bar lines stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.errors import InputError, unknown_choice
from shared.music.melody import Melody, skyline
from shared.music.midi import load_symusic
from shared.music.score import Note, parse_meter

# Track names by which files say where the tune is: MELODY in POP909, Vocals, Lead ...
_MELODY_NAME = re.compile(r"melod|vocal|voice|\blead\b|sing|tune|theme", re.IGNORECASE)
_BASS_PROGRAMS = range(32, 40)  # General MIDI
# Lines around this pitch accompany; the further above it, the likelier a tune.
_LOW_PITCH = 40
_DEFAULT_METER, _DEFAULT_QPM = "4/4", 120.0


def read_melody(path: Path | str, track: str = "") -> Melody:
    """Return the melody of a MIDI file, from the bar of its first note on.

    A file's tempo and metre are those that hold longest in it, and bar lines are counted from where that metre
    begins, so that an upbeat stays one. A metre of one beat, which says nothing of bars, counts as 4/4.

    Args:
        path: the file.
        track: name or number (from 1) of the track with the melody; empty takes one that is named after it, or
            else the one that is most like a tune: high and with one note at a time.

    Raises:
        InputError: when the file is missing or broken, has no such track, or no pitched note.
    """
    source = load_symusic(path)
    chosen = _named(source.tracks, track, path) if track else _likeliest(source.tracks, path)
    meter, start_quarters = _meter(source)
    notes = [_note(note, source.tpq) for note in chosen.notes if note.duration > 0 and note.velocity > 0]
    if not notes:
        raise InputError(f"track '{chosen.name}' of {path} has no notes; name another with --melody-track")
    melody = Melody(skyline(notes), _tempo(source), meter, chosen.program)
    to_bar_line = -start_quarters % melody.bar_quarters
    moved = (replace(note, onset_quarters=note.onset_quarters + to_bar_line) for note in melody.notes)
    return replace(melody, notes=tuple(moved)).from_first_bar()


def _named(tracks: Sequence[Any], wanted: str, path: Path | str) -> Any:
    """Return the track of that name or number."""
    names = [track.name.strip() for track in tracks]
    folded = [name.casefold() for name in names]
    if wanted.strip().casefold() in folded:
        found = tracks[folded.index(wanted.strip().casefold())]
    elif wanted.isdecimal() and 1 <= int(wanted) <= len(tracks):
        found = tracks[int(wanted) - 1]
    else:
        raise unknown_choice("track", wanted, [name or str(index) for index, name in enumerate(names, start=1)])
    if found.is_drum:
        raise InputError(f"track '{wanted}' of {path} is drums; a melody needs notes of a pitch")
    return found


def _likeliest(tracks: Sequence[Any], path: Path | str) -> Any:
    """Return the track that is named after the melody, or is most like one."""
    filled = [track for track in tracks if len(track.notes)]
    if not filled:
        raise InputError(f"{path} has no notes; give a MIDI file with a melody")
    pitched = [track for track in filled if not track.is_drum]
    if not pitched:
        raise InputError(f"{path} has only drums; a melody needs notes of a pitch")
    named = [track for track in pitched if _MELODY_NAME.search(track.name)]
    return max(named or pitched, key=_likeness)


def _likeness(track: Any) -> float:
    """Return how much a track is like a tune: how high its top line lies, how long it is, how little lies below."""
    notes = [(note.time, note.pitch) for note in track.notes]
    highest: dict[int, int] = {}
    for time, pitch in notes:
        highest[time] = max(pitch, highest.get(time, 0))
    height = max(sum(highest.values()) / len(highest) - _LOW_PITCH, 1.0)
    alone = len(highest) / len(notes)
    low = 0.1 if track.program in _BASS_PROGRAMS else 1.0
    return low * height * alone * min(len(highest), 64)


def _note(note: Any, ticks_per_quarter: int) -> Note:
    return Note(note.pitch, note.velocity, note.time / ticks_per_quarter, note.duration / ticks_per_quarter)


def _tempo(source: Any) -> float:
    """Return the tempo, in quarters per minute, that holds longest."""
    lengths: Counter[float] = Counter()
    for tempo, length in _with_lengths(source.tempos, source.end()):
        lengths[float(tempo.qpm)] += length
    return lengths.most_common(1)[0][0] if lengths else _DEFAULT_QPM


def _meter(source: Any) -> tuple[str, float]:
    """Return the metre that holds longest, and the quarter at which it first begins."""
    lengths: Counter[str] = Counter()
    starts: dict[str, float] = {}
    for signature, length in _with_lengths(source.time_signatures, source.end()):
        if signature.numerator > 1:
            meter = f"{signature.numerator}/{signature.denominator}"
            lengths[meter] += length
            starts.setdefault(meter, signature.time / source.tpq)
    # POP909 says 4/4 and takes it back in the same breath: what holds no time is no metre.
    if not lengths or not lengths.most_common(1)[0][1]:
        return _DEFAULT_METER, 0.0
    meter = lengths.most_common(1)[0][0]
    parse_meter(meter)  # refuses what has no name
    return meter, starts[meter]


def _with_lengths(events: Sequence[Any], end: int) -> list[tuple[Any, int]]:
    """Return each event with the ticks for which it holds."""
    times = [*(event.time for event in events[1:]), end]
    return [(event, max(until - event.time, 0)) for event, until in zip(events, times, strict=True)] if events else []
