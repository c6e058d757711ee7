"""The emotion recognizer: features of a clip [batch, 128] -> embedding [batch, 64].

    standardise    (x - mean) / deviation of the training clips, held within `limit` deviations
    Linear 256     ReLU, BatchNorm, Dropout 0.3
    Linear 128     ReLU, BatchNorm, Dropout 0.2
    Linear 64      Tanh: valence, arousal, dominance, intensity, 60 learned

`shared.music.emotion_nets.EMBEDDING` names the dimensions. While it is trained, a linear layer reads the features
back from the embedding (`Trained`), so that the learned dimensions keep what the music sounds like.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from audio_models.emotion_recognizer.config import ModelConfig
from shared.audio.clip_settings import CLIP_FEATURES
from shared.music.emotion_nets import EMBEDDING

N_FEATURES, N_EMBEDDING = len(CLIP_FEATURES), len(EMBEDDING)
WIDTHS = (256, 128)


class Standardise(nn.Module):
    """Features in units -> deviations from the mean of the training clips."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, limit: float) -> None:
        super().__init__()
        self.limit = limit
        self.register_buffer("mean", torch.zeros(N_FEATURES))
        self.register_buffer("deviation", torch.ones(N_FEATURES))

    def fit(self, features: Tensor) -> None:
        """Take mean and deviation from training features [n, 128]; what never varies is left out."""
        deviation = features.std(dim=0, correction=0)
        self.mean.copy_(features.mean(dim=0))
        self.deviation.copy_(torch.where(deviation > 1e-6, deviation, torch.inf))

    def forward(self, features: Tensor) -> Tensor:
        """[batch, 128] -> [batch, 128]."""
        standard = (features - self.mean) / self.deviation
        return standard.clamp(-self.limit, self.limit) if self.limit else standard


class EmotionRecognizer(nn.Module):
    """Features [batch, 128] in their units -> embedding [batch, 64], each -1..1."""

    def __init__(self, config: ModelConfig) -> None:
        """Build the layers; `standardise.fit` must see the training features before the first use."""
        super().__init__()
        self.config = config
        self.standardise = Standardise(config.limit)
        sizes = zip((N_FEATURES, *WIDTHS), WIDTHS, (config.first_dropout, config.second_dropout), strict=False)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Linear(n_in, n_out), nn.ReLU(), nn.BatchNorm1d(n_out), nn.Dropout(dropout))
            for n_in, n_out, dropout in sizes
        )
        self.embed = nn.Linear(WIDTHS[-1], N_EMBEDDING)

    def forward(self, features: Tensor) -> Tensor:
        """Return the embedding."""
        return self.of_standard(self.standardise(features))

    def of_standard(self, standard: Tensor) -> Tensor:
        """Return the embedding of standardised features."""
        hidden = standard
        for block in self.blocks:
            hidden = block(hidden)
        return self.embed(hidden).tanh()

    def freeze(self, layers: int) -> None:
        """Keep the first layers as they are, their running statistics included."""
        for block in list(self.blocks)[:layers]:
            block.requires_grad_(False)
            for part in block.children():
                if isinstance(part, nn.BatchNorm1d):
                    part.momentum = 0.0


class Trained(nn.Module):
    """What is trained: the recognizer, and how the features are read back from its embedding."""

    def __init__(self, recognizer: EmotionRecognizer) -> None:
        """Take the recognizer."""
        super().__init__()
        self.recognizer = recognizer
        self.read_back = nn.Linear(N_EMBEDDING, N_FEATURES)
        self.sharpness = nn.Parameter(torch.full((2,), 3.0))  # from valence, arousal to the logits of their signs

    def forward(self, standard: Tensor) -> dict[str, Tensor]:
        """Standardised features -> `embedding` [batch, 64], `features` [batch, 128], `signs` [batch, 2] (logits)."""
        embedding = self.recognizer.of_standard(standard)
        signs = embedding[:, :2] * self.sharpness
        return {"embedding": embedding, "features": self.read_back(embedding), "signs": signs}


def build_model(config: ModelConfig) -> EmotionRecognizer:
    """Return the network with fresh weights."""
    return EmotionRecognizer(config)
