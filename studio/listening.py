"""The song is heard again: the chord recognizer tells its chords from the sound alone, and is held to the score."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shared.annotation.spans import merge
from shared.datasets.contract import TimedChords
from shared.datasets.lab import format_lab
from shared.decoding.chord_recognition import FramesModel, Recognizer
from shared.files import write_text
from shared.metrics.chords import score_song
from shared.music.chords import format_harte
from shared.shipped import shipped_folder
from studio.performance import RenderedSong
from studio.song import QUARTERS_PER_CHORD

RECOGNIZER = "chord_recognizer"
_MODEL_FILE = f"{RECOGNIZER}.onnx"


@dataclass(frozen=True)
class Heard:
    """What was played, what was heard, and how far they agree.

    Attributes:
        played: the chords that the band was given.
        recognised: those that were heard in the sound.
        scores: figures of `shared.metrics.chords`, 0 to 1.
        times_real_time: how much faster than the song lasts it was heard, the opening of the model included.
    """

    played: TimedChords
    recognised: TimedChords
    scores: Mapping[str, float]
    times_real_time: float


def ready_recognizer() -> Path | None:
    """Return the chord recognizer that ships with the project, or None where none does."""
    folder = shipped_folder(RECOGNIZER, _MODEL_FILE)
    return folder / _MODEL_FILE if folder else None


def listen(model: Path, rendered: RenderedSong, wav: Path, folder: Path) -> Heard:
    """Recognise the chords of a song's WAV; write them, and those that were played, as `song_*.lab` to a folder."""
    begun = time.perf_counter()
    recognised = Recognizer(FramesModel(model)).recognise(wav)
    seconds = time.perf_counter() - begun
    played = played_chords(rendered)
    write_text(folder / "song_played.lab", format_lab(played))
    write_text(folder / "song_recognised.lab", format_lab(recognised))
    scores = score_song("song", played, recognised).scores
    return Heard(played, recognised, scores, rendered.sound.seconds / seconds)


def played_chords(rendered: RenderedSong) -> TimedChords:
    """Return the chords of a song over time, equal neighbours as one."""
    song = rendered.song
    bar_s = QUARTERS_PER_CHORD * 60 / song.score.tempo_qpm
    labels = tuple(format_harte(chord) for part in song.parts for chord in part.chords)
    edges = np.arange(len(labels) + 1) * bar_s
    return merge(TimedChords(np.stack([edges[:-1], edges[1:]], axis=1), labels))
