"""`python -m benchmarks.chord_recognition`: the chord recognizer beside the public ones, on the same recordings.

| set | what it can tell |
|---|---|
| hard | which recognizer hears through bands, noise and mistuning: the sets that rank |
| clean | nothing about ranks (template matching is as good as any), but nobody may be worse than it |
| progressions | sevenths, inversions and rare types, since labels are true there |
| isolated | whether single chords are heard on any instrument, or answered by N |
| guitar | the same on a real instrument, whose sound no training piece has |

The sets are rendered first, from songs that no training piece is made of:

    for set in hard clean progressions isolated guitar; do
        python -m audio_models.chord_recognizer.evaluation_sets --set $set; done
    python -m benchmarks.chord_recognition

That takes an hour and a half the first time, of which madmom's CNN takes half, though it is asked for twelve of the
hard songs only: it is compared on those. The answers of the others are kept beside their environments: a run that was
interrupted goes on, and the column "remembered" says for how many recordings the times are those of an earlier run
(`--anew` asks again).

Differences are paired by song, with a bootstrap interval of 95 %. The peers' environments are built on first use
(`python -m benchmarks.chord_peers.set_up`); they measure and are no dependencies.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.chord_peers.contract import Peer, Recognition
from benchmarks.chord_peers.own_peer import OwnPeer
from benchmarks.chord_peers.registry import PEERS, peer
from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.annotation.labelled_audio import LabelledAudio, labelled_audio
from shared.cli import entry_point, option
from shared.metrics.bootstrap import paired_bootstrap
from shared.metrics.chords import ChordScores, score_songs
from shared.shipped import model_file

COMMAND = "python -m benchmarks.chord_recognition"
HARD, CLEAN, PROGRESSIONS, ISOLATED = "hard", "clean", "progressions", "isolated"
METRICS = ("root", "majmin", "majmin_inv", "sevenths", "tetrads", "mirex", "seg")
CONTROL = "templates"
# Minutes for each song: asked for so many of the set that ranks, spread over it, and compared on those.
SLOW = {"madmom-cnn": 12}
AHEAD, TIMES_REAL_TIME = 0.05, 100.0
Figures = dict[str, ChordScores]


@dataclass
class ChordRecognitionConfig:
    """`benchmarks.chord_recognition`: our recognizer, the public ones and template matching."""

    model: str = option("", help="exported model (.onnx); empty = the weights that ship, or the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    sets_dir: str = option("data/downloads/chord_evaluation", help="folder of the rendered sets")
    sets: str = option("hard,clean,progressions,isolated,guitar", help="which sets, separated by commas")
    peers: str = option(",".join(PEERS), help="which recognizers beside ours, separated by commas")
    anew: bool = option(False, help="ask the others again about recordings that they have answered before")
    output_dir: str = option(str(RESULTS), help="folder of chord_recognition.json")


def measure_set(
    name: str, pairs: Sequence[LabelledAudio], recognizers: Sequence[Peer]
) -> tuple[list[dict[str, Any]], Figures, dict[str, float]]:
    """Return a table row for each recognizer, its scores, and how many times faster than real time it is."""
    rows, scores, speeds = [], {}, {}
    for recognizer in recognizers:
        print(f"{name}: {recognizer.name}", file=sys.stderr, flush=True)
        found = recognizer.recognise([pair.audio for pair in asked_of(recognizer, pairs)])
        if not found.chords:  # told, and no reason to lose what the others found
            reason = next(iter(found.failures.values()), "no recording")
            print(f"{recognizer.name} recognised nothing: {reason}", file=sys.stderr)
            continue
        scores[recognizer.name] = _scored(pairs, found)
        speeds[recognizer.name] = found.times_real_time()
        figures = scores[recognizer.name].as_dict()
        rows.append(
            {
                "set": name, "recognizer": recognizer.name, "songs": int(figures["songs"]),
                **{metric: round(figures[metric], 4) for metric in METRICS if metric in figures},
                "types": round(figures["class_averaged_accuracy"], 4),
                "changes": round(figures["transitions_per_song"], 1),
                "times real time": round(speeds[recognizer.name], 1), "failed": len(found.failures),
                "remembered": found.remembered,
            }
        )  # fmt: skip
    return rows, scores, speeds


def asked_of(recognizer: Peer, pairs: Sequence[LabelledAudio]) -> Sequence[LabelledAudio]:
    """Return what a recognizer is asked for: all, or as many as it can be waited for, evenly spread."""
    most = SLOW.get(recognizer.name, len(pairs))
    return pairs if most >= len(pairs) else [pairs[index * len(pairs) // most] for index in range(most)]


def _scored(pairs: Sequence[LabelledAudio], found: Recognition) -> ChordScores:
    """Score what was recognised; a recording on which a recognizer failed is left out for it."""
    recognised = ((pair, found.chords.get(pair.audio.resolve())) for pair in pairs)
    return score_songs((pair.name, pair.chords(), chords) for pair, chords in recognised if chords is not None)


def compared(name: str, scores: Figures, ours: str = OwnPeer.name) -> list[dict[str, Any]]:
    """Return how far ours is ahead of each other recognizer, with intervals, on the songs that both recognised."""
    rows = []
    for other, theirs in scores.items():
        if other == ours:
            continue
        first, second = _common(scores[ours], theirs)
        for metric in ("majmin", "mirex"):
            ahead = paired_bootstrap(first, second, metric)
            row = {"set": name, "ahead of": other, "metric": metric, "by": round(ahead.value, 4)}
            rows.append({**row, "low": round(ahead.low, 4), "high": round(ahead.high, 4)})
    return rows


def _common(first: ChordScores, second: ChordScores) -> tuple[ChordScores, ChordScores]:
    names = {song.name for song in first.songs} & {song.name for song in second.songs}
    one, other = (ChordScores(tuple(s for s in scores.songs if s.name in names)) for scores in (first, second))
    return one, other


def _ahead(ours: ChordScores, theirs: ChordScores, metric: str) -> float:
    """Return by how much ours is ahead on the songs that both were asked for."""
    first, second = _common(ours, theirs)
    return first.mean(metric) - second.mean(metric)


def bars_of(sets: Mapping[str, Figures], speeds: Mapping[str, Mapping[str, float]]) -> list[Bar]:
    """Return the promises, kept or not, as far as the sets that were measured tell."""
    bars: list[Bar] = []
    for name, scores in sets.items():
        ours = scores[OwnPeer.name]
        others = {other: theirs for other, theirs in scores.items() if other != OwnPeer.name}
        if name == HARD and others:
            for metric in ("majmin", "mirex"):
                ahead = min(_ahead(ours, theirs, metric) for theirs in others.values())
                bars.append(Bar.at_least(f"hard: {metric} above the best peer by", ahead, AHEAD))
        if name == CLEAN and CONTROL in others:
            ahead = ours.mean("majmin") - others[CONTROL].mean("majmin")
            bars.append(Bar.at_least("clean: majmin above templates by", ahead, 0.0))
        if name == HARD:
            bars.append(Bar.at_least("times real time", speeds[name][OwnPeer.name], TIMES_REAL_TIME))
            bars.append(Bar.at_least("hard songs", len(ours.songs), 40))
    return bars


@entry_point(ChordRecognitionConfig)
def main(config: ChordRecognitionConfig) -> None:
    """Measure all, print tables and write the JSON."""
    own = OwnPeer(model_file("chord_recognizer", config.model, config.checkpoint_root))
    recognizers: list[Peer] = [
        own,
        *(peer(name.strip(), anew=config.anew) for name in config.peers.split(",") if name.strip()),
    ]
    rows: list[dict[str, Any]] = []
    differences: list[dict[str, Any]] = []
    sets: dict[str, Figures] = {}
    speeds: dict[str, dict[str, float]] = {}
    for name in (word.strip() for word in config.sets.split(",")):
        pairs = labelled_audio(Path(config.sets_dir) / name)
        asked = [each for each in recognizers if name == HARD or each.name not in SLOW]
        found, sets[name], speeds[name] = measure_set(name, pairs, asked)
        rows += found
        differences += compared(name, sets[name])
        print(f"\n{format_table(found)}", flush=True)
    bars = bars_of(sets, speeds)
    print(f"\n{format_table(differences)}\n\n{format_bars(bars)}")
    path = write_benchmark("chord_recognition", COMMAND, [*rows, *differences], bars, Path(config.output_dir))
    print(f"written: {path}")


if __name__ == "__main__":
    sys.exit(main())
