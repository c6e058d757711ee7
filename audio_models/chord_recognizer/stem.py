"""The convolutional stem: a log-frequency spectrogram becomes a vector per frame and pitch class.

    features [batch, 3 + frames + 3, 252]
        Conv 3 x 9, every third bin: 1 -> 24           patterns of three semitones, a row per semitone: [.., 84]
        Conv 3 x 5: 24 -> 24
        Conv 3 x 5: 24 -> 24
        folded to pitch classes                        [batch, frames, 12, 24 * 7]

Each convolution is followed by BatchNorm and ReLU; bins beyond the edges are silence. Each looks one frame to either
side: the features come with three frames more than are asked for, before and after.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from shared.music.chord_classes import N_ROOTS

_TIME = 3
_FREQUENCY_KERNELS = (9, 5, 5)
REACH_FRAMES = len(_FREQUENCY_KERNELS) * (_TIME // 2)  # what a frame hears of the features before and after it


class Stem(nn.Module):
    """Patterns over time and frequency."""

    def __init__(self, bins_per_semitone: int, channels: int) -> None:
        """Take how many bins make a semitone, and the channels."""
        super().__init__()
        # To semitones at once: activations on all 252 bins would cost more than all that follows.
        strides = (bins_per_semitone, 1, 1)
        inputs = (1, channels, channels)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(n_in, channels, (_TIME, kernel), (1, stride), (0, kernel // 2))
            for n_in, kernel, stride in zip(inputs, _FREQUENCY_KERNELS, strides, strict=True)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for _ in _FREQUENCY_KERNELS)

    def forward(self, features: Tensor) -> Tensor:
        """[batch, 3 + frames + 3, bins] -> [batch, frames, 12, channels * octaves]."""
        x = features[:, None]
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = F.relu(norm(convolution(x)))
        return fold(x)


def fold(x: Tensor) -> Tensor:
    """Set the octaves of a pitch class side by side: [batch, channels, frames, semitones] -> [batch, frames, 12, n].

    The lowest semitone is a C.
    """
    return x.unflatten(-1, (-1, N_ROOTS)).permute(0, 2, 4, 1, 3).flatten(3)
