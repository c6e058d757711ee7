"""From a clip to the features of its excerpts and renders, kept on disk so that nothing is rendered twice.

A cache file is named by what it depends on: the content of the clip, the render, the excerpts, the features' version.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.audio.clip_summary import clip_summaries
from shared.audio.io import Waveform, read_audio
from shared.decoding.emotion_recognition import MIDI_SUFFIXES, SAMPLE_RATE
from shared.errors import InputError
from shared.files import atomic_path
from shared.music.note_sound import note_sound
from shared.music.note_table import NoteTable
from shared.music.soundfonts import installed_fonts

FEATURES_VERSION = 1
# Instruments on which a piano piece still makes sense: pianos, mallets, organ, guitars, strings, winds, synthesizers.
PROGRAMS = (0, 0, 0, 1, 4, 5, 6, 11, 12, 19, 24, 25, 26, 40, 42, 46, 48, 49, 52, 68, 71, 73, 80, 81, 88, 89)
_SHORTEST_SHARE = 1.2  # of a window: what is hardly longer than one is not cut


@dataclass(frozen=True)
class Excerpt:
    """A part of a clip: features [128], and from where to where it goes as shares of the whole."""

    features: NDArray[np.float32]
    start: float
    end: float

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole clip."""
        return self.start == 0 and self.end == 1


@dataclass(frozen=True)
class Hearing:
    """How clips are heard: length of the excerpts in seconds (0 = the whole alone), and where features are kept."""

    window_s: float
    cache: Path
    seed: int = 0

    def excerpts(self, content: bytes, name: str, render: int = 0) -> list[Excerpt]:
        """Return the whole clip, then its excerpts.

        Args:
            content: of an audio or MIDI file.
            name: the file's name, whose suffix tells which.
            render: 0 plays MIDI as written; above, as `drawn_instrument` says.

        Raises:
            InputError: when the file is broken.
        """
        key = hashlib.sha256(content)
        key.update(f"{render} {self.window_s} {self.seed if render > 1 else 0} {FEATURES_VERSION}".encode())
        path = self.cache / f"{key.hexdigest()[:24]}.npy"
        if path.is_file():
            table = np.load(path, allow_pickle=False)
        else:
            table = self._heard(_sound(content, name, render, self.seed))
            with atomic_path(path) as aside, aside.open("wb") as stream:
                np.save(stream, table)
        return [Excerpt(row[2:].astype(np.float32), float(row[0]), float(row[1])) for row in table]

    def _heard(self, waveform: Waveform) -> NDArray[np.float64]:
        """Return a row per excerpt that is not silent: start, end, features."""
        if not len(waveform) or not np.abs(waveform).max() > 0:
            raise InputError("it is silent; there is nothing to hear")
        places = spans(len(waveform), round(self.window_s * SAMPLE_RATE))
        places = [(start, end) for start, end in places if np.abs(waveform[start:end]).max() > 0]
        shares = np.array(places) / len(waveform)
        return np.concatenate([shares, clip_summaries(waveform, places)], axis=1)


def spans(length: int, window: int) -> list[tuple[int, int]]:
    """Return the whole, its halves, and windows that overlap by half, as (start, end)."""
    whole = [(0, length)]
    if not window or length < _SHORTEST_SHARE * window:
        return whole
    hops = int(np.ceil((length - window) / (window / 2)))
    starts = [round(hop * (length - window) / hops) for hop in range(hops + 1)]
    return [*whole, (0, length // 2), (length // 2, length), *((start, start + window) for start in starts)]


def _sound(content: bytes, name: str, render: int, seed: int) -> Waveform:
    if Path(name).suffix.lower() in MIDI_SUFFIXES:
        program, font = drawn_instrument(render, seed, content)
        return note_sound(NoteTable.of_midi(content, name), SAMPLE_RATE, program, font)
    return read_audio(name, SAMPLE_RATE)


def drawn_instrument(render: int, seed: int, content: bytes) -> tuple[int | None, Path | None]:
    """Return program and SoundFont of a render: 0 as written, 1 as written on another SoundFont, then any of both."""
    fonts = list(installed_fonts().values())
    if not render or not fonts:
        return None, None
    if render == 1:
        return None, fonts[1 % len(fonts)]
    rng = np.random.default_rng([seed, render, *hashlib.sha256(content).digest()[:4]])
    return int(rng.choice(PROGRAMS)), fonts[int(rng.integers(len(fonts)))]
