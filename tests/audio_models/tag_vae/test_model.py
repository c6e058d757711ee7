"""The network: shapes, what is hidden in training and not in use, that it can learn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from audio_models.tag_vae import config as settings
from audio_models.tag_vae.config import LossConfig, ModelConfig, TrainConfig
from audio_models.tag_vae.loss import losses
from audio_models.tag_vae.model import build_model
from shared.cli import parse

CONFIGS = Path(settings.__file__).parent / "configs"
SMALL = ModelConfig(latent_dim=4, hidden_dim=16)


@pytest.mark.parametrize("batch", [1, 5])
def test_shapes(batch: int) -> None:
    model = build_model(SMALL, 12).eval()
    output = model(torch.ones(batch, 12))
    assert [tuple(part.shape) for part in output] == [(batch, 12), (batch, 12), (batch, 4), (batch, 4)]
    assert tuple(model.decode(torch.zeros(batch, 4)).shape) == (batch, 12)


def test_in_use_nothing_is_left_to_chance() -> None:
    model, tags = build_model(SMALL, 12).eval(), torch.ones(2, 12)
    torch.testing.assert_close(model(tags).logits, model(tags).logits, rtol=0, atol=0)
    model.train()
    assert not torch.equal(model(tags).logits, model(tags).logits)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.8])
def test_tags_are_hidden_in_the_share_that_was_asked_for(p: float) -> None:
    torch.manual_seed(0)
    model = build_model(ModelConfig(latent_dim=4, hidden_dim=16, dropout_p=p), 200)
    hidden = 1 - model.hidden_in_part(torch.ones(2000, 200)).mean(dim=1)
    assert float(hidden.mean()) == pytest.approx(p, abs=0.02)
    if p:
        assert float(hidden.std()) > 0.1  # of some clips little, of others much


def test_how_many_tags_a_clip_has_does_not_make_it_louder() -> None:
    model = build_model(SMALL, 12).eval()
    tags = torch.zeros(1, 12)
    tags[0, 3] = 1.0
    torch.testing.assert_close(model.encode(tags)[0], model.encode(5 * tags)[0])
    assert torch.isfinite(model(torch.zeros(1, 12)).logits).all()


@pytest.mark.parametrize("name", sorted(path.stem for path in (CONFIGS / "model").glob("*.yaml")))
def test_every_named_departure_learns_from_a_step(name: str) -> None:
    config = parse(TrainConfig, [f"model={name}", "trainer=quick_test"])
    model = build_model(config.model, 30)
    tags = (torch.rand(8, 30) < 0.3).float()
    losses(model(tags), tags, config.loss, config.model.beta).total.backward()
    assert all(torch.isfinite(weight.grad).all() for weight in model.parameters())
    assert config.trainer.max_epochs == 1


def test_the_presets_are_those_that_were_promised() -> None:
    sizes = {}
    for name in ("small", "medium", "large", "beta_default", "beta_balanced", "beta_high"):
        model = parse(TrainConfig, [f"model={name}"]).model
        sizes[name] = (model.latent_dim, model.hidden_dim, model.beta, model.use_batch_norm)
    assert sizes == {
        "small": (32, 128, 1.0, False), "medium": (64, 256, 1.0, False), "large": (128, 512, 1.0, True),
        "beta_default": (64, 256, 4.0, False), "beta_balanced": (128, 512, 4.0, False),
        "beta_high": (64, 256, 10.0, False),
    }  # fmt: skip


def test_the_documented_command_lines_fill_the_fields() -> None:
    words = "model=medium trainer=default trainer.max_epochs=300 data.batch_size=64 trainer.optimizer.lr=1e-3"
    one = parse(TrainConfig, [*words.split(), "loss.kld_weight=0.5"])
    flags = "--model medium --epochs 300 --batch-size 64 --lr 1e-3 --run-name my_experiment --kld-weight 0.5"
    other = parse(TrainConfig, flags.split())
    assert other.run_name == "my_experiment"
    other.run_name = ""
    assert one == other
    assert (one.trainer.max_epochs, one.trainer.optimizer.lr, one.loss.kld_weight) == (300, 1e-3, 0.5)


@pytest.mark.parametrize("likelihood", ["multinomial", "bce", "mse"])
def test_a_batch_can_be_learnt_by_heart(likelihood: str) -> None:
    torch.manual_seed(0)
    model = build_model(ModelConfig(latent_dim=8, hidden_dim=64, dropout_p=0.0), 20)
    tags = (torch.rand(10, 20) < 0.25).float()
    tags[:, 0] = 1.0
    adam = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(400):
        adam.zero_grad()
        losses(model(tags), tags, LossConfig(likelihood=likelihood), beta=0.01).total.backward()
        adam.step()
    logits = model.eval()(tags).logits
    for row, wanted in zip(logits, tags, strict=True):
        count = int(wanted.sum())
        assert set(row.topk(count).indices.tolist()) == set(wanted.nonzero()[:, 0].tolist())
