"""A live latent space is told from a dead one, and a dead one stops the run with what to change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from audio_models.tag_vae.config import ModelConfig
from audio_models.tag_vae.latent import LatentHealth, health, means_of, scores_of
from audio_models.tag_vae.model import build_model
from audio_models.tag_vae.train import train
from shared.errors import ConsortError
from tests.audio_models.tag_vae.conftest import tiny_config


def test_units_that_do_not_move_are_not_active() -> None:
    torch.manual_seed(0)
    model = build_model(ModelConfig(latent_dim=4, hidden_dim=16), 12).eval()
    with torch.no_grad():
        model.to_mu.weight[1:] = 0.0
        model.to_mu.weight[0] *= 20
        model.to_log_var.weight.zero_()
        model.to_log_var.bias.zero_()
    tags = np.random.default_rng(0).integers(0, 2, (50, 12)).astype(np.float32)
    state = health(model, tags)
    assert (state.active_units, state.latent_dim) == (1, 4)
    means = means_of(model, tags)
    assert state.kl == pytest.approx(0.5 * (means**2).sum(axis=1).mean(), rel=1e-5)
    assert scores_of(model, tags).shape == (50, 12)


@pytest.mark.parametrize(("active", "kl", "dead"), [(24, 1.0, False), (23, 5.0, True), (32, 0.9, True)])
def test_what_counts_as_collapse(active: int, kl: float, dead: bool) -> None:
    state = LatentHealth(active, 32, kl)
    assert state.is_collapsed is dead
    if dead:
        with pytest.raises(ConsortError, match=r"units are active .* lower --beta"):
            state.require_alive()


def test_a_run_that_collapses_stops_and_says_what_to_change(clips: Path, taxonomy: Path, tmp_path: Path) -> None:
    config = tiny_config(clips, taxonomy, tmp_path, "dead", epochs=80)
    config.model.beta, config.loss.free_bits, config.loss.anneal_share = 500.0, 0.0, 0.0
    config.export = False
    with pytest.raises(ConsortError, match=r"latent space collapsed: [01] of 4"):
        train(config)
    assert not (tmp_path / "models" / "dead.pth").exists()
