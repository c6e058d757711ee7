"""Single chords with silence around them, each on an instrument of its own, anywhere on the keyboard."""

from __future__ import annotations

import numpy as np

from audio_models.chord_recognizer.draws import pick
from audio_models.chord_recognizer.instruments import PITCHED
from audio_models.chord_recognizer.piece import Piece
from audio_models.chord_recognizer.progressions import SOUNDING_TYPES, inverted_at_random
from audio_models.chord_recognizer.voicings import stack
from shared.datasets.contract import TimedChords
from shared.music.additive import Voice
from shared.music.chords import Chord, format_harte

SOURCE = "isolated"
INSTRUMENTS = 12  # of one piece: fewer than the channels that a MIDI file has
_LENGTH_S, _REST_S = (1.0, 4.0), (0.3, 2.5)
_LOWEST, _HIGHEST = 36, 67  # of the bass tone
_SPREAD_S = 0.12  # a chord may be spread as far as this
_TRIADS = 0.3  # of the chords are plain major or minor


def isolated_piece(rng: np.random.Generator, duration_s: float, group: str) -> Piece:
    """Make a piece of single chords; between them is N, and what rings is told from silence when it is rendered."""
    programs = rng.choice(PITCHED, INSTRUMENTS, replace=False).tolist()
    notes: dict[str, list[Voice]] = {}
    starts, labels = [0.0], ["N"]
    now = rng.uniform(*_REST_S)
    while True:
        chord, length_s = random_isolated(rng), rng.uniform(*_LENGTH_S)
        if notes and now + length_s > duration_s:
            break
        length_s = min(length_s, duration_s - now)
        program = pick(rng, programs)
        part = notes.setdefault(f"{SOURCE}-{program}", [])
        part += struck(chord, program, now, length_s, rng)
        starts.append(now)
        labels.append(format_harte(chord))
        now += length_s + rng.uniform(*_REST_S)
    times = np.array([starts, [*starts[1:], duration_s]]).T
    return Piece({name: tuple(part) for name, part in notes.items()}, TimedChords(times, tuple(labels)), SOURCE, group)


def random_isolated(rng: np.random.Generator) -> Chord:
    """Draw a chord: a plain triad, or any type in any inversion."""
    root = int(rng.integers(12))
    if rng.random() < _TRIADS:
        return inverted_at_random(Chord(root, pick(rng, ("maj", "min")), root), rng, 0.3)
    return inverted_at_random(Chord(root, pick(rng, SOUNDING_TYPES), root), rng, 0.4)


def struck(chord: Chord, program: int, onset_s: float, length_s: float, rng: np.random.Generator) -> list[Voice]:
    """Return the notes of one chord, struck together or spread from below."""
    pitches = stack(chord, rng, int(rng.integers(_LOWEST, _HIGHEST + 1)), float(rng.choice([0.0, 0.2, 0.5])))
    step_s = rng.uniform(0, _SPREAD_S / len(pitches)) if rng.random() < 0.4 else 0.0
    velocity = int(rng.integers(50, 121))
    return [
        Voice(pitch, int(np.clip(velocity + rng.normal(0, 4), 1, 127)), onset_s + index * step_s,
              length_s - index * step_s, program, False)
        for index, pitch in enumerate(pitches)
    ]  # fmt: skip
