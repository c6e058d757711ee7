"""Log-mels and latent spaces as PNG files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_models.harmonic_vae.config import AudioConfig
from shared.files import atomic_path

# Colours that remain apart for eyes that see few (Okabe & Ito 2008).
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000")
_DPI = 80


def draw_log_mels(path: Path, rows: Sequence[Sequence[tuple[str, NDArray[np.floating]]]], audio: AudioConfig) -> Path:
    """Write rows of titled log-mels [n_mels, frames] as one picture, and return its path."""
    columns = max(len(row) for row in rows)
    figure = _figure(3.2 * columns + 0.6, 2.2 * len(rows) + 0.3)
    for line, row in enumerate(rows):
        for column, (title, log_mel) in enumerate(row):
            axis = figure.add_subplot(len(rows), columns, line * columns + column + 1)
            seconds = log_mel.shape[1] * audio.hop_length / audio.sample_rate
            axis.imshow(
                log_mel, origin="lower", aspect="auto", cmap="magma", vmin=0, vmax=1,
                extent=(0, seconds, 0, log_mel.shape[0]),
            )  # fmt: skip
            axis.set_title(title, fontsize=9)
            axis.tick_params(labelsize=7)
            if column == 0:
                axis.set_ylabel("mel band", fontsize=8)
            if line == len(rows) - 1:
                axis.set_xlabel("s", fontsize=8)
    return _saved(figure, path)


def draw_points(path: Path, points: NDArray[np.floating], labels: Sequence[str], title: str) -> Path:
    """Write points [n, 2] coloured by label, and return the path of the picture."""
    figure = _figure(7, 6)
    axis = figure.add_subplot(1, 1, 1)
    for index, label in enumerate(sorted(set(labels))):
        chosen = np.array([each == label for each in labels])
        colour = COLOURS[index % len(COLOURS)]
        axis.scatter(points[chosen, 0], points[chosen, 1], s=12, c=colour, label=label or "no label", alpha=0.8)
    axis.legend(fontsize=8, loc="best")
    axis.set_title(title, fontsize=10)
    axis.set(xticks=[], yticks=[])
    return _saved(figure, path)


def picture_size(path: Path) -> tuple[int, int]:
    """Return width and height of a PNG file in pixels, which its header tells."""
    header = path.read_bytes()[:24]
    return int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big")


def _figure(width: float, height: float) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _saved(figure: Any, path: Path) -> Path:
    with atomic_path(path) as aside:
        figure.savefig(aside, dpi=_DPI, format="png")
    return path
