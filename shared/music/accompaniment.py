"""A melody and its chords become a score: the band of the genre under the tune."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.music.arrangement import arrange, block_chords
from shared.music.chords import Chord
from shared.music.keys import Key
from shared.music.melody import Melody
from shared.music.score import Score, Track
from shared.music.styles import METERS

_MELODY_VOLUME = 120
# Metres that a band plays as if they were another with the same beats.
_PLAYED_AS = {"2/4": "4/4", "2/2": "4/4", "12/8": "6/8", "3/8": "6/8", "6/4": "3/4"}


def accompany(
    melody: Melody,
    chords: Sequence[Chord],
    quarters_per_chord: Sequence[float],
    *,
    genre: str | None = None,
    mood: str | None = None,
    key: Key | None = None,
    tempo_qpm: float | None = None,
    seed: int = 0,
) -> Score:
    """Arrange chords as `arrangement.arrange` does and put the melody on a track of its own, the first.

    In a metre that no band has a feel for, held chords accompany.

    Args:
        melody: the tune; its first bar line and the first chord are at 0.
        chords: what sounds under it.
        quarters_per_chord: how long each sounds.
        genre: who plays, and how; pop if None.
        mood: how lively.
        key: for the key signature and passing notes.
        tempo_qpm: quarters per minute; the melody's own if None.
        seed: of what is humanised.

    Raises:
        InputError: for an unknown genre or mood, or chords and lengths that do not fit.
    """
    tempo = melody.tempo_qpm if tempo_qpm is None else tempo_qpm
    played = _PLAYED_AS.get(melody.meter, melody.meter)
    if played in METERS:
        band = arrange(
            chords, genre=genre, tempo_qpm=tempo, meter=played, quarters_per_chord=quarters_per_chord,
            key=key, seed=seed, mood=mood,
        )  # fmt: skip
    else:
        band = block_chords(
            chords, tempo_qpm=tempo, meter=melody.meter, quarters_per_chord=quarters_per_chord, key=key
        )  # fmt: skip
    tune = Track("melody", melody.program, notes=melody.notes, volume=_MELODY_VOLUME)
    return replace(band, tracks=(tune, *band.tracks), meter=melody.meter)
