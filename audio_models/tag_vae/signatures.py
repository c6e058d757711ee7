"""What goes into the exported encoder and decoder, and what comes out."""

from __future__ import annotations

from audio_models.tag_vae.model import TagVae
from shared.export.signature import Signature, TensorSpec
from shared.music.tag_taxonomy import Taxonomy
from shared.runs import git_revision, version


def encoder_signature(model: TagVae, taxonomy: Taxonomy) -> Signature:
    """Return the signature of tags -> latent space."""
    concepts, latent_dim = len(taxonomy), model.config.latent_dim
    return Signature(
        name="tag_vae_encoder",
        summary="From the tags of a clip to a point of the latent space.",
        inputs=(TensorSpec("tags", ("batch", concepts), "float32", "1 where the clip has the concept, else 0"),),
        outputs=(
            TensorSpec("mu", ("batch", latent_dim), "float32", "mean of the latent space"),
            TensorSpec("log_var", ("batch", latent_dim), "float32", "log-variance of the latent space"),
        ),
        vocabularies={"tags": taxonomy.concepts},
        version=version(),
        git_revision=git_revision(),
    )


def decoder_signature(model: TagVae, taxonomy: Taxonomy) -> Signature:
    """Return the signature of latent space -> tags."""
    concepts, latent_dim = len(taxonomy), model.config.latent_dim
    return Signature(
        name="tag_vae_decoder",
        summary="From a point of the latent space to how well each concept goes with it.",
        inputs=(TensorSpec("z", ("batch", latent_dim), "float32", "a point, such as the encoder's mu"),),
        outputs=(
            TensorSpec("logits", ("batch", concepts), "float32", "score of each concept; the highest goes best with z"),
        ),
        vocabularies={"logits": taxonomy.concepts},
        version=version(),
        git_revision=git_revision(),
    )
