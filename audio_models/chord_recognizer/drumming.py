"""Drums of the house's genres, laid over the beats of a piece."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from audio_models.chord_recognizer.draws import pick
from audio_models.chord_recognizer.piece import Part, voices_of
from shared.music.chords import Chord
from shared.music.drums import play_drums
from shared.music.rhythm import build_timeline
from shared.music.score import bar_quarters
from shared.music.styles import style_of
from shared.music.touch import Setting, perform

_TOUCH_TEMPO_QPM = 100.0  # the human touch is counted in seconds; a beat is taken to be this long


def drum_part(
    genre: str, meter: str, quarters: float, seconds: Callable[[float], float], rng: np.random.Generator
) -> Part:
    """Return a drummer's strokes.

    Args:
        genre: one of the 8 genres; some feels have no drums, and give an empty part.
        meter: 4/4, 3/4 or 6/8.
        quarters: length of the piece.
        seconds: the time in seconds of a time in quarters.
        rng: chooses the feel and whatever the drummer chooses.
    """
    style, bar = style_of(genre), bar_quarters(meter)
    feels = [feel for feel in style.feels[meter] if feel.drums]
    if not feels:
        return ()
    feel = pick(rng, feels)
    timeline = build_timeline([Chord(0, "maj", 0)], [max(quarters, bar)], bar)
    swing = 0.5 if meter == "6/8" else style.swing
    setting = Setting(_TOUCH_TEMPO_QPM, meter, bar, swing, timeline.end_quarters, int(rng.integers(1 << 31)))
    notes = perform(play_drums(style, feel, timeline, setting), setting, setting.stream("drums"))
    return voices_of(notes, seconds, style.drum_program, is_drum=True)


def on_beats(beats_s: NDArray[np.float64]) -> Callable[[float], float]:
    """Return the time in seconds of a time in quarters from the first beat; beyond the last the tempo goes on."""
    index, step = np.arange(len(beats_s)), float(beats_s[-1] - beats_s[-2])

    def seconds(quarters: float) -> float:
        return float(np.interp(quarters, index, beats_s)) + max(0.0, quarters - index[-1]) * step

    return seconds
