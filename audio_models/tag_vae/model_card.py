"""The model card of a run: what it learned from, with credit, and its figures beside the controls'."""

from __future__ import annotations

from pathlib import Path

from audio_models.tag_vae import run_folder
from shared.datasets import musiccaps
from shared.export.package import ModelCard
from shared.export.signature import Signature
from shared.files import read_json
from shared.metrics.ranking import METRICS


def card(signature: Signature, folder: Path) -> ModelCard:
    """Return the model card of a run, as far as its files tell."""
    return ModelCard(
        title="Consort tag VAE",
        purpose=signature.summary,
        data=f"Tags of clips, as musicians wrote them: {musiccaps.TITLE} ({musiccaps.CITATION}), its aspects gathered "
        "into concepts by `concepts_to_tags.json`; 90 % of the recordings, the others validate and test.",
        licence=f"Weights and taxonomy: {musiccaps.LICENCE}, as the tags that they are made of. Code: Apache-2.0.",
        metrics=_figures(folder),
        limits="English tags of ten musicians, each with habits of words; clips of ten seconds from YouTube. What tags "
        "go together there is no judgement on music.",
    )


def _figures(folder: Path) -> str:
    if not (folder / run_folder.RESULTS_FILE).is_file():
        return "Not evaluated yet."
    results = read_json(folder / run_folder.RESULTS_FILE)
    controls = {name: column["overall"] for name, column in results.get("controls", {}).items()}
    columns = {"tag VAE": results["overall"], **controls}
    lines = [f"| held-out clips | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|"]
    for name in METRICS:
        lines.append(f"| {name} | {' | '.join(f'{figures[name]:.3f}' for figures in columns.values())} |")
    alive = results["overall"]
    return "\n".join(
        [*lines, "", f"{alive['active_units']:.0f} active units, KL {alive['kl_nats']:.1f} nats per clip."]
    )
