"""A synthesizer in NumPy, for machines without fluidsynth: wave tables, drums of tone and noise, a room.

Each note reads two tables of one cycle (bright and mellow, only harmonics below the Nyquist frequency) and
fades from the one to the other, so a note costs a few array operations whatever its timbre. Drums are
rendered once per pitch. The room is a convolution with decaying noise. Everything is deterministic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from shared.music.timbres import DRUMS, OTHER_DRUM, DrumSound, Timbre, timbre_of

A4_HZ, A4_PITCH = 440.0, 69
TABLE_SIZE = 8192
MAX_HARMONICS = 32
SILENT_AFTER = 6.0  # time constants: -52 dB
ROOM_S, ROOM_LEVEL, ROOM_DELAY_S = 1.3, 0.16, 0.012

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Voice:
    """A note to render, in seconds; `level`, `pan` (-1..1) and tuning (`cents` above A440) are those of its track."""

    pitch: int
    velocity: int
    onset_s: float
    duration_s: float
    program: int
    is_drum: bool
    level: float = 1.0
    pan: float = 0.0
    cents: float = 0.0


def render(voices: Iterable[Voice], duration_s: float, sample_rate: int, room: bool = True) -> Samples:
    """Return the sound of notes `[samples, 2]`, not normalised.

    Args:
        voices: the notes, in any order.
        duration_s: length of the result; what rings longer is cut.
        sample_rate: in Hz.
        room: add the reverberation of a small hall.
    """
    dry = np.zeros((round(duration_s * sample_rate), 2), dtype=np.float32)
    for voice in voices:
        start = round(voice.onset_s * sample_rate)
        sound = _drum(voice, sample_rate) if voice.is_drum else _note(voice, sample_rate)
        sound = sound[: max(0, len(dry) - start)]
        # Loudness goes with the square of the velocity, as General MIDI level 2 recommends.
        dry[start : start + len(sound)] += sound * np.float32(voice.level * (voice.velocity / 127) ** 2)
    return dry + _room(dry, sample_rate) if room else dry


def pitch_hz(pitch: float) -> float:
    """Return the frequency of a MIDI pitch (69 = 440 Hz)."""
    return A4_HZ * float(2.0 ** ((pitch - A4_PITCH) / 12))


def _note(voice: Voice, sample_rate: int) -> Samples:
    """Return one pitched note `[samples, 2]`: two voices slightly apart where the timbre asks."""
    timbre = timbre_of(voice.program)
    envelope = _envelope(timbre, voice, sample_rate) * np.float32(timbre.gain)
    time_s = np.arange(len(envelope), dtype=np.float32) / np.float32(sample_rate)
    bright = np.exp(-time_s / np.float32(timbre.mellow_s))
    left, right = _pan_gains(voice.pan)
    pitch = voice.pitch + voice.cents / 100
    if not timbre.detune_cents:
        mono = envelope * _wave(timbre, pitch_hz(pitch), bright, sample_rate)
        return np.stack([mono * left, mono * right], axis=1)
    offset = timbre.detune_cents / 200
    low = envelope * _wave(timbre, pitch_hz(pitch - offset), bright, sample_rate)
    high = envelope * _wave(timbre, pitch_hz(pitch + offset), bright, sample_rate)
    wide, narrow = np.float32(0.75), np.float32(0.25)
    return np.stack([left * (wide * low + narrow * high), right * (narrow * low + wide * high)], axis=1)


def _envelope(timbre: Timbre, voice: Voice, sample_rate: int) -> Samples:
    """Return attack, decay and release `[samples]`; high notes decay sooner."""
    decay_s = timbre.decay_s * 2.0 ** ((60 - voice.pitch) / 24)
    held_s = max(voice.duration_s, timbre.attack_s)
    total_s = held_s + SILENT_AFTER * timbre.release_s
    if timbre.sustain == 0:
        total_s = min(total_s, timbre.attack_s + SILENT_AFTER * decay_s)
    time_s = np.arange(round(total_s * sample_rate), dtype=np.float32) / np.float32(sample_rate)
    decay = timbre.sustain + (1 - timbre.sustain) * np.exp(-np.maximum(time_s - timbre.attack_s, 0) / decay_s)
    rise = np.minimum(time_s / np.float32(timbre.attack_s), 1)
    release = np.exp(-np.maximum(time_s - held_s, 0) / timbre.release_s)
    # The last milliseconds go to zero, so that a cut tail does not click.
    fade = np.minimum((time_s[-1] - time_s) / np.float32(0.005), 1) if len(time_s) else time_s
    return np.asarray(rise * rise * (3 - 2 * rise) * decay * release * fade, dtype=np.float32)


def _wave(timbre: Timbre, frequency_hz: float, bright: Samples, sample_rate: int) -> Samples:
    """Return a periodic wave `[samples]` that fades from its bright to its mellow table."""
    n_harmonics = int(max(1, min(MAX_HARMONICS, 0.45 * sample_rate / frequency_hz)))
    step = frequency_hz * TABLE_SIZE / sample_rate
    index = (np.arange(len(bright)) * step).astype(np.int64) % TABLE_SIZE
    mellow_table = _table(timbre.tilt, timbre.odd, n_harmonics)
    bright_table = _table(timbre.attack_tilt, timbre.odd, n_harmonics)
    mellow = mellow_table[index]
    return mellow + bright * (bright_table[index] - mellow)


@cache
def _table(tilt: float, even: float, n_harmonics: int) -> Samples:
    """Return one cycle `[TABLE_SIZE]` of a harmonic spectrum, of mean square 1/2 (that of a sine)."""
    order = np.arange(1, n_harmonics + 1)
    amplitudes = order**-tilt * np.where(order % 2 == 0, even, 1.0)
    amplitudes /= np.sqrt((amplitudes**2).sum())
    cycle = np.sin(2 * np.pi * np.outer(np.arange(TABLE_SIZE) / TABLE_SIZE, order))
    return np.asarray(cycle @ amplitudes, dtype=np.float32)


def _pan_gains(pan: float) -> tuple[np.float32, np.float32]:
    """Return equal-power gains for left and right."""
    angle = (pan + 1) * np.pi / 4
    return np.float32(np.cos(angle)), np.float32(np.sin(angle))


def _drum(voice: Voice, sample_rate: int) -> Samples:
    """Return one drum stroke `[samples, 2]`, whole whatever its written length."""
    sound = DRUMS.get(voice.pitch, OTHER_DRUM)
    left, right = _pan_gains(sound.pan)
    mono = _drum_samples(sound, voice.pitch, sample_rate)
    return np.stack([mono * left, mono * right], axis=1)


@cache
def _drum_samples(sound: DrumSound, seed: int, sample_rate: int) -> Samples:
    """Return the stroke of a drum `[samples]`; its noise comes from a stream of its own."""
    length_s = SILENT_AFTER * max(sound.tone_s, sound.noise_s, 0.01)
    time_s = np.arange(round(length_s * sample_rate)) / sample_rate
    total = np.zeros_like(time_s)
    if sound.tone_s:
        # The integral of end + (start - end) exp(-t / drop).
        fall = (sound.start_hz - sound.end_hz) * sound.drop_s * (1 - np.exp(-time_s / sound.drop_s))
        phase = 2 * np.pi * (sound.end_hz * time_s + fall)
        total += sound.tone * np.sin(phase) * np.exp(-time_s / sound.tone_s)
    if sound.noise_s:
        noise = np.random.default_rng(seed).standard_normal(len(time_s) + sound.brightness)
        noise = np.diff(noise, n=sound.brightness)
        total += sound.noise * noise / np.abs(noise).max() * np.exp(-time_s / sound.noise_s)
    fade_in = np.minimum(time_s / 0.0005, 1)
    return np.asarray(total * fade_in, dtype=np.float32)


def _room(dry: Samples, sample_rate: int) -> Samples:
    """Return the reverberation `[samples, 2]` of a small hall."""
    if not len(dry):
        return dry
    response = _room_response(sample_rate)
    size = 1 << (len(dry) + len(response) - 1).bit_length()
    spectrum = np.fft.rfft(dry, size, axis=0) * np.fft.rfft(response, size, axis=0)
    return np.fft.irfft(spectrum, size, axis=0)[: len(dry)].astype(np.float32)


@cache
def _room_response(sample_rate: int) -> Samples:
    """Return the impulse response `[samples, 2]`: noise that loses 60 dB and its treble over `ROOM_S`."""
    n_samples = round(ROOM_S * sample_rate)
    noise = np.random.default_rng(0).standard_normal((n_samples, 2))
    # Air and walls take the treble first: a running mean over 0.2 ms.
    width = max(1, round(0.0002 * sample_rate))
    kernel = np.ones(width) / width
    noise = np.stack([np.convolve(channel, kernel, mode="same") for channel in noise.T], axis=1)
    decay = 10.0 ** (-3 * np.arange(n_samples) / n_samples)
    response = noise * decay[:, None]
    response *= ROOM_LEVEL / np.sqrt((response**2).sum(axis=0))
    silence = np.zeros((round(ROOM_DELAY_S * sample_rate), 2))
    return np.asarray(np.concatenate([silence, response]), dtype=np.float32)
