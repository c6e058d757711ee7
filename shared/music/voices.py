"""Notes in seconds to sound, dry and fast: how training audio is rendered by the hour.

`synth.render_midi` makes one song sound good; this makes many sound plain. No reverberation or chorus, few voices
at once, mono, not scaled: what a recording adds is put on afterwards, by the recipe of the piece.

The MIDI file between the notes and fluidsynth has 2,000 ticks per second, so that no onset moves by more than a
quarter of a millisecond. An attack is heard 2 to 9 ms after its onset, as the SoundFont's samples have it.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import mido
import numpy as np
from numpy.typing import NDArray

from shared.errors import ConsortError, InputError
from shared.music.additive import Voice, render
from shared.music.midi import DRUM_CHANNEL, MELODIC_CHANNELS, VOLUME

Waveform = NDArray[np.float32]

TICKS_PER_QUARTER, TEMPO_US = 1000, 500_000
TICKS_PER_S = TICKS_PER_QUARTER * 1_000_000 // TEMPO_US
POLYPHONY = 48  # long releases fill up more, unheard
# Linear interpolation between samples is a fifth faster than the default of fourth order, and its error inaudible.
_SHELL_COMMANDS = "interp 1\n"
_DATA_MSB, _DATA_LSB, _RPN_LSB, _RPN_MSB = 6, 38, 100, 101
_FINE_TUNING = 1  # registered parameter: 14 bits over -100 to +100 cents
_MIDDLE = 1 << 13


def render_voices(
    voices: Sequence[Voice], duration_s: float, sample_rate: int = 44_100, soundfont: Path | None = None
) -> Waveform:
    """Play notes.

    Args:
        voices: the notes, in seconds; those of one program, level and tuning make one track.
        duration_s: length of the result; what rings longer is cut.
        sample_rate: in Hz.
        soundfont: for fluidsynth; None plays the NumPy synthesizer.

    Returns:
        Mono float32 [samples], unscaled, without reverberation; silence where there are no notes.

    Raises:
        InputError: for more than 15 tracks.
        ConsortError: when fluidsynth is missing or fails.
    """
    n_samples = round(duration_s * sample_rate)
    if not voices:
        return np.zeros(n_samples, dtype=np.float32)
    if soundfont is None:
        return np.asarray(render(voices, duration_s, sample_rate, room=False).mean(axis=1), dtype=np.float32)
    waveform = np.zeros(n_samples, dtype=np.float32)
    played = _play(midi_bytes(voices, duration_s), sample_rate, soundfont)[:n_samples]
    waveform[: len(played)] = played
    return waveform


def midi_bytes(voices: Iterable[Voice], duration_s: float) -> bytes:
    """Return notes as a MIDI file that ends at `duration_s`.

    Raises:
        InputError: for more tracks than there are channels.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    file.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=TEMPO_US)]))
    channels = iter(MELODIC_CHANNELS)
    tracks = [list(notes) for _, notes in groupby(sorted(voices, key=_track_of), key=_track_of)]
    for notes in tracks:
        channel = DRUM_CHANNEL if notes[0].is_drum else next(channels, None)
        if channel is None:
            raise InputError(f"{len(tracks)} tracks cannot be played at once; give at most {len(MELODIC_CHANNELS)}")
        file.tracks.append(_to_track(notes, channel, duration_s))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _track_of(voice: Voice) -> tuple[bool, int, float, float]:
    return voice.is_drum, voice.program, voice.level, voice.cents


def _to_track(notes: Sequence[Voice], channel: int, duration_s: float) -> mido.MidiTrack:
    first = notes[0]
    messages: list[Any] = [
        mido.Message("program_change", channel=channel, program=first.program),
        _control(channel, VOLUME, round(127 * min(first.level, 1.0) ** 0.5)),
    ]
    if first.cents:
        messages += _tuning(channel, first.cents)
    track = mido.MidiTrack(messages)
    events = sorted(_events(notes))
    now = 0
    for tick, velocity, pitch in events:
        track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=velocity, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, round(duration_s * TICKS_PER_S) - now)))
    return track


def _events(notes: Iterable[Voice]) -> list[tuple[int, int, int]]:
    """Return (tick, velocity, pitch) of attacks and, with velocity 0, releases, which sort first at one tick.

    A pitch is released when it is struck again: the release of its predecessor would end it.
    """
    events: list[tuple[int, int, int]] = []
    next_start: dict[int, int] = {}
    for note in sorted(notes, key=lambda note: note.onset_s, reverse=True):
        start = round(note.onset_s * TICKS_PER_S)
        end = min(round((note.onset_s + note.duration_s) * TICKS_PER_S), next_start.get(note.pitch, 1 << 40))
        if end > start:
            events += [(start, note.velocity, note.pitch), (end, 0, note.pitch)]
            next_start[note.pitch] = start
    return events


def _tuning(channel: int, cents: float) -> list[Any]:
    """Return the messages that tune a channel, by the registered parameter for fine tuning."""
    value = min(max(round(_MIDDLE + cents / 100 * _MIDDLE), 0), 2 * _MIDDLE - 1)
    pairs = ((_RPN_MSB, 0), (_RPN_LSB, _FINE_TUNING), (_DATA_MSB, value >> 7), (_DATA_LSB, value & 127))
    return [_control(channel, control, number) for control, number in pairs]


def _control(channel: int, control: int, value: int) -> Any:
    return mido.Message("control_change", channel=channel, control=control, value=value)


def _play(midi: bytes, sample_rate: int, soundfont: Path, fluidsynth: str = "fluidsynth") -> Waveform:
    """Return what fluidsynth renders, mono [samples].

    Raises:
        ConsortError: with the first line of its complaint, when it fails.
    """
    if not shutil.which(fluidsynth):
        raise ConsortError(f"{fluidsynth} is not installed; install the package fluidsynth")
    with tempfile.TemporaryDirectory() as folder:
        source, shell, target = (Path(folder) / name for name in ("notes.mid", "commands", "sound.raw"))
        source.write_bytes(midi)
        shell.write_text(_SHELL_COMMANDS, encoding="utf-8")
        options = f"-ni -q -R 0 -C 0 -g 0.5 -z 1024 -T raw -O float -r {sample_rate}".split()
        # Only the samples that are played are read: a large SoundFont then starts as fast as a small one.
        options += ["-o", "synth.dynamic-sample-loading=1", "-o", f"synth.polyphony={POLYPHONY}"]
        command = [fluidsynth, *options, "-f", str(shell), "-F", str(target), str(soundfont), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode or not target.is_file():
            complaint = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[0]
            raise ConsortError(f"fluidsynth cannot play with {soundfont.name} ({complaint}); install it again")
        left, right = np.fromfile(target, dtype=np.float32).reshape(-1, 2).T
        return np.asarray((left + right) / 2, dtype=np.float32)
