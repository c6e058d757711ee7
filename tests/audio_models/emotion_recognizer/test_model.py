"""The network is the specified one, and its loss is what it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from audio_models.emotion_recognizer.config import LossConfig, ModelConfig
from audio_models.emotion_recognizer.loss import EmotionLoss, point_measures
from audio_models.emotion_recognizer.model import EmotionRecognizer, Trained, build_model


@pytest.fixture
def model() -> EmotionRecognizer:
    torch.manual_seed(0)
    built = build_model(ModelConfig())
    built.standardise.fit(torch.randn(50, 128) * 3 + 7)
    return built.eval()


def test_layers_are_those_of_the_specification(model: EmotionRecognizer) -> None:
    kinds = [type(part).__name__ for block in model.blocks for part in block.children()]
    assert kinds == ["Linear", "ReLU", "BatchNorm1d", "Dropout"] * 2
    shapes = [tuple(part.weight.shape) for part in model.modules() if isinstance(part, nn.Linear)]
    assert shapes == [(256, 128), (128, 256), (64, 128)]
    dropouts = [part.p for part in model.modules() if isinstance(part, nn.Dropout)]
    assert dropouts == [0.3, 0.2]
    assert sum(weight.numel() for weight in model.parameters()) == 74_944


@pytest.mark.parametrize("batch", [1, 7])
def test_an_embedding_is_within_its_range(model: EmotionRecognizer, batch: int) -> None:
    embedding = model(torch.randn(batch, 128) * 100)
    assert embedding.shape == (batch, 64)
    assert embedding.dtype == torch.float32
    assert embedding.abs().max() <= 1


def test_standardising_knows_the_training_clips_and_a_limit(model: EmotionRecognizer) -> None:
    features = torch.full((4, 128), 2.0)
    features[:, 0] = torch.tensor([1.0, 2.0, 3.0, 4.0])
    model.standardise.fit(features)
    standard = model.standardise(torch.tensor([[2.5, 9.0] + [2.0] * 126, [1e6] * 128]))
    assert standard[0, :2].tolist() == [0.0, 0.0]  # what never varied says nothing
    assert standard[1, 0] == pytest.approx(2.5)


def test_frozen_layers_keep_weights_and_statistics(model: EmotionRecognizer) -> None:
    model.freeze(1)
    model.train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer = torch.optim.SGD([weight for weight in model.parameters() if weight.requires_grad], lr=0.1)
    model(torch.randn(16, 128) * 3 + 7).square().sum().backward()
    optimizer.step()
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert changed
    tracked = "blocks.0.2.num_batches_tracked"
    assert not {name for name in changed if name.startswith("blocks.0") and name != tracked}


def test_the_loss_against_numbers_by_hand() -> None:
    outputs = {
        "embedding": torch.zeros(2, 64), "signs": torch.zeros(2, 2), "features": torch.ones(2, 128),
    }  # fmt: skip
    embedding = torch.zeros(2, 4, 2)
    embedding[0, 0] = torch.tensor([1.0, 0.5])  # valence 1, weight 0.5: the squared error counts half
    signs = torch.zeros(2, 2, 2)
    signs[1, :, 0], signs[1, :, 1] = 1.0, 1.0
    targets = {"embedding": embedding, "signs": signs, "features": torch.zeros(2, 128)}
    losses = EmotionLoss(LossConfig(point=1.0, signs=0.5, reconstruction=0.25))(outputs, targets)
    assert losses["point_loss"].item() == pytest.approx(0.25)
    assert losses["sign_loss"].item() == pytest.approx(math.log(2) / 2)
    assert losses["reconstruction_loss"].item() == pytest.approx(1.0)
    assert losses["total_loss"].item() == pytest.approx(0.25 + 0.25 * math.log(2) + 0.25)
    tally = point_measures(outputs, targets)
    assert tally["valence_mse"] == (1.0, 1.0)
    assert tally["arousal_mse"] == (0.0, 0.0)
    assert tally["quadrant_acc"] == (1.0, 2.0)


def test_one_batch_can_be_overfitted() -> None:
    torch.manual_seed(1)
    trained = Trained(build_model(ModelConfig(first_dropout=0.0, second_dropout=0.0)))
    rng = np.random.default_rng(0)
    features = torch.from_numpy(rng.standard_normal((16, 128)).astype(np.float32))
    points = torch.from_numpy(rng.uniform(-0.8, 0.8, (16, 4)).astype(np.float32))
    targets = {
        "embedding": torch.stack([points, torch.ones(16, 4)], dim=2), "signs": torch.zeros(16, 2, 2),
        "features": features,
    }  # fmt: skip
    criterion, optimizer = EmotionLoss(LossConfig(reconstruction=0.0)), torch.optim.Adam(trained.parameters(), 1e-2)
    for _ in range(100):
        loss = criterion(trained(features), targets)["total_loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.02
