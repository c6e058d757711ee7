"""How generated progressions compare with real songs: chord transitions, key adherence, copying.

Each progression is asked for with the genre, mood, key and scale type of one of the songs that it stands
beside, at temperature 1 and without constraints, until the model ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.encoding import EncodedSong
from shared.decoding.constraints import Constraints
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.progression import Conditions, generate
from shared.errors import InputError
from shared.metrics.progressions import copied_share, frechet_report, key_adherence
from shared.music.chord_tokens import id_to_chord
from shared.music.conditions import KEY
from shared.music.keys import parse_key

_LENGTH, _MAX_LENGTH = 12, 48  # chords


def judge_samples(folder: Path, songs: Sequence[EncodedSong], count: int, seed: int) -> dict[str, Any]:
    """Generate `count` progressions with a run's step model and return their figures beside the songs'.

    `frechet` compares chord transitions (with the distance between halves of the songs as its control),
    `key_adherence` is the share of diatonic chords (with the songs' own beside it), `copied` the share of
    progressions of 12 chords or more that a training song holds whole, in whatever key.
    """
    rng = np.random.default_rng(seed)
    models = [songs[index] for index in rng.choice(len(songs), count, replace=count > len(songs))]
    asked = np.array([song.conditions for song in models], dtype=np.int64)
    made = generate(
        OnnxStepModel(folder / run_folder.STEP_MODEL), Conditions(*asked.T),
        constraints=Constraints(no_repeat=True), min_length=2, max_length=_MAX_LENGTH, seed=seed,
    )  # fmt: skip
    return {
        "count": count,
        "seed": seed,
        "mean_length": float(np.mean([len(tokens) for tokens in made])),
        **_adherence(made, models),
        **_where_possible("frechet", lambda: frechet_report(made, [song.chords for song in songs], _LENGTH)),
        **_where_possible("copied", lambda: copied_share(made, _training(folder), _LENGTH)),
    }


def _adherence(made: Sequence[Sequence[int]], models: Sequence[EncodedSong]) -> dict[str, float]:
    """Return the share of diatonic chords in the progressions, and in the songs whose keys they were given."""
    keyed = [(tokens, song) for tokens, song in zip(made, models, strict=True) if song.tonic >= 0 and tokens]
    if not keyed:
        return {}
    keys = [parse_key(KEY.values[song.conditions[2]]) for _, song in keyed]
    generated = [[id_to_chord(token) for token in tokens] for tokens, _ in keyed]
    real = [[id_to_chord(token) for token in song.chords] for _, song in keyed]
    return {"key_adherence": key_adherence(generated, keys), "key_adherence_songs": key_adherence(real, keys)}


def _training(folder: Path) -> list[NDArray[np.int32]]:
    """Return the songs that a run learnt from. Weights that ship come without them."""
    path = folder / run_folder.SONGS_FILE
    if not path.exists():
        raise InputError("copies are not counted: the training songs do not ship with the weights")
    return run_folder.read_songs(path, "train")[0]


def _where_possible(name: str, measure: Any) -> dict[str, Any]:
    """Return a figure, or why a handful of songs cannot give it."""
    try:
        return {name: measure()}
    except InputError as error:
        return {f"{name}_missing": str(error)}
