"""Evaluate a chord generator beside its n-gram controls, on songs that it has not seen.

Every chord change from the second on is scored; padding never counts. The controls learn from the very songs
that the network learned from, and are scored on the same songs in the same run.

Examples:
    python -m sequence_models.chord_generator.evaluate --json results.json
    python -m sequence_models.chord_generator.evaluate --songs unseen.jsonl.gz --json results.json
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.config import EvaluateConfig
from sequence_models.chord_generator.data import load_splits, read_songs
from sequence_models.chord_generator.encoding import EncodedSong, encode, metric_song
from sequence_models.chord_generator.samples import judge_samples
from sequence_models.chord_generator.scoring import score_songs
from shared.cli import entry_point
from shared.errors import ConsortError
from shared.files import write_json
from shared.metrics.control_files import load_controls, save_controls
from shared.metrics.controls import Control, fit_controls, score_control
from shared.metrics.sequences import PositionScores, TokenSong, score_tables
from shared.music.chord_tokens import N_QUALITIES
from shared.runtime import OnnxModel


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """Return the figures, and write them when `config.json` names a file.

    The result holds `overall`, one entry per dataset, `genres`, the same under `controls` for each control,
    and `samples` (how generated progressions compare with the songs).

    Raises:
        ConsortError: when the run or the songs cannot be used.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.WINDOW_MODEL)
    songs = songs_to_score(folder, config.songs, config.split)
    scored = _scored(folder, songs, config.batch_size)
    total = sum(len(song.chords) > 1 for song in songs)
    result = _flat(score_tables(tqdm(scored, total=total, desc="scoring", unit="song", leave=False)))
    if config.controls:
        result["controls"] = _controls(folder, songs)
    if config.generated and (folder / run_folder.STEP_MODEL).is_file():
        result["samples"] = judge_samples(folder, songs, config.generated, config.seed)
    if config.json:
        write_json(config.json, result)
    return result


def _scored(folder: Path, songs: Sequence[EncodedSong], batch_size: int) -> Iterator[tuple[TokenSong, PositionScores]]:
    """Yield each song with what the exported network gave to its chord changes."""
    return score_songs(OnnxModel(folder / run_folder.WINDOW_MODEL, threads=0), songs, batch_size)


def songs_to_score(folder: Path, songs: str = "", split: str = "test") -> list[EncodedSong]:
    """Return all songs of a file or folder, or those that a run has held out, without what their whole tells.

    Raises:
        ConsortError: when there are none.
    """
    if songs:
        return [encode(song) for song in read_songs(songs)]
    _, data = run_folder.read_settings(folder)
    splits = load_splits(data)
    held_out = splits.test if split == "test" else splits.validation
    if not held_out:
        raise ConsortError(f"the run has no {split} songs; name some with --songs")
    return held_out


def _controls(folder: Path, songs: Sequence[EncodedSong]) -> dict[str, Any]:
    """Score the controls, which learnt from the run's own training songs, on `songs`."""
    scored = [metric_song(song) for song in songs]
    bar = tqdm(fitted_controls(folder).items(), desc="controls", leave=False)
    return {name: _flat(score_control(control, scored)) for name, control in bar}


def fitted_controls(folder: Path) -> dict[str, Control]:
    """Return the controls of a run: those that lie beside its weights, or fitted now and kept there."""
    path = folder / run_folder.CONTROLS_FILE
    if not path.exists():
        train, validation = (_metric_songs(folder, name) for name in ("train", "validation"))
        _, data = run_folder.read_settings(folder)
        source = f"{data.songs}{', licence permits distribution' if data.permissive_only else ''}"
        save_controls(path, fit_controls(train, validation, N_QUALITIES), {"songs": source, "split": "train"})
    return load_controls(path)


def _metric_songs(folder: Path, name: str) -> list[TokenSong]:
    tokens, tonics = run_folder.read_songs(folder / run_folder.SONGS_FILE, name)
    return [
        TokenSong(song.astype(np.int64), None if tonic < 0 else tonic)
        for song, tonic in zip(tokens, tonics, strict=True)
    ]


def _flat(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return `overall`, then one entry per dataset, then `genres`."""
    return {"overall": tables["overall"], **tables["datasets"], "genres": tables["genres"]}


def table(result: Mapping[str, Any]) -> str:
    """Return the figures as text: a line per dataset and genre, the model beside each control."""
    columns = {"model": result, **result.get("controls", {})}
    rows = [("overall", "overall")]
    rows += [(name, name) for name in result if name not in ("overall", "genres", "controls", "samples")]
    lines = [f"{'perplexity / top-1 / top-3':28s}" + "".join(f"{name:>26s}" for name in columns)]
    for label, name in rows:
        lines.append(f"{label:28s}" + "".join(_cell(column[name]) for column in columns.values()))
    for genre in result["genres"]:
        cells = (_cell(column["genres"][genre]) for column in columns.values())
        lines.append(f"  {genre:26s}" + "".join(cells))
    return "\n".join(lines)


def _cell(figures: Mapping[str, float]) -> str:
    text = f"{figures['perplexity']:.2f} / {figures['accuracy']:.1%} / {figures['top3_accuracy']:.1%}"
    return f"{text:>26s}"


def describe_samples(samples: Mapping[str, Any]) -> str:
    """Return the figures of generated progressions as text, each beside its control."""
    lines = [f"{samples['count']} generated progressions of {samples['mean_length']:.0f} chords on average"]
    if "key_adherence" in samples:
        lines.append(
            f"chords in key: {samples['key_adherence']:.1%} (the songs themselves {samples['key_adherence_songs']:.1%})"
        )
    if "frechet" in samples:
        distance = samples["frechet"]
        lines.append(
            f"Frechet distance of chord transitions to the songs: {distance['generated_real']:.4f} "
            f"(between halves of the songs {distance['real_real']:.4f}, n = {distance['n']})"
        )
    if "copied" in samples:
        lines.append(f"copied whole from a training song: {samples['copied']:.1%}")
    return "\n".join(lines + [value for name, value in samples.items() if name.endswith("_missing")])


@entry_point(EvaluateConfig)
def main(config: EvaluateConfig) -> None:
    """Evaluate and print."""
    result = evaluate(config)
    print(table(result))
    if "samples" in result:
        print(f"\n{describe_samples(result['samples'])}")
    if config.json:
        print(f"written: {config.json}")


if __name__ == "__main__":
    sys.exit(main())
