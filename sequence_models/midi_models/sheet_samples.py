"""Samples of the melody and harmony nets, and songs for the sequence melody net, from lead sheets and labelled MIDI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sequence_models.midi_models.samples import Sample, Vector
from sequence_models.midi_models.weak_emotions import sheet_emotion
from shared.datasets.lead_sheet import LeadSheet
from shared.errors import InputError
from shared.music.emotion_chords import CHORD_LABELS, chord_id, id_chord
from shared.music.emotion_nets import N_BEATS, NOTES, PHRASE_BARS, harmony_context, point_embedding
from shared.music.emotion_point import EmotionPoint
from shared.music.keys import Key
from shared.music.melody import ChordSpan, melody_key, skyline
from shared.music.melody_events import MelodyEvents, melody_events
from shared.music.note_table import NoteTable
from shared.music.score import Note

LABELLED_QPM = 120.0  # labelled MIDI files state no bars: they are counted as if they went at this tempo
_FEWEST_NOTES = 4  # in a phrase that says something of its emotion
_TOLERANCE_QUARTERS = 0.01


@dataclass(frozen=True, eq=False)
class EventSong:
    """A melody note by note with its key and emotion, for the sequence net."""

    events: MelodyEvents
    key: Key
    embedding: Vector
    group: str
    source: str
    licence: str


def event_song(sheet: LeadSheet) -> EventSong | None:
    """Return a lead sheet as events; None when its meter does not fit the grid."""
    try:
        events = melody_events(sheet.melody, sheet.spans)
    except InputError:
        return None
    return EventSong(
        events, sheet.key, point_embedding(sheet_emotion(sheet)), sheet.group, sheet.dataset, sheet.licence
    )


def melody_samples(sheet: LeadSheet) -> Iterator[Sample]:
    """Yield the phrases of four bars of a lead sheet: which pitches they use, read in C."""
    phrase = PHRASE_BARS * sheet.melody.bar_quarters
    yield from _phrases(
        sheet.melody.notes, phrase, sheet.key, sheet_emotion(sheet), sheet.group, sheet.dataset, sheet.licence
    )


def labelled_samples(table: NoteTable, point: EmotionPoint, group: str, source: str, licence: str) -> Iterator[Sample]:
    """Yield the phrases of the top line of a MIDI file whose emotion somebody has heard."""
    quarters = LABELLED_QPM / 60
    rows = zip(table.pitch, table.velocity, table.onset_s, table.duration_s, table.is_drum, strict=True)
    notes = skyline(
        Note(int(pitch), int(velocity), onset * quarters, duration * quarters)
        for pitch, velocity, onset, duration, is_drum in rows
        if not is_drum
    )
    if notes:
        yield from _phrases(notes, PHRASE_BARS * N_BEATS, melody_key(notes), point, group, source, licence)


def _phrases(
    notes: Sequence[Note], phrase: float, key: Key, point: EmotionPoint, group: str, source: str, licence: str
) -> Iterator[Sample]:
    embedding, shift = point_embedding(point), nearest_shift(key.tonic)
    pitches = np.array([note.pitch - shift for note in notes])
    numbers = np.array([int(note.onset_quarters // phrase) for note in notes])
    for number in np.unique(numbers):
        used = pitches[numbers == number]
        used = used[(used >= 0) & (used < len(NOTES))]
        if len(used) >= _FEWEST_NOTES:
            target = np.zeros(len(NOTES), dtype=np.float32)
            target[used] = 1.0
            yield Sample(embedding, target, group, source, licence)


def nearest_shift(tonic: int) -> int:
    """Return how many semitones a tonic lies above the nearest C, -6 to 5."""
    return (tonic + 6) % 12 - 6


def harmony_samples(sheet: LeadSheet) -> Iterator[Sample]:
    """Yield the chord changes of a lead sheet; chords that are one chord to the net are one."""
    spans = _merged(sheet.spans)
    melody = [*_pitch_classes(sheet.melody.notes, spans), np.zeros(12, dtype=np.float32)]
    embedding, bar = point_embedding(sheet_emotion(sheet)), sheet.melody.bar_quarters
    for index, span in enumerate(spans):
        onset = span.onset_quarters + _TOLERANCE_QUARTERS
        context = harmony_context(
            embedding, spans[index - 1].chord if index else None, melody[index], melody[index + 1], sheet.key,
            int(onset % bar), int(onset // bar),
        )  # fmt: skip
        target = np.zeros(len(CHORD_LABELS), dtype=np.float32)
        target[chord_id(span.chord)] = 1.0
        yield Sample(context, target, sheet.group, sheet.dataset, sheet.licence)


def _merged(spans: Sequence[ChordSpan]) -> list[ChordSpan]:
    """Return the spans with the net's own chords; equal neighbours become one, unnamed chords are left out."""
    merged: list[ChordSpan] = []
    for span in spans:
        number = chord_id(span.chord)
        if number is None:
            continue
        chord = id_chord(number)
        before = merged[-1] if merged else None
        if before and before.chord == chord and span.onset_quarters - before.end_quarters < _TOLERANCE_QUARTERS:
            merged[-1] = ChordSpan(before.onset_quarters, span.end_quarters, chord)
        else:
            merged.append(ChordSpan(span.onset_quarters, span.end_quarters, chord))
    return merged


def _pitch_classes(notes: Sequence[Note], spans: Sequence[ChordSpan]) -> list[NDArray[np.float32]]:
    """Return for how many quarters each pitch class sounds under each chord, [12]; notes do not overlap."""
    onsets, ends = (np.array([getattr(note, name) for note in notes]) for name in ("onset_quarters", "end_quarters"))
    found = []
    for span in spans:
        quarters = np.zeros(12, dtype=np.float32)
        first = int(np.searchsorted(ends, span.onset_quarters, side="right"))
        for index in range(first, int(np.searchsorted(onsets, span.end_quarters))):
            heard = min(ends[index], span.end_quarters) - max(onsets[index], span.onset_quarters)
            quarters[notes[index].pitch % 12] += heard
        found.append(quarters)
    return found
