"""How each of the 8 genres plays: instruments, feels and patterns, read from `styles.json` and checked there.

A style is data. A new feel is a new entry of the table, whose notation its first lines explain; every row is
parsed and every bar line counted when the table is loaded, so that a typing error is one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.errors import InputError, unknown_choice
from shared.files import read_json
from shared.music.conditions import GENRE, MOOD
from shared.music.moods import MOOD_TABLE
from shared.music.rhythm import Row, parse_row

METERS = ("4/4", "3/4", "6/8")
DEFAULT_GENRE = "pop"  # plays where no genre is asked for
TABLE = Path(__file__).with_name("styles.json")

LAYER_SYMBOLS = "Xxopei12345"
BASS_SYMBOLS = "R35678fanw"
DRUM_SYMBOLS = "Xxo"
# General MIDI level 1, percussion key map.
DRUM_PITCHES = {
    "kick": 36, "side_stick": 37, "snare": 38, "clap": 39, "closed_hat": 42, "pedal_hat": 44, "open_hat": 46,
    "low_tom": 45, "mid_tom": 47, "crash": 49, "high_tom": 50, "ride": 51, "tambourine": 54, "cowbell": 56,
    "mute_conga": 62, "high_conga": 63, "low_conga": 64, "high_timbale": 65, "low_timbale": 66,
    "maracas": 70, "claves": 75, "shaker": 82,
}  # fmt: skip


@dataclass(frozen=True)
class LayerStyle:
    """An instrument that plays chords: its sound, its register (MIDI pitches), its place in the mix."""

    name: str
    program: int
    voicing: str
    voices: int
    low: int
    high: int
    velocity: int
    volume: int
    pan: int
    reverb: int
    tie: bool
    ring: bool
    roll_s: float


@dataclass(frozen=True)
class BassStyle:
    """The bass: its register and how much of each written length it sounds (`legato`, 0..1)."""

    name: str
    program: int
    velocity: int
    volume: int
    low: int
    high: int
    legato: float


@dataclass(frozen=True)
class Feel:
    """One way to play a meter: rows for each layer, the bass and the drums, and a drum fill of one bar."""

    name: str
    layers: Mapping[str, tuple[Row, ...]]
    bass: Row
    drums: Mapping[str, Row]
    fill: Mapping[str, Row]


@dataclass(frozen=True)
class Style:
    """A genre: usual tempo, swing (0.5 straight, 2/3 triplets), instruments, and feels from calm to busy."""

    genre: str
    tempo_qpm: float
    swing: float
    approach: str
    drum_program: int
    drum_velocity: int
    accent: str
    layers: tuple[LayerStyle, ...]
    bass: BassStyle
    feels: Mapping[str, tuple[Feel, ...]]


def style_of(genre: str | None) -> Style:
    """Return the style of a genre; None and "neutral" play `DEFAULT_GENRE`.

    Raises:
        InputError: for an unknown genre, or a table that is broken.
    """
    return _styles()[GENRE.value(GENRE.id(genre)) or DEFAULT_GENRE]


def default_tempo(genre: str | None, mood: str | None = None) -> float:
    """Return the usual tempo of a genre in quarters per minute, faster or slower as the mood asks.

    Raises:
        InputError: for an unknown genre or mood.
    """
    name = MOOD.value(MOOD.id(mood))
    factor = MOOD_TABLE[name].tempo_factor if name else 1.0
    return float(round(style_of(genre).tempo_qpm * factor))


def check_meter(meter: str) -> str:
    """Return the meter if the table has feels for it.

    Raises:
        InputError: for any other.
    """
    if meter not in METERS:
        raise unknown_choice("meter", meter, METERS)
    return meter


@cache
def _styles() -> dict[str, Style]:
    table = read_json(TABLE)["genres"]
    return {genre: _style(genre, entry) for genre, entry in table.items()}


def _style(genre: str, entry: dict[str, Any]) -> Style:
    """Build one genre from its entry.

    Raises:
        InputError: naming the genre, the meter and the feel at fault.
    """
    try:
        layers = tuple(LayerStyle(**layer) for layer in entry.pop("layers"))
        bass = BassStyle(**entry.pop("bass"))
        feels = {
            meter: tuple(_feel(feel, {layer.name for layer in layers}, f"{genre} {meter}") for feel in rows)
            for meter, rows in entry.pop("feels").items()
        }
        return Style(genre=genre, layers=layers, bass=bass, feels=feels, **entry)
    except (KeyError, TypeError) as error:
        raise InputError(f"{TABLE.name}: {genre} has a missing or unknown entry ({error})") from error


def _feel(entry: dict[str, Any], layer_names: set[str], place: str) -> Feel:
    """Parse the rows of one feel; `place` says in errors where it stands."""
    try:
        unknown = sorted({*entry["layers"]} - layer_names)
        unknown += sorted({*entry["drums"], *entry["fill"]} - {*DRUM_PITCHES})
        if unknown:
            raise InputError(f"no instrument is named '{unknown[0]}'")
        return Feel(
            name=entry["name"],
            layers={
                name: tuple(parse_row(row, LAYER_SYMBOLS) for row in rows) for name, rows in entry["layers"].items()
            },
            bass=parse_row(entry["bass"], BASS_SYMBOLS),
            drums={name: parse_row(row, DRUM_SYMBOLS) for name, row in entry["drums"].items()},
            fill={name: parse_row(row, DRUM_SYMBOLS) for name, row in entry["fill"].items()},
        )
    except InputError as error:
        raise InputError(f"{TABLE.name}, {place}, {entry['name']}: {error}") from error
