"""Choose how surely the decoder lets a chord go on, on the validation pieces; `export` writes the choice down.

Examples:
    python -m audio_models.chord_recognizer.tune --checkpoint checkpoints/chord_recognizer/first
    python -m audio_models.chord_recognizer.tune --candidates 0.9,0.95,0.99

One number is tried, over the whole of its range: a table tells more than a search.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from audio_models.chord_recognizer import run_folder
from audio_models.chord_recognizer.config import DataConfig, TuneConfig
from audio_models.chord_recognizer.data import Piece, load_splits
from audio_models.chord_recognizer.net import FEATURES, ChordNet
from shared.annotation.frames import frame_edges
from shared.annotation.spans import merge
from shared.audio.features import frame_times_s
from shared.cli import entry_point
from shared.datasets.contract import TimedChords
from shared.decoding.chord_decoding import decode_chords
from shared.decoding.chord_recognition import SELF_TRANSITION
from shared.decoding.smoothing import Transitions
from shared.errors import InputError
from shared.files import write_json
from shared.metrics.chords import ChordScores, score_songs
from shared.music.chord_classes import N_CLASSES, N_QUALITIES
from shared.music.chords import CHORD_TYPES, Chord, format_harte
from shared.vocabulary import IGNORED

# What is best is what is best in these, added up.
CHOSEN_BY = ("majmin", "mirex", "seg")
_SHOWN = ("root", "majmin", "majmin_inv", "sevenths", "tetrads", "mirex", "seg")
Scored = tuple[NDArray[np.float32], NDArray[np.float32], TimedChords]


def tune(config: TuneConfig) -> float:
    """Try every candidate, write the best to the run folder, and return it.

    Raises:
        ConsortError: when there is no run or no validation piece, or a candidate is no probability.
    """
    candidates = _probabilities(config.candidates)
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root)
    pieces = load_splits(DataConfig(cache=config.cache)).validation[: config.pieces or None]
    heard = list(tqdm(_heard(run_folder.load_model(folder).net, pieces), total=len(pieces), unit="piece", leave=False))
    table = {candidate: decoded(heard, candidate) for candidate in candidates}
    print("self transition" + "".join(f"{name:>12s}" for name in (*_SHOWN, "changes")))
    for candidate, scores in table.items():
        figures = [*(scores.mean(name) for name in _SHOWN), scores.as_dict()["transitions_per_song"]]
        print(f"{candidate:15g}" + "".join(f"{value:12.4f}" for value in figures))
    best = max(table, key=lambda candidate: sum(table[candidate].mean(name) for name in CHOSEN_BY))
    write_json(folder / run_folder.DECODER_FILE, {SELF_TRANSITION: best})
    return best


def _probabilities(words: str) -> list[float]:
    try:
        found = [float(word) for word in words.split(",")]
    except ValueError:
        found = []
    if not found or not all(0 < candidate < 1 for candidate in found):
        raise InputError(f"candidates are probabilities between 0 and 1, such as 0.9,0.95,0.99; not '{words}'")
    return found


def _heard(net: ChordNet, pieces: Sequence[Piece]) -> Iterator[Scored]:
    """Yield log-probabilities of chords and basses of each piece, and its true chords."""
    for piece in pieces:
        with torch.no_grad():
            heads = net(torch.from_numpy(piece.features())[None])
        joint, bass = (heads[name][0].log_softmax(-1).numpy() for name in ("joint", "bass_note"))
        yield joint, bass, true_chords(piece.labels())


def true_chords(labels: NDArray[np.int64]) -> TimedChords:
    """Return the labels of frames [frames, 3] as timed chords."""
    edges_s = _edges_s(len(labels))
    names = tuple(format_harte(_chord(*row)) for row in labels.tolist())
    return merge(TimedChords(np.stack([edges_s[:-1], edges_s[1:]], axis=1), names))


def _chord(chord_type: int, root: int, bass: int) -> Chord:
    if chord_type == IGNORED:
        return Chord.unknown()
    return Chord.no_chord() if chord_type == N_QUALITIES else Chord(root, CHORD_TYPES[chord_type], bass)


def decoded(heard: Sequence[Scored], self_transition: float) -> ChordScores:
    """Return the figures of the decoder with this setting."""
    transitions = Transitions.uniform(N_CLASSES, self_transition)
    return score_songs(
        (f"{index}", truth, decode_chords(joint, bass, _edges_s(len(joint)), transitions))
        for index, (joint, bass, truth) in enumerate(heard)
    )


def _edges_s(frames: int) -> NDArray[np.float64]:
    return frame_edges(frame_times_s(frames), frames * FEATURES.hop_length / FEATURES.sample_rate)


@entry_point(TuneConfig)
def main(config: TuneConfig) -> None:
    """Tune and print."""
    print(f"chosen: {tune(config):g}")


if __name__ == "__main__":
    sys.exit(main())
