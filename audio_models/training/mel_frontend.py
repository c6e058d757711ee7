"""`shared.audio.mel` as a module: log-mel inside the graph, on whatever device the waveform is.

    hear = MelFrontend(MelSettings())           # [batch, samples] -> [batch, n_mels, 1 + samples // hop_length]

It agrees with the NumPy function to 1e-4 and exports to ONNX with free batch and length. Window and filters are
derived from the settings, so they are no part of a checkpoint.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from shared.audio.mel import MelSettings, mel_filters, refuse_too_short, window


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

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the log-mel; see `shared.audio.mel.log_mel`.

        Raises:
            InputError: when the waveform is no longer than half a window.
        """
        if torch.compiler.is_compiling():
            return self.compress(self.mel_power(waveform))
        refuse_too_short(waveform.shape[1], self.settings)
        with torch.autocast(waveform.device.type, enabled=False):  # 80 dB do not fit half precision
            return self.compress(self.mel_power(waveform.float()))

    def mel_power(self, waveform: Tensor) -> Tensor:
        """Return the mel powers [batch, n_mels, frames]."""
        bins = torch.stft(
            waveform, self.settings.n_fft, self.settings.hop_length, window=self.window, center=True,
            pad_mode="reflect", return_complex=True,
        )  # fmt: skip
        parts = torch.view_as_real(bins)
        return torch.matmul(self.filters, parts.square().sum(dim=-1))

    def compress(self, power: Tensor) -> Tensor:
        """Return the values of mel powers: 0 for none, 1 for the reference."""
        return torch.log1p(power / self.settings.floor) / self.log_range

    def decompress(self, values: Tensor) -> Tensor:
        """Return the mel powers of values; those below 0 are silence."""
        return self.settings.floor * torch.expm1(values.clamp(min=0) * self.log_range)
