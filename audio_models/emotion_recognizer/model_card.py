"""The model card of a run: what it learned from, with credit, and its figures beside the controls'."""

from __future__ import annotations

from pathlib import Path

from audio_models.emotion_recognizer import run_folder
from audio_models.emotion_recognizer.synthetic import SYNTHETIC
from shared.datasets import emopia, vgmidi
from shared.export.package import ModelCard
from shared.export.signature import Signature
from shared.files import read_json

_CREDITS = {module.NAME: f"{module.TITLE} ({module.CITATION})" for module in (vgmidi, emopia)}
_COLUMNS = ("valence_r2", "arousal_r2", "valence_correlation", "arousal_correlation", "quadrant_accuracy")


def card(signature: Signature, folder: Path) -> ModelCard:
    """Return the model card of a run, as far as its files tell."""
    sources = read_json(folder / run_folder.SOURCES_FILE)
    return ModelCard(
        title="Consort emotion recognizer",
        purpose=signature.summary,
        data=_data(sources["source"]),
        licence=f"Training data: {', '.join(sources['licence'])}. Weights and code: Apache-2.0.",
        metrics=_figures(folder),
        limits="What a few dozen listeners hear in piano arrangements of game music, played by SoundFonts; other music "
        "and other listeners differ. Dominance and intensity were not asked for: they are estimated from valence and "
        "arousal. An emotion is told of a clip as a whole; less than ten seconds tell little of rhythm and key.",
    )


def _data(sources: dict[str, int]) -> str:
    parts = [f"{_CREDITS.get(name, name)}: {count:,} examples" for name, count in sources.items()]
    text = f"{'; '.join(parts)} (whole pieces, excerpts, several renders, mixtures of related emotions)."
    return f"{text} Synthetic examples are made by rule and are no music." if SYNTHETIC in sources else text


def _figures(folder: Path) -> str:
    path = folder / run_folder.RESULTS_FILE
    if not path.is_file():
        return "Not evaluated yet."
    results = read_json(path)
    columns = {"recognizer": results["overall"], **results["controls"]}
    lines = [
        f"| {results['clips']} clips of songs kept out | {' | '.join(columns)} |",
        "|---" * (1 + len(columns)) + "|",
    ]
    for name in _COLUMNS:
        if name in results["overall"]:
            lines.append(f"| {name} | {' | '.join(f'{figures[name]:.3f}' for figures in columns.values())} |")
    return "\n".join(lines)
