"""A picture of what was heard: spectrogram, chroma and chords on one time axis, wrapped into rows like a score.

write_picture("song.png", spectrogram, hop_s, chords, reference=truth, title="A song")
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.annotation.colours import NO_CHORD_COLOUR, ROOTS_BY_FIFTHS, chord_colour, ink_on
from shared.annotation.lead_sheet_names import key_of, lead_sheet_names
from shared.annotation.spans import cover, merge
from shared.datasets.contract import TimedChords
from shared.errors import InputError
from shared.files import atomic_path
from shared.music.chords import Chord, parse
from shared.music.keys import Key

ROW_S, MOST_ROWS = 40.0, 12  # a chord of a second is wide enough for its name; an hour is not a mile of paper
WIDTH_IN, DPI = 16.0, 100
_SPECTROGRAM_IN, _CHROMA_IN, _LANE_IN, _SEAM_IN = 1.4, 0.95, 0.36, 0.04
_GAP_IN, _HEAD_IN, _FOOT_IN = 0.4, 0.85, 0.35
_LEFT_IN, _RIGHT_IN = 0.75, 0.15
_SIZES = (11, 10, 9, 8, 7)  # points
_NOTES = {0: "C", 2: "D", 4: "E", 7: "G", 9: "A", 11: "B"}  # beside the chroma, as many as there is room for
_SOFT = 0.25  # of the level of a loud frame: what is softer fades in the chroma


@dataclass(frozen=True, eq=False)
class _Scene:
    """What a row is cut from."""

    spectrogram: NDArray[np.floating]
    chromagram: NDArray[np.float64]
    hop_s: float
    bins_per_octave: int
    lanes: dict[str, TimedChords]
    key: Key | None
    row_s: float


def write_picture(
    path: Path | str,
    spectrogram: NDArray[np.floating],
    hop_s: float,
    estimate: TimedChords,
    reference: TimedChords | None = None,
    title: str = "",
    bins_per_octave: int = 36,
) -> None:
    """Draw chords beside the sound and save the picture as PNG, in one step.

    Args:
        path: the file.
        spectrogram: log-frequency magnitudes or decibels from C upwards, [frames, bins].
        hop_s: from frame to frame, in seconds.
        estimate: the chords that were recognised; they say how long the recording is.
        reference: the chords that were played, for a second lane.
        title: stands above the picture.
        bins_per_octave: of the spectrogram, a multiple of 12.

    Raises:
        InputError: when there is nothing to draw.
        ConsortError: when the file cannot be written.
    """
    if spectrogram.ndim != 2 or not len(spectrogram) or not estimate.labels:
        raise InputError("a picture needs a spectrogram [frames, bins] and at least one chord")
    end = float(estimate.intervals_s[-1, 1])
    n_rows, row_s = rows_of(end)
    lanes = {"chords": estimate} if reference is None else {"played": reference, "heard": estimate}
    lanes = {name: merge(cover(lane, 0.0, end)) for name, lane in lanes.items()}
    chromagram = fold(spectrogram, bins_per_octave)
    scene = _Scene(spectrogram, chromagram, hop_s, bins_per_octave, lanes, key_of(reference or estimate), row_s)
    with atomic_path(path) as aside:
        _page(scene, n_rows, title).savefig(aside, dpi=DPI, format="png")


def rows_of(duration_s: float) -> tuple[int, float]:
    """Return into how many rows a recording wraps, and how many seconds each holds."""
    # A tenth of a row more is no reason for another one.
    n_rows = min(MOST_ROWS, max(1, math.ceil(duration_s / ROW_S - 0.1)))
    return n_rows, max(duration_s / n_rows, ROW_S / 8)


def fold(spectrogram: NDArray[np.floating], bins_per_octave: int = 36) -> NDArray[np.float64]:
    """Return the chroma of a log-frequency spectrogram: [frames, 12], each frame's loudest pitch class 1, silence 0.

    A pitch class has the bins nearest to it in every octave; bin 0 is C.

    Args:
        spectrogram: [frames, bins], whole octaves.
        bins_per_octave: a multiple of 12.
    """
    width = bins_per_octave // 12
    level = np.asarray(spectrogram, dtype=np.float64) - np.min(spectrogram)
    octave = level.reshape(len(level), -1, bins_per_octave).sum(axis=1)
    classes = np.roll(octave, width // 2, axis=1).reshape(len(level), 12, width).sum(axis=2)
    loudest = classes.max(axis=1, keepdims=True)
    return np.asarray(classes / np.maximum(loudest, max(_SOFT * np.quantile(loudest, 0.9), 1e-9)))


def _page(scene: _Scene, n_rows: int, title: str) -> Any:
    """Return the figure with all rows."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    heights = [_SPECTROGRAM_IN, _CHROMA_IN, *[_LANE_IN] * len(scene.lanes)]
    height = _HEAD_IN + n_rows * (sum(heights) + len(heights) * _SEAM_IN + _GAP_IN) + _FOOT_IN - _GAP_IN
    figure = Figure(figsize=(WIDTH_IN, height), facecolor="white")
    FigureCanvasAgg(figure)
    _head(figure, height, title, scene.key)
    top = height - _HEAD_IN
    for row in range(n_rows):
        axes = []
        for size in heights:
            top -= size
            box = (_LEFT_IN / WIDTH_IN, top / height, 1 - (_LEFT_IN + _RIGHT_IN) / WIDTH_IN, size / height)
            axes.append(figure.add_axes(box, xlim=(row * scene.row_s, (row + 1) * scene.row_s)))
            top -= _SEAM_IN
        _row(axes, scene)
        top -= _GAP_IN
    return figure


def _head(figure: Any, height: float, title: str, key: Key | None) -> None:
    """Write the title and the legend: a swatch per root in the order of fifths, major above minor."""
    words = " · ".join(word for word in (title, key.title if key else "") if word)
    figure.text(_LEFT_IN / WIDTH_IN, 1 - 0.42 / height, words, fontsize=16, weight="bold", va="center")
    box = (0.5, 1 - 0.7 / height, 0.5 - _RIGHT_IN / WIDTH_IN, 0.5 / height)
    axes = figure.add_axes(box, xlim=(-0.5, 13.4), ylim=(0, 2))
    axes.axis("off")
    spelling = key or Key(0, "major")
    for place, root in enumerate(ROOTS_BY_FIFTHS):
        for level, quality in ((1, "maj"), (0, "min")):
            name = spelling.note_name(root) + ("m" if quality == "min" else "")
            _swatch(axes, place, level, chord_colour(Chord(root, quality, root)), name)
    _swatch(axes, 12.4, 1, NO_CHORD_COLOUR, "N.C.")


def _swatch(axes: Any, left: float, bottom: float, colour: tuple[float, float, float], name: str) -> None:
    axes.bar(left + 0.5, 0.9, width=0.95, bottom=bottom, color=[colour])
    axes.text(left + 0.5, bottom + 0.45, name, ha="center", va="center", fontsize=9, color=ink_on(colour))


def _row(axes: Sequence[Any], scene: _Scene) -> None:
    """Fill the axes of one row: spectrogram, chroma, then the lanes."""
    low, high = np.quantile(scene.spectrogram, [0.4, 0.999])  # softer than most is background
    _image(axes[0], scene.spectrogram, scene.hop_s, "magma", low, high)
    octaves = range(1, scene.spectrogram.shape[1] // scene.bins_per_octave)
    places = [scene.bins_per_octave * octave for octave in octaves]
    axes[0].set_yticks(places, [f"C{octave + 1}" for octave in octaves], fontsize=8)
    _image(axes[1], scene.chromagram, scene.hop_s, "Greys", 0.35, 1.0)
    axes[1].set_yticks([note + 0.5 for note in _NOTES], list(_NOTES.values()), fontsize=7)
    for axis, (name, lane) in zip(axes[2:], scene.lanes.items(), strict=True):
        _lane(axis, name, lane, scene.key)
    for axis in axes:
        axis.tick_params(length=0, labelbottom=axis is axes[-1])
        for spine in axis.spines.values():
            spine.set_visible(False)
    first, last = axes[-1].get_xlim()
    step = next(step for step in (1, 2, 5, 10, 30, 60, 300, 1800) if (last - first) / step <= 22)
    times = np.arange(np.ceil(first / step), np.floor(last / step) + 1) * step
    axes[-1].set_xticks(times, [f"{int(time) // 60}:{int(time) % 60:02d}" for time in times], fontsize=9)


def _image(axis: Any, values: NDArray[np.floating], hop_s: float, colours: str, low: float, high: float) -> None:
    """Draw the frames [frames, bins] that are in sight, a frame centred on its time."""
    first, last = axis.get_xlim()
    start, stop = max(0, int(first / hop_s) - 1), min(len(values), int(last / hop_s) + 2)
    if stop > start:
        extent = ((start - 0.5) * hop_s, (stop - 0.5) * hop_s, 0, values.shape[1])
        axis.imshow(
            values[start:stop].T, origin="lower", aspect="auto", extent=extent, cmap=colours, vmin=low, vmax=high,
            interpolation="nearest",
        )  # fmt: skip
    axis.set_xlim(first, last)


def _lane(axis: Any, name: str, timed: TimedChords, key: Key | None) -> None:
    """Draw one row of a lane: a coloured block per chord, its name where there is room."""
    axis.set(ylim=(0, 1), yticks=[0.5])
    axis.set_yticklabels([name], fontsize=9)
    first, last = axis.get_xlim()
    names = lead_sheet_names(timed, key)
    points_per_s = (WIDTH_IN - _LEFT_IN - _RIGHT_IN) * 72 / (last - first)
    for (start, end), label, text in zip(timed.intervals_s.tolist(), timed.labels, names, strict=True):
        left, right = max(start, first), min(end, last)
        if right <= left:
            continue
        colour = chord_colour(parse(label))
        axis.bar((left + right) / 2, 0.94, width=right - left, bottom=0.03, color=[colour], edgecolor="white")
        room = (right - left) * points_per_s - 3
        # A letter of the sans-serif is about 0.68 of its size wide.
        size = next((size for size in _SIZES if 0.68 * size * len(text) <= room), None)
        if size:
            axis.text((left + right) / 2, 0.48, text, ha="center", va="center", fontsize=size, color=ink_on(colour))
