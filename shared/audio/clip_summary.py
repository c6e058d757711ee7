"""A clip in 128 numbers: timbre, dynamics, rhythm, pitch and tonality, each with a name and a unit.

    summary = clip_summary(read_audio("song.mp3", ClipSettings().sample_rate))      # [128]

`clip_settings.CLIP_FEATURES` lists them; this is how they are computed, in NumPy, and to which the module
`audio_models.training.clip_frontend` agrees. They were chosen by what a ridge regression could tell from them about
valence and arousal of pieces kept out, and that they need nothing but sums, products and running means, so that a
graph can hold them for any length.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.audio.clip_settings import (
    BANDS,
    CHORDS,
    FIRST_LAG,
    INTERVALS,
    KRUMHANSL,
    LOG_FLOORS,
    MIDDLE_C,
    N_MFCC_CHANGES,
    N_OCTAVES,
    ONSET_BANDS,
    ONSET_STRENGTH_THRESHOLD,
    ONSET_THRESHOLDS,
    REGISTER_PULL,
    SHARPNESS,
    TEMPERLEY,
    TRIADS,
    ClipSettings,
    Table,
    key_templates,
    tonal_centroids,
)
from shared.audio.features import magnitudes

EPSILON = 1e-6
SILENCE = 1e-10  # mean square below which a clip is not scaled up
# As a lower limit, never as a summand: exporters take adding so little for adding nothing.
TINY = 1e-9
_SETTINGS = ClipSettings()


def clip_summary(waveform: NDArray[np.float32], settings: ClipSettings = _SETTINGS) -> NDArray[np.float32]:
    """Return the dimensions `CLIP_FEATURES` [128] of a mono waveform [samples] at `settings.sample_rate`."""
    summary: NDArray[np.float32] = clip_summaries(waveform, [(0, len(waveform))], settings)[0]
    return summary


def clip_summaries(
    waveform: NDArray[np.float32], spans: Sequence[tuple[int, int]], settings: ClipSettings = _SETTINGS
) -> NDArray[np.float32]:
    """Return the dimensions [spans, 128] of several excerpts, each scaled by itself.

    Spans are (start, end) in samples; their ends are moved to the frames of the whole, which are computed once: so
    the first and last frames of an excerpt hear what was before and after it.
    """
    scaled = np.asarray(waveform * _gain(waveform), dtype=np.float32)
    mel, pitched = mel_frames(scaled, settings), pitch_frames(scaled, settings)
    hop, pitch_hop = settings.hop_length, settings.pitch_spectrum.hop_length
    rows = []
    for start, end in spans:
        part = scaled[start:end]
        again = _gain(part) if len(part) < len(scaled) else 1.0
        own_mel = mel[start // hop : 1 + end // hop] * again**2
        own_pitched = pitched[start // pitch_hop : 1 + end // pitch_hop] * again
        rows.append(summarise(own_mel, own_pitched, float(np.abs(part).max(initial=0.0)) * again, settings))
    return np.stack(rows)


def _gain(waveform: NDArray[np.float32]) -> float:
    """Return what brings a waveform to a root mean square of 1."""
    power = float(np.mean(np.square(waveform, dtype=np.float64)))
    return 1 / math.sqrt(max(power, SILENCE))


def summarise(mel: Table, pitched: Table, peak: float, settings: ClipSettings = _SETTINGS) -> NDArray[np.float32]:
    """Return the dimensions of mel frames [frames, 40], pitch frames [frames, 84] and the largest sample."""
    groups = [
        timbre(mel, settings), dynamics(mel, peak, settings), rhythm(mel, settings), pitch(pitched, settings),
        tonality(pitched, settings),
    ]  # fmt: skip
    values = np.concatenate(groups)
    logs = np.log(np.maximum(values, 0) + np.where(LOG_FLOORS > 0, LOG_FLOORS, 1))
    return np.where(LOG_FLOORS > 0, logs, values).astype(np.float32)


def mel_frames(waveform: NDArray[np.float32], settings: ClipSettings = _SETTINGS) -> Table:
    """Return the power in mel bands [1 + samples // hop_length, n_mels]; the waveform lies in silence."""
    import librosa

    spectrum = librosa.stft(
        np.pad(waveform, settings.n_fft // 2), n_fft=settings.n_fft, hop_length=settings.hop_length, center=False
    )
    return np.asarray(np.abs(spectrum.T) ** 2 @ settings.mel_filters, dtype=np.float64)


def pitch_frames(waveform: NDArray[np.float32], settings: ClipSettings = _SETTINGS) -> Table:
    """Return the amplitude of semitones [frames, 84] from C1: three bins each, so that tuning hardly matters."""
    bins = np.square(magnitudes(waveform, settings.pitch_spectrum), dtype=np.float64)
    around = np.pad(bins, ((0, 0), (1, 0)))[:, :-1]  # the bin of a semitone in the middle of its three
    return np.asarray(np.sqrt(around.reshape(len(bins), -1, 3).sum(axis=2)))


def timbre(mel: Table, settings: ClipSettings) -> Table:
    """Return the group `timbre`."""
    loud = np.clip((10 * np.log10(np.maximum(mel.sum(axis=1), TINY)) + 35) / 10, 0, 1)  # silence counts for nothing
    weights = loud / max(loud.sum(), TINY)
    cepstra = 10 * np.log10(mel + 1e-5) @ settings.cosines
    means, deviations = _loud_statistics(cepstra, weights)
    changes = np.abs(_steps(cepstra)).mean(axis=0)[:N_MFCC_CHANGES]
    shares, bands = mel / np.maximum(mel.sum(axis=1, keepdims=True), TINY), np.arange(mel.shape[1])
    centre = shares @ bands
    width = np.sqrt((shares * np.square(bands - centre[:, None])).sum(axis=1))
    shapes = np.stack([centre, width, _entropy(shares)], axis=1)
    statistics = np.stack(_loud_statistics(shapes, weights), axis=1).reshape(-1)
    total = mel.mean(axis=0)
    energies = [10 * np.log10(total[first:last].sum() / max(total.sum(), TINY) + 1e-6) for first, last in BANDS]
    return np.concatenate([means, deviations, changes, statistics, energies])


def dynamics(mel: Table, peak: float, settings: ClipSettings) -> Table:
    """Return the group `dynamics`."""
    level = 10 * np.log10(mel.sum(axis=1) + 1e-4)
    change = _steps(level)
    return np.array([
        level.mean(), level.std(), _running_mean(level, settings.frames_1s).std(), np.abs(change).mean(),
        _skewness(level, 1e-3), _sigmoid(-level).mean(), 20 * np.log10(peak + EPSILON), np.maximum(-change, 0).mean(),
    ])  # fmt: skip


def rhythm(mel: Table, settings: ClipSettings) -> Table:
    """Return the group `rhythm`."""
    rises = np.maximum(_steps(np.log1p(1000 * mel)), 0)
    flux = rises.mean(axis=1)
    above = flux - _running_mean(flux, settings.frames_1s)
    neighbours = np.lib.stride_tricks.sliding_window_view(np.pad(flux, 3), 7).max(axis=1)
    peaks = flux == neighbours
    seconds = len(mel) * settings.frame_s
    counts = [(peaks * _sigmoid((above - least) / 0.02)).sum() / seconds for least in ONSET_THRESHOLDS.values()]
    clear = peaks * _sigmoid((above - ONSET_STRENGTH_THRESHOLD) / 0.02)
    strength = (clear * flux).sum() / (clear.sum() + EPSILON)
    later = np.lib.stride_tricks.sliding_window_view(np.pad(above, (0, settings.longest_lag)), settings.longest_lag + 1)
    correlation = np.maximum(above @ later, 0)
    correlation /= max(correlation[0], TINY)
    bands = [correlation[first : last + 1].max() for first, last in settings.lags]
    pulses = correlation[FIRST_LAG:]
    votes = _softmax(8 * pulses * settings.tempo_preference)
    fluxes = [rises[:, first:last].mean() for first, last in ONSET_BANDS]
    fluxes += [flux.mean(), flux.std(), _skewness(flux, EPSILON)]
    return np.array([*fluxes, *counts, strength, *bands, votes @ settings.tempi, pulses.max()])


def pitch(pitched: Table, settings: ClipSettings) -> Table:
    """Return the group `pitch`."""
    weights, fundamentals, pitches = _loudness(pitched), _fundamentals(pitched, settings), settings.pitches
    shares = fundamentals / (fundamentals.sum(axis=1, keepdims=True) + EPSILON)
    centre = shares @ pitches
    spread = np.sqrt((shares * np.square(pitches - centre[:, None])).sum(axis=1))
    overall = fundamentals.mean(axis=0) / max(fundamentals.mean(axis=0).sum(), TINY)
    change = np.maximum(_steps(np.log1p(30 * fundamentals)), 0).sum(axis=1)
    relative = np.square(fundamentals / (fundamentals.max(axis=1, keepdims=True) + EPSILON))
    melody, bass = (_line(relative, pull * (pitches - MIDDLE_C), pitches) for pull in (REGISTER_PULL, -REGISTER_PULL))
    columns = np.stack([centre, melody], axis=1)
    (centre_mean, melody_mean), (centre_deviation, melody_deviation) = _loud_statistics(columns, weights)
    share = fundamentals.sum(axis=1) / (pitched.sum(axis=1) + EPSILON)
    return np.array([
        centre_mean, centre_deviation, weights @ spread, *overall.reshape(N_OCTAVES, -1).sum(axis=1),
        weights @ _entropy(shares), _entropy(overall), change.mean(), change.std(), melody_mean, melody_deviation,
        np.abs(_steps(melody)).mean(), weights @ bass, np.abs(_steps(bass)).mean(), weights @ share,
    ])  # fmt: skip


def tonality(pitched: Table, settings: ClipSettings) -> Table:
    """Return the group `tonality`, none of which but the tuning depends on the key."""
    weights, fundamentals = _loudness(pitched), _fundamentals(pitched, settings)
    chroma = fundamentals @ settings.folding
    shares = chroma / (chroma.sum(axis=1, keepdims=True) + EPSILON)
    overall = weights @ shares
    overall /= max(overall.sum(), TINY)
    temperley, krumhansl = key_templates(TEMPERLEY), key_templates(KRUMHANSL)
    fits, widely = _fit(overall, temperley), _running_mean(shares * _level(pitched)[:, None], settings.pitch_frames_4s)
    local, local_krumhansl = _fit(widely, temperley), _fit(widely, krumhansl)
    keys = [
        fits[:12].max(), fits[12:].max(), _mode(fits), _mode(_fit(overall, krumhansl)), weights @ _mode(local),
        weights @ _mode(local_krumhansl), weights @ local.max(axis=-1),
    ]  # fmt: skip
    tonic = _softmax(SHARPNESS * fits).reshape(2, 12).sum(axis=0)
    degrees = tonic @ np.stack([np.roll(overall, -semitones) for semitones in range(12)])
    unit = shares / (np.linalg.norm(shares, axis=1, keepdims=True) + EPSILON)
    intervals = [weights @ (unit * np.roll(unit, above, axis=1)).sum(axis=1) for above in range(1, 1 + len(INTERVALS))]
    triads = [weights @ _triad(unit, *steps) for steps in TRIADS.values()]
    second = _running_mean(chroma, settings.pitch_frames_1s)
    sounding = second.sum(axis=1) / max(second.sum(), TINY)
    harmony = second / (np.linalg.norm(second, axis=1, keepdims=True) + EPSILON)
    chords = [sounding @ _triad(harmony, *TRIADS[name]) for name in CHORDS]
    place = harmony / (harmony.sum(axis=1, keepdims=True) + EPSILON) @ tonal_centroids()
    motion = np.linalg.norm(_steps(place), axis=1)
    span = np.sqrt(np.square(place - place.mean(axis=0)).sum(axis=1).mean())
    rough = [weights @ _beating(frames, settings) for frames in (pitched, fundamentals)]
    return np.array([
        *keys, *degrees, *intervals, *triads, *chords, weights @ _entropy(shares), _entropy(overall), motion.mean(),
        motion.std(), span, *rough,
    ])  # fmt: skip


def _steps(frames: Table) -> Table:
    """Return the difference of each frame [frames, ..] to the one before; the first has none."""
    return np.diff(frames, axis=0, prepend=frames[:1])


def _running_mean(frames: Table, half: int) -> Table:
    """Return the mean over `half` frames to either side, as many as there are."""
    sums = np.cumsum(np.pad(frames, [(half + 1, half), *[(0, 0)] * (frames.ndim - 1)]), axis=0)
    counts = np.cumsum(np.pad(np.ones(len(frames)), (half + 1, half)))
    length = 2 * half + 1
    return (sums[length:] - sums[:-length]) / (counts[length:] - counts[:-length]).reshape(-1, *[1] * (frames.ndim - 1))


def _loud_statistics(frames: Table, weights: Table) -> tuple[Table, Table]:
    """Return weighted means and deviations of frames [frames, n]: [n], [n]."""
    means = weights @ frames
    return means, np.sqrt(weights @ np.square(frames - means))


def _skewness(values: Table, floor: float) -> float:
    return float(np.power((values - values.mean()) / (values.std() + floor), 3).mean())


def _entropy(shares: Table) -> Table:
    return np.asarray(-(shares * np.log(np.maximum(shares, TINY))).sum(axis=-1))


def _sigmoid(values: Table) -> Table:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -50, 50))))


def _softmax(values: Table) -> Table:
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum())


def _level(pitched: Table) -> Table:
    return np.asarray(np.linalg.norm(pitched, axis=1))


def _loudness(pitched: Table) -> Table:
    """Return the weight of each pitch frame, sum 1; 0 in silence."""
    return np.asarray(_level(pitched) / max(_level(pitched).sum(), TINY))


def _fundamentals(pitched: Table, settings: ClipSettings) -> Table:
    """Return what is left of semitones when each has taken off the harmonics it may have."""
    return np.maximum(pitched - pitched @ settings.overtones, 0)


def _line(relative: Table, pull: Table, pitches: Table) -> Table:
    """Return the pitch of a line [frames]: of the salient pitches those that are pulled at most."""
    weights = relative * np.exp(pull)
    return np.asarray(weights @ pitches / np.maximum(weights.sum(axis=1), TINY))


def _fit(chroma: Table, templates: Table) -> Table:
    """Return the correlation of chroma [.., 12] with templates [24, 12]: [.., 24]."""
    centred = chroma - chroma.mean(axis=-1, keepdims=True)
    return np.asarray(centred / (np.linalg.norm(centred, axis=-1, keepdims=True) + EPSILON) @ templates.T)


def _mode(fits: Table) -> Table:
    """Return by how much the best major key fits better than the best minor key."""
    return np.asarray(fits[..., :12].max(axis=-1) - fits[..., 12:].max(axis=-1))


def _triad(unit: Table, third: int, fifth: int) -> Table:
    """Return how much of a triad, on any root, sounds in each frame [frames, 12]."""
    return np.asarray((unit * np.roll(unit, -third, axis=1) * np.roll(unit, -fifth, axis=1)).sum(axis=1))


def _beating(frames: Table, settings: ClipSettings) -> Table:
    relative = frames / (np.linalg.norm(frames, axis=1, keepdims=True) + EPSILON)
    return np.asarray((relative @ settings.beating * relative).sum(axis=1))
