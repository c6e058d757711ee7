"""From progressions to music: arranged for their genre, written as MIDI, rendered to sound."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.decoding.composer import Progression
from shared.music.arrangement import arrange, default_tempo
from shared.music.score import Score
from shared.music.synth import render_midi
from studio.embedded_audio import SAMPLE_RATE, Sound
from studio.report_music import Take
from studio.song import QUARTERS_PER_CHORD, Song, song_form, write_song

WAV_RATE = 44_100


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


def rendered_song(midi_path: Path) -> Sound:
    """Return the song in stereo, as it goes into the WAV file."""
    return Sound(render_midi(midi_path, WAV_RATE), WAV_RATE)


def rendered_take(progression: Progression, score: Score, midi_path: Path) -> Take:
    """Return a progression with its sound, small enough for the page."""
    sound = Sound(render_midi(midi_path, SAMPLE_RATE, channels=1), SAMPLE_RATE)
    return Take(
        progression.genre or "any genre", progression.mood or "any mood", progression.key.name,
        tuple(progression.names), tuple(progression.romans), score, sound,
    )  # fmt: skip


@contextmanager
def said_once(logger_name: str) -> Iterator[None]:
    """Let a logger say each thing only once: nine renderings need not name their synthesizer nine times."""
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
