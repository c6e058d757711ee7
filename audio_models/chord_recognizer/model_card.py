"""The model card of a run: what it learned from, with credit, and its figures beside the control's."""

from __future__ import annotations

from pathlib import Path

from audio_models.chord_recognizer import run_folder
from shared.export.package import ModelCard
from shared.export.signature import Signature
from shared.files import read_json


def card(signature: Signature, folder: Path) -> ModelCard:
    """Return the model card of a run, as far as its files tell; figures come with the evaluation."""
    return ModelCard(
        title="Consort chord recognizer",
        purpose=signature.summary,
        data=_data(folder),
        licence="The code is Apache-2.0. The weights may be used under the same terms; credit POP909 (Wang et al. "
        "2020, MIT), the chord corpora of chords-unified whose records permit it (CC0, CC BY, CC BY-SA, MIT, public "
        "domain), and ESC-50's ESC-10 part (Piczak 2015, CC BY).",
        metrics=_figures(folder),
        limits="Trained on rendered audio (SoundFonts, noise, reverberation), not on recordings of bands. 30 chord "
        "types and no chord; rare types are heard less surely than triads and sevenths.",
    )


def _data(folder: Path) -> str:
    if not (folder / run_folder.SOURCES_FILE).is_file():
        return "Rendered music with exact labels; see `prepare`."
    sources = read_json(folder / run_folder.SOURCES_FILE)
    lines = ["Rendered music with exact labels, made by `prepare`:", "", "| source | frames of 93 ms |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {frames:,} |" for name, frames in sources.items())])


def _figures(folder: Path) -> str:
    if not (folder / run_folder.RESULTS_FILE).is_file():
        return "Not evaluated yet."
    result = read_json(folder / run_folder.RESULTS_FILE)
    lines = ["| | recognizer | template matching |", "|---|---|---|"]
    control = result.get("controls", {}).get("templates", {}).get("overall", {})
    for name, value in result["overall"].items():
        beside = f"{control[name]:.3f}" if name in control else ""
        lines.append(f"| {name} | {value:.3f} | {beside} |")
    return "\n".join(lines)
