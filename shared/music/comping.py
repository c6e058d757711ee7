"""The chord players: piano, guitar, organ and strings lay a voiced progression on their rows.

What a stroke sounds is data (`STROKES`); which voices a chord has comes from `voicing.lead_voices`, or, for a
distorted guitar, from power chords, since thirds turn to mud there.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.music.chords import Chord
from shared.music.rhythm import Row, Timeline, strokes_on_chords
from shared.music.styles import LayerStyle
from shared.music.touch import Setting, Written
from shared.music.voicing import Voicing, lead_voices

# Symbol -> (which voices, velocity added). Slices count from below.
STROKES: dict[str, tuple[slice, float]] = {
    "X": (slice(None), 10.0),
    "x": (slice(None), 0.0),
    "o": (slice(None), -14.0),
    "p": (slice(None), 4.0),
    "e": (slice(None, None, 3), 6.0),
    "i": (slice(1, 3), -4.0),
    **{str(voice): (slice(voice - 1, voice), 2.0) for voice in range(1, 6)},
}
RESTRIKE = "x"
AHEAD_QUARTERS = {"p": 0.5}
LEGATO = 0.95  # share of a written length that sounds, so that a repeated chord is heard as two
LONGEST_TIE_BARS = 2.0  # then even a common tone breathes
REST_ROLL_S = 0.035  # the last chord is spread from below, seconds per voice


def play_layer(layer: LayerStyle, rows: Sequence[Row], timeline: Timeline, setting: Setting) -> list[Written]:
    """Return the notes of one instrument, with the last chord held from where the song comes to rest."""
    voicings = layer_voicings(layer, timeline.chords)
    notes = [note for row in rows for note in _play_row(layer, row, timeline, voicings, setting)]
    notes += _rest(layer, voicings[-1], timeline, setting)
    return tie_over(notes, LONGEST_TIE_BARS * setting.bar_quarters) if layer.tie else notes


def layer_voicings(layer: LayerStyle, chords: Sequence[Chord]) -> list[Voicing]:
    """Return the pitches of every chord for an instrument, ascending."""
    if layer.voicing == "power":
        return [_power_chord(chord, layer) for chord in chords]
    return lead_voices(chords, (layer.low, layer.high), layer.voices)


def _power_chord(chord: Chord, layer: LayerStyle) -> Voicing:
    """Return root, fifth and octave from the lowest root of the register; a chord's own fifth if altered."""
    if chord.root < 0:
        return ()
    root = layer.low + (chord.root - layer.low) % 12
    tones = {(pitch_class - chord.root) % 12 for pitch_class in chord.pitch_classes}
    fifth = next((tone for tone in (7, 6, 8) if tone in tones), 7)
    return (root, root + fifth, root + 12)


def _play_row(
    layer: LayerStyle, row: Row, timeline: Timeline, voicings: Sequence[Voicing], setting: Setting
) -> list[Written]:
    notes: list[Written] = []
    for stroke in strokes_on_chords(row, timeline, setting.bar_quarters, RESTRIKE, AHEAD_QUARTERS):
        voices, louder = STROKES[stroke.symbol]
        onset, end = stroke.onset_quarters, stroke.end_quarters
        if layer.ring and stroke.symbol.isdigit():
            end = timeline.span(stroke.chord_index)[1]
        elif not layer.tie:
            end = onset + (end - onset) * LEGATO
        pitches = _spread(voicings[stroke.chord_index][voices], onset)
        roll = setting.quarters(layer.roll_s)
        notes += [
            Written(pitch, layer.velocity + louder, onset + order * roll, end)
            for order, pitch in enumerate(pitches)
            if end - onset - order * roll > 0
        ]
    return notes


def _spread(pitches: Voicing, onset: float) -> Voicing:
    """Return the order in which a hand strikes: downward on beats, upward between them."""
    return pitches if onset % 1.0 < 0.25 else pitches[::-1]


def _rest(layer: LayerStyle, voicing: Voicing, timeline: Timeline, setting: Setting) -> list[Written]:
    """Return the last chord, spread and held to the end of the song."""
    roll = 0.0 if layer.tie else setting.quarters(max(layer.roll_s, REST_ROLL_S))
    return [
        Written(pitch, layer.velocity, timeline.rest_quarters + order * roll, timeline.end_quarters)
        for order, pitch in enumerate(voicing)
    ]


def tie_over(notes: Sequence[Written], longest_quarters: float) -> list[Written]:
    """Join notes of one pitch that follow without a gap into held ones, up to a length."""
    tied: list[Written] = []
    last: dict[int, int] = {}
    for note in sorted(notes, key=lambda note: note.onset_quarters):
        index = last.get(note.pitch)
        if index is not None:
            held = tied[index]
            joined = note.end_quarters - held.onset_quarters
            if note.onset_quarters - held.end_quarters < 1e-6 and joined <= longest_quarters + 1e-6:
                tied[index] = Written(held.pitch, held.velocity, held.onset_quarters, note.end_quarters)
                continue
        last[note.pitch] = len(tied)
        tied.append(note)
    return tied
