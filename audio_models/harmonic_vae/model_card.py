"""The model card of a run: what it learned from, with credit, and its figures beside the control's."""

from __future__ import annotations

from pathlib import Path

from audio_models.harmonic_vae import run_folder
from shared.export.package import ModelCard
from shared.export.signature import Signature
from shared.files import read_json

_SHOWN = {
    "log_mel_l1": "log-mel L1 (0..1)",
    "mr_stft": "multi-resolution STFT",
    "knn_accuracy": "k-NN accuracy of labels",
    "frechet": "Frechet distance",
}


def card(signature: Signature, folder: Path, credit: str = "", licence: str = "") -> ModelCard:
    """Return the model card of a run, as far as its files and the arguments tell."""
    return ModelCard(
        title="Consort HarmonicVAE",
        purpose=signature.summary,
        data=credit or _sources(folder),
        licence=f"Weights: {licence or 'that of the recordings they learnt from'}. Code: Apache-2.0.",
        metrics=_figures(folder),
        limits="Segments are short and phases are not kept: sound comes back by Griffin-Lim. What is unlike the "
        "recordings that were learnt from comes back blurred.",
    )


def _sources(folder: Path) -> str:
    path = folder / run_folder.SOURCES_FILE
    if not path.is_file():
        return "Not recorded."
    found = read_json(path)
    sets = ", ".join(f"{name} ({seconds / 3600:.1f} h)" for name, seconds in found["dataset"].items())
    return f"Recordings of {sets}; {found['tracks']} in all, artists of validation and test kept out."


def _figures(folder: Path) -> str:
    path = folder / run_folder.RESULTS_FILE
    if not path.is_file():
        return "Not evaluated yet."
    results = read_json(path)
    columns = {"HarmonicVAE": results["overall"], **{n: c["overall"] for n, c in results.get("controls", {}).items()}}
    lines = [f"| held-out segments | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|"]
    for name, title in _SHOWN.items():
        cells = [f"{figures[name]:.4f}" if name in figures else "" for figures in columns.values()]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    ours = results["overall"]
    alive = f"{ours['active_units']:.0f} of {ours['latent_dim']:.0f} units active, KL {ours['kl_nats']:.0f} nats."
    return "\n".join([*lines, "", alive])
