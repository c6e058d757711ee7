"""What goes into the exported encoder and decoder, and what comes out."""

from __future__ import annotations

from dataclasses import asdict

from audio_models.harmonic_vae.config import MODEL_NAME
from audio_models.harmonic_vae.model import HarmonicVae
from shared.export.signature import Signature, TensorSpec
from shared.runs import git_revision, version


def encoder_signature(model: HarmonicVae) -> Signature:
    """Return the signature of waveform -> latent space."""
    latent_dim = model.config.latent_dim
    rate = model.audio.sample_rate
    return Signature(
        name=f"{MODEL_NAME}_encoder",
        summary="From the waveform of a segment to a point of the latent space; the log-mel is inside.",
        inputs=(
            TensorSpec("waveform", ("batch", model.audio.samples), "float32", f"mono, {rate} Hz, as loud as the "
                       "recordings that were learnt from", "-1..1"),
        ),
        outputs=(
            TensorSpec("mu", ("batch", latent_dim), "float32", "mean of the latent space"),
            TensorSpec("log_var", ("batch", latent_dim), "float32", "log-variance of the latent space"),
        ),
        settings={"audio": asdict(model.audio), "mel": asdict(model.front_end.settings)},
        version=version(),
        git_revision=git_revision(),
    )  # fmt: skip


def decoder_signature(model: HarmonicVae) -> Signature:
    """Return the signature of latent space -> log-mel."""
    size = (model.audio.n_mels, model.audio.frames)
    return Signature(
        name=f"{MODEL_NAME}_decoder",
        summary="From a point of the latent space to the log-mel of a segment.",
        inputs=(TensorSpec("z", ("batch", model.config.latent_dim), "float32", "a point, such as the encoder's mu"),),
        outputs=(
            TensorSpec("log_mel", ("batch", *size), "float32", "0 = silence, 1 = a sinusoid of full scale, linear in "
                       "dB", "0..1"),
        ),
        settings={"audio": asdict(model.audio), "mel": asdict(model.front_end.settings)},
        version=version(),
        git_revision=git_revision(),
    )  # fmt: skip
