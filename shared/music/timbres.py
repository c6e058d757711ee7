"""The instruments of the NumPy synthesizer: one timbre per General MIDI family, one sound per drum.

A pitched note is a sum of harmonics that starts bright and mellows, under an envelope of attack, decay and
release. Amplitudes and times are by ear, after what acoustics says of each family: struck and plucked strings
decay, sooner when high; bowed strings, winds and organs hold (Fletcher & Rossing 1998, ch. 9-17).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timbre:
    """A family of instruments.

    Attributes:
        tilt: harmonic k has amplitude `k ** -tilt` once the attack has passed.
        attack_tilt: the same during the attack; lower is brighter.
        mellow_s: time constant from the one to the other.
        odd: amplitude of even harmonics relative to odd ones, 1 for all alike (a clarinet has fewer).
        attack_s: rise of the envelope.
        decay_s: time constant of the decay at C4; longer below, shorter above.
        sustain: level that the decay tends to, 0..1.
        release_s: time constant after the key is let go.
        detune_cents: two voices this far apart, one in each ear; 0 for a single one.
        gain: loudness beside the other families.
    """

    tilt: float
    attack_tilt: float
    mellow_s: float
    odd: float
    attack_s: float
    decay_s: float
    sustain: float
    release_s: float
    detune_cents: float = 0.0
    gain: float = 1.0


FAMILIES: tuple[Timbre, ...] = (
    Timbre(1.5, 0.8, 0.25, 1.0, 0.003, 0.9, 0.0, 0.12, 1.5, 1.2),  # 0-7 piano
    Timbre(2.6, 1.2, 0.06, 0.5, 0.002, 0.7, 0.0, 0.25, 0.0, 1.0),  # 8-15 chromatic percussion
    Timbre(1.6, 1.3, 0.05, 0.9, 0.008, 2.0, 0.9, 0.06, 4.0, 0.55),  # 16-23 organ
    Timbre(1.4, 0.6, 0.12, 0.8, 0.003, 0.8, 0.0, 0.10, 1.0, 1.25),  # 24-31 guitar
    Timbre(1.2, 0.7, 0.10, 0.7, 0.005, 1.1, 0.1, 0.06, 0.0, 1.0),  # 32-39 bass
    Timbre(1.1, 1.3, 0.20, 1.0, 0.070, 2.0, 0.9, 0.16, 5.0, 0.6),  # 40-47 strings
    Timbre(1.3, 1.6, 0.30, 1.0, 0.110, 2.0, 0.9, 0.25, 7.0, 0.6),  # 48-55 ensemble
    Timbre(1.2, 1.8, 0.08, 1.0, 0.030, 2.0, 0.85, 0.08, 2.0, 0.6),  # 56-63 brass
    Timbre(1.3, 1.6, 0.08, 0.6, 0.030, 2.0, 0.85, 0.08, 0.0, 0.6),  # 64-71 reed
    Timbre(2.4, 2.0, 0.05, 0.8, 0.040, 2.0, 0.9, 0.10, 0.0, 0.8),  # 72-79 pipe
    Timbre(1.2, 1.0, 0.20, 1.0, 0.006, 1.5, 0.7, 0.08, 6.0, 0.5),  # 80-87 synth lead
    Timbre(2.0, 2.4, 0.60, 1.0, 0.180, 3.0, 0.9, 0.40, 9.0, 0.6),  # 88-95 synth pad
    Timbre(1.9, 1.4, 0.40, 0.7, 0.050, 2.0, 0.5, 0.40, 8.0, 0.6),  # 96-103 synth effects
    Timbre(1.5, 0.8, 0.08, 0.9, 0.002, 0.6, 0.0, 0.10, 1.0, 1.0),  # 104-111 ethnic
    Timbre(2.2, 1.0, 0.04, 0.5, 0.001, 0.3, 0.0, 0.10, 0.0, 1.0),  # 112-119 percussive
    Timbre(1.8, 1.8, 0.20, 1.0, 0.050, 1.0, 0.5, 0.30, 9.0, 0.5),  # 120-127 sound effects
)

# Programs that differ from their family: electric pianos are mellow and ring, distorted guitars hold.
PROGRAMS: dict[int, Timbre] = {
    4: Timbre(2.6, 1.5, 0.10, 0.7, 0.003, 1.4, 0.0, 0.14, 3.0, 1.15),
    5: Timbre(2.4, 1.3, 0.10, 0.7, 0.003, 1.3, 0.0, 0.14, 3.0, 1.15),
    29: Timbre(0.7, 0.6, 0.30, 0.9, 0.004, 2.0, 0.75, 0.08, 3.0, 0.8),
    30: Timbre(0.6, 0.5, 0.30, 0.9, 0.004, 2.0, 0.8, 0.08, 4.0, 0.75),
    32: Timbre(1.6, 0.8, 0.07, 0.8, 0.006, 0.8, 0.0, 0.07, 0.0, 1.1),
    45: Timbre(1.9, 1.2, 0.08, 1.0, 0.003, 0.35, 0.0, 0.12, 2.0, 1.0),
    46: Timbre(2.0, 1.2, 0.12, 0.9, 0.003, 0.9, 0.0, 0.25, 2.0, 1.1),
}


@dataclass(frozen=True, slots=True)
class DrumSound:
    """A drum: a tone that falls in pitch, and a burst of noise.

    Attributes:
        start_hz, end_hz: the tone's frequency at the stroke and after `drop_s` (time constant).
        tone_s, noise_s: time constants of the decays; 0 for none.
        tone, noise: amplitudes.
        brightness: how often the noise is differenced; each time lifts it by 6 dB per octave.
        pan: -1 left to 1 right.
    """

    start_hz: float = 0.0
    end_hz: float = 0.0
    drop_s: float = 0.02
    tone_s: float = 0.0
    tone: float = 0.0
    noise_s: float = 0.0
    noise: float = 0.0
    brightness: int = 1
    pan: float = 0.0


KICK = DrumSound(170, 58, 0.025, 0.09, 0.7, 0.006, 0.3, 1)
SNARE = DrumSound(240, 185, 0.02, 0.07, 0.45, 0.09, 0.8, 1, 0.05)
STICK = DrumSound(1700, 1650, 0.01, 0.012, 0.5, 0.01, 0.35, 1, 0.1)
CLAP = DrumSound(noise_s=0.06, noise=0.6, brightness=1)
CLOSED_HAT = DrumSound(noise_s=0.025, noise=0.75, brightness=2, pan=0.25)
OPEN_HAT = DrumSound(noise_s=0.16, noise=0.7, brightness=2, pan=0.25)
CRASH = DrumSound(noise_s=0.7, noise=0.8, brightness=2, pan=-0.3)
RIDE = DrumSound(5200, 5200, 0.1, 0.20, 0.1, 0.25, 0.4, 2, -0.25)
LOW_TOM = DrumSound(140, 95, 0.05, 0.18, 0.8, 0.01, 0.15, 1, -0.3)
MID_TOM = DrumSound(190, 130, 0.05, 0.15, 0.8, 0.01, 0.15, 1, 0.0)
HIGH_TOM = DrumSound(250, 175, 0.05, 0.13, 0.8, 0.01, 0.15, 1, 0.3)
SHAKER = DrumSound(noise_s=0.035, noise=0.5, brightness=2, pan=0.35)
TAMBOURINE = DrumSound(6800, 6800, 0.1, 0.06, 0.1, 0.07, 0.5, 2, -0.35)
COWBELL = DrumSound(800, 800, 0.1, 0.07, 0.4, 0.004, 0.1, 1, 0.2)
CONGA = DrumSound(300, 240, 0.03, 0.11, 0.6, 0.006, 0.15, 1, -0.2)
LOW_CONGA = DrumSound(220, 175, 0.03, 0.14, 0.6, 0.006, 0.15, 1, -0.3)
SLAP = DrumSound(420, 380, 0.01, 0.025, 0.4, 0.02, 0.35, 1, -0.2)
TIMBALE = DrumSound(520, 460, 0.03, 0.12, 0.5, 0.03, 0.2, 1, 0.3)
CLAVES = DrumSound(2500, 2500, 0.1, 0.03, 0.5, pan=0.3)

DRUMS: dict[int, DrumSound] = {
    35: KICK, 36: KICK, 37: STICK, 38: SNARE, 39: CLAP, 40: SNARE, 41: LOW_TOM, 42: CLOSED_HAT, 43: LOW_TOM,
    44: CLOSED_HAT, 45: LOW_TOM, 46: OPEN_HAT, 47: MID_TOM, 48: MID_TOM, 49: CRASH, 50: HIGH_TOM, 51: RIDE,
    52: CRASH, 53: RIDE, 54: TAMBOURINE, 55: CRASH, 56: COWBELL, 57: CRASH, 59: RIDE, 60: CONGA,
    61: LOW_CONGA, 62: SLAP, 63: CONGA, 64: LOW_CONGA, 65: TIMBALE, 66: TIMBALE, 69: SHAKER, 70: SHAKER, 75: CLAVES,
    76: CLAVES, 77: CLAVES, 82: SHAKER,
}  # fmt: skip
OTHER_DRUM = STICK


def timbre_of(program: int) -> Timbre:
    """Return the timbre of a General MIDI program, 0-127."""
    return PROGRAMS.get(program, FAMILIES[program // 8])
