"""The tunes of the Nottingham Music Database with their chords as lead sheets: notes of ABC, repeats as printed.

A bar begins at a multiple of its length: an upbeat ends where it should, another bar that is shorter (before a repeat,
or under a meter that has changed) leaves room behind it. ABC states no tempo that holds here: 120 quarters a minute.

Source: the ABC notation standard 2.1, as far as the corpus uses it: pitches with accidentals that last to the bar line,
lengths, ties, triplets, rests, bar lines and the fields `L`, `M` and `K`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from shared.datasets import nottingham
from shared.datasets.lead_sheet import LeadSheet, key_of
from shared.datasets.problems import ProblemLog
from shared.datasets.song_groups import normalised_title
from shared.errors import InputError
from shared.music.chord_symbol import Chord
from shared.music.keys import Key, parse_key
from shared.music.lead_sheet import parse_lead_sheet
from shared.music.melody import ChordSpan, Melody, skyline
from shared.music.pitch_names import pitch_class
from shared.music.score import Note, bar_quarters

_VELOCITY = 80  # a score on paper says nothing of it
_MIDDLE_OCTAVE = 60  # ABC's C
_USUAL_LENGTH = Fraction(1, 8)  # of a whole note, where no field says another
_QUARTERS_IN_WHOLE = 4
_ALTERS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_TRIPLET = Fraction(2, 3)

_TOKEN = re.compile(
    r'"(?P<chord>[^"]*)"|!(?:[^!]*)!|\[(?P<field>[A-Z]):(?P<value>[^\]]*)\]|\[\d|(?P<bar>:?\|[:|\]]*|::)'
    r"|\((?P<tuplet>\d)|(?P<alter>\^\^|\^|__|_|=)?(?P<note>[A-Ga-gzx])(?P<octave>[,']*)"
    r"(?P<times>\d*)(?P<parts>/*)(?P<divisor>\d*)(?P<tie>-?)"
)


@dataclass
class _Page:
    """What has been read of a tune, in quarters from its beginning."""

    key: Key
    meter: str = "4/4"
    unit: Fraction = _USUAL_LENGTH
    here: Fraction = Fraction(0)
    bar_start: Fraction = Fraction(0)
    notes: list[Note] = field(default_factory=list)
    chords: list[tuple[Fraction, Chord]] = field(default_factory=list)
    altered: dict[tuple[str, int], int] = field(default_factory=dict)  # letter and octave -> semitones, in this bar
    triplet_notes: int = 0
    tied: int | None = None  # pitch

    def signature(self) -> dict[str, int]:
        """Return the semitones by which the key alters each letter."""
        names = [self.key.note_name(note) for note in self.key.scale_pitch_classes]
        return {name[0]: name.count("#") - name.count("b") for name in names}


def nottingham_sheets(root: Path, log: ProblemLog | None = None) -> Iterator[LeadSheet]:
    """Yield the tunes; what cannot be read goes to the log.

    Args:
        root: the folder `nottingham` of the corpora.
        log: takes what is skipped.

    Raises:
        InputError: when the archive is missing or broken.
    """
    log = log or ProblemLog()
    for member, number, lines in nottingham.tunes(root, log):
        try:
            yield _sheet(member, lines)
        except InputError as error:
            log.add(f"abc.zip/{member}", number, str(error))


def _sheet(member: str, lines: list[str]) -> LeadSheet:
    fields = {line[0]: line[2:].strip() for line in reversed(lines) if line[1:2] == ":"}
    page = _Page(parse_key(fields.get("K", "C").split()[0]), fields.get("M", "4/4"))
    for line in lines:
        if line[1:2] == ":" and line[0].isalpha():
            _read_field(page, line[0], line[2:].strip())
        elif not line.startswith("%"):
            for found in _TOKEN.finditer(line.partition("%")[0]):
                _read_token(page, found)
    _end_bar(page)
    if not page.notes:
        raise InputError("it holds no notes")
    melody = Melody(skyline(page.notes), meter=page.meter)
    bounds = [*page.chords, (max(page.here, Fraction(melody.end_quarters)), Chord.no_chord())]
    spans = tuple(
        ChordSpan(float(onset), float(end), chord) for (onset, chord), (end, _) in pairwise(bounds) if end > onset
    )
    if not spans:
        raise InputError("it holds no chords")
    name = f"{member.removesuffix('.abc')}_{fields.get('X', '')}"
    return LeadSheet(
        id=name, dataset=nottingham.NAME, licence=nottingham.LICENCE, ships=nottingham.SHIPS,
        group=f"{nottingham.NAME}:{normalised_title(fields.get('T', '')) or name}",
        melody=melody, spans=spans, key=key_of(spans),
    )  # fmt: skip


def _read_field(page: _Page, name: str, value: str) -> None:
    if name == "L":
        page.unit = Fraction(value)
    elif name == "K":
        page.key = parse_key(value.split()[0])
    elif name == "M" and not page.notes:  # the meter of the beginning counts
        page.meter = value


def _read_token(page: _Page, found: re.Match[str]) -> None:
    if found["chord"] is not None:
        if name := nottingham.chord_name(found["chord"]):
            page.chords.append((page.here, parse_lead_sheet(name)))
    elif found["field"]:
        _read_field(page, found["field"], found["value"].strip())
    elif found["bar"]:
        _end_bar(page)
    elif found["tuplet"]:
        page.triplet_notes = 3 if found["tuplet"] == "3" else 0
    elif found["note"]:
        _read_note(page, found)


def _read_note(page: _Page, found: re.Match[str]) -> None:
    divisor = int(found["divisor"] or 2) if found["parts"] else 1
    duration = (
        _QUARTERS_IN_WHOLE * page.unit * int(found["times"] or 1) / (divisor * 2 ** max(len(found["parts"]) - 1, 0))
    )
    if page.triplet_notes:
        duration *= _TRIPLET
        page.triplet_notes -= 1
    letter = found["note"]
    pitch: int | None = None
    if letter.upper() in "ABCDEFG":
        octave = letter.islower() + found["octave"].count("'") - found["octave"].count(",")
        place = (letter.upper(), octave)
        if found["alter"]:
            page.altered[place] = _ALTERS[found["alter"]]
        alter = page.altered.get(place, page.signature().get(place[0], 0))
        pitch = _MIDDLE_OCTAVE + 12 * octave + pitch_class(place[0]) + alter
        if page.tied == pitch:
            page.notes[-1] = replace(
                page.notes[-1], duration_quarters=float(page.here + duration) - page.notes[-1].onset_quarters
            )
        else:
            page.notes.append(Note(pitch, _VELOCITY, float(page.here), float(duration)))
    page.tied = pitch if found["tie"] else None
    page.here += duration


def _end_bar(page: _Page) -> None:
    """Go on at the next bar line; the first bar, where it is short, is moved to end there."""
    length = Fraction(bar_quarters(page.meter))
    taken = page.here - page.bar_start
    page.altered.clear()
    if not taken:
        return
    if page.bar_start == 0 and taken < length:
        late = length - taken
        page.notes = [replace(note, onset_quarters=note.onset_quarters + float(late)) for note in page.notes]
        page.chords = [(onset + late, chord) for onset, chord in page.chords]
    page.bar_start += max(1, math.ceil(taken / length)) * length
    page.here = page.bar_start
