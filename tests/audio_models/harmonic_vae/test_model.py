"""The network: shapes of every architecture, what is drawn and what is not, bits that do not depend on the batch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from audio_models.harmonic_vae import latent
from audio_models.harmonic_vae.config import AudioConfig, ModelConfig
from audio_models.harmonic_vae.latent import LatentHealth, sparsity
from audio_models.harmonic_vae.loss import LossConfig, VaeLoss
from audio_models.harmonic_vae.model import HarmonicVae, build_model
from audio_models.harmonic_vae.networks import ARCHITECTURES
from shared.errors import ConsortError, InputError
from shared.metrics.pca import PrincipalComponents
from shared.metrics.separable import SeparableComponents
from tests.audio_models.harmonic_vae.tiny_run import AUDIO, tone

TINY = ModelConfig(latent_dim=4, channels=[8, 8], hidden_dims=[16, 8])


def model_of(architecture: str, audio: AudioConfig = AUDIO) -> HarmonicVae:
    """Return a network whose every weight is at work: a fresh one waits for its linear path."""
    torch.manual_seed(0)
    model = build_model(replace(TINY, architecture=architecture), audio).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.02 * torch.randn_like(weight)
    return model


def waveforms(count: int) -> torch.Tensor:
    return torch.stack([torch.from_numpy(tone(seed, 0.5)) for seed in range(count)])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("audio", [AUDIO, replace(AUDIO, n_mels=11, segment_length=0.53)], ids=["even", "odd"])
def test_shapes_hold_for_every_architecture_and_size(architecture: str, audio: AudioConfig) -> None:
    model = model_of(architecture, audio)
    for batch in (1, 3):
        output = model(torch.zeros(batch, audio.samples))
        assert output.log_mel.shape == output.reconstruction.shape == (batch, audio.n_mels, audio.frames)
        assert output.mu.shape == output.log_var.shape == (batch, 4)


def test_widths_are_those_of_the_settings() -> None:
    inputs = AUDIO.n_mels * AUDIO.frames
    linear = [part for part in model_of("mlp").encoder.modules() if isinstance(part, torch.nn.Linear)]
    widths = [(part.in_features, part.out_features) for part in linear]
    assert widths == [(inputs, 16), (16, 8), (8, 2 * 4)]
    assert AudioConfig().n_mels * AudioConfig().frames == 128 * 130


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_linear_path_begins_as_principal_components(architecture: str) -> None:
    model = build_model(replace(TINY, architecture=architecture, linear_basis="principal"), AUDIO).eval()
    assert model.linear is not None
    mels = latent.hear(model, waveforms(40))
    pca = PrincipalComponents.fit(mels.flatten(1).numpy(), 4)
    model.linear.fit(mels.clone())
    mu, log_var = latent.encode(model, mels)
    expected = torch.from_numpy(pca.decode(pca.encode(mels.flatten(1).numpy()))).unflatten(1, mels.shape[1:])
    torch.testing.assert_close(latent.decode(model, mu), expected, atol=1e-3, rtol=0)
    torch.testing.assert_close(mu.std(dim=0), torch.ones(4), atol=1e-2, rtol=0)
    assert log_var.max() < -5


def test_the_linear_path_begins_as_separable_components() -> None:
    model = model_of("mlp")
    assert model.linear is not None
    mels = latent.hear(model, waveforms(40))
    components = SeparableComponents.fit(mels.numpy())
    kept = np.zeros(components.variances.size, np.float32)
    kept[components.strongest(4)] = 1
    coefficients = components.coefficients(mels.numpy()) * kept.reshape(components.variances.shape)
    model.linear.fit(mels.clone())
    answers = model.linear.decode(model.linear.encode(mels))
    torch.testing.assert_close(answers, torch.from_numpy(components.segments(coefficients)), atol=1e-3, rtol=0)


def test_only_training_draws() -> None:
    model = model_of("convolutional")
    sound = waveforms(2)
    assert torch.equal(model(sound).reconstruction, model(sound).reconstruction)
    model.train()
    assert not torch.equal(model(sound).reconstruction, model(sound).reconstruction)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_segment_has_the_same_bits_alone_and_among_others(architecture: str) -> None:
    model, sound = model_of(architecture), waveforms(latent.TOGETHER + 5)
    mels = latent.hear(model, sound)
    mu, log_var = latent.encode(model, mels)
    answers = latent.decode(model, mu)
    for index in (0, 7, 31, 36):
        alone = latent.hear(model, sound[index : index + 1])
        assert torch.equal(alone[0], mels[index])
        mu_alone, log_var_alone = latent.encode(model, alone)
        assert torch.equal(mu_alone[0], mu[index])
        assert torch.equal(log_var_alone[0], log_var[index])
        assert torch.equal(latent.decode(model, mu_alone)[0], answers[index])


def test_calibration_is_kept_with_the_weights() -> None:
    model, other = model_of("mlp"), model_of("mlp")
    mels = latent.hear(model, waveforms(6))
    model.calibrate(mels)
    seen = (mels - model.mean) / model.spread
    assert seen.mean(dim=(0, 2)).abs().max() < 1e-5
    assert not torch.equal(other(waveforms(1)).reconstruction, model(waveforms(1)).reconstruction)
    other.load_state_dict(model.state_dict())
    assert torch.equal(other(waveforms(1)).reconstruction, model(waveforms(1)).reconstruction)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_one_batch_can_be_learned_by_heart(architecture: str) -> None:
    model, sound = build_model(replace(TINY, architecture=architecture), AUDIO), waveforms(4)
    model.calibrate(latent.hear(model, sound))
    loss = VaeLoss(LossConfig(beta_start=0.0, beta_end=1e-4, beta_steps=0), AUDIO.n_mels * AUDIO.frames)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    first = last = 0.0
    for step in range(100 if architecture == "mlp" else 40):
        losses = loss(model.train()(sound), None)
        optimizer.zero_grad()
        losses["total_loss"].backward()
        optimizer.step()
        last = losses["reconstruction_loss"].item()
        first = first if step else last
    assert last < 0.6 * first


def test_a_dead_latent_space_is_an_error_that_says_what_to_do() -> None:
    rng = torch.Generator().manual_seed(0)
    alive = LatentHealth.of(torch.randn(50, 8, generator=rng), torch.full((50, 8), -3.0))
    assert (alive.active_units, alive.active_share, alive.is_collapsed) == (8, 1.0, False)
    alive.require_alive()
    half = LatentHealth.of(torch.randn(50, 8, generator=rng) * torch.tensor([1.0] * 4 + [0.01] * 4), torch.zeros(50, 8))
    assert half.active_units == 4
    with pytest.raises(ConsortError, match=r"collapsed: 0 of 8 units .* lower --beta_end"):
        LatentHealth.of(torch.full((50, 8), 0.3), torch.zeros(50, 8)).require_alive()


def test_sparsity_runs_from_all_alike_to_a_single_one() -> None:
    assert sparsity(torch.ones(2, 9)) == pytest.approx(0.0)
    assert sparsity(torch.eye(9)[:2]) == pytest.approx(1.0)


def test_audio_settings_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(InputError, match="finer than n_fft"):
        build_model(TINY, replace(AUDIO, n_mels=400))
