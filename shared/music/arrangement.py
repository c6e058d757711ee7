"""A chord progression becomes a band's score: voice-led chords, a bass line, drums where they belong.

    chords --timeline--> layers (rows x voice leading) + bass (rows, walking) + drums --touch--> Score

The genre's style (`styles.json`) says who plays and which feels there are; the mood's arousal and the seed
choose one feel for the song. The last chord is held for a bar at least, and all come to rest on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.errors import unknown_choice
from shared.music.bass import play_bass
from shared.music.chords import Chord
from shared.music.comping import play_layer
from shared.music.conditions import MOOD
from shared.music.drums import play_drums
from shared.music.keys import Key, estimate_key
from shared.music.lead_sheet import format_lead_sheet
from shared.music.moods import MOOD_TABLE
from shared.music.rhythm import Timeline, build_timeline
from shared.music.score import Note, Score, Track, bar_quarters
from shared.music.styles import Feel, Style, check_meter, default_tempo, style_of
from shared.music.touch import Setting, Written, perform
from shared.music.voicing import lead_voices

PARTS = ("chords", "bass", "drums")
_MOOD_SPREAD, _FREE_SPREAD = 0.15, 0.5  # how far the seed may stray from the feel that the mood asks for
_BLOCK_VELOCITY, _BLOCK_BASS = 80, (36, 48)

__all__ = ["PARTS", "arrange", "block_chords", "default_tempo"]


def arrange(
    chords: Sequence[Chord],
    *,
    genre: str | None,
    tempo_qpm: float | None = None,
    meter: str = "4/4",
    quarters_per_chord: float | Sequence[float] | None = None,
    key: Key | None = None,
    seed: int = 0,
    mood: str | None = None,
    energy: float | None = None,
    parts: Sequence[str] = PARTS,
) -> Score:
    """Arrange a progression.

    Args:
        chords: the progression; N and X are rests.
        genre: one of the 8 genres; None or "neutral" plays as pop.
        tempo_qpm: quarters per minute; by default what is usual in the genre for the mood.
        meter: 4/4, 3/4 or 6/8.
        quarters_per_chord: one length for all chords, or one for each, in quarters; by default one bar each.
        key: of the progression, for the key signature and the scale of passing notes; estimated when missing.
        seed: of everything that is chosen or humanised; the same seed gives the same score.
        mood: one of the 27 moods or None; arousal chooses the feel and the default tempo.
        energy: 0..1, chooses the feel from calm to busy in place of mood and chance; None leaves it to them.
        parts: which of `PARTS` to play.

    Raises:
        InputError: for an unknown genre, mood, meter or part, no chord, or lengths that do not fit.
    """
    style, bar = style_of(genre), bar_quarters(check_meter(meter))
    for part in parts:
        if part not in PARTS:
            raise unknown_choice("part", part, PARTS)
    lengths = _lengths(chords, quarters_per_chord, bar)
    timeline = build_timeline(chords, lengths, bar)
    tempo = default_tempo(genre, mood) if tempo_qpm is None else float(tempo_qpm)
    swing = 0.5 if meter == "6/8" else style.swing  # a dotted beat already has its three parts
    setting = Setting(tempo, meter, bar, swing, timeline.end_quarters, seed)
    feel = _choose_feel(style, setting, mood, energy)
    tracks = _tracks(style, feel, timeline, setting, key or _estimate(chords, lengths))
    wanted = tuple(track for part, track in tracks if part in parts)
    return Score(wanted, tempo, meter, key, _marks(chords, lengths, key))


def block_chords(
    chords: Sequence[Chord],
    *,
    tempo_qpm: float = 100.0,
    meter: str = "4/4",
    quarters_per_chord: float | Sequence[float] | None = None,
    key: Key | None = None,
    program: int = 0,
) -> Score:
    """Write a progression plainly, on one track: held voice-led chords over their bass, nothing humanised.

    Raises:
        InputError: when there is no chord, or lengths do not fit.
    """
    bar = bar_quarters(meter)
    lengths = _lengths(chords, quarters_per_chord, bar)
    build_timeline(chords, lengths, bar)  # refuses what cannot be played
    notes: list[Note] = []
    onset = 0.0
    for chord, voicing, length in zip(chords, lead_voices(chords), lengths, strict=True):
        low = _BLOCK_BASS[0]
        bass = (low + (chord.bass - low) % 12,) if chord.root >= 0 else ()
        notes += [Note(pitch, _BLOCK_VELOCITY, onset, length) for pitch in (*bass, *sorted(set(voicing)))]
        onset += length
    track = Track("chords", program, notes=tuple(notes))
    return Score((track,), tempo_qpm, meter, key, _marks(chords, lengths, key))


def _lengths(chords: Sequence[Chord], quarters: float | Sequence[float] | None, bar: float) -> list[float]:
    if quarters is None or isinstance(quarters, (int, float)):
        return [float(bar if quarters is None else quarters)] * len(chords)
    return [float(length) for length in quarters]


def _marks(chords: Sequence[Chord], lengths: Sequence[float], key: Key | None) -> tuple[tuple[float, str], ...]:
    """Return (onset in quarters, lead-sheet name) of every chord."""
    marks, onset = [], 0.0
    for chord, length in zip(chords, lengths, strict=True):
        marks.append((onset, format_lead_sheet(chord, key)))
        onset += length
    return tuple(marks)


def _estimate(chords: Sequence[Chord], lengths: Sequence[float]) -> Key | None:
    """Return the likely key of the chords that sound."""
    sounding = [(chord, length) for chord, length in zip(chords, lengths, strict=True) if chord.root >= 0]
    if not sounding:
        return None
    return estimate_key([chord for chord, _ in sounding], [length for _, length in sounding])


def _choose_feel(style: Style, setting: Setting, mood: str | None, energy: float | None) -> Feel:
    """Choose among the feels from calm to busy by the energy, or by the arousal of the mood and by chance."""
    name = MOOD.value(MOOD.id(mood))
    feels = style.feels[setting.meter]
    if energy is None:
        spread = _MOOD_SPREAD if name else _FREE_SPREAD
        middle = (MOOD_TABLE[name].arousal + 1) / 2 if name else 0.5
        energy = middle + setting.stream("feel").uniform(-spread, spread)
    return feels[min(max(int(energy * len(feels)), 0), len(feels) - 1)]


def _tracks(style: Style, feel: Feel, timeline: Timeline, setting: Setting, key: Key | None) -> list[tuple[str, Track]]:
    """Let every player play; return (part, track) pairs."""

    def played(name: str, written: list[Written]) -> tuple[Note, ...]:
        return perform(written, setting, setting.stream(name))

    tracks = [
        ("chords", Track(
            layer.name, layer.program, False,
            played(layer.name, play_layer(layer, feel.layers[layer.name], timeline, setting)),
            layer.volume, layer.pan, layer.reverb,
        ))
        for layer in style.layers if layer.name in feel.layers
    ]  # fmt: skip
    bass = style.bass
    line = play_bass(bass, style.approach, feel.bass, timeline, setting, key)
    bassist = Track(bass.name, bass.program, False, played("bass", line), bass.volume, reverb=16)
    tracks.append(("bass", bassist))
    drums = play_drums(style, feel, timeline, setting)
    if drums:
        kit = Track("drums", style.drum_program, True, played("drums", drums), reverb=28)
        tracks.append(("drums", kit))
    return tracks
