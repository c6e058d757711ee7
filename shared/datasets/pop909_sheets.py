"""The melodies of POP909 with the songs' own chords as lead sheets, counted in the beats that the corpus annotates.

Time in seconds becomes quarters by the annotated beats. Every bar begins at a multiple of its length: a bar that has
fewer beats than the others leaves room behind it, one that has more takes two. Nobody heard the chords: they were
computed from the arrangement (`pop909_song`).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.datasets import pop909
from shared.datasets.archives import member_names, open_archive, read_member, table
from shared.datasets.lead_sheet import LeadSheet, key_of
from shared.datasets.pop909_song import in_three, read_beats, read_chords
from shared.datasets.problems import ProblemLog
from shared.datasets.song_groups import normalised_title
from shared.errors import InputError
from shared.music.chords import parse_harte
from shared.music.melody import ChordSpan, Melody, skyline
from shared.music.midi import parse_symusic
from shared.music.score import FASTEST_QPM, Note

Array = NDArray[np.float64]

MELODY_TRACK = "MELODY"
SHORTEST_QUARTERS = 1 / 32


def pop909_sheets(root: Path, log: ProblemLog | None = None) -> Iterator[LeadSheet]:
    """Yield the songs; what cannot be read goes to the log.

    Args:
        root: the folder `pop909` of the corpora.
        log: takes what is skipped.

    Raises:
        InputError: when an archive is missing or broken.
    """
    log = log or ProblemLog()
    titles = table(root / "index.csv", ("song_id", "name"))
    with open_archive(root / "midi.zip") as scores, open_archive(root / "annotations.zip") as annotations:
        for member in member_names(scores, log, suffix=".mid"):
            number = Path(member).stem
            try:
                yield _sheet(number, read_member(scores, member), annotations, titles.get(number, {}).get("name") or "")
            except InputError as error:
                log.add(f"midi.zip/{member}", 0, str(error))


def _sheet(number: str, score: bytes, annotations: zipfile.ZipFile, title: str) -> LeadSheet:
    beats = read_beats(annotations, number)
    places = _beat_places(beats)
    notes = melody_notes(score, beats, number, places)
    timed = read_chords(annotations, number)
    times = quarters(beats, timed.intervals_s, places)
    spans = tuple(
        ChordSpan(float(onset), float(end), parse_harte(label))
        for (onset, end), label in zip(np.maximum(times, 0.0), timed.labels, strict=True)
        if end > onset and end > 0
    )
    seconds = float(np.median(np.diff(beats[:, 0])))
    tempo = min(60.0 / seconds, FASTEST_QPM)
    melody = Melody(notes, tempo_qpm=tempo, meter="3/4" if in_three(beats) else "4/4")
    group = normalised_title(title) or number
    return LeadSheet(
        id=number, dataset=pop909.NAME, licence=pop909.LICENCE, ships=pop909.SHIPS, group=f"{pop909.NAME}:{group}",
        melody=melody, spans=spans, key=key_of(spans),
    )  # fmt: skip


def _beat_places(beats: Array) -> Array:
    """Return for each beat its place in quarters, such that every bar begins at a multiple of its usual length."""
    three = in_three(beats)
    length = 3 if three else 4
    begins = beats[:, 1 if three else 2] > 0
    places = np.arange(len(beats), dtype=np.float64)
    starts = np.flatnonzero(begins)
    if not len(starts):
        return places
    first = int(starts[0])
    places[:first] = np.arange(first) - first + -(-first // length) * length
    bar = -(-first // length) * length
    for start, end in zip(starts, np.append(starts[1:], len(beats)), strict=True):
        places[start:end] = bar + np.arange(end - start)
        bar += max(length, -(-int(end - start) // length) * length)
    return places


def quarters(beats: Array, times_s: Array, places: Array | None = None) -> Array:
    """Return times in seconds as places in quarters; beyond the last beat the tempo goes on.

    Args:
        beats: as `read_beats` has them.
        times_s: seconds, of any shape.
        places: of the beats in quarters; None counts the beats from the first.
    """
    times = beats[:, 0]
    counted = np.arange(len(times), dtype=np.float64) if places is None else places
    after = np.maximum(times_s - times[-1], 0.0) / (times[-1] - times[-2])
    return np.asarray(np.interp(times_s, times, counted) + after)


def melody_notes(score: bytes, beats: Array, number: str, places: Array | None = None) -> tuple[Note, ...]:
    """Return the notes of a song's melody in quarters, one at a time.

    Args:
        score: the MIDI file.
        beats: as `read_beats` has them.
        number: of the song.
        places: as `quarters` takes them.

    Raises:
        InputError: when there is no melody.
    """
    source: Any = parse_symusic(score, f"{number}.mid")
    track = next((track for track in source.to("second").tracks if track.name == MELODY_TRACK), None)
    if track is None or not len(track.notes):
        raise InputError(f"song {number} of POP909 has no track {MELODY_TRACK} with notes; fetch the corpus again")
    onsets = quarters(beats, np.array([note.time for note in track.notes]), places)
    ends = quarters(beats, np.array([note.time + note.duration for note in track.notes]), places)
    notes = (
        Note(note.pitch, note.velocity, float(onset), float(end - onset))
        for note, onset, end in zip(track.notes, onsets, ends, strict=True)
        if end - onset > SHORTEST_QUARTERS and onset >= 0
    )
    return skyline(notes)
