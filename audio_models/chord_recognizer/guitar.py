"""Chords of a real guitar with labels that are true: recordings of its single notes, added up as a hand would play.

No training piece has a sound of these recordings, nor of any other real instrument; so they tell whether what was
learned from synthesizers holds for what people play.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_models.chord_recognizer.draws import pick
from shared.audio.augment import SAMPLE_RATE
from shared.audio.io import Waveform, read_audio
from shared.datasets.contract import TimedChords
from shared.errors import ConsortError
from shared.music.chords import Chord, format_harte

FOLDER = "guitar-notes"
QUALITIES = ("maj", "min", "7", "min7", "maj7", "sus4", "dim", "5")
_LEAD_S, _CHORD_S, _STRUM_S = (0.1, 0.4), 3.0, 0.02
_PEAK = 0.7


@dataclass(frozen=True)
class Note:
    """The recording of one string at one fret."""

    path: Path
    pitch: int
    string: str


def read_notes(root: Path) -> list[Note]:
    """Return the notes, lowest string first; a file is named `PITCH_STRING_fretNN.flac`.

    Raises:
        ConsortError: when there are none.
    """
    notes = []
    for path in sorted((root / FOLDER).glob("*_fret*.flac")):
        pitch, string, _ = path.stem.split("_")
        notes.append(Note(path, int(pitch), string))
    if not notes:
        raise ConsortError(f"{root} has no recordings in {FOLDER}; CONSORT_DATA must name the folder of the corpora")
    return notes


def fingerings(chord: Chord, notes: Sequence[Note]) -> list[tuple[Note, ...]]:
    """Return the ways to play a chord: a note on each string from the bass up, all its tones, nothing else."""
    tones = set(chord.pitch_classes)
    strings = list(dict.fromkeys(note.string for note in notes))
    on = {string: [note for note in notes if note.string == string and note.pitch % 12 in tones] for string in strings}
    found = []
    for lowest in range(len(strings)):
        basses = [note for note in on[strings[lowest]] if note.pitch % 12 == chord.bass]
        upper = [on[string] for string in strings[lowest + 1 :] if on[string]]
        for hand in product(basses, *upper):
            pitches = [note.pitch for note in hand]
            if len(hand) >= 3 and {pitch % 12 for pitch in pitches} == tones and min(pitches) == pitches[0]:
                found.append(hand)
    return found


def strummed(hand: Sequence[Note], lead_s: float) -> Waveform:
    """Return the sound of a chord after a silence, its strings a little apart."""
    length = round((lead_s + _CHORD_S) * SAMPLE_RATE)
    sound: NDArray[np.float32] = np.zeros(length, dtype=np.float32)
    for index, note in enumerate(hand):
        start = round((lead_s + index * _STRUM_S) * SAMPLE_RATE)
        heard = read_audio(note.path, SAMPLE_RATE)[: length - start]
        sound[start : start + len(heard)] += heard
    return sound * np.float32(_PEAK / np.abs(sound).max())


def guitar_chords(root: Path, count: int, seed: int) -> Iterator[tuple[str, Waveform, TimedChords]]:
    """Yield (stem, waveform, labels) of chords, quality by quality through all keys, where a hand can play them."""
    notes, made = read_notes(root), 0
    for quality, pitch_class in product(QUALITIES, range(12)):
        chord = Chord(pitch_class, quality, pitch_class)
        rng = np.random.default_rng([seed, pitch_class, QUALITIES.index(quality)])
        hands = fingerings(chord, notes)
        if not hands or made == count:
            continue
        lead_s = float(rng.uniform(*_LEAD_S))
        times = np.array([[0.0, lead_s], [lead_s, lead_s + _CHORD_S]])
        yield f"guitar_{made:03}", strummed(pick(rng, hands), lead_s), TimedChords(times, ("N", format_harte(chord)))
        made += 1
