"""The picture: what it is made of, that it is written, and what gives none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared.annotation.colours import chord_colour
from shared.annotation.picture import DPI, WIDTH_IN, fold, rows_of, write_picture
from shared.datasets.contract import TimedChords
from shared.errors import InputError
from shared.music.chords import parse

HOP_S = 0.1
CHORDS = TimedChords(np.array([[0.0, 2.0], [2.0, 3.5], [3.5, 4.0]]), ("C:maj", "A:min7/b3", "N"))


def spectrogram(seconds: float, *notes: int) -> np.ndarray:
    """Return 7 octaves in which notes sound, given in semitones above C1."""
    frames = np.full((round(seconds / HOP_S), 252), 0.05, dtype=np.float32)
    frames[:, [3 * note for note in notes]] = 1.0
    return frames


def pixels(path: Path) -> np.ndarray:
    from matplotlib import image

    return np.asarray(image.imread(path))[..., :3]


def holds(picture: np.ndarray, label: str) -> int:
    """Return how many pixels have exactly the colour of a chord."""
    return int((np.abs(picture - np.array(chord_colour(parse(label)))).max(axis=-1) < 0.003).sum())


def test_bins_fold_into_the_nearest_pitch_class() -> None:
    frames = np.zeros((3, 252))
    frames[0, [0, 36 * 4 + 12]] = 1.0, 0.5  # C1, E5
    frames[1, [35, 37]] = 1.0  # a third of a semitone below C2, and above it
    chroma = fold(frames)
    assert chroma[0] == pytest.approx([1, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0])
    assert chroma[1] == pytest.approx([1, *[0] * 11])
    assert not chroma[2].any()


def test_a_picture_shows_every_chord_in_its_colour(tmp_path: Path) -> None:
    path = tmp_path / "song.png"
    write_picture(path, spectrogram(4.0, 24, 28, 31), HOP_S, CHORDS, title="A song")
    alone = pixels(path)
    assert alone.shape[1] == WIDTH_IN * DPI
    legend = 2000  # pixels of a swatch
    assert holds(alone, "C:maj") > legend + 10_000
    assert holds(alone, "A:min") > legend + 5_000
    assert holds(alone, "D:maj") <= legend
    write_picture(path, spectrogram(4.0, 24, 28, 31), HOP_S, CHORDS, reference=CHORDS)
    both = pixels(path)
    assert both.shape[0] > alone.shape[0]
    assert holds(both, "C:maj") > 1.6 * holds(alone, "C:maj")
    assert list(tmp_path.iterdir()) == [path]


def test_long_recordings_wrap_into_rows_but_not_without_end() -> None:
    assert rows_of(1.0) == (1, 5.0)
    assert rows_of(43.0) == (1, 43.0)
    assert rows_of(75.0) == (2, 37.5)
    assert rows_of(250.0) == (7, 250 / 7)
    assert rows_of(3600.0) == (12, 300.0)


def test_without_sound_or_chords_there_is_no_picture(tmp_path: Path) -> None:
    nothing = TimedChords(np.zeros((0, 2)), ())
    for frames, chords in ((np.zeros((0, 252)), CHORDS), (spectrogram(1.0, 24), nothing), (np.zeros(252), CHORDS)):
        with pytest.raises(InputError, match="a picture needs a spectrogram"):
            write_picture(tmp_path / "song.png", frames, HOP_S, chords)
    assert list(tmp_path.iterdir()) == []
