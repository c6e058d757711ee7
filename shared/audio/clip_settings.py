"""The clip summary's dimensions by name and unit, and the tables that it is computed with.

`clip_summary` computes it in NumPy, `audio_models.training.clip_frontend` in PyTorch; what both must share is here.

Conventions: the waveform is mono at 22,050 Hz and scaled to a root mean square of 1, so the summary of a recording
does not depend on how loud it was written. A mel frame is 23 ms, a pitch frame 93 ms. Names that begin with `log_`
hold log(floor + x). "Loud" means are over frames weighted by how far they are above silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shared.audio.features import LogFrequencySettings

Table = NDArray[np.float64]

N_MFCC, N_MFCC_CHANGES, N_TEMPI, N_OCTAVES = 11, 5, 8, 7
INTERVALS = ("minor_second", "major_second", "minor_third", "major_third", "fourth", "tritone")
TRIADS = {"major": (4, 7), "minor": (3, 7), "diminished": (3, 6), "augmented": (4, 8), "suspended": (5, 7)}
CHORDS = ("major", "minor", "diminished", "augmented")
DEGREES = tuple(f"degree_{semitones:02d}" for semitones in range(12))

# Mel bands whose energy is summed, and those in which onsets are looked for: first and last + 1.
BANDS = ((0, 4), (4, 10), (10, 18), (18, 26), (26, 33), (33, 40))
ONSET_BANDS = ((0, 8), (8, 20), (20, 40))
ONSET_THRESHOLDS = {"soft": 0.05, "medium": 0.15, "hard": 0.3}
ONSET_STRENGTH_THRESHOLD = 0.1
# Autocorrelation is looked at between these tempi; below the first lag an onset still resembles itself.
TEMPO_EDGES_QPM = np.geomspace(36, 288, N_TEMPI + 1)
FIRST_LAG = 8
TEMPO_CENTRE_QPM, TEMPO_OCTAVES = 110.0, 0.8  # a listener's preference, log-normal (Parncutt 1994)
HARMONICS = {12: 0.5, 19: 0.33, 24: 0.25, 28: 0.2, 31: 0.16, 34: 0.14, 36: 0.12}  # semitones above: share taken off
SHARPNESS = 10.0  # of the soft choice of the key
REGISTER_PULL = 0.15  # per semitone: how much the highest (lowest) line is preferred
MIDDLE_C = 60

# Temperley 2001, table 7.3 (major; minor), and Krumhansl & Kessler 1982.
TEMPERLEY = (
    (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
    (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
)
KRUMHANSL = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)

# group of dimensions -> (name, unit, floor of its logarithm; 0 = as it is)
Dimension = tuple[str, str, float]


def _timbre() -> list[Dimension]:
    rows: list[Dimension] = [(f"mfcc_{index:02d}_mean", "dB", 0.0) for index in range(N_MFCC)]
    rows += [(f"mfcc_{index:02d}_deviation", "dB", 0.0) for index in range(N_MFCC)]
    rows += [(f"log_mfcc_{index:02d}_change", "log dB per frame", 0.2) for index in range(N_MFCC_CHANGES)]
    for name, unit in (("brightness", "mel bands"), ("bandwidth", "mel bands"), ("spectral_entropy", "nats")):
        rows += [(f"{name}_mean", unit, 0.0), (f"{name}_deviation", unit, 0.0)]
    return rows + [(f"energy_mel_{first}_{last}", "dB of all", 0.0) for first, last in BANDS]


def _dynamics() -> list[Dimension]:
    return [
        ("level_mean", "dB of the mean power", 0.0), ("log_level_deviation", "log dB", 0.5),
        ("log_level_deviation_1s", "log dB", 0.4), ("log_level_change", "log dB per frame", 0.1),
        ("level_skewness", "1", 0.0), ("quiet_share", "share of frames", 0.0), ("crest", "dB", 0.0),
        ("log_level_fall", "log dB per frame", 0.05),
    ]  # fmt: skip


def _rhythm() -> list[Dimension]:
    rows: list[Dimension] = [
        ("log_flux_low", "log 1", 0.01), ("log_flux_middle", "log 1", 0.003), ("log_flux_high", "log 1", 0.001),
        ("log_flux_mean", "log 1", 0.003), ("log_flux_deviation", "log 1", 0.005), ("flux_skewness", "1", 0.0),
    ]  # fmt: skip
    rows += [(f"log_onsets_{name}", "log onsets per second", 0.1) for name in ONSET_THRESHOLDS]
    rows += [("log_onset_strength", "log 1", 0.02)]
    edges = [round(edge) for edge in TEMPO_EDGES_QPM]
    rows += [(f"pulse_{low}_{high}_qpm", "autocorrelation", 0.0) for low, high in pairwise(edges)]
    return [*rows, ("tempo", "log2 quarters per minute", 0.0), ("pulse_clarity", "autocorrelation", 0.0)]


def _pitch() -> list[Dimension]:
    rows: list[Dimension] = [
        ("pitch_mean", "MIDI pitch", 0.0), ("pitch_deviation", "semitones", 0.0), ("pitch_spread", "semitones", 0.0),
    ]  # fmt: skip
    rows += [(f"octave_{octave + 1}_share", "share", 0.0) for octave in range(N_OCTAVES)]
    return [
        *rows,
        ("polyphony", "nats", 0.0), ("pitch_entropy", "nats", 0.0), ("log_pitch_change", "log 1", 0.7),
        ("log_pitch_change_deviation", "log 1", 0.6), ("melody_pitch_mean", "MIDI pitch", 0.0),
        ("melody_pitch_deviation", "semitones", 0.0), ("log_melody_motion", "log semitones per frame", 1.0),
        ("bass_pitch_mean", "MIDI pitch", 0.0), ("log_bass_motion", "log semitones per frame", 0.2),
        ("fundamental_share", "share", 0.0),
    ]  # fmt: skip


def _tonality() -> list[Dimension]:
    rows: list[Dimension] = [
        (f"key_{name}", "correlation", 0.0)
        for name in ("major", "minor", "mode", "mode_krumhansl", "mode_4s", "mode_krumhansl_4s", "clarity_4s")
    ]
    rows += [(f"{name}_share", "share, from the tonic", 0.0) for name in DEGREES]
    rows += [(f"log_interval_{name}", "log cosine", 0.03) for name in INTERVALS]
    rows += [(f"log_triad_{name}", "log 1", 0.005) for name in TRIADS]
    rows += [(f"log_chord_{name}_1s", "log 1", 0.008) for name in CHORDS]
    return [
        *rows,
        ("chroma_entropy_frames", "nats", 0.0), ("chroma_entropy_clip", "nats", 0.0),
        ("log_tonal_motion", "log 1", 0.006), ("log_tonal_motion_deviation", "log 1", 0.004),
        ("tonal_span", "1", 0.0), ("log_roughness", "log 1", 0.03), ("log_roughness_fundamentals", "log 1", 0.03),
    ]  # fmt: skip


GROUPS = {"timbre": _timbre(), "dynamics": _dynamics(), "rhythm": _rhythm(), "pitch": _pitch(), "tonality": _tonality()}
_DIMENSIONS = [dimension for rows in GROUPS.values() for dimension in rows]
CLIP_FEATURES = tuple(name for name, _, _ in _DIMENSIONS)
CLIP_UNITS = tuple(unit for _, unit, _ in _DIMENSIONS)
LOG_FLOORS: NDArray[np.float64] = np.array([floor for _, _, floor in _DIMENSIONS])


@dataclass(frozen=True)
class ClipSettings:
    """Sizes of the two spectra, and the tables between them and the dimensions."""

    sample_rate: int = 22_050
    n_fft: int = 1024
    hop_length: int = 512
    n_mels: int = 40
    fmin_hz: float = 30.0
    fmax_hz: float = 10_000.0

    @property
    def pitch_spectrum(self) -> LogFrequencySettings:
        """The log-frequency spectrum of the pitch frames; three bins around each semitone are added up."""
        return LogFrequencySettings(sample_rate=self.sample_rate, hop_length=4 * self.hop_length)

    @property
    def frame_s(self) -> float:
        """From mel frame to mel frame, in seconds."""
        return self.hop_length / self.sample_rate

    @property
    def frames_1s(self) -> int:
        """Half the mel frames of a second."""
        return round(0.5 / self.frame_s)

    @property
    def pitch_frames_1s(self) -> int:
        """Half the pitch frames of a second."""
        return round(0.125 / self.frame_s)

    @property
    def pitch_frames_4s(self) -> int:
        """Half the pitch frames of four seconds."""
        return round(0.5 / self.frame_s)

    @cached_property
    def pitches(self) -> Table:
        """MIDI pitch of each semitone of the pitch frames, [84] from C1."""
        return 24 + np.arange(12 * N_OCTAVES, dtype=np.float64)

    @cached_property
    def cosines(self) -> Table:
        """The cosine transform from mel bands in dB to cepstra, [n_mels, N_MFCC], orthonormal."""
        angles = np.pi * (np.arange(self.n_mels)[:, None] + 0.5) * np.arange(N_MFCC) / self.n_mels
        scales = np.sqrt(np.where(np.arange(N_MFCC) == 0, 1, 2) / self.n_mels)
        return np.asarray(np.cos(angles) * scales, dtype=np.float64)

    @cached_property
    def mel_filters(self) -> NDArray[np.float32]:
        """From power [n_fft / 2 + 1] to mel bands: [n_fft / 2 + 1, n_mels]; a full-scale sinusoid has power 1."""
        import librosa

        filters = librosa.filters.mel(
            sr=self.sample_rate, n_fft=self.n_fft, n_mels=self.n_mels, fmin=self.fmin_hz, fmax=self.fmax_hz
        )
        window_sum = self.n_fft / 2  # of a periodic Hann window
        return np.asarray(filters.T * (2 / window_sum) ** 2, dtype=np.float32)

    @cached_property
    def overtones(self) -> Table:
        """What each semitone takes off the others as its harmonics, [84, 84] (from, to)."""
        n = len(self.pitches)
        return sum((share * np.eye(n, k=above) for above, share in HARMONICS.items()), np.zeros((n, n)))

    @cached_property
    def beating(self) -> Table:
        """Roughness of two partials of amplitude 1 on semitones, [84, 84] (Sethares 1993, eq. 2)."""
        hz = 440 * np.exp2((self.pitches - 69) / 12)
        apart = np.abs(hz[:, None] - hz)
        scaled = 0.24 * apart / (0.0207 * np.minimum(hz[:, None], hz) + 18.96)
        return np.asarray(np.exp(-3.5 * scaled) - np.exp(-5.75 * scaled))

    @cached_property
    def folding(self) -> Table:
        """From semitones to pitch classes, [84, 12]."""
        return np.tile(np.eye(12), (N_OCTAVES, 1))

    @cached_property
    def lags(self) -> tuple[tuple[int, int], ...]:
        """First and last lag of each tempo band, slowest first, in mel frames."""
        edges = 60 / TEMPO_EDGES_QPM / self.frame_s
        return tuple((int(np.ceil(fast)), int(slow)) for slow, fast in pairwise(edges))

    @property
    def longest_lag(self) -> int:
        """The lag of the slowest tempo, in mel frames."""
        return self.lags[0][1]

    @cached_property
    def tempi(self) -> Table:
        """log2 of the quarters per minute of lags `FIRST_LAG` to `longest_lag`."""
        return np.log2(60 / (self.frame_s * np.arange(FIRST_LAG, self.longest_lag + 1)))

    @cached_property
    def tempo_preference(self) -> Table:
        """How natural each of `tempi` is, 0..1."""
        return np.asarray(np.exp(-0.5 * ((self.tempi - np.log2(TEMPO_CENTRE_QPM)) / TEMPO_OCTAVES) ** 2))


def key_templates(profiles: tuple[tuple[float, ...], ...]) -> Table:
    """Return the profiles (major, minor) in all keys, centred and of length 1: [24, 12], C major first."""
    rows = [np.roll(profile, tonic) for profile in profiles for tonic in range(12)]
    centred = np.stack(rows) - np.mean(rows, axis=1, keepdims=True)
    return np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True))


def tonal_centroids() -> Table:
    """Return pitch classes on the circles of fifths, minor and major thirds, [12, 6] (Harte et al. 2006)."""
    angles = [np.pi * np.arange(12) * step for step in (7 / 6, 3 / 2, 2 / 3)]
    return np.stack([turn(angle) for angle in angles for turn in (np.sin, np.cos)], axis=1)
