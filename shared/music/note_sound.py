"""The notes of a piece to sound, dry and mono: what a recognizer hears when it is given MIDI."""

from __future__ import annotations

import shutil
from pathlib import Path

from shared.music.additive import Voice
from shared.music.note_table import NoteTable
from shared.music.soundfonts import find_soundfont
from shared.music.synth import FLUIDSYNTH
from shared.music.voices import Waveform, render_voices

RINGING_S = 1.0


def note_sound(
    notes: NoteTable, sample_rate: int, program: int | None = None, soundfont: Path | None = None
) -> Waveform:
    """Play notes by fluidsynth, or by the NumPy synthesizer where fluidsynth or a SoundFont is missing.

    Args:
        notes: of the piece.
        sample_rate: in Hz.
        program: General MIDI program that plays all pitched notes; None = as written.
        soundfont: for fluidsynth; None = the best that is installed.

    Returns:
        float32 [samples], unscaled; the last note rings for a second.

    Raises:
        ConsortError: when the piece has more tracks than MIDI has channels, or fluidsynth fails.
    """
    columns = (notes.pitch, notes.velocity, notes.onset_s, notes.duration_s, notes.program, notes.is_drum)
    voices = [
        Voice(int(pitch), int(velocity), float(onset), float(duration), int(own if program is None else program), drum)
        for pitch, velocity, onset, duration, own, drum in zip(*(c.tolist() for c in columns), strict=True)
    ]
    font = (soundfont or find_soundfont()) if shutil.which(FLUIDSYNTH) else None
    return render_voices(voices, notes.end_s + RINGING_S, sample_rate, font)
