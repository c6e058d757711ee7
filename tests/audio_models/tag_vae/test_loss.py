"""The loss against hand-computed numbers, and what its weights mean."""

from __future__ import annotations

import math

import pytest
import torch

from audio_models.tag_vae.config import LossConfig
from audio_models.tag_vae.loss import kl_divergence, kl_weight, losses, reconstruction
from audio_models.tag_vae.model import Output

LOGITS = torch.tensor([[math.log(2.0), 0.0, 0.0]])
TAGS = torch.tensor([[1.0, 0.0, 1.0]])


def test_multinomial_counts_the_share_of_each_tag() -> None:
    assert reconstruction(LOGITS, TAGS, "multinomial").tolist() == pytest.approx([-math.log(0.5) - math.log(0.25)])


def test_bce_and_mse_count_every_concept() -> None:
    expected = -math.log(2 / 3) - math.log(0.5) - math.log(0.5)
    assert reconstruction(LOGITS, TAGS, "bce").tolist() == pytest.approx([expected])
    assert reconstruction(LOGITS, TAGS, "mse").tolist() == pytest.approx([(1 / 3) ** 2 + 0.25 + 0.25])


def test_what_was_heard_is_not_asked_for() -> None:
    heard = torch.tensor([[1.0, 0.0, 0.0]])
    assert reconstruction(LOGITS, TAGS, "multinomial", heard).tolist() == pytest.approx([math.log(2.0)])
    assert reconstruction(LOGITS, TAGS, "bce", heard).tolist() == pytest.approx([2 * math.log(2.0)])
    output = Output(LOGITS, heard, torch.zeros(1, 1), torch.zeros(1, 1))
    found = losses(output, TAGS, LossConfig(completion=0.25, free_bits=0.0), beta=0.0)
    whole = -math.log(0.5) - math.log(0.25)
    assert float(found.reconstruction) == pytest.approx(0.75 * whole + 0.25 * math.log(2.0))


def test_kl_is_that_of_two_gaussians() -> None:
    mu, log_var = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, math.log(4.0)]])
    assert kl_divergence(mu, log_var)[0].tolist() == pytest.approx([0.5, 0.5 * (4 - 1 - math.log(4))])


def test_beta_means_the_same_at_every_size() -> None:
    config = LossConfig(kld_weight=0.5, anneal_share=0.0)
    assert kl_weight(config, 4.0, 32, 400) == pytest.approx(0.5 * 4 * 32 / 400)
    assert kl_weight(config, 4.0, 64, 800) == pytest.approx(kl_weight(config, 4.0, 32, 400))


def test_the_weight_rises_to_its_cap() -> None:
    config = LossConfig(anneal_share=0.5)
    weights = [kl_weight(config, 1.0, 10, 10, progress) for progress in (0.0, 0.25, 0.5, 1.0)]
    assert weights == pytest.approx([0.0, 0.5, 1.0, 1.0])


def test_free_bits_cost_nothing_and_the_rest_does() -> None:
    mu = torch.tensor([[0.2, 2.0], [0.2, 2.0]])
    tags = TAGS.repeat(2, 1)
    output = Output(LOGITS.repeat(2, 1), tags, mu, torch.zeros_like(mu))
    config = LossConfig(free_bits=0.1, anneal_share=0.0, bce_weight=2.0, kld_weight=3.0)
    found = losses(output, tags, config, beta=1.5)
    described = -math.log(0.5) - math.log(0.25)
    assert float(found.reconstruction) == pytest.approx(described)
    assert float(found.kl) == pytest.approx(0.02 + 2.0)
    assert float(found.total) == pytest.approx(2 * described + 3 * 1.5 * 2 / 3 * (0.1 + 2.0))
