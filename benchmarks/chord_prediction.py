"""`python -m benchmarks.chord_prediction`: does the chord generator predict songs better than memory does?

Every chord change of held-out songs, from the second chord on; padding never counts. Beside the song network stand
the classic one (a window of twelve chords), the weights that ship (fewer songs, those whose licence permits it) and
the n-gram controls, which learnt from the same songs as the song network. The last rows give the accuracy in each
of the twelve keys, all songs transposed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.music.chord_tokens import transpose_ids
from shared.music.conditions import KEY
from shared.runtime import OnnxModel
from shared.shipped import shipped_folder

if TYPE_CHECKING:
    from sequence_models.chord_generator.encoding import EncodedSong

COMMAND = "python -m benchmarks.chord_prediction"
# The corpora of the promise, as people call them.
CORPORA = {
    "overall": "all songs",
    "mcgill-billboard": "Billboard",
    "pop909": "POP909",
    "imaginary-book": "jazz",
    "when-in-rome": "classical",
    "nottingham": "folk",
}
CONTROL = "5-gram+cache"
PERPLEXITY_RATIO, ACCURACY_GAIN, KEY_SPREAD = 0.9, 0.02, 0.005
_AT_ONCE = 2048  # chords
_KEY_SONGS = 150


@dataclass
class ChordPredictionConfig:
    """`benchmarks.chord_prediction`: perplexity and accuracy beside every control, per corpus and key."""

    checkpoint: str = option("", help="run folder of the song network; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    classic: str = option("", help="run folder of a classic network; empty = leave it out")
    songs: str = option("", help="score every song of this file instead of the run's own test songs")
    output_dir: str = option(str(RESULTS), help="folder of chord_prediction.json")


def measure(folder: Path, classic: str = "", songs: str = "") -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return the table's rows and the bars of one trained run.

    Args:
        folder: the run of the song network.
        classic: run folder of a classic network; empty leaves it out.
        songs: a file whose songs are all scored, instead of the run's own test songs.

    Raises:
        ConsortError: when a run or the songs cannot be read.
    """
    from sequence_models.chord_generator.evaluate import fitted_controls, songs_to_score
    from shared.metrics.controls import score_control

    held_out = songs_to_score(folder, songs)
    tables = {"song network": _scored(folder, held_out)}
    if classic:
        tables["classic network"] = _scored(Path(classic), held_out)
    shipped = shipped_folder("chord_generator", "chord_generator.onnx")
    if shipped and shipped.resolve() != folder.resolve():
        tables["weights that ship"] = _scored(shipped, held_out)
    metric_songs = [_metric_song(song) for song in held_out]
    for name, control in fitted_controls(folder).items():
        tables[name] = _by_name(score_control(control, metric_songs))
    rows = [_row(name, table) for name, table in tables.items()]
    some = held_out[:: max(1, len(held_out) // _KEY_SONGS)]
    keys = accuracy_by_key(folder, some)
    moved_up = f"song network, {len(some)} songs moved up"
    rows += [{"model": f"{moved_up} {shift} semitones", "all songs: top1": round(v, 5)} for shift, v in keys]
    return rows, [*_bars(tables), _key_bar(keys)]


def _metric_song(song: EncodedSong) -> Any:
    from sequence_models.chord_generator.encoding import metric_song

    return metric_song(song)


def _scored(folder: Path, songs: Sequence[EncodedSong]) -> dict[str, Any]:
    """Return the figures overall and per corpus of a run's exported network."""
    from sequence_models.chord_generator.run_folder import WINDOW_MODEL
    from sequence_models.chord_generator.scoring import score_songs
    from shared.metrics.sequences import score_tables

    return _by_name(score_tables(score_songs(OnnxModel(folder / WINDOW_MODEL, threads=0), songs, _AT_ONCE)))


def _by_name(tables: Mapping[str, Any]) -> dict[str, Any]:
    return {"overall": tables["overall"], **tables["datasets"]}


def _row(name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return one line of the table: perplexity and top-1 for each corpus."""
    row: dict[str, Any] = {"model": name}
    for corpus, label in CORPORA.items():
        if corpus in table:
            row[f"{label}: perplexity"] = round(table[corpus]["perplexity"], 3)
            row[f"{label}: top1"] = round(table[corpus]["accuracy"], 4)
    return row


def _bars(tables: Mapping[str, Mapping[str, Any]]) -> Iterable[Bar]:
    found, control = tables["song network"], tables[CONTROL]
    for corpus, label in CORPORA.items():
        if corpus not in found:
            continue
        ratio = found[corpus]["perplexity"] / control[corpus]["perplexity"]
        gain = found[corpus]["accuracy"] - control[corpus]["accuracy"]
        yield Bar.at_most(f"{label}: perplexity against {CONTROL}, ratio", ratio, PERPLEXITY_RATIO)
        yield Bar.at_least(f"{label}: top-1 above {CONTROL}", gain, ACCURACY_GAIN)


def accuracy_by_key(folder: Path, songs: Sequence[EncodedSong]) -> list[tuple[int, float]]:
    """Return (semitones, top-1 accuracy) of all songs moved up by 0 to 11 semitones, with their keys."""
    return [
        (shift, _scored(folder, [moved(song, shift) for song in songs])["overall"]["accuracy"]) for shift in range(12)
    ]


def moved(song: EncodedSong, semitones: int) -> EncodedSong:
    """Return a song in another key."""
    genre, mood, key, scale = song.conditions
    new_key = key if key == KEY.unspecified else 12 * (key // 12) + (key + semitones) % 12
    tonic = song.tonic if song.tonic < 0 else (song.tonic + semitones) % 12
    chords = tuple(int(token) for token in transpose_ids(song.chords, semitones))
    tokens = np.asarray(transpose_ids(song.tokens, semitones), np.int32)
    return replace(song, tokens=tokens, conditions=(genre, mood, new_key, scale), tonic=tonic, chords=chords)


def _key_bar(keys: Sequence[tuple[int, float]]) -> Bar:
    values = [value for _, value in keys]
    return Bar.at_most("accuracy over the 12 keys, largest minus smallest", max(values) - min(values), KEY_SPREAD)


@entry_point(ChordPredictionConfig)
def main(config: ChordPredictionConfig) -> None:
    """Measure, print the table and write it as JSON."""
    from sequence_models.chord_generator import run_folder

    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.WINDOW_MODEL)
    rows, bars = measure(folder, config.classic, config.songs)
    print(f"{format_table(rows)}\n\n{format_bars(bars)}")
    print(f"written: {write_benchmark('chord_prediction', COMMAND, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
