"""The loss: against hand-computed numbers, its annealing, free bits, and how validation is judged."""

from __future__ import annotations

import math

import pytest
import torch

from audio_models.harmonic_vae.config import LossConfig
from audio_models.harmonic_vae.loss import Output, VaeLoss, beta_at, distance, kl_divergence


def output(shift: float = 0.5, mu: float = 1.0, log_var: float = 0.0, batch: int = 3) -> Output:
    """Return an answer that is off by `shift` everywhere, of 2 latent dimensions and 4 x 5 bins."""
    log_mel = torch.full((batch, 4, 5), 0.2)
    return Output(log_mel, log_mel + shift, torch.full((batch, 2), mu), torch.full((batch, 2), log_var))


def test_distances_and_divergence_are_the_hand_computed_ones() -> None:
    assert distance(output().reconstruction, output().log_mel, "l1").tolist() == pytest.approx([0.5] * 3)
    assert distance(output().reconstruction, output().log_mel, "mse").tolist() == pytest.approx([0.25] * 3)
    # Half of mu^2 + var - 1 - log var.
    found = kl_divergence(torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, math.log(4)]]))
    assert found.tolist()[0] == pytest.approx([2.0, 0.5 * (4 - 1 - math.log(4))])


def test_both_parts_are_per_bin_and_add_up() -> None:
    losses = VaeLoss(LossConfig(beta_end=0.3, free_bits=0.0), bins=20).eval()(output(), None)
    assert losses["reconstruction_loss"].item() == pytest.approx(0.5)
    assert losses["kl_loss"].item() == pytest.approx(0.3 * (0.5 + 0.5) / 20)
    assert losses["total_loss"].item() == pytest.approx(0.5 + 0.3 / 20)


@pytest.mark.parametrize(
    ("schedule", "steps", "betas"),
    [
        ("linear", [0, 50, 100, 1000], [0.0, 0.5, 1.0, 1.0]),
        # Two cycles of fifty steps: rise for 25, stay for 25.
        ("cyclical", [0, 12.5, 25, 40, 50, 62.5, 80, 100], [0.0, 0.5, 1.0, 1.0, 0.0, 0.5, 1.0, 1.0]),
    ],
)
def test_beta_rises_as_its_schedule_says(schedule: str, steps: list[float], betas: list[float]) -> None:
    config = LossConfig(beta_start=0.0, beta_end=1.0, beta_steps=100, beta_schedule=schedule, beta_cycles=2)
    assert [beta_at(step, config) for step in steps] == pytest.approx(betas)


def test_validation_is_judged_at_the_last_beta_whenever_it_is() -> None:
    loss = VaeLoss(LossConfig(beta_start=0.0, beta_end=1.0, beta_steps=10, free_bits=0.0), bins=20)
    loss.set_step(0)
    assert loss.train()(output(), None)["kl_loss"].item() == 0.0
    assert loss.eval()(output(), None)["kl_loss"].item() == pytest.approx(1 / 20)
    measures = loss.measures(output(), None)
    assert measures["kl_nats"] == (pytest.approx(3.0), 3)
    assert measures["recon"][0] / measures["recon"][1] == pytest.approx(0.5)


def test_free_bits_take_the_pressure_from_what_is_below() -> None:
    config = LossConfig(beta_end=1.0, free_bits=0.7)
    mu = torch.tensor([[1.0, 0.1]], requires_grad=True)  # 0.5 and 0.005 nats
    answer = output(batch=1)._replace(mu=mu, log_var=torch.zeros(1, 2))
    VaeLoss(config, bins=1).eval()(answer, None)["kl_loss"].backward()
    assert mu.grad is not None
    assert mu.grad.tolist() == [[0.0, 0.0]]
    strong = torch.tensor([[2.0, 0.1]], requires_grad=True)
    VaeLoss(config, bins=1).eval()(answer._replace(mu=strong), None)["kl_loss"].backward()
    assert strong.grad is not None
    assert strong.grad.tolist() == [[pytest.approx(2.0), 0.0]]
