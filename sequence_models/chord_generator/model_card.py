"""The model card of a run: what it learnt from, with credit, and its test figures beside the controls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.config import DataConfig
from shared.datasets.registry import DATASETS
from shared.export.package import ModelCard
from shared.export.signature import Signature
from shared.files import read_json

# Corpora that are read from chords-unified only.
_FURTHER_CREDIT = {"when-in-rome": "Gotham et al., When in Rome: A Meta-corpus of Functional Harmony, TISMIR 2023"}
_BEST_CONTROLS = ("5-gram+cache", "5-gram+cache (longest match)")


def card(signature: Signature, data: DataConfig, folder: Path) -> ModelCard:
    """Return the model card of a run, as far as its files tell; figures come with the evaluation."""
    return ModelCard(
        title=f"Consort {signature.name}",
        purpose=signature.summary,
        data="\n".join([_how(data), "", *_sources(folder)]),
        licence="The code is Apache-2.0. The weights inherit the terms of the songs that they were trained on: credit "
        "the corpora above, and share alike where theirs is a share-alike licence.",
        metrics=_figures(folder),
        limits="Root-position chords of 23 qualities, without durations; Western tonal harmony only. Moods were "
        "taught by words for few songs and by a documented rule for the others.",
    )


def _how(data: DataConfig) -> str:
    kept = ", only songs whose licence lets weights be given away" if data.permissive_only else ""
    return f"songs = {data.songs}{kept}; split by song and its transpositions before anything else."


def _sources(folder: Path) -> list[str]:
    if not (folder / run_folder.SOURCES_FILE).exists():
        return []
    rows = read_json(folder / run_folder.SOURCES_FILE)
    lines = ["| corpus | training songs | terms of the records | source |", "|---|---|---|---|"]
    return lines + [f"| {r['dataset']} | {r['songs']} | {r['licence']} | {_credit(r['dataset'])} |" for r in rows]


def _credit(dataset: str) -> str:
    known = DATASETS.get(dataset)
    return known.CITATION if known else _FURTHER_CREDIT.get(dataset, "")


def _figures(folder: Path) -> str:
    history = read_json(folder / run_folder.HISTORY_FILE)
    best = f"Best validation loss {min(history['val_loss']):.4f} nats per chord."
    if not (folder / run_folder.RESULTS_FILE).exists():
        return best
    result = read_json(folder / run_folder.RESULTS_FILE)
    controls = result.get("controls", {})
    columns = {"model": result} | {name: controls[name] for name in _BEST_CONTROLS if name in controls}
    rows = [name for name, row in result.items() if isinstance(row, dict) and "perplexity" in row]
    lines = [
        f"{best} On held-out songs, perplexity and top-1 accuracy of every chord change from the second on:", "",
        "| songs | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|",
    ]  # fmt: skip
    lines += [f"| {row} | " + " | ".join(_cell(column[row]) for column in columns.values()) + " |" for row in rows]
    return "\n".join(lines)


def _cell(figures: Mapping[str, Any]) -> str:
    return f"{figures['perplexity']:.2f} / {figures['accuracy']:.1%}"
