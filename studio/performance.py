"""From progressions to music: arranged for their genre, written as MIDI, rendered to sound."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.audio.io import write_wav
from shared.decoding.composer import Progression
from shared.music.arrangement import arrange, default_tempo
from shared.music.midi import read_midi, write_midi
from shared.music.score import Score
from shared.music.synth import render_midi
from studio.embedded_audio import SAMPLE_RATE, Sound
from studio.report_music import Take
from studio.set_list import Composition
from studio.song import QUARTERS_PER_CHORD, Song, song_form, write_song

WAV_RATE = 44_100


@dataclass(frozen=True)
class RenderedSong:
    """A song as its files hold it: the notes with their parts, and the sound."""

    song: Song
    sound: Sound


def perform_song(composition: Composition, seed: int, folder: Path) -> RenderedSong:
    """Write song.mid and song.wav of a composition, and return both as the files hold them."""
    written = write_song_of(composition.verse, composition.chorus, seed)
    write_midi(written.score, folder / "song.mid")
    sound = Sound(render_midi(folder / "song.mid", WAV_RATE), WAV_RATE)
    write_wav(folder / "song.wav", sound.waveform, sound.sample_rate)
    return RenderedSong(Song(written.parts, read_midi(folder / "song.mid")), sound)


def write_song_of(verse: Progression, chorus: Progression, seed: int) -> Song:
    """Return the song of two progressions in one genre, at a tempo half way between those of their moods."""
    genre = verse.genre or "pop"
    tempo_qpm = round((default_tempo(genre, verse.mood) + default_tempo(genre, chorus.mood)) / 2)
    return write_song(song_form(verse, chorus), genre=genre, tempo_qpm=float(tempo_qpm), key=verse.key, seed=seed)


def arranged(progression: Progression, seed: int) -> Score:
    """Return a progression as its genre and mood play it, a bar per chord."""
    return arrange(
        progression.chords, genre=progression.genre, mood=progression.mood, key=progression.key,
        quarters_per_chord=QUARTERS_PER_CHORD, seed=seed,
    )  # fmt: skip


def write_pieces(takes: Sequence[Progression], seed: int, folder: Path) -> None:
    """Write each progression as `GENRE-MOOD.mid`."""
    for progression in takes:
        write_midi(arranged(progression, seed), folder / _piece_name(progression))


def rendered_takes(takes: Sequence[Progression], seed: int, folder: Path) -> list[Take]:
    """Return each progression that `write_pieces` wrote with its sound, small enough for the page."""
    return [_rendered(progression, arranged(progression, seed), folder) for progression in takes]


def _piece_name(progression: Progression) -> str:
    """Return the file name of a take, such as `jazz-romance.mid`."""
    return f"{progression.genre}-{progression.mood}.mid".replace(" ", "-")


def _rendered(progression: Progression, score: Score, folder: Path) -> Take:
    sound = Sound(render_midi(folder / _piece_name(progression), SAMPLE_RATE, channels=1), SAMPLE_RATE)
    return Take(
        progression.genre or "any genre", progression.mood or "any mood", progression.key.name,
        tuple(progression.names), tuple(progression.romans), score, sound,
    )  # fmt: skip


@contextmanager
def said_once(logger_name: str) -> Iterator[None]:
    """Let a logger say each thing only once: seventeen renderings need not name their synthesizer seventeen times."""
    said: set[str] = set()

    def is_new(record: logging.LogRecord) -> bool:
        message = record.getMessage()
        return message not in said and not said.add(message)  # type: ignore[func-returns-value]

    logger = logging.getLogger(logger_name)
    logger.addFilter(is_new)
    try:
        yield
    finally:
        logger.removeFilter(is_new)
