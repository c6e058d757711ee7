"""The model card of a run: what it learned from and how well it reconstructs."""

from __future__ import annotations

from pathlib import Path

from audio_models.harmonic_vae import run_folder
from shared.export.package import ModelCard
from shared.export.signature import Signature
from shared.files import read_json


def card(signature: Signature, folder: Path) -> ModelCard:
    """Return the model card of a run, as far as its files tell."""
    return ModelCard(
        title="Consort HarmonicVAE",
        purpose=signature.summary,
        data=_sources(folder, "dataset", "Recordings of", "artists of validation and test kept out"),
        licence=_sources(folder, "licence", "Weights as the recordings: ", "code: Apache-2.0"),
        metrics=_figures(folder),
        limits="Segments are short and phases are not kept: sound comes back by Griffin-Lim. What is unlike the "
        "recordings that were learnt from comes back blurred.",
    )


def _sources(folder: Path, kind: str, begin: str, end: str) -> str:
    path = folder / run_folder.SOURCES_FILE
    if not path.is_file():
        return "Not recorded: the training has not ended."
    hours = (f"{name or 'not stated'} ({seconds / 3600:.2f} h)" for name, seconds in read_json(path)[kind].items())
    return f"{begin} {', '.join(hours)}; {end}."


def _figures(folder: Path) -> str:
    path = folder / run_folder.METRICS_FILE
    if not path.is_file():
        return "Not recorded: the training has not ended."
    best = read_json(path)["best_epoch"]
    return (
        f"Validation segments: reconstruction {best['val_recon']:.4f}, KL {best['val_kl_nats']:.0f} nats; "
        f"{best['active_units']} units active. `evaluate` measures held-out recordings beside principal components."
    )
