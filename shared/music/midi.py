"""Scores to standard MIDI files and back.

Written by mido, the file layer under pretty_midi, because pretty_midi's own writer rounds through seconds and
has no marker events; the files open in pretty_midi unchanged (`to_pretty_midi`), which stays the type that
users exchange. Read by symusic, hundreds of times faster and for reading only.

| on disk        | content                                                              |
|----------------|----------------------------------------------------------------------|
| resolution     | 480 ticks per quarter                                                |
| track 0        | tempo, time signature, key signature, chord names as markers         |
| other tracks   | name, program, volume, pan, reverb, notes; drums on channel 10       |
| end of tracks  | one bar after the last release, so that players let the sound ring   |
"""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import mido

from shared.errors import InputError
from shared.files import atomic_path
from shared.music.keys import Key
from shared.music.score import Note, Score, Track, parse_meter

TICKS_PER_QUARTER = 480
DRUM_CHANNEL = 9  # "channel 10" where channels are counted from 1
MELODIC_CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
VOLUME, PAN, REVERB = 7, 10, 91  # controller numbers

# A signature has at most 7 sharps or flats; of two spellings the one with fewer accidentals.
MAJOR_SIGNATURES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MINOR_SIGNATURES = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")

_log = logging.getLogger(__name__)


def write_midi(score: Score, path: Path | str) -> Path:
    """Write a score as a type 1 MIDI file, in one step; return its path.

    Raises:
        ConsortError: when the file cannot be written; what was there before stays.
    """
    path = Path(path)
    with atomic_path(path) as aside:
        _midi_file(score).save(str(aside))
    return path


def to_pretty_midi(score: Score) -> Any:
    """Return the score as a `pretty_midi.PrettyMIDI`."""
    import pretty_midi

    buffer = io.BytesIO()
    _midi_file(score).save(file=buffer)
    buffer.seek(0)
    return pretty_midi.PrettyMIDI(buffer)


def _midi_file(score: Score) -> mido.MidiFile:
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    end_ticks = _ticks(score.end_quarters + score.bar_quarters)
    channels = iter(MELODIC_CHANNELS * (1 + len(score.tracks) // len(MELODIC_CHANNELS)))
    file.tracks.append(_to_track(_conductor_events(score), end_ticks))
    for track in score.tracks:
        channel = DRUM_CHANNEL if track.is_drum else next(channels)
        file.tracks.append(_to_track(_track_events(track, channel), end_ticks))
    return file


def _ticks(quarters: float) -> int:
    return round(quarters * TICKS_PER_QUARTER)


def _conductor_events(score: Score) -> list[tuple[int, Any]]:
    """Return the (tick, message) pairs that hold for the whole score."""
    beats, unit = parse_meter(score.meter)
    events: list[tuple[int, Any]] = [
        (0, mido.MetaMessage("set_tempo", tempo=round(60e6 / score.tempo_qpm))),
        (0, mido.MetaMessage("time_signature", numerator=beats, denominator=unit)),
    ]
    if score.key is not None:
        names = MAJOR_SIGNATURES if score.key.mode == "major" else MINOR_SIGNATURES
        events.append((0, mido.MetaMessage("key_signature", key=names[score.key.tonic])))
    marks = [(_ticks(onset), mido.MetaMessage("marker", text=text)) for onset, text in score.chord_marks]
    return events + marks


def _track_events(track: Track, channel: int) -> list[tuple[int, Any]]:
    """Return the (tick, message) pairs of one player, in the order in which they must be sent."""
    head = [mido.MetaMessage("track_name", name=track.name)]
    head.append(mido.Message("program_change", channel=channel, program=track.program))
    for control, value in ((VOLUME, track.volume), (PAN, track.pan), (REVERB, track.reverb)):
        head.append(mido.Message("control_change", channel=channel, control=control, value=value))
    events: list[tuple[int, Any]] = []
    next_start: dict[int, int] = {}
    for note in sorted(track.notes, key=lambda note: note.onset_quarters, reverse=True):
        events += _note_events(note, channel, next_start.get(note.pitch))
        next_start[note.pitch] = events[-2][0]
    # At one tick, releases go before attacks: a repeated pitch must not be cut by its own predecessor.
    events.sort(key=lambda event: (event[0], event[1].type == "note_on", event[1].note))
    return [(0, message) for message in head] + events


def _note_events(note: Note, channel: int, next_start: int | None) -> list[tuple[int, Any]]:
    """Return attack and release; released before the same pitch is struck again."""
    start = _ticks(note.onset_quarters)
    end = max(start + 1, _ticks(note.end_quarters))
    if next_start is not None and next_start > start:
        end = min(end, next_start)
    on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
    off = mido.Message("note_off", channel=channel, note=note.pitch, velocity=64)
    return [(start, on), (end, off)]


def _to_track(events: list[tuple[int, Any]], end_ticks: int) -> mido.MidiTrack:
    """Turn absolute ticks into the differences that the format stores."""
    track, now = mido.MidiTrack(), 0
    end_of_track = (max(end_ticks, events[-1][0]), mido.MetaMessage("end_of_track"))
    for ticks, message in [*events, end_of_track]:
        track.append(message.copy(time=ticks - now))
        now = ticks
    return track


def load_symusic(path: Path | str) -> Any:
    """Return a MIDI file as a `symusic.Score` in ticks.

    Raises:
        InputError: when the file is missing or is no MIDI file.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"no such MIDI file: {path}")
    try:
        return parse_symusic(path.read_bytes(), path)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def parse_symusic(content: bytes, name: Path | str) -> Any:
    """Return the content of a MIDI file, called `name` in errors, as a `symusic.Score` in ticks.

    Raises:
        InputError: when it is no MIDI file.
    """
    import symusic

    try:
        return symusic.Score.from_midi(content)
    except (RuntimeError, ValueError, UnicodeDecodeError) as error:
        reason = str(error).removeprefix("MiniMidi: ").partition("!")[0]
        raise InputError(f"{name} is not a readable MIDI file ({reason}); export it again") from error


def read_midi(path: Path | str) -> Score:
    """Read a MIDI file of any resolution.

    Only the first tempo, meter and key are kept, with a warning when there are more; notes without length or
    velocity are dropped with a warning.

    Raises:
        InputError: when the file is missing or broken, or its tempo is beyond reason.
    """
    source = load_symusic(path)
    tempo_qpm = float(source.tempos[0].qpm) if source.tempos else 120.0
    meter = "4/4"
    if source.time_signatures:
        meter = f"{source.time_signatures[0].numerator}/{source.time_signatures[0].denominator}"
    for name in ("tempos", "time_signatures", "key_signatures"):
        if len(getattr(source, name)) > 1:
            count = len(getattr(source, name))
            _log.warning("%s has %d %s; only the first is kept", path, count, name.replace("_", " "))
    marks = sorted((mark.time / source.tpq, mark.text) for mark in source.markers)
    tracks = tuple(_read_track(track, source.tpq, path) for track in source.tracks)
    return Score(tracks, tempo_qpm, meter, _read_key(source), tuple(marks))


def _read_key(source: Any) -> Key | None:
    """Return the key of the first signature: `key` counts sharps (flats below 0), `tonality` 1 is minor."""
    if not source.key_signatures:
        return None
    signature = source.key_signatures[0]
    minor = bool(signature.tonality)
    return Key((7 * signature.key + (9 if minor else 0)) % 12, "minor" if minor else "major")


def _read_track(track: Any, ticks_per_quarter: int, path: Path | str) -> Track:
    usable = [note for note in track.notes if note.duration > 0 and note.velocity > 0]
    if len(usable) < len(track.notes):
        dropped = len(track.notes) - len(usable)
        _log.warning("%s, track '%s': %d notes without length or velocity dropped", path, track.name, dropped)
    notes = (Note(n.pitch, n.velocity, n.time / ticks_per_quarter, n.duration / ticks_per_quarter) for n in usable)
    ordered = tuple(sorted(notes, key=lambda note: (note.onset_quarters, note.pitch)))
    settings = {control.number: control.value for control in reversed(track.controls)}
    return Track(
        track.name, track.program, track.is_drum, ordered,
        settings.get(VOLUME, 100), settings.get(PAN, 64), settings.get(REVERB, 40),
    )  # fmt: skip
