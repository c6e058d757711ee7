"""What is drawn for a piece besides its notes: instruments, tuning, room, noise. The recipe says all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from audio_models.chord_recognizer.catalog import Noise
from audio_models.chord_recognizer.draws import pick
from audio_models.chord_recognizer.instruments import draw_programs
from audio_models.chord_recognizer.piece import DRUMS, Piece
from shared.audio.augment import random_gains_db

# Semitones: half the pieces are in A440 or near it, the others anywhere up to half a semitone off.
_DETUNED, _NEAR_CENTS, _HALF_SEMITONE_CENTS = 0.5, 4.0, 50.0
_KEEP_PROGRAMS = 0.25  # of the pieces that come with instruments keep them
_NOISY, _SNR_DB = 0.65, (0.0, 25.0)
_ROOM, _ROOM_S, _ROOM_DB = 0.6, (0.15, 1.4), (-24.0, -4.0)
_EQUALISED, _EQ_SPREAD_DB = 0.6, (1.0, 8.0)
_BAND_LIMITED, _LOWEST_HZ, _HIGHEST_HZ = 0.12, (40.0, 200.0), (3000.0, 12_000.0)
_LEVEL_DB, _DRUMS_DB, _PEAK_DB = (-9.0, 0.0), (-10.0, 4.0), (-24.0, -0.5)
HARD_SNR_DB = 5.0


@dataclass(frozen=True)
class Recipe:
    """Everything that was drawn for a piece.

    Attributes:
        soundfont: file name; empty for the NumPy synthesizer.
        programs: General MIDI program of each part that does not keep its own.
        levels_db: how far each part is turned down.
        drums_db: the drums against how the SoundFont has them.
        cents: tuning of all that is pitched.
        velocity: factor on every velocity.
        noise: a recording below the folder of the corpora; empty for none.
        snr_db: level of the music above the noise.
        room_s: time in which the reverberation loses 60 dB; 0 for none.
        room_db: power of the reverberation against the direct sound.
        eq_db: gain in each octave band (`augment.OCTAVE_BANDS_HZ`); empty for none.
        band_hz: lowest and highest frequency that the recording holds; empty for all.
        effects_seed: of the room and of where the noise begins.
        peak_db: highest peak of the result, in dB of full scale.
        stretch: factor on every time, already in the piece.
        semitones: transposition, already in the piece.
    """

    soundfont: str = ""
    programs: dict[str, int] = field(default_factory=dict)
    levels_db: dict[str, float] = field(default_factory=dict)
    drums_db: float = 0.0
    cents: float = 0.0
    velocity: float = 1.0
    noise: str = ""
    snr_db: float = 0.0
    room_s: float = 0.0
    room_db: float = 0.0
    eq_db: tuple[float, ...] = ()
    band_hz: tuple[float, ...] = ()
    effects_seed: int = 0
    peak_db: float = -1.0
    stretch: float = 1.0
    semitones: int = 0


def draw_recipe(
    piece: Piece,
    rng: np.random.Generator,
    fonts: Sequence[str],
    noises: Sequence[Noise],
    *,
    stretch: float = 1.0,
    semitones: int = 0,
) -> Recipe:
    """Draw what a training piece sounds like.

    Args:
        piece: its parts get instruments; an isolated chord keeps its own, which was drawn with it.
        rng: of everything.
        fonts: file names of SoundFonts, one is taken; without any the NumPy synthesizer plays.
        noises: one is taken, sometimes.
        stretch: what was drawn for the notes.
        semitones: likewise.
    """
    pitched = sorted(name for name in piece.parts if name != DRUMS)
    has_programs = any(note.program for note in piece.pitched)
    keeps = piece.source == "isolated" or (has_programs and rng.random() < _KEEP_PROGRAMS)
    noise = pick(rng, noises) if noises and rng.random() < _NOISY else None
    has_room, is_equalised, is_narrow = (rng.random() < share for share in (_ROOM, _EQUALISED, _BAND_LIMITED))
    return Recipe(
        soundfont=str(pick(rng, fonts)) if fonts else "",
        programs={} if keeps else draw_programs(pitched, rng),
        levels_db={name: _rounded(rng.uniform(*_LEVEL_DB)) for name in pitched},
        drums_db=_rounded(rng.uniform(*_DRUMS_DB)),
        cents=_rounded(draw_cents(rng) if rng.random() < _DETUNED else rng.normal(0, _NEAR_CENTS)),
        velocity=_rounded(rng.uniform(0.65, 1.25)),
        noise=noise.file if noise else "",
        snr_db=_rounded(rng.uniform(*_SNR_DB)),
        room_s=_rounded(rng.uniform(*_ROOM_S)) if has_room else 0.0,
        room_db=_rounded(rng.uniform(*_ROOM_DB)) if has_room else 0.0,
        eq_db=_rounded_all(random_gains_db(rng, rng.uniform(*_EQ_SPREAD_DB))) if is_equalised else (),
        band_hz=_rounded_all([rng.uniform(*_LOWEST_HZ), rng.uniform(*_HIGHEST_HZ)]) if is_narrow else (),
        effects_seed=int(rng.integers(1 << 31)),
        peak_db=_rounded(rng.uniform(*_PEAK_DB)),
        stretch=_rounded(stretch),
        semitones=semitones,
    )


def hard_recipe(piece: Piece, rng: np.random.Generator, fonts: Sequence[str], noises: Sequence[Noise]) -> Recipe:
    """Draw what a hard test piece sounds like: instruments, SoundFont, tuning, and noise 5 dB under the music."""
    noise = pick(rng, noises)
    return Recipe(
        soundfont=str(pick(rng, fonts)) if fonts else "",
        programs=draw_programs((name for name in piece.parts if name != DRUMS), rng),
        cents=_rounded(draw_cents(rng)),
        noise=noise.file,
        snr_db=HARD_SNR_DB,
        effects_seed=int(rng.integers(1 << 31)),
    )


def draw_cents(rng: np.random.Generator) -> float:
    """Draw a tuning of up to half a semitone to either side."""
    return float(rng.uniform(-_HALF_SEMITONE_CENTS, _HALF_SEMITONE_CENTS))


def _rounded(value: float) -> float:
    return round(float(value), 3)


def _rounded_all(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(_rounded(value) for value in values)
