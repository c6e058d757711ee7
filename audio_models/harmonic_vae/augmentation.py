"""Training segments varied in pitch, tempo, level, colour and noise, on the way from waveform to log-mel.

A log-mel knows no phase, so none has to be made up: another tempo is frames that lie closer or wider apart, and another
pitch is bands that hear each bin at a multiple of its frequency. Both are exact, unlike a stretched picture, and cost
what the front end costs. Where a faster tempo needs more sound than the segment has, its ends are mirrored.

Everything is drawn from one generator on the CPU, so a seed gives the same on every device. Strength 0 is the front end
itself, to the bit.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from audio_models.harmonic_vae.config import AugmentConfig
from audio_models.training.mel_frontend import MelFrontend
from shared.audio.mel import mel_filters
from shared.datasets.audio_tracks import audio_files
from shared.errors import InputError

_STEPS_PER_SEMITONE = 8
_COLOURS = (0.0, 0.5, 1.0, 1.5, 2.0)  # power falls with frequency to this exponent: 0 is white, 1 pink, 2 brown
_COLOUR_KNOTS = 6  # from the lowest band to the highest; between them lines
_NOISE_SAMPLES = 1 << 18
_NOISE_SEED = 1


class Augmentation(nn.Module):
    """Waveform [batch, samples] to a varied log-mel [batch, n_mels, frames], as `MelFrontend` without variation."""

    filters: Tensor
    noises: Tensor

    def __init__(self, frontend: MelFrontend, config: AugmentConfig, strength: float) -> None:
        """Take the front end, how far to go at strength 1, and the strength, 0 to 1.

        Raises:
            InputError: when the folder of noise holds no audio.
        """
        super().__init__()
        self.frontend, self.config, self.strength = frontend, config, strength
        self._steps = round(config.pitch_semitones * strength * _STEPS_PER_SEMITONE)
        shifts = [step / _STEPS_PER_SEMITONE for step in range(-self._steps, self._steps + 1)]
        banks = [torch.from_numpy(mel_filters(frontend.settings, 2 ** (shift / 12))).float() for shift in shifts]
        self.register_buffer("filters", torch.stack(banks), persistent=False)
        self.register_buffer("noises", self._noises(), persistent=False)

    def forward(self, waveform: Tensor, generator: Generator | None = None) -> Tensor:
        """Return the varied log-mel; the generator draws how, left out it is torch's global one."""
        if not self.strength:
            return self.frontend(waveform)
        batch = len(waveform)
        pitch = torch.randint(2 * self._steps + 1, (batch,), generator=generator)
        stretch = 1 + self._drawn(batch, generator) * self.config.stretch
        with torch.autocast(waveform.device.type, enabled=False):
            varied = self._louder(self._noisy(waveform.float(), generator), generator)
            mel_power = self._mel_power(self._frames(varied, stretch), pitch)
            return self.frontend.compress(mel_power * self._colour(mel_power, generator))

    def _drawn(self, batch: int, generator: Generator | None) -> Tensor:
        """Return numbers of -strength..strength, [batch]."""
        return (2 * torch.rand(batch, generator=generator, dtype=torch.float64) - 1) * self.strength

    def _louder(self, waveform: Tensor, generator: Generator | None) -> Tensor:
        gain_db = self._drawn(len(waveform), generator) * self.config.gain_db
        return waveform * _column(10 ** (gain_db / 20), waveform)

    def _colour(self, mel_power: Tensor, generator: Generator | None) -> Tensor:
        """Return a factor for each band [batch, n_mels, 1], smooth from band to band."""
        knots = self._drawn(len(mel_power) * _COLOUR_KNOTS, generator).view(-1, 1, _COLOUR_KNOTS)
        gains_db = F.interpolate(knots, mel_power.shape[1], mode="linear", align_corners=True) * self.config.colour_db
        return (10 ** (gains_db / 10)).to(mel_power.device, mel_power.dtype).transpose(1, 2)

    def _noisy(self, waveform: Tensor, generator: Generator | None) -> Tensor:
        """Lay noise under each waveform, softer than `noise_db` below its mean power."""
        batch, length = waveform.shape
        which = torch.randint(len(self.noises), (batch,), generator=generator)
        start = torch.randint(self.noises.shape[1], (batch,), generator=generator)
        level = self._drawn(batch, generator).abs() * 10 ** (-self.config.noise_db / 20)
        places = (start[:, None] + torch.arange(length)).remainder(self.noises.shape[1]).to(waveform.device)
        noise = self.noises[which.to(waveform.device)[:, None], places]
        root_mean_square = waveform.square().mean(dim=1, keepdim=True).sqrt()
        return waveform + noise * root_mean_square * _column(level, waveform)

    def _frames(self, waveform: Tensor, stretch: Tensor) -> Tensor:
        """Return frames [batch, frames, n_fft] that lie `stretch` times as far apart, about the same centre."""
        settings, length = self.frontend.settings, waveform.shape[1]
        count = settings.frames(length)
        from_centre = (torch.arange(count, dtype=torch.float64) - (count - 1) / 2) * settings.hop_length
        centres = stretch[:, None] * from_centre - from_centre[0]
        beyond = max(0, int(-centres.min()) + 1, int(centres.max()) - length + 1)
        margin = settings.n_fft // 2 + beyond
        padded = F.pad(waveform, (margin, margin), mode="reflect")
        starts = (centres.round().long() + beyond).to(waveform.device)
        windows = padded.unfold(1, settings.n_fft, 1)
        return windows[torch.arange(len(waveform), device=waveform.device)[:, None], starts]

    def _mel_power(self, frames: Tensor, pitch: Tensor) -> Tensor:
        """Return the mel powers [batch, n_mels, frames], each item heard by the bands of its pitch."""
        filters = self.filters[pitch.to(self.filters.device)].transpose(1, 2)
        together = 1 if frames.device.type == "cpu" else len(frames)  # see MelFrontend.mel_power
        parts = [
            torch.matmul(self.frontend.power(few), bands)
            for few, bands in zip(frames.split(together), filters.split(together), strict=True)
        ]
        return torch.cat(parts).transpose(1, 2)

    def _noises(self) -> Tensor:
        """Return noises of mean power 1, [noises, samples]: recordings, or drawn in several colours."""
        if self.config.noise_dir:
            return _recorded(Path(self.config.noise_dir), self.frontend.settings.sample_rate)
        generator = Generator().manual_seed(_NOISE_SEED)
        white = torch.fft.rfft(torch.randn(len(_COLOURS), _NOISE_SAMPLES, generator=generator))
        frequency = torch.arange(white.shape[1]).clamp(min=_NOISE_SAMPLES // 1000)  # level below, or brown is all hum
        shape = frequency[None] ** (-torch.tensor(_COLOURS)[:, None] / 2)
        return _normalised(torch.fft.irfft(white * shape, n=_NOISE_SAMPLES))


def _recorded(folder: Path, sample_rate: int) -> Tensor:
    """Return the recordings of a folder, each repeated to the same length; silent and damaged ones are left out."""
    from shared.audio.io import read_audio

    found = []
    for path in audio_files(folder):
        try:
            sound = torch.from_numpy(read_audio(path, sample_rate))
        except InputError:
            continue
        if sound.square().mean() > 0:
            found.append(sound.repeat(-(-_NOISE_SAMPLES // len(sound)))[:_NOISE_SAMPLES])
    if not found:
        raise InputError(f"{folder} holds no noise that can be heard; choose another --noise_dir")
    return _normalised(torch.stack(found))


def _normalised(sounds: Tensor) -> Tensor:
    return sounds / sounds.square().mean(dim=1, keepdim=True).sqrt()


def _column(values: Tensor, like: Tensor) -> Tensor:
    return values.to(like.device, like.dtype)[:, None]
