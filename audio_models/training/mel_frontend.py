"""`shared.audio.mel` as a module: log-mel inside the graph, on whatever device the waveform is.

    hear = MelFrontend(MelSettings())           # [batch, samples] -> [batch, n_mels, 1 + samples // hop_length]

It agrees with the NumPy function to 1e-4 and exports to ONNX with free batch and length. Window and filters are
derived from the settings, so they are no part of a checkpoint.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from shared.audio.mel import MelSettings, mel_filters, refuse_too_short, window

# Frames of 2048 samples and their spectra that fit into a core's cache.
_FRAMES_TOGETHER = 128
_GROUPS = 4


class MelFrontend(nn.Module):
    """Waveform [batch, samples] to log-mel [batch, n_mels, frames] in 0..1; always in float32."""

    window: Tensor
    filters: Tensor

    def __init__(self, settings: MelSettings | None = None) -> None:
        super().__init__()
        self.settings = settings or MelSettings()
        self.log_range = math.log1p(self.settings.reference / self.settings.floor)
        self.register_buffer("window", torch.from_numpy(window(self.settings)).float(), persistent=False)
        self.register_buffer("filters", torch.from_numpy(mel_filters(self.settings)).float(), persistent=False)
        self._groups, self._narrow = _narrow(self.filters)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the log-mel; see `shared.audio.mel.log_mel`.

        Raises:
            InputError: when the waveform is no longer than half a window.
        """
        if torch.compiler.is_compiling():
            return self.compress(self._mel_power_in_graph(waveform))
        refuse_too_short(waveform.shape[1], self.settings)
        with torch.autocast(waveform.device.type, enabled=False):  # 80 dB do not fit half precision
            return self.compress(self.mel_power(waveform.float()))

    def mel_power(self, waveform: Tensor) -> Tensor:
        """Return the mel powers [batch, n_mels, frames].

        On a CPU a few frames at a time, item by item: four times faster than all at once, since they stay in its
        cache, and an item has the same bits in every batch.
        """
        half = self.settings.n_fft // 2
        frames = F.pad(waveform, (half, half), mode="reflect").unfold(1, self.settings.n_fft, self.settings.hop_length)
        if waveform.device.type != "cpu" or waveform.requires_grad:
            return torch.matmul(self.filters, self.power(frames).transpose(1, 2))
        return self._mel_power_by_parts(frames)

    def _mel_power_by_parts(self, frames: Tensor) -> Tensor:
        """Return the same for a CPU, a few frames at a time, always in the same memory."""
        batch, count, n_fft = frames.shape
        result = torch.empty(batch, count, self.settings.n_mels)
        windowed = torch.empty(_FRAMES_TOGETHER, n_fft)
        spectrum = torch.empty(_FRAMES_TOGETHER, n_fft // 2 + 1, dtype=torch.complex64)
        for item, found in zip(frames, result, strict=True):
            for few, powers in zip(item.split(_FRAMES_TOGETHER), found.split(_FRAMES_TOGETHER), strict=True):
                torch.mul(few, self.window, out=windowed[: len(few)])
                torch.fft.rfft(windowed[: len(few)], out=spectrum[: len(few)])
                squares = torch.view_as_real(spectrum[: len(few)]).flatten(1).square_()
                for bands, (first, last, shares) in zip(self._groups, self._narrow, strict=True):
                    powers[:, bands] = squares[:, first:last] @ shares
        return result.transpose(1, 2)

    def power(self, frames: Tensor) -> Tensor:
        """Return the power spectra [.., bins] of frames of the waveform [.., n_fft]."""
        spectrum = torch.fft.rfft(frames * self.window)
        return spectrum.real.square() + spectrum.imag.square()

    def _mel_power_in_graph(self, waveform: Tensor) -> Tensor:
        """Return the same by the one transform that ONNX knows."""
        bins = torch.stft(
            waveform, self.settings.n_fft, self.settings.hop_length, window=self.window, center=True,
            pad_mode="reflect", return_complex=True,
        )  # fmt: skip
        return torch.matmul(self.filters, torch.view_as_real(bins).square().sum(dim=-1))

    def compress(self, power: Tensor) -> Tensor:
        """Return the values of mel powers: 0 for none, 1 for the reference."""
        return torch.log(power / self.settings.floor + 1) / self.log_range

    def decompress(self, values: Tensor) -> Tensor:
        """Return the mel powers of values; those below 0 are silence."""
        return self.settings.floor * torch.expm1(values.clamp(min=0) * self.log_range)


def _narrow(filters: Tensor) -> tuple[list[slice], list[tuple[int, int, Tensor]]]:
    """Return the bands of `filters` [n_mels, bins] in a few groups, and the stretch of the spectrum that each hears.

    The spectrum has real and imaginary parts in turn, whose squares each band adds up.
    """
    groups, narrow = [], []
    for bands in torch.arange(len(filters)).chunk(_GROUPS):
        groups.append(slice(int(bands[0]), int(bands[-1]) + 1))
        shares = filters[groups[-1]]
        heard = shares.any(dim=0).nonzero()
        first, last = int(heard.min()), int(heard.max()) + 1
        narrow.append((2 * first, 2 * last, shares[:, first:last].T.repeat_interleave(2, dim=0).contiguous()))
    return groups, narrow
