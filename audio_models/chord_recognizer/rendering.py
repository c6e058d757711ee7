"""A piece and its recipe become sound: players, drums, room, equaliser, noise, level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from audio_models.chord_recognizer.frame_labels import silences, with_silence
from audio_models.chord_recognizer.piece import Piece
from audio_models.chord_recognizer.recipe import Recipe
from shared.audio.augment import SAMPLE_RATE, band_limit, equalise, gain, mix_at_snr, reverberate
from shared.datasets.contract import TimedChords
from shared.errors import ConsortError
from shared.music.additive import Voice
from shared.music.soundfonts import KNOWN_FONTS, locate, tuning_cents
from shared.music.voices import Waveform, render_voices

_CROSSFADE_S = 0.1


@dataclass(frozen=True, eq=False)
class Rendered:
    """The sound [samples] of a piece at `SAMPLE_RATE`, and its chords with N where nothing sounds."""

    waveform: Waveform
    chords: TimedChords


def render_piece(piece: Piece, recipe: Recipe, corpora: Path | None = None, tail_s: float = 0.0) -> Rendered:
    """Play a piece.

    Args:
        piece: notes and labels.
        recipe: what was drawn for it.
        corpora: the folder that the recipe's noise lies below.
        tail_s: how long the last notes may ring.

    Raises:
        ConsortError: when a SoundFont or a noise is missing, or nothing can be heard.
    """
    duration_s = piece.end_s + tail_s
    font = find_font(recipe.soundfont)
    pitched = render_voices(_played(piece, recipe), duration_s, SAMPLE_RATE, font)
    if not np.abs(pitched).max(initial=0.0) > 1e-4:
        raise ConsortError(f"a piece of {piece.group} came out silent with {recipe.soundfont or 'the synthesizer'}")
    chords = with_silence(piece.chords, silences(pitched, SAMPLE_RATE))
    drums = render_voices(piece.drums, duration_s, SAMPLE_RATE, font)
    mixed = _recorded(pitched + gain(drums, recipe.drums_db), recipe)
    if recipe.noise:
        noise = read_noise(_path(corpora, recipe.noise))
        mixed = mix_at_snr(mixed, noise, recipe.snr_db, np.random.default_rng(recipe.effects_seed))
    return Rendered(mixed * np.float32(10 ** (recipe.peak_db / 20) / np.abs(mixed).max()), chords)


def find_font(name: str) -> Path | None:
    """Return the path of a SoundFont; None for the NumPy synthesizer, which has no name.

    Raises:
        ConsortError: when it is not installed.
    """
    if not name:
        return None
    path = locate(name)
    if path is None:
        package = next((font.package for font in KNOWN_FONTS if font.file == name), "that brings it")
        raise ConsortError(f"the SoundFont {name} is not installed; install the package {package}")
    return path


def _played(piece: Piece, recipe: Recipe) -> list[Voice]:
    """Return the pitched notes as the recipe has them played.

    A SoundFont that is flat by itself is tuned up: at half a semitone a few cents decide which chord is true.
    """
    played = []
    cents = recipe.cents - tuning_cents(recipe.soundfont)
    for name, part in piece.parts.items():
        level = 10 ** (recipe.levels_db.get(name, 0.0) / 20)
        program = recipe.programs.get(name)
        for note in part:
            if not note.is_drum:
                velocity = int(np.clip(round(note.velocity * recipe.velocity), 1, 127))
                own = note.program if program is None else program
                changed = replace(note, program=own, velocity=velocity, level=note.level * level, cents=cents)
                played.append(changed)
    return played


def _path(corpora: Path | None, noise: str) -> Path:
    if corpora is None or not (corpora / noise).is_file():
        raise ConsortError(f"the noise {noise} is not there; CONSORT_DATA must name the folder of the corpora")
    return corpora / noise


def _recorded(waveform: Waveform, recipe: Recipe) -> Waveform:
    """Put on what room and microphone add, noise apart; nothing is delayed."""
    generator = np.random.default_rng(recipe.effects_seed)
    if recipe.room_s:
        waveform = reverberate(waveform, recipe.room_s, 10 ** (recipe.room_db / 10), generator)
    if recipe.eq_db:
        waveform = equalise(waveform, recipe.eq_db)
    if recipe.band_hz:
        lowest_hz, highest_hz = recipe.band_hz
        waveform = band_limit(waveform, lowest_hz, highest_hz)
    return waveform


def _looped(noise: Waveform) -> Waveform:
    """Fade the end of a recording into its beginning."""
    n_fade = round(_CROSSFADE_S * SAMPLE_RATE)
    fade = np.linspace(0, 1, n_fade, dtype=np.float32)
    body = noise[: len(noise) - n_fade].copy()
    body[:n_fade] = body[:n_fade] * np.sqrt(fade) + noise[len(noise) - n_fade :] * np.sqrt(1 - fade)
    return body


@lru_cache(maxsize=128)
def read_noise(path: Path) -> Waveform:
    """Return a recording [samples] of noise at `SAMPLE_RATE`, which can follow itself.

    Raises:
        ConsortError: when it is not, or has no sound.
    """
    import soundfile

    sound, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    mono = np.asarray(sound.mean(axis=1), dtype=np.float32)
    if rate != SAMPLE_RATE or len(mono) < SAMPLE_RATE or not np.abs(mono).max() > 0:
        raise ConsortError(f"{path} cannot serve as noise; it must hold a second of sound at {SAMPLE_RATE} Hz")
    return _looped(mono)
