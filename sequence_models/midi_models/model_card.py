"""The model card of a net: what it learnt from, with credit, and its test figures beside the controls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sequence_models.midi_models import run_folder
from sequence_models.midi_models.run_folder import Net
from sequence_models.midi_models.synthetic import SYNTHETIC
from sequence_models.midi_models.tasks import DYNAMICS, GROOVE, HARMONY, MELODY
from shared.datasets import asap, emopia, groove, nottingham, openewld, pop909, vgmidi
from shared.export.package import ModelCard
from shared.export.signature import Signature
from shared.files import read_json

_CREDIT = {module.NAME: module.CITATION for module in (asap, emopia, groove, nottingham, openewld, pop909, vgmidi)}
_LIMITS = {
    MELODY: "Which pitches a phrase uses says nothing of their order. Emotions of lead sheets are weak labels, made of "
    "mode, tempo and harmony by a rule; those of vgmidi were heard by about 30 listeners each.",
    HARMONY: "Chords of POP909 were computed, not heard: sevenths can hardly be judged on them. The emotion is a weak "
    "label, made of mode, tempo and harmony by a rule, and has little to say beside melody and key.",
    DYNAMICS: "One line of melody in 4/4. Its arousal was taught by a rule of tempo, density and loudness, "
    "so that it plays louder when asked for more is by construction.",
    GROOVE: "Drums in 4/4, to a click. Its arousal was taught by a rule of tempo, density and loudness, so "
    "that it strikes harder when asked for more is by construction.",
}


def card(folder: Path, net: Net, signature: Signature) -> ModelCard:
    """Return the model card of a net, as far as the files of its run tell; figures come with the evaluation."""
    training = read_json(run_folder.training_path(folder, net))
    return ModelCard(
        title=f"Consort {signature.name}",
        purpose=signature.summary,
        data="\n".join(_sources(training)),
        licence="The code is Apache-2.0. The weights inherit the terms of the corpora above; credit them.",
        metrics=_figures(folder, net, training),
        limits=_LIMITS[net[0].name],
    )


def _sources(training: dict[str, Any]) -> list[str]:
    kept = ", only corpora whose licence lets weights be given away" if training["data"]["permissive_only"] else ""
    lines = [f"source = {training['data']['source']}{kept}; split by song before anything else.", ""]
    if training["data"]["source"] == SYNTHETIC:
        lines += ["Made up by rules, no music: it shows that everything runs, and not what the net is worth.", ""]
    lines += ["| corpus | training samples | terms | source |", "|---|---|---|---|"]
    return lines + [
        f"| {row['dataset']} | {row['samples']:,} | {row['licence']} | {_CREDIT.get(row['dataset'], '')} |"
        for row in training["sources"]
    ]


def _figures(folder: Path, net: Net, training: dict[str, Any]) -> str:
    best = f"Best validation loss {min(training['history']['val_loss']):.4f} nats."
    path = run_folder.results_path(folder, net)
    if not path.is_file():
        return best
    result = read_json(path)
    names = list(result["overall"])
    lines = [
        f"{best} On {result['samples']:,} test samples of songs kept out ({result['data']}):", "",
        "| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|",
    ]  # fmt: skip
    for column, figures in {"net": result["overall"], **result["controls"]}.items():
        cells = (f"{figures[name]:.4f}" if name in figures else "" for name in names)
        lines.append(f"| {column} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
