"""Evaluate the MIDI nets beside their controls, on songs that they have not seen, by the exported files.

Examples:
    python -m sequence_models.midi_models.evaluate
    python -m sequence_models.midi_models.evaluate --checkpoint checkpoints/midi_models/mine --json figures.json
    python -m sequence_models.midi_models.evaluate --source output/midi_samples
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sequence_models.midi_models import run_folder
from sequence_models.midi_models.config import EvaluateConfig
from sequence_models.midi_models.controls import PitchControls, fit_controls
from sequence_models.midi_models.data import load_songs, load_splits, read_splits
from sequence_models.midi_models.run_folder import Net
from sequence_models.midi_models.samples import Sample, stacked
from sequence_models.midi_models.scoring import dense_figures, dense_outputs, sequence_log_probabilities
from sequence_models.midi_models.synthetic import SYNTHETIC
from sequence_models.midi_models.tasks import file_of
from shared.cli import entry_point
from shared.files import write_json
from shared.runtime import OnnxModel
from shared.splits import Splits

Figures = dict[str, Any]


def evaluate(config: EvaluateConfig) -> dict[str, Figures]:
    """Return for each net `overall`, `controls` and `samples`, by the name of its file.

    Where the weights are those of a run, the figures are kept beside them. `data` says what they were measured on.

    Raises:
        ConsortError: when the run or the samples cannot be used.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root)
    found = {}
    for net in run_folder.nets_in(folder, config.task):
        settings, _ = run_folder.read_settings(folder, net)
        if settings.is_sequence and config.source:
            continue  # samples are no songs
        found[file_of(*net)] = _sequence(folder, net, config) if settings.is_sequence else _dense(folder, net, config)
        if folder != run_folder.SHIPPED and not (config.source or config.int8):
            write_json(run_folder.results_path(folder, net), found[file_of(*net)])
    if config.json:
        write_json(config.json, found)
    return found


def _dense(folder: Path, net: Net, config: EvaluateConfig) -> Figures:
    task = net[0]
    _, data = run_folder.read_settings(folder, net)
    own: Splits[Sample] = load_splits(data, task)
    judged = read_splits(Path(config.source), task).test if config.source else own.parts()[config.split]
    inputs, targets = stacked(judged)
    model = OnnxModel(run_folder.onnx_path(folder, net, config.int8))
    controls = fit_controls(task, *stacked(own.train))
    return {
        "data": config.source or data.source,
        "samples": len(judged),
        "overall": dense_figures(task, dense_outputs(model, inputs), targets),
        "controls": {name: dense_figures(task, control(inputs), targets) for name, control in controls.items()},
    }


def _sequence(folder: Path, net: Net, config: EvaluateConfig) -> Figures:
    _, data = run_folder.read_settings(folder, net)
    songs = load_songs(replace(data, labels=""))
    judged = songs.parts()[config.split]
    model = OnnxModel(run_folder.onnx_path(folder, net, config.int8))
    scored = sequence_log_probabilities(model, judged)
    controls = PitchControls(songs.train)
    tables = [controls.log_probabilities(song) for song in judged]
    return {
        "data": data.source,
        "samples": sum(len(song.events) for song in judged),
        "overall": {
            "nll": _nats([pitches for pitches, _ in scored]),
            "duration_nll": _nats([durations for _, durations in scored]),
        },
        "controls": {name: {"nll": _nats([table[name] for table in tables])} for name in tables[0]},
    }


def _nats(logs: list[np.ndarray]) -> float:
    return -float(np.concatenate(logs).mean())


def table(found: Mapping[str, Figures]) -> str:
    """Return the figures as text, each net above its controls."""
    lines = []
    for name, result in found.items():
        word = "made-up" if result["data"] == SYNTHETIC else "kept-out"
        lines.append(f"{name}: {result['samples']} {word} samples ({result['data']})")
        for column, figures in {"net": result["overall"], **result["controls"]}.items():
            lines.append(f"  {column:12s}" + "".join(f"  {key} {value:.4f}" for key, value in figures.items()))
    return "\n".join(lines)


@entry_point(EvaluateConfig)
def main(config: EvaluateConfig) -> None:
    """Evaluate and print."""
    print(table(evaluate(config)))
    if config.json:
        print(f"written: {config.json}")


if __name__ == "__main__":
    sys.exit(main())
