"""The model card of a run: what it learned from, with credit, and its figures beside the control's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from audio_models.chord_recognizer import run_folder
from shared.export.package import ModelCard
from shared.export.signature import Signature
from shared.files import read_json
from shared.metrics.chords import METRICS

# What a count is about, and what the empty word stands for there.
_TABLES = {
    "source": ("Source of the notes", ""),
    "licence": ("Licence of the songs", "made up here"),
    "soundfont": ("SoundFont", "the NumPy synthesizer"),
}


def card(signature: Signature, folder: Path) -> ModelCard:
    """Return the model card of a run, as far as its files tell."""
    return ModelCard(
        title="Consort chord recognizer",
        purpose=signature.summary,
        data=_data(folder),
        licence="Apache-2.0, code and weights. Credit: POP909 (Wang et al. 2020, MIT); of the chord corpora gathered "
        "as chords-unified, the songs whose licence permits it, in the table above; noise from ESC-10 (Piczak 2015, "
        "CC BY). The SoundFonts lent their sound to the training and are not part of the weights.",
        metrics=_figures(folder),
        limits="Trained on rendered audio (SoundFonts, noise, reverberation), not on recordings of bands. 30 chord "
        "types and no chord; rare types are heard less surely than triads and sevenths. The labels of POP909 were "
        "computed from its notes, not heard by people.",
    )


def _data(folder: Path) -> str:
    text = "Rendered music with exact labels, made by `prepare`: songs of POP909, real and made-up progressions played "
    text += "by bands and plain textures, single chords, on instruments drawn at random."
    if not (folder / run_folder.SOURCES_FILE).is_file():
        return text
    counts = read_json(folder / run_folder.SOURCES_FILE)
    return "\n\n".join([text, *(_table(counts[kind], *_TABLES[kind]) for kind in _TABLES if kind in counts)])


def _table(counts: Mapping[str, int], title: str, nameless: str) -> str:
    lines = [f"| {title} | frames of 93 ms |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name or nameless} | {frames:,} |" for name, frames in counts.items())])


def _figures(folder: Path) -> str:
    if not (folder / run_folder.RESULTS_FILE).is_file():
        return "Not evaluated yet."
    results = read_json(folder / run_folder.RESULTS_FILE)
    text = "The network / template matching on the same audio (`evaluate`; the sets are those of `evaluation_sets`)."
    names = list(dict.fromkeys(name for result in results.values() for name in result["overall"]))
    lines = [f"| | {' | '.join(results)} |", "|---" * (1 + len(results)) + "|"]
    for name in names:
        digits = 3 if name in METRICS or "accuracy" in name else 1
        pairs = ((result["overall"].get(name), result["controls"].get(name)) for result in results.values())
        cells = (" / ".join("–" if value is None else f"{value:.{digits}f}" for value in pair) for pair in pairs)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join([text, "", *lines])
