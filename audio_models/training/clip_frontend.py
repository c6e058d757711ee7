"""The clip summary as a module, inside the graph: waveform [batch, samples] -> 128 dimensions [batch, 128].

It agrees with `shared.audio.clip_summary`, where each dimension is explained, and exports to ONNX with free batch and
length. Groups and names are those of the NumPy functions.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchaudio.transforms import Spectrogram

from audio_models.training.frame_statistics import (
    deviation,
    entropy,
    fit,
    level,
    loud_statistics,
    loudness,
    mode,
    motion,
    norm,
    running_mean,
    skewness,
    steps,
    triad,
)
from audio_models.training.frontend import LogFrequency
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
from shared.audio.clip_summary import EPSILON, SILENCE, TINY

_PEAK_FRAMES = 7


class ClipSummary(nn.Module):
    """Waveform [batch, samples] -> the dimensions `CLIP_FEATURES` [batch, 128]."""

    mel_filters: Tensor
    mel_bands: Tensor
    cosines: Tensor
    bands: Tensor
    onset_bands: Tensor
    thresholds: Tensor
    delays: Tensor
    tempi: Tensor
    preference: Tensor
    pitches: Tensor
    overtones: Tensor
    beating: Tensor
    folding: Tensor
    rolls: Tensor
    temperley: Tensor
    krumhansl: Tensor
    centroids: Tensor
    floors: Tensor

    def __init__(self, settings: ClipSettings | None = None) -> None:
        super().__init__()
        self.settings = settings = settings or ClipSettings()
        self.spectrum = Spectrogram(settings.n_fft, hop_length=settings.hop_length, center=False)
        self.log_frequency = LogFrequency(settings.pitch_spectrum)
        for name, table in _tables(settings).items():
            self.register_buffer(name, torch.from_numpy(table).float(), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the dimensions; see `shared.audio.clip_summary.clip_summary`."""
        scaled = waveform / self._power(waveform).clamp(min=SILENCE).sqrt()
        mel, pitched = self.mel_frames(scaled), self.pitch_frames(scaled)
        values = torch.cat([
            self.timbre(mel), self.dynamics(mel, scaled.abs().amax(dim=1)), self.rhythm(mel), self.pitch(pitched),
            self.tonality(pitched),
        ], dim=1)  # fmt: skip
        logs = (values.clamp(min=0) + torch.where(self.floors > 0, self.floors, 1.0)).log()
        return torch.where(self.floors > 0, logs, values)

    def _power(self, waveform: Tensor) -> Tensor:
        """Return the mean square [batch, 1], hop by hop: in float32 a million summands lose the fourth digit."""
        hop, n_samples = self.settings.hop_length, waveform.shape[1]
        whole = F.pad(waveform, (0, hop * (1 + n_samples // hop) - n_samples))
        return whole.unflatten(1, (-1, hop)).square().sum(dim=2).sum(dim=1, keepdim=True) / n_samples

    def mel_frames(self, waveform: Tensor) -> Tensor:
        """Return the power in mel bands, [batch, frames, n_mels]."""
        margin = self.settings.n_fft // 2
        return self.spectrum(F.pad(waveform, (margin, margin))).transpose(1, 2) @ self.mel_filters

    def pitch_frames(self, waveform: Tensor) -> Tensor:
        """Return the amplitude of semitones, [batch, frames, 84]."""
        bins = self.log_frequency.magnitudes(waveform).square()
        return F.pad(bins, (1, 0))[..., :-1].unflatten(2, (-1, 3)).sum(dim=3).sqrt()

    def timbre(self, mel: Tensor) -> Tensor:
        """Return the group `timbre`."""
        sums = mel.sum(dim=2)
        loud = ((10 * sums.clamp(min=TINY).log10() + 35) / 10).clamp(0, 1)
        weights = loud / loud.sum(dim=1, keepdim=True).clamp(min=TINY)
        cepstra = 10 * (mel + 1e-5).log10() @ self.cosines
        statistics = loud_statistics(cepstra, weights)
        changes = steps(cepstra).abs().mean(dim=1)[:, :N_MFCC_CHANGES]
        shares = mel / sums.clamp(min=TINY).unsqueeze(2)
        centre = shares @ self.mel_bands
        width = (shares * (self.mel_bands - centre.unsqueeze(2)).square()).sum(dim=2).sqrt()
        shapes = torch.stack([centre, width, entropy(shares)], dim=2)
        of_shapes = torch.stack(loud_statistics(shapes, weights), dim=2).flatten(1)
        total = mel.mean(dim=1)
        energies = total @ self.bands / total.sum(dim=1, keepdim=True).clamp(min=TINY)
        return torch.cat([*statistics, changes, of_shapes, 10 * (energies + 1e-6).log10()], dim=1)

    def dynamics(self, mel: Tensor, peak: Tensor) -> Tensor:
        """Return the group `dynamics`; `peak` [batch] is the largest sample."""
        level = 10 * (mel.sum(dim=2) + 1e-4).log10()
        change = steps(level)
        slow = running_mean(level.unsqueeze(2), self.settings.frames_1s).squeeze(2)
        return torch.stack([
            level.mean(dim=1), deviation(level), deviation(slow), change.abs().mean(dim=1), skewness(level, 1e-3),
            torch.sigmoid(-level).mean(dim=1), 20 * (peak + EPSILON).log10(), (-change).clamp(min=0).mean(dim=1),
        ], dim=1)  # fmt: skip

    def rhythm(self, mel: Tensor) -> Tensor:
        """Return the group `rhythm`."""
        rises = steps((1000 * mel).log1p()).clamp(min=0)
        flux = rises.mean(dim=2)
        above = flux - running_mean(flux.unsqueeze(2), self.settings.frames_1s).squeeze(2)
        peaks = (flux == F.max_pool1d(flux.unsqueeze(1), _PEAK_FRAMES, 1, _PEAK_FRAMES // 2).squeeze(1)).float()
        per_second = torch.ones_like(flux).sum(dim=1) * self.settings.frame_s
        above_least = (above.unsqueeze(2) - self.thresholds) / 0.02
        certain = peaks.unsqueeze(2) * above_least.sigmoid()  # of the onset counts, last of the strength
        counts = certain[..., :-1].sum(dim=1) / per_second.unsqueeze(1)
        strength = (certain[..., -1] * flux).sum(dim=1) / (certain[..., -1].sum(dim=1) + EPSILON)
        correlation = self._autocorrelation(above)
        bands = [correlation[:, first : last + 1].amax(dim=1) for first, last in self.settings.lags]
        pulses = correlation[:, FIRST_LAG:]
        tempo = (8 * pulses * self.preference).softmax(dim=1) @ self.tempi
        of_flux = [flux.mean(dim=1), deviation(flux), skewness(flux, EPSILON)]
        rest = torch.stack([strength, *bands, tempo, pulses.amax(dim=1)], dim=1)
        return torch.cat([rises.mean(dim=1) @ self.onset_bands, torch.stack(of_flux, dim=1), counts, rest], dim=1)

    def _autocorrelation(self, above: Tensor) -> Tensor:
        """Return the positive autocorrelation of [batch, frames] at lags up to the longest, relative to lag 0."""
        later = F.pad(above, (0, self.settings.longest_lag)).unsqueeze(1)
        # A convolution with single taps: row l is what comes l frames later. One node where slices would be seventy.
        correlation = (F.conv1d(later, self.delays) @ above.unsqueeze(2)).squeeze(2).clamp(min=0)
        return correlation / correlation[:, :1].clamp(min=TINY)

    def pitch(self, pitched: Tensor) -> Tensor:
        """Return the group `pitch`."""
        weights, fundamentals = loudness(pitched), self._fundamentals(pitched)
        shares = fundamentals / (fundamentals.sum(dim=2, keepdim=True) + EPSILON)
        centre = shares @ self.pitches
        spread = (shares * (self.pitches - centre.unsqueeze(2)).square()).sum(dim=2).sqrt()
        mean = fundamentals.mean(dim=1)
        overall = mean / mean.sum(dim=1, keepdim=True).clamp(min=TINY)
        change = steps((30 * fundamentals).log1p()).clamp(min=0).sum(dim=2)
        relative = (fundamentals / (fundamentals.amax(dim=2, keepdim=True) + EPSILON)).square()
        melody, bass = self._line(relative, REGISTER_PULL), self._line(relative, -REGISTER_PULL)
        means, deviations = loud_statistics(torch.stack([centre, melody], dim=2), weights)
        share = fundamentals.sum(dim=2) / (pitched.sum(dim=2) + EPSILON)
        return torch.cat([
            torch.stack([means[:, 0], deviations[:, 0], (weights * spread).sum(dim=1)], dim=1),
            overall.unflatten(1, (N_OCTAVES, -1)).sum(dim=2),
            torch.stack([
                (weights * entropy(shares)).sum(dim=1), entropy(overall), change.mean(dim=1), deviation(change),
                means[:, 1], deviations[:, 1], motion(melody), (weights * bass).sum(dim=1), motion(bass),
                (weights * share).sum(dim=1),
            ], dim=1),
        ], dim=1)  # fmt: skip

    def tonality(self, pitched: Tensor) -> Tensor:
        """Return the group `tonality`."""
        weights, fundamentals = loudness(pitched), self._fundamentals(pitched)
        chroma = fundamentals @ self.folding
        shares = chroma / (chroma.sum(dim=2, keepdim=True) + EPSILON)
        summed = (weights.unsqueeze(2) * shares).sum(dim=1)
        overall = summed / summed.sum(dim=1, keepdim=True).clamp(min=TINY)
        fits, krumhansl = fit(overall, self.temperley), fit(overall, self.krumhansl)
        widely = running_mean(shares * level(pitched).unsqueeze(2), self.settings.pitch_frames_4s)
        local, local_krumhansl = fit(widely, self.temperley), fit(widely, self.krumhansl)
        of_frames = [mode(local), mode(local_krumhansl), local.amax(dim=2)]
        keys = [fits[:, :12].amax(dim=1), fits[:, 12:].amax(dim=1), mode(fits), mode(krumhansl)]
        keys += [(weights * values).sum(dim=1) for values in of_frames]
        tonic = (SHARPNESS * fits).softmax(dim=1).unflatten(1, (2, 12)).sum(dim=1)
        degrees = (self._rolled(tonic) @ overall.unsqueeze(2)).squeeze(2)
        unit = shares / (norm(shares) + EPSILON)
        rolled = self._rolled(unit)
        of_intervals = (unit.unsqueeze(2) * rolled[:, :, 1 : 1 + len(INTERVALS)]).sum(dim=3)
        of_triads = torch.stack([triad(rolled, *TRIADS[name]) for name in TRIADS], dim=2)
        intervals = (weights.unsqueeze(1) @ torch.cat([of_intervals, of_triads], dim=2)).squeeze(1)
        second = running_mean(chroma, self.settings.pitch_frames_1s)
        sounding = second.sum(dim=2) / second.sum(dim=(1, 2)).clamp(min=TINY).unsqueeze(1)
        harmony = second / (norm(second) + EPSILON)
        rolled = self._rolled(harmony)
        of_chords = torch.stack([triad(rolled, *TRIADS[name]) for name in CHORDS], dim=2)
        chords = (sounding.unsqueeze(1) @ of_chords).squeeze(1)
        place = harmony / (harmony.sum(dim=2, keepdim=True) + EPSILON) @ self.centroids
        motion = norm(steps(place)).squeeze(2)
        span = (place - place.mean(dim=1, keepdim=True)).square().sum(dim=2).mean(dim=1).sqrt()
        rough = [(weights * self._beating(frames)).sum(dim=1) for frames in (pitched, fundamentals)]
        ends = [
            (weights * entropy(shares)).sum(dim=1),
            entropy(overall),
            motion.mean(dim=1),
            deviation(motion),
            span,
        ]
        parts = [torch.stack(keys, dim=1), degrees, intervals, chords, torch.stack([*ends, *rough], dim=1)]
        return torch.cat(parts, dim=1)

    def _rolled(self, chroma: Tensor) -> Tensor:
        """Return pitch classes [.., 12] moved up by 0 to 11 semitones, [.., 12, 12]."""
        return (chroma @ self.rolls).unflatten(-1, (12, 12))

    def _fundamentals(self, pitched: Tensor) -> Tensor:
        return (pitched - pitched @ self.overtones).clamp(min=0)

    def _line(self, relative: Tensor, pull: float) -> Tensor:
        weights = relative * (pull * (self.pitches - MIDDLE_C)).exp()
        return weights @ self.pitches / weights.sum(dim=2).clamp(min=TINY)

    def _beating(self, frames: Tensor) -> Tensor:
        relative = frames / (norm(frames) + EPSILON)
        return (relative @ self.beating * relative).sum(dim=2)


def _tables(settings: ClipSettings) -> dict[str, Table]:
    """Return what the module multiplies with."""
    rolls = np.concatenate([np.roll(np.eye(12), above, axis=1) for above in range(12)], axis=1)
    onset_bands = _bands(ONSET_BANDS, settings.n_mels)
    return {
        "mel_filters": settings.mel_filters.astype(float), "mel_bands": np.arange(settings.n_mels).astype(float),
        "cosines": settings.cosines, "pitches": settings.pitches, "overtones": settings.overtones,
        "beating": settings.beating, "folding": settings.folding, "tempi": settings.tempi,
        "preference": settings.tempo_preference, "temperley": key_templates(TEMPERLEY),
        "krumhansl": key_templates(KRUMHANSL), "centroids": tonal_centroids(), "floors": LOG_FLOORS, "rolls": rolls,
        "bands": _bands(BANDS, settings.n_mels), "onset_bands": onset_bands / onset_bands.sum(axis=0),
        "thresholds": np.array([*ONSET_THRESHOLDS.values(), ONSET_STRENGTH_THRESHOLD]),
        "delays": np.eye(settings.longest_lag + 1)[:, None],
    }  # fmt: skip


def _bands(edges: tuple[tuple[int, int], ...], n_mels: int) -> Table:
    """Return 1 where a mel band is in a range, [n_mels, ranges]."""
    bands = np.arange(n_mels)[:, None]
    return np.concatenate([(first <= bands) & (bands < last) for first, last in edges], axis=1).astype(float)
