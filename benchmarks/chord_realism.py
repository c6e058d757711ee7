"""`python -m benchmarks.chord_realism`: do generated progressions stand beside real songs?

Frechet distance of chord-transition features (`shared.metrics.progressions`) between 1,000 generated progressions
and the held-out songs. Each progression is asked for with the key, the genre and, where a person tagged it, the
mood of one of those songs. Beside it stand the distance between random halves of the real songs, which is what
two samples of the same music come to, and that of as many samples of a 5-gram, which knows the key alone.

A distance depends on how long the progressions are, where they begin and how many there are. So both sides are
cut in the same three ways - openings with openings, excerpts with excerpts, whole progressions up to the length
where generated ones are cut off - and all sets that are compared are of one size.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.chord_corpus import MAX_LENGTH, Asked, RealSong, compose, load_real_songs, open_model
from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.decoding.progression import StepModel
from shared.errors import InputError
from shared.metrics.frechet import beside_real_halves
from shared.metrics.ngram_steps import NGramStepModel
from shared.metrics.ngrams import NGram, transposed
from shared.metrics.progressions import EMBEDDING, excerpts, transition_features
from shared.music.chord_tokens import N_QUALITIES, N_TOKENS
from shared.music.conditions import SCALE_TYPE

RATIO = 1.5  # generated to real, beside real to real
_LENGTH = 16  # chords of an opening and of an excerpt
_HALVINGS = 10
GENERATED, NGRAM = "generated", "5-gram"

Songs = list[NDArray[np.int64]]


@dataclass
class ChordRealismConfig:
    """`benchmarks.chord_realism`: generated progressions beside real songs."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    guidance: float = option(1.0, help="weight of genre and mood; 0 = as learned", minimum=0)
    count: int = option(1000, help="progressions to generate", minimum=4)
    seed: int = option(0, help="seed of the progressions")
    output_dir: str = option(str(RESULTS), help="folder of chord_realism.json")


def measure(
    folder: Path, *, guidance: float = 1.0, count: int = 1000, seed: int = 0
) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return the table's rows and the bars of one trained run.

    Args:
        folder: the run.
        guidance: weight of genre and mood in the progressions that the bars are for; 0 draws as the model says.
        count: progressions to generate.
        seed: of all that is drawn.

    Raises:
        ConsortError: when the run or its songs cannot be read.
    """
    songs = load_real_songs(folder)
    models: dict[str, StepModel] = {GENERATED: open_model(folder, guidance)}
    if guidance:
        models[f"{GENERATED} without guidance"] = open_model(folder)
    models[NGRAM] = fitted_ngram(songs.train)
    return compare(models, songs.held_out, count, seed)


def fitted_ngram(train: Sequence[RealSong]) -> NGramStepModel:
    """Return a 5-gram of the training songs whose key is known, all moved to C."""
    known = [(one.song.tokens, one.song.tonic) for one in train if one.song.tonic is not None]
    ngram = NGram(5, N_TOKENS).fit(transposed(tokens, -tonic, N_QUALITIES) for tokens, tonic in known)
    return NGramStepModel(ngram, N_QUALITIES)


def compare(
    models: dict[str, StepModel], held_out: Sequence[RealSong], count: int, seed: int
) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return rows for every way of cutting and every model, and bars for the one named `GENERATED`.

    Raises:
        InputError: when too few songs or progressions are long enough.
    """
    songs = [one for one in held_out if len(one.song.tokens) > 1]
    real = [np.asarray(one.song.tokens, dtype=np.int64)[:MAX_LENGTH] for one in songs]
    wishes = drawn_wishes(songs, count, seed)
    made: dict[str, Songs] = {
        name: [np.array(one.tokens) for one in compose(model, wishes, seed)] for name, model in models.items()
    }
    rows, bars = [], []
    for name, progressions in made.items():
        for cut, pieces_of in _cuts(seed).items():
            rows.append(_row(name, cut, pieces_of(progressions), pieces_of(real), seed))
            if name == GENERATED:
                title = f"Frechet distance to real songs over that between real songs, {cut}"
                bars.append(Bar.at_most(title, rows[-1]["ratio"], RATIO))
    return rows, bars


def drawn_wishes(songs: Sequence[RealSong], count: int, seed: int) -> list[Asked]:
    """Ask for what is known of so many songs, each drawn once before any is drawn again; the mode stays open."""
    rng = np.random.default_rng(seed)
    rounds = -(-count // len(songs))
    order = np.concatenate([rng.permutation(len(songs)) for _ in range(rounds)])[:count]
    return [replace(songs[index].asked, scale_type=SCALE_TYPE.unspecified) for index in order]


def _cuts(seed: int) -> dict[str, Callable[[Songs], Songs]]:
    return {
        f"openings of {_LENGTH} chords": lambda songs: [song[:_LENGTH] for song in songs if len(song) >= _LENGTH],
        f"excerpts of {_LENGTH} chords": lambda songs: excerpts(songs, _LENGTH, seed),
        f"whole, up to {MAX_LENGTH} chords": lambda songs: [song for song in songs if len(song) > 1],
    }


def _row(name: str, cut: str, made: Songs, real: Songs, seed: int) -> dict[str, Any]:
    if min(len(made), len(real)) < 4:
        raise InputError(f"{len(made)} progressions and {len(real)} songs are long enough for {cut}; 4 are needed")
    figures = beside_real_halves(transition_features(made), transition_features(real), _HALVINGS, seed)
    return {
        "from real songs": name, "cut": cut, "distance": figures["generated_real"],
        "real from real": figures["real_real"], "ratio": figures["ratio"], "in each set": int(figures["n"]),
        "median chords": float(np.median([len(song) for song in made])),
        "median chords, real": float(np.median([len(song) for song in real])),
    }  # fmt: skip


@entry_point(ChordRealismConfig)
def main(config: ChordRealismConfig) -> None:
    """Measure, print the table and write it as JSON."""
    from sequence_models.chord_generator import run_folder

    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.STEP_MODEL)
    rows, bars = measure(folder, guidance=config.guidance, count=config.count, seed=config.seed)
    print(f"{format_table(rows)}\n({EMBEDDING})\n\n{format_bars(bars)}")
    command = f"python -m benchmarks.chord_realism --guidance {config.guidance:g}"
    print(f"written: {write_benchmark('chord_realism', command, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
