"""Chord progressions become pieces: by a band of the house, or by plain textures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audio_models.chord_recognizer.draws import pick
from audio_models.chord_recognizer.drumming import drum_part
from audio_models.chord_recognizer.instruments import BASS, CHORDS, MELODY, PAD
from audio_models.chord_recognizer.piece import DRUMS, Part, Piece, timed, voices_of
from audio_models.chord_recognizer.textures import TEXTURES, Voiced, bass_line, pad
from audio_models.chord_recognizer.tunes import tune
from audio_models.chord_recognizer.voicings import stack
from shared.datasets.contract import TimedChords
from shared.music import bass as bass_playing
from shared.music import comping
from shared.music.arrangement import arrange
from shared.music.chords import Chord
from shared.music.conditions import GENRE
from shared.music.melody import ChordSpan
from shared.music.rhythm import swing_time
from shared.music.score import bar_quarters
from shared.music.styles import style_of
from shared.music.touch import Setting, Written, perform

GENRES = tuple(name for index, name in enumerate(GENRE.values) if index != GENRE.unspecified)
_POWER_CHORDS = "rock"  # its guitar plays no thirds: held chords beside it make the label true
_METERS, _METER_SHARES = ("4/4", "3/4", "6/8"), (0.8, 0.12, 0.08)
HOUSE_BAND = 0.45  # of the pieces; the others are plain textures
_INTRO = 0.15  # begin with the drums alone
_BASS, _TUNE, _PAD, _DRUMS = 0.4, 0.5, 0.25, 0.4  # shares of the plain pieces that have one
_OPENNESS = (0.0, 0.15, 0.35)
_LOWEST, _HIGHEST = 36, 55  # where the bass tone of a voicing may lie


def draw_meter(rng: np.random.Generator) -> str:
    """Draw 4/4 mostly."""
    return _METERS[rng.choice(len(_METERS), p=_METER_SHARES)]


def compose(
    spans: Sequence[ChordSpan],
    tempo_qpm: float,
    meter: str,
    rng: np.random.Generator,
    *,
    source: str,
    group: str,
    licence: str = "",
    textures: Sequence[str] = tuple(TEXTURES),
    band: float = HOUSE_BAND,
) -> Piece:
    """Play a progression.

    Args:
        spans: chords without gaps from 0, in quarters.
        tempo_qpm: quarters per minute.
        meter: 4/4, 3/4 or 6/8.
        rng: chooses who plays, and how.
        source: of the piece, as `Piece` has it.
        group: likewise.
        licence: likewise.
        textures: the plain ones to choose from.
        band: share of pieces that a band of the house plays.
    """
    if rng.random() < band:
        parts, chords = _band(spans, tempo_qpm, meter, rng)
    else:
        parts, chords = _plain(spans, tempo_qpm, meter, rng, textures)
    return Piece({name: part for name, part in parts.items() if part}, chords, source, group, licence)


def _band(
    spans: Sequence[ChordSpan], tempo_qpm: float, meter: str, rng: np.random.Generator
) -> tuple[dict[str, Part], TimedChords]:
    """Let a band of one of the genres play, sometimes with the drums alone first."""
    genre, bar = pick(rng, GENRES), bar_quarters(meter)
    spans = [ChordSpan(span.onset_quarters, span.end_quarters, _for_band(span.chord)) for span in spans]
    if rng.random() < _INTRO:
        silent = bar * int(rng.integers(1, 4))
        moved = [ChordSpan(span.onset_quarters + silent, span.end_quarters + silent, span.chord) for span in spans]
        spans = [ChordSpan(0.0, silent, Chord.no_chord()), *moved]
    lengths = [span.end_quarters - span.onset_quarters for span in spans]
    score = arrange(
        [span.chord for span in spans], genre=genre, tempo_qpm=tempo_qpm, meter=meter,
        quarters_per_chord=lengths, seed=int(rng.integers(1 << 31)),
    )  # fmt: skip
    style = style_of(genre)
    swing = 0.5 if meter == "6/8" else style.swing
    setting = Setting(tempo_qpm, meter, bar, swing, spans[-1].end_quarters, 0)
    parts = {
        _name(track.name, style.bass.name, track.is_drum): voices_of(
            track.notes, lambda quarters: quarters * 60 / tempo_qpm, track.program, track.is_drum,
            (track.volume / 127) ** 2,
        )
        for track in score.tracks
    }  # fmt: skip
    if genre == _POWER_CHORDS:
        parts[PAD] = _performed(pad(_voiced(spans, rng, _HIGHEST, 0.0), rng), setting, rng)
    if rng.random() < _TUNE:
        parts[MELODY] = _performed(tune(spans, rng), setting, rng)
    end = max(score.end_quarters, spans[-1].end_quarters)
    held = [*spans[:-1], ChordSpan(spans[-1].onset_quarters, end, spans[-1].chord)]
    held = unsettled(held, anticipation(genre, meter))
    return parts, timed(held, lambda quarters: swing_time(quarters, swing) * 60 / tempo_qpm)


def anticipation(genre: str, meter: str) -> float:
    """Return how far ahead of the harmony a genre's players may strike the next chord, in quarters."""
    ahead = [0.0]
    for feel in style_of(genre).feels[meter]:
        chords = {symbol for rows in feel.layers.values() for row in rows for bar in row.bars for symbol in bar}
        bass = {symbol for bar in feel.bass.bars for symbol in bar}
        ahead += [comping.AHEAD_QUARTERS.get(symbol, 0.0) for symbol in chords]
        ahead += [bass_playing.AHEAD_QUARTERS.get(symbol, 0.0) for symbol in bass]
    return max(ahead)


def unsettled(spans: Sequence[ChordSpan], ahead: float) -> list[ChordSpan]:
    """Return the chords with X before each change, where some players are on the next chord already."""
    made: list[ChordSpan] = []
    for index, span in enumerate(spans):
        cut = min(ahead, (span.end_quarters - span.onset_quarters) / 2) if index + 1 < len(spans) else 0.0
        if span.chord.root < 0 or cut == 0.0:
            made.append(span)
            continue
        middle = span.end_quarters - cut
        made.append(ChordSpan(span.onset_quarters, middle, span.chord))
        made.append(ChordSpan(middle, span.end_quarters, Chord.unknown()))
    return made


def _for_band(chord: Chord) -> Chord:
    """Return a power chord for a single tone: every bass player adds the fifth."""
    return Chord(chord.root, "5", chord.bass) if chord.quality == "1" else chord


def _name(track: str, bass: str, is_drum: bool) -> str:
    if is_drum:
        return DRUMS
    return BASS if track == bass else f"{CHORDS}-{track}"


def _plain(
    spans: Sequence[ChordSpan], tempo_qpm: float, meter: str, rng: np.random.Generator, textures: Sequence[str]
) -> tuple[dict[str, Part], TimedChords]:
    """Play a texture; under, over and beside it sometimes a bass, a tune, held chords and drums."""
    bar, end = bar_quarters(meter), spans[-1].end_quarters
    setting = Setting(tempo_qpm, meter, bar, float(rng.choice([0.5, 0.5, 0.5, 2 / 3])), end, 0)
    openness = pick(rng, _OPENNESS)
    has_bass = rng.random() < _BASS
    low = int(rng.integers(_LOWEST, _HIGHEST + 1)) + (7 if has_bass else 0)
    name = pick(rng, textures)
    voiced = _voiced(spans, rng, low, openness, free_bass=has_bass)
    parts = {f"{CHORDS}-{name}": _performed(TEXTURES[name](voiced, rng), setting, rng)}
    if has_bass:
        lows = _voiced(spans, rng, int(rng.integers(28, 37)), 0.0)
        parts[BASS] = _performed(bass_line(lows, rng), setting, rng)
    if rng.random() < _PAD and name != "sparse":
        parts[PAD] = _performed(pad(_voiced(spans, rng, low + 12, openness), rng), setting, rng)
    if rng.random() < _TUNE:
        parts[MELODY] = _performed(tune(spans, rng), setting, rng)
    if rng.random() < _DRUMS:
        genre = pick(rng, GENRES)
        parts[DRUMS] = drum_part(genre, meter, end, lambda quarters: quarters * 60 / tempo_qpm, rng)
    return parts, timed(spans, lambda quarters: swing_time(quarters, setting.swing) * 60 / tempo_qpm)


def _voiced(
    spans: Sequence[ChordSpan], rng: np.random.Generator, low: int, openness: float, free_bass: bool = False
) -> list[Voiced]:
    """Voice the chords that sound; over a bass of its own, any tone may be the lowest."""
    voiced = []
    for span in spans:
        chord = span.chord
        if free_bass and chord.root >= 0:
            tones = chord.pitch_classes
            chord = Chord(chord.root, chord.quality, pick(rng, tones))
        if pitches := stack(chord, rng, low, openness):
            voiced.append(Voiced(pitches, span.onset_quarters, span.end_quarters))
    return voiced


def _performed(written: list[Written], setting: Setting, rng: np.random.Generator) -> Part:
    """Play written notes with the human touch; the instrument is drawn later."""
    own = Setting(
        setting.tempo_qpm, setting.meter, setting.bar_quarters, setting.swing, setting.end_quarters,
        int(rng.integers(1 << 31)),
    )  # fmt: skip
    notes = perform(written, own, own.stream("part"))
    return voices_of(notes, lambda quarters: quarters * 60 / setting.tempo_qpm, 0)
