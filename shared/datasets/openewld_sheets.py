"""The lead sheets of OpenEWLD with their melodies: notes, ties and chords of the MusicXML scores, repeats as printed.

A bar begins at a multiple of its length: one that is shorter than its meter says (an upbeat, a bar parted by a
repeat) ends where it should when it is the first, and leaves room behind it otherwise. The tempo is that of the
score, 120 quarters a minute where it has none. Grace notes and second voices are passed over.

Source: the MusicXML 4.0 reference, elements `note`, `duration`, `backup`, `harmony`, `sound`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

from shared.datasets import openewld
from shared.datasets.archives import table
from shared.datasets.lead_sheet import LeadSheet, key_of
from shared.datasets.musicxml import chord_name
from shared.datasets.problems import ProblemLog
from shared.datasets.song_groups import normalised_title
from shared.errors import InputError
from shared.music.chord_symbol import Chord
from shared.music.lead_sheet import parse_lead_sheet
from shared.music.melody import ChordSpan, Melody, skyline
from shared.music.pitch_names import pitch_class
from shared.music.score import Note, bar_quarters

_VELOCITY = 80  # a score on paper says nothing of it
_USUAL_TEMPO_QPM = 120.0
_SHORTEST_QUARTERS = 1e-6


@dataclass
class _Page:
    """What has been read of a score, in quarters from its beginning."""

    meter: str = "4/4"
    divisions: float = 1.0
    tempo_qpm: float = _USUAL_TEMPO_QPM
    notes: list[Note] = field(default_factory=list)
    chords: list[tuple[float, Chord]] = field(default_factory=list)
    open_ties: dict[int, int] = field(default_factory=dict)  # pitch -> place in notes


def openewld_sheets(root: Path, log: ProblemLog | None = None) -> Iterator[LeadSheet]:
    """Yield the lead sheets; what cannot be read goes to the log.

    Args:
        root: the folder `openewld` of the corpora.
        log: takes what is skipped.

    Raises:
        InputError: when the archive is missing or broken.
    """
    log = log or ProblemLog()
    songs = table(root / "songs.csv", ("file", "title"))
    for member, score in openewld.scores(root, log):
        try:
            yield _sheet(member, score, songs.get(member, {}).get("title") or "")
        except InputError as error:
            log.add(f"leadsheets.zip/{member}", 0, str(error))


def _sheet(member: str, score: Element, title: str) -> LeadSheet:
    page = _Page()
    end = 0.0
    for number, measure in enumerate(score.iterfind("part[1]/measure")):
        end = _read_measure(measure, end, page, is_first=number == 0)
    melody = Melody(skyline(page.notes), tempo_qpm=page.tempo_qpm, meter=page.meter)
    page.chords.sort(key=lambda entry: entry[0])
    bounds = [*page.chords, (max(end, melody.end_quarters), Chord.no_chord())]
    spans = tuple(ChordSpan(onset, after, chord) for (onset, chord), (after, _) in pairwise(bounds) if after > onset)
    if not spans:
        raise InputError("it holds no chords")
    return LeadSheet(
        id=member.removesuffix(".mxl"), dataset=openewld.NAME, licence=openewld.LICENCE, ships=openewld.SHIPS,
        group=f"{openewld.NAME}:{normalised_title(title) or _tune_digest(melody.notes)}",
        melody=melody, spans=spans, key=key_of(spans),
    )  # fmt: skip


def _read_measure(measure: Element, start: float, page: _Page, is_first: bool) -> float:
    """Add a bar to the page and return where the next one begins."""
    _read_attributes(measure, page)
    length = bar_quarters(page.meter)
    here = furthest = last_onset = start
    held = len(page.notes)
    first_chord = len(page.chords)
    for element in measure:
        step = float(element.findtext("duration") or 0) / page.divisions
        if element.tag == "backup":
            here -= step
        elif element.tag == "forward":
            here += step
        elif element.tag == "harmony":
            offset = float(element.findtext("offset") or 0) / page.divisions
            page.chords.append((here + offset, parse_lead_sheet(chord_name(element))))
        elif element.tag == "note" and element.find("grace") is None:
            if element.find("chord") is None:
                last_onset = here
                here += step
            _read_note(element, last_onset, step, page)
        furthest = max(furthest, here)
    taken = furthest - start
    if is_first and 0 < taken < length:  # an upbeat ends at the bar line
        late = length - taken
        page.notes[held:] = [replace(n, onset_quarters=n.onset_quarters + late) for n in page.notes[held:]]
        page.chords[first_chord:] = [(onset + late, chord) for onset, chord in page.chords[first_chord:]]
    return start + max(1, math.ceil(taken / length - 1e-6)) * length


def _read_attributes(measure: Element, page: _Page) -> None:
    """Take over divisions, meter and tempo; the meter of the beginning counts."""
    for attributes in measure.iter("attributes"):
        page.divisions = float(attributes.findtext("divisions") or page.divisions)
        beats, unit = attributes.findtext("time/beats"), attributes.findtext("time/beat-type")
        if beats and unit and not page.notes:
            page.meter = f"{beats.strip()}/{unit.strip()}"
    for sound in measure.iter("sound"):
        if sound.get("tempo") and not page.notes:
            page.tempo_qpm = float(sound.get("tempo") or _USUAL_TEMPO_QPM)


def _read_note(element: Element, onset: float, duration: float, page: _Page) -> None:
    """Add a note of the first voice, or lengthen the one that it is tied to."""
    step = (element.findtext("pitch/step") or "").strip()
    if not step or duration < _SHORTEST_QUARTERS or (element.findtext("voice") or "1").strip() != "1":
        return
    alter = round(float(element.findtext("pitch/alter") or 0))
    pitch = 12 * (int(element.findtext("pitch/octave") or 4) + 1) + pitch_class(step) + alter
    ties = {tie.get("type") for tie in element.iter("tie")}
    if "stop" in ties and pitch in page.open_ties:
        place = page.open_ties.pop(pitch)
        tied = page.notes[place]
        page.notes[place] = replace(tied, duration_quarters=onset + duration - tied.onset_quarters)
    else:
        place = len(page.notes)
        page.notes.append(Note(pitch, _VELOCITY, onset, duration))
    if "start" in ties:
        page.open_ties[pitch] = place


def _tune_digest(notes: Sequence[Note]) -> str:
    """Return a digest of the intervals of a tune: the same for a copy in another key."""
    steps = " ".join(str(after.pitch - before.pitch) for before, after in pairwise(notes))
    return hashlib.sha256(steps.encode()).hexdigest()[:16]
