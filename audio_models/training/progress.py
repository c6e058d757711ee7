"""What a person sees while a model trains: one bar for the whole run, or a line per epoch without a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tqdm import tqdm

EpochLine = Callable[[int, int, dict[str, float]], str]


class Progress:
    """Epoch, loss, validation figures and the time that is left."""

    def __init__(self, epochs: int, batches: int, done: int, *, silent: bool, line: EpochLine | None = None) -> None:
        """Take the plan of the run in epochs and batches per epoch, and how many batches lie behind.

        `line` makes what is printed of every epoch, terminal or not, from its number (from 1), all and its figures.
        """
        self._epochs, self._silent, self._line = epochs, silent, line
        self._on_terminal = sys.stderr.isatty()
        self._bar = tqdm(
            total=epochs * batches, initial=done, unit="batch", dynamic_ncols=True, mininterval=0.2,
            disable=silent, file=sys.stderr if self._on_terminal else _Nowhere(),
        )  # fmt: skip
        self._validation = ""

    def begin_epoch(self, epoch: int) -> None:
        """Show which epoch begins, from 0."""
        self._bar.set_description(f"epoch {epoch + 1}/{self._epochs}", refresh=False)

    def advance(self, loss: float) -> None:
        """Go on by one batch."""
        self._bar.update()
        self._bar.set_postfix_str(f"loss {loss:.3f}{self._validation}", refresh=False)

    def end_epoch(self, epoch: int, figures: dict[str, float]) -> None:
        """Show the figures of an epoch: names of accuracies end in `_acc`."""
        shown = {name: value for name, value in figures.items() if name not in ("train_loss", "learning_rate")}
        self._validation = "".join(
            f", {name.replace('_', ' ')} {value:.1%}"
            if name.endswith("_acc")
            else f", {name.replace('_', ' ')} {value:.3f}"
            for name, value in shown.items()
        )
        if self._line and not self._silent:
            with tqdm.external_write_mode(file=sys.stdout):
                print(self._line(epoch + 1, self._epochs, figures), flush=True)
            return
        if self._on_terminal or self._silent:
            return
        print(
            f"epoch {epoch + 1}/{self._epochs}: loss {figures['train_loss']:.3f}{self._validation}, "
            f"rate {figures['learning_rate']:.2g}, {self._time_left()} left",
            file=sys.stderr, flush=True,
        )  # fmt: skip

    def _time_left(self) -> str:
        facts = self._bar.format_dict
        done = facts["n"] - facts["initial"]
        per_batch = facts["elapsed"] / done if done else 0.0
        return str(tqdm.format_interval((facts["total"] - facts["n"]) * per_batch))

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._bar.close()


class _Nowhere:
    """Swallows the bar where it could not redraw itself and would fill a log file."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """There is nothing to flush."""
