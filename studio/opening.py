"""The first progression, on the screen before anything slow begins: ready weights write the verse of the song.

Nothing here imports more than NumPy and ONNX Runtime.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.decoding.composer import Progression
from shared.decoding.onnx_step import OnnxStepModel
from studio.config import DemoConfig
from studio.set_list import Composition, compose, compose_all, song_requests, take_requests
from studio.stages import duration, process_age_s, say
from studio.weights import Weights, ready_weights


@dataclass(frozen=True)
class Opening:
    """What ready weights wrote before the first step of the demo.

    Attributes:
        composition: the song's progressions and the set list's.
        first_s: from the start of the process to the first progression, in seconds; None where the system
            does not tell.
    """

    composition: Composition
    first_s: float | None


def play_opening(config: DemoConfig) -> Opening | None:
    """Print a first progression and compose everything else that is asked for; None where no weights are ready.

    Raises:
        ConsortError: when the weights that the user named cannot be used.
    """
    weights = ready_weights(config)
    if weights is None:
        return None
    model = OnnxStepModel(weights.step_model)
    verse = compose(model, song_requests(config)[0], config.seed)
    first_s = process_age_s()
    say(_announcement(verse, weights, first_s))
    return Opening(compose_all(model, song_requests(config), take_requests(config), config.seed, weights), first_s)


def _announcement(verse: Progression, weights: Weights, first_s: float | None) -> str:
    """Return the progression with who wrote it, for what, and how soon."""
    wish = f"{verse.genre}, {verse.mood}, {verse.key.name.replace(':', ' ')}"
    soon = f", {duration(first_s)} after the command" if first_s is not None else ""
    head = f"A first progression ({wish}) by {weights.title}{soon}:"
    return f"{head}\n\n{aligned((verse.names, verse.romans), indent=6)}"


def aligned(rows: Sequence[Sequence[str]], indent: int) -> str:
    """Return rows of as many words each, set below each other in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(" " * indent + _row(row, widths) for row in rows)


def _row(words: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(word.ljust(width) for word, width in zip(words, widths, strict=True)).rstrip()
