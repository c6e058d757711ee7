"""Melodies, bars and chords of POP909, from archives of its form."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from benchmarks.pop909_melodies import HarmonisedSong, load_melodies
from shared.errors import InputError
from shared.music.chords import parse
from shared.music.midi import write_midi
from shared.music.score import Note, Score, Track

BEAT_S = 0.5
OFFSET_S = 0.1  # the first beat


def saved(folder: Path, bars: list[int], chords: str, notes: list[tuple[float, float]], halves: int = 2) -> Path:
    """Write song 007: bars of so many beats, chords as (beat, beat, label) lines, notes as (onset, length)."""
    tune = tuple(Note(60, 80, onset + OFFSET_S / BEAT_S, length) for onset, length in notes)
    lower = Track("PIANO", 0, notes=(Note(40, 80, 0.0, 30.0),))
    midi = write_midi(Score((Track("MELODY", 0, notes=tune), lower), tempo_qpm=60 / BEAT_S), folder / "007.mid")
    starts = {0, *np.cumsum(bars).tolist()}
    beats = [
        f"{OFFSET_S + beat * BEAT_S} {float(beat % halves == 0)} {float(beat in starts)}" for beat in range(sum(bars))
    ]
    timed = [
        f"{OFFSET_S + float(a) * BEAT_S} {OFFSET_S + float(b) * BEAT_S} {label}"
        for a, b, label in (line.split() for line in chords.split(","))
    ]
    with zipfile.ZipFile(folder / "midi.zip", "w") as archive:
        archive.write(midi, "007.mid")
    with zipfile.ZipFile(folder / "annotations.zip", "w") as archive:
        archive.writestr("007/beat_midi.txt", "\n".join(beats))
        archive.writestr("007/chord_midi.txt", "\n".join(timed))
    return folder


def load(folder: Path) -> HarmonisedSong:
    (song,) = load_melodies(folder, ["007"])
    return song


def test_times_become_beats_and_bars_are_halved(tmp_path: Path) -> None:
    song = load(saved(tmp_path, [4, 4, 4, 4], "0 6 C:maj,6 10 N,10 16 A:min7/b3", [(5.0, 1.0), (6.5, 3.0)]))
    assert [note.onset_quarters for note in song.melody.notes] == pytest.approx([5.0, 6.5], abs=0.01)
    assert song.segments.bounds_quarters.tolist() == [4.0, 6.0, 8.0, 10.0]
    assert song.segments.on_bar.tolist() == [True, False, True]
    assert [span.chord for span in song.own] == [parse("C:maj"), parse("N")]
    times = [(span.onset_quarters, span.end_quarters) for span in song.own]
    assert np.array(times) == pytest.approx(np.array([[4, 6], [6, 10]]))


def test_bars_of_another_length_keep_their_bar_lines(tmp_path: Path) -> None:
    song = load(saved(tmp_path, [4, 2, 4, 6, 4], "0 20 C:maj", [(0.0, 19.5)]))
    bounds = song.segments.bounds_quarters
    assert bounds.tolist() == pytest.approx([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 19.5])
    assert bounds[:-1][song.segments.on_bar].tolist() == [0, 4, 6, 10, 16]


def test_bars_of_three_beats_stay_whole(tmp_path: Path) -> None:
    song = load(saved(tmp_path, [6, 6], "0 12 C:maj", [(0.0, 9.0)], halves=3))
    assert song.melody.meter == "3/4"
    assert song.segments.bounds_quarters.tolist() == [0, 3, 6, 9]
    assert song.segments.on_bar.all()


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    folder = saved(tmp_path, [4], "0 4 C:maj", [(0.0, 1.0)])
    with pytest.raises(InputError, match=r"no member 008\.mid"):
        list(load_melodies(folder, ["008"]))
    with zipfile.ZipFile(folder / "annotations.zip", "w") as archive:
        archive.writestr("007/beat_midi.txt", "1 2\n")
    with pytest.raises(InputError, match="song 007 is no list of beats"):
        load(folder)
    with zipfile.ZipFile(folder / "midi.zip", "w") as archive:
        archive.write(write_midi(Score((Track("PIANO", 0),)), folder / "none.mid"), "007.mid")
    with zipfile.ZipFile(folder / "annotations.zip", "w") as archive:
        archive.writestr("007/beat_midi.txt", "0 1 1\n1 0 0\n")
    with pytest.raises(InputError, match="no track MELODY"):
        load(folder)


def test_the_corpus_itself_is_read(consort_data: Path) -> None:
    for song in load_melodies(consort_data / "pop909", ["001", "003"]):
        bounds = song.segments.bounds_quarters
        assert np.median(np.diff(bounds)) == 2.0
        assert bounds[0] <= song.melody.notes[0].onset_quarters + 0.1
        assert bounds[-1] >= song.melody.end_quarters - 0.1
        assert 0.3 < song.segments.on_bar.mean() < 0.7
        sounding = sum(span.end_quarters - span.onset_quarters for span in song.own if span.chord.root >= 0)
        assert sounding > 0.9 * (bounds[-1] - bounds[0])
