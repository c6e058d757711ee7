"""What a piece is asked to be, and the plan that an emotion makes of it: every number by which music is moved.

The rules are linear or geometric in valence `v` and arousal `a`. The directions are those of the review of Gabrielsson
& Lindstrom 2010, "The role of structure in the musical expression of emotions"; how far each goes was set while
measuring the music with estimators fitted on VGMIDI and on EMOPIA's training songs (`benchmarks.emotion_obedience`).
Loudness and articulation carry arousal, mode and the number of notes carry valence. `g` is how far the mode of the key
agrees with the emotion: v in major, -v in minor.

| number         | rule                              | what it moves                                          |
|----------------|-----------------------------------|--------------------------------------------------------|
| key            | major where v >= 0                | all, unless a key is asked for; the tonic by the seed  |
| tempo_qpm      | `emotion_style.tempo_of(a)`       | all, unless a tempo is asked for                       |
| energy         | 0.5 + 0.3 a + 0.25 v              | the feel of the band, and whether drums play           |
| melody_rate    | 2 ** (0.2 + 0.1 a + 1.2 v)        | notes of the melody per quarter                        |
| unevenness     | 0.5 v                             | how irregular its rhythm is                            |
| centre         | 71 + 6 v + a                      | its middle pitch                                       |
| doubling       | 0.1 + 0.9 v + 0.3 a, 0..1         | share of each phrase that has a second voice           |
| thinning       | 0.9 (0.3 - 0.5 v - 0.6 a), 0..0.9 | share of the chords that lose a voice                  |
| level          | 0.5 + 0.33 a - 0.14 v             | mean velocity / 127                                    |
| contrast       | 1 - 0.3 a - 0.5 v                 | how far loud and soft are apart, times as played       |
| articulation   | 0.55 * 2 ** (0.6 v - 1.15 a)      | share of a written length that sounds, at most 1.15    |
| brightness     | 0.6 + 1.2 g, at least 0           | weight of the tonic triad, third and sixth in the tune |
| statement      | 0.1 + 0.25 g                      | how clearly chords and tune state the mode             |
| minor_tilt     | 2.5 (home - v), home 0.5 or -0.5  | minor chords: exp(tilt) times as likely                |
| leading_tilt   | -4 v, at least 0                  | chords with the leading tone, likewise                 |
| tension_tilt   | -3 v, at least 0                  | tense chords, likewise                                 |
| chords_per_bar | 2 above a = 0.6, else 1           | harmonic rhythm                                        |
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from shared.errors import InputError
from shared.music.conditions import GENRE, UNSPECIFIED_WORDS
from shared.music.emotion_nets import PHRASE_BARS
from shared.music.emotion_point import EmotionPoint
from shared.music.emotion_style import style_of, tempo_of
from shared.music.keys import MODES, Key, parse_key
from shared.music.moods import nearest_mood
from shared.music.score import FASTEST_QPM, SLOWEST_QPM
from shared.music.styles import DEFAULT_GENRE

METER = "4/4"
BAR_QUARTERS = 4.0
MOST_BARS = 64
# Phrases of four bars, as they return.
FORM = "AABA"
# Without drums below: a calm piece is played by the pitched instruments alone.
DRUMS_FROM_ENERGY = 0.2


@dataclass(frozen=True)
class EmotionWish:
    """What a piece is asked to be.

    Attributes:
        point: the emotion.
        genre: one of the 8 genres; empty plays as pop.
        key: such as `A:minor`; empty takes the mode from the emotion and the tonic from the seed.
        bars: of 4/4.
        tempo_qpm: quarters per minute; None takes it from the emotion.
        seed: of everything that is chosen: the same wish gives the same piece.
    """

    point: EmotionPoint
    genre: str = DEFAULT_GENRE
    key: str = ""
    bars: int = 16
    tempo_qpm: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be played.

        Raises:
            InputError: for an unknown genre or key, or bars or a tempo out of range.
        """
        GENRE.id(self.genre)
        if self.key.strip().casefold() not in (*UNSPECIFIED_WORDS, "auto"):
            parse_key(self.key)
        if not 1 <= self.bars <= MOST_BARS:
            raise InputError(f"{self.bars} bars cannot be composed; ask for 1 to {MOST_BARS}")
        if self.tempo_qpm is not None and not SLOWEST_QPM <= self.tempo_qpm <= FASTEST_QPM:
            raise InputError(
                f"tempo {self.tempo_qpm:g} is outside {SLOWEST_QPM:g} to {FASTEST_QPM:g} quarters per minute"
            )


@dataclass(frozen=True)
class Plan:
    """The numbers of the module's table, with genre, mood, key and length."""

    genre: str
    mood: str
    key: Key
    bars: int
    tempo_qpm: float
    energy: float
    drums: bool
    melody_rate: float
    level: float
    contrast: float
    articulation: float
    centre: float
    doubling: float
    thinning: float
    brightness: float
    minor_tilt: float
    leading_tilt: float
    unevenness: float
    tension_tilt: float
    statement: float
    chords_per_bar: int


def section_of(bar: int) -> str:
    """Return the name of the phrase that a bar belongs to."""
    return FORM[bar // PHRASE_BARS % len(FORM)]


def plan_of(wish: EmotionWish) -> Plan:
    """Return the plan of a wish."""
    point = wish.point
    valence, arousal = point.valence, point.arousal
    energy = _share(0.5 + 0.3 * arousal + 0.25 * valence)
    key = _key(wish)
    # A major key has as many minor chords as usual half way to joy, a minor key half way to grief.
    home = 0.5 if key.mode == "major" else -0.5
    # How far the emotion agrees with the mode: below 0 where joy was asked for in a minor key.
    agreed = valence if key.mode == "major" else -valence
    return Plan(
        genre=GENRE.value(GENRE.id(wish.genre)) or DEFAULT_GENRE,
        mood=nearest_mood(valence, arousal),
        key=key,
        bars=wish.bars,
        tempo_qpm=float(round(tempo_of(arousal) if wish.tempo_qpm is None else wish.tempo_qpm, 1)),
        energy=energy,
        drums=energy >= DRUMS_FROM_ENERGY,
        melody_rate=2.0 ** (0.2 + 0.1 * arousal + 1.2 * valence),
        level=0.5 + 0.33 * arousal - 0.14 * valence,
        contrast=1.0 - 0.3 * arousal - 0.5 * valence,
        articulation=min(0.55 * 2.0 ** (0.6 * valence - 1.15 * arousal), 1.15),
        centre=71.0 + 6.0 * valence + arousal,
        doubling=_share(0.1 + 0.9 * valence + 0.3 * arousal),
        thinning=0.9 * _share(0.3 - 0.5 * valence - 0.6 * arousal),
        brightness=max(0.0, 0.6 + 1.2 * agreed),
        minor_tilt=2.5 * (home - valence),
        leading_tilt=4.0 * max(0.0, -valence),
        unevenness=0.5 * valence,
        tension_tilt=3.0 * max(0.0, -valence),
        statement=0.1 + 0.25 * agreed,
        chords_per_bar=2 if arousal > 0.6 else 1,
    )


def _share(value: float) -> float:
    """Return a value held to 0..1."""
    return min(max(value, 0.0), 1.0)


def _key(wish: EmotionWish) -> Key:
    if wish.key.strip().casefold() not in (*UNSPECIFIED_WORDS, "auto"):
        return parse_key(wish.key)
    mode = style_of(wish.point).mode
    return Key(random.Random(f"{wish.seed}:key").randrange(12), MODES[MODES.index(mode)])
