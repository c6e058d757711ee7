"""`python -m benchmarks.chord_harmonization`: do the chords that the generator finds for a melody suit it?

POP909 melodies of songs that the run did not learn from, two chords to the bar. Only the melody, its bar lines and
the genre are given; its key is estimated. The measures are those of Yeh et al. 2021 (`shared.metrics.harmonization`),
on triads as there, means over songs; `root` and `third` are the shares of time in which the chords agree with the
song's own. Beside the model, from the same melodies: the songs' own chords, a 5-gram of the same training songs in
the model's place, and what needs no model: the melody's fit alone, the tonic throughout, random diatonic triads.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.pop909_melodies import HarmonisedSong, load_melodies
from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.decoding.harmonize import HarmonyWish, harmonize
from shared.decoding.melody_fit import melody_fit, segment_weights
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.sampling import SamplingConfig
from shared.decoding.segment_search import BranchingStepModel
from shared.errors import ConsortError
from shared.metrics.controls import ChordSpace
from shared.metrics.harmonization import (
    chord_agreement,
    chord_coverage,
    chord_histogram_entropy,
    chord_tonal_distance,
    chord_tone_ratio,
    melody_chord_distance,
    pitch_consonance,
    triad,
)
from shared.metrics.ngram_steps import NGramStepModel
from shared.metrics.ngrams import NGram
from shared.music.chord_tokens import N_QUALITIES, N_SPECIAL, N_TOKENS, chord_to_id, id_to_chord
from shared.music.chords import Chord
from shared.music.keys import Key
from shared.music.melody import ChordSpan, melody_key

COMMAND = "python -m benchmarks.chord_harmonization"
GENRE, DATASET = "pop", "pop909"
OWN, MODEL, DRAWN, NGRAM = "the songs' own chords", "model, best", "model, drawn", "5-gram in its place, best"
FIT, FIT_TRIADS, TONIC, RANDOM = (
    "melody alone",
    "melody alone, diatonic triads",
    "tonic triad",
    "random diatonic triads",
)
WITHOUT_MODEL = (FIT, FIT_TRIADS, TONIC, RANDOM)

Ids = NDArray[np.int64]
System = Callable[[HarmonisedSong], Sequence[ChordSpan]]


@dataclass
class ChordHarmonizationConfig:
    """`benchmarks.chord_harmonization`: melodies of held-out songs with the generator's chords."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    data: str = option("", help="folder of the corpora; left out, the one that CONSORT_DATA names")
    songs: int = option(60, help="at most so many songs", minimum=1)
    seed: int = option(0, help="seed of what is drawn")
    output_dir: str = option(str(RESULTS), help="folder of chord_harmonization.json")


class BranchingNGram(NGramStepModel):
    """An n-gram whose rows can go on in several ways."""

    def select(self, origins: Sequence[tuple[Ids, int]]) -> Ids:
        """Return the contexts of the rows."""
        return np.stack([state[row] for state, row in origins])


def measure(folder: Path, *, songs: int = 60, seed: int = 0, data: str = "") -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return the rows of the table, one for each way to find chords, and the bars.

    Args:
        folder: a run of the chord generator that learnt from POP909 among others.
        songs: how many held-out songs at most.
        seed: of what is drawn.
        data: folder of the corpora; empty takes CONSORT_DATA's.

    Raises:
        ConsortError: when the run, the corpora or the held-out melodies are missing.
    """
    from sequence_models.chord_generator import run_folder

    root = data or os.environ.get("CONSORT_DATA", "")
    if not root:
        raise ConsortError("the melodies of POP909 are needed; let CONSORT_DATA name the folder of the corpora")
    numbers, ngram = _held_out(folder)
    chosen = list(load_melodies(Path(root) / DATASET, numbers[:songs]))
    return judge(chosen, systems(OnnxStepModel(folder / run_folder.STEP_MODEL), ngram, seed))


def _held_out(folder: Path) -> tuple[list[str], BranchingNGram]:
    """Return the numbers of POP909's songs in the run's test split, and a 5-gram of its training songs."""
    from sequence_models.chord_generator import run_folder
    from sequence_models.chord_generator.data import load_splits
    from sequence_models.chord_generator.encoding import metric_song

    splits = load_splits(run_folder.read_settings(folder)[1])
    numbers = [song.id.rpartition("_")[2] for song in splits.test if song.dataset == DATASET]
    if not numbers:
        raise ConsortError(f"{folder} keeps no song of POP909 out; harmonise with a run that was trained on songs=real")
    space = ChordSpace(N_QUALITIES)
    return numbers, BranchingNGram(
        NGram(5, N_TOKENS).fit([space.in_c(metric_song(song)) for song in splits.train]), N_QUALITIES
    )


def systems(model: BranchingStepModel, ngram: BranchingStepModel, seed: int) -> dict[str, System]:
    """Return the ways to find chords for the melody of a song, by name."""
    best = HarmonyWish(genre=GENRE)
    drawn = replace(best, sampling=SamplingConfig(1.0))
    rng = np.random.default_rng(seed)

    def found(by: BranchingStepModel, wish: HarmonyWish) -> System:
        return lambda song: harmonize(by, song.melody, wish, seed=seed, segments=song.segments)[0].spans

    return {
        OWN: lambda song: song.own,
        MODEL: found(model, best),
        DRAWN: found(model, drawn),
        NGRAM: found(ngram, best),
        FIT: lambda song: _fitting(song, np.arange(N_SPECIAL, N_TOKENS)),
        FIT_TRIADS: lambda song: _fitting(song, diatonic_triads(melody_key(song.melody.notes))),
        TONIC: lambda song: _in_segments(song, [_tonic(song)] * len(song.segments)),
        RANDOM: lambda song: _in_segments(
            song, rng.choice(diatonic_triads(melody_key(song.melody.notes)), len(song.segments))
        ),
    }


@cache
def diatonic_triads(key: Key) -> Ids:
    """Return the tokens of the triads on the seven degrees of a key."""
    tokens = range(N_SPECIAL, N_TOKENS)
    scale = set(key.scale_pitch_classes)
    triads = [token for token in tokens if id_to_chord(token).quality in ("maj", "min", "dim")]
    return np.array([token for token in triads if set(id_to_chord(token).pitch_classes) <= scale])


def _fitting(song: HarmonisedSong, tokens: Ids) -> tuple[ChordSpan, ...]:
    """Take the chord that fits each segment best; where the melody rests, the one before goes on."""
    weights = segment_weights(song.melody.notes, song.segments)
    fit = melody_fit(weights, melody_key(song.melody.notes))[:, tokens]
    best = tokens[fit.argmax(axis=1)]
    for index in np.flatnonzero(~weights.any(axis=1)):
        best[index] = best[index - 1] if index else _tonic(song)
    return _in_segments(song, best)


def _tonic(song: HarmonisedSong) -> int:
    key = melody_key(song.melody.notes)
    return chord_to_id(Chord(key.tonic, "maj" if key.mode == "major" else "min", key.tonic))


def _in_segments(song: HarmonisedSong, tokens: Sequence[int] | Ids) -> tuple[ChordSpan, ...]:
    bounds = pairwise(song.segments.bounds_quarters.tolist())
    return tuple(ChordSpan(*times, id_to_chord(int(token))) for times, token in zip(bounds, tokens, strict=True))


def judge(songs: Sequence[HarmonisedSong], ways: dict[str, System]) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return a row for each way to find chords, means over songs, and the bars."""
    rows: list[dict[str, Any]] = []
    for name, system in ways.items():
        scores = [_scores(song, system(song)) for song in tqdm(songs, desc=name, unit="song", leave=False)]
        means = {column: round(float(np.mean([score[column] for score in scores])), 4) for column in scores[0]}
        rows.append({"chords": name, "songs": len(songs), **means})
    return rows, _bars({row["chords"]: row for row in rows})


def _scores(song: HarmonisedSong, spans: Sequence[ChordSpan]) -> dict[str, float]:
    """Return the measures of one song, on triads; progressions count a chord for each segment."""
    triads = [replace(span, chord=triad(span.chord)) for span in spans]
    notes = song.melody.notes
    sampled = [chord for chord in map(triad, _longest(song, spans)) if chord.root >= 0]
    return {
        "CTnCTR": chord_tone_ratio(notes, triads),
        "PCS": pitch_consonance(notes, triads),
        "MCTD": melody_chord_distance(notes, triads),
        "CHE": chord_histogram_entropy(sampled),
        "CC": chord_coverage(sampled),
        "CTD": chord_tonal_distance(sampled),
        **chord_agreement(triads, song.own),
    }


def _longest(song: HarmonisedSong, spans: Sequence[ChordSpan]) -> list[Chord]:
    """Return the chord that sounds longest in each segment."""
    onsets, ends = (np.array([getattr(span, name) for span in spans]) for name in ("onset_quarters", "end_quarters"))
    bounds = song.segments.bounds_quarters
    overlaps = np.minimum(ends, bounds[1:, None]) - np.maximum(onsets, bounds[:-1, None])
    return [spans[index].chord for index in overlaps.argmax(axis=1)]


def _bars(rows: dict[str, dict[str, Any]]) -> list[Bar]:
    own, model = rows[OWN], rows[MODEL]
    bars = [
        Bar.at_least(f"harmonisation: {name} beside the songs' own chords", model[name], own[name])
        for name in ("CTnCTR", "PCS")
    ]
    bars.append(Bar.at_most("harmonisation: MCTD beside the songs' own chords", model["MCTD"], own["MCTD"]))
    for name, share in (("root", "equal roots"), ("third", "equal roots and thirds")):
        rival = max(rows[control][name] for control in WITHOUT_MODEL)
        bars.append(Bar.at_least(f"harmonisation: {share} beside the best control without a model", model[name], rival))
    bars.append(
        Bar.at_least(
            "harmonisation: equal roots and thirds beside a 5-gram in the model's place",
            model["third"],
            rows[NGRAM]["third"],
        )
    )
    return bars


@entry_point(ChordHarmonizationConfig)
def main(config: ChordHarmonizationConfig) -> None:
    """Measure, print the table and write it as JSON."""
    from sequence_models.chord_generator import run_folder

    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.STEP_MODEL)
    rows, bars = measure(folder, songs=config.songs, seed=config.seed, data=config.data)
    print(f"{format_table(rows)}\n\n{format_bars(bars)}")
    print(f"written: {write_benchmark('chord_harmonization', COMMAND, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
