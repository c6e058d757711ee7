"""A POP909 song as it is played: pedal, beats and chords, on a song made by hand and on the corpus itself."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import mido
import numpy as np
import pytest

from shared.datasets.pop909_song import in_three, load_songs
from shared.errors import InputError
from shared.music.additive import Voice

CHORDS = "0.0\t1.0\tC:maj\n1.0\t2.0\tG:7/3\n"
BEATS = "0.0 1.0 1.0\n0.5 0.0 0.0\n1.0 1.0 0.0\n1.5 0.0 0.0\n2.0 1.0 1.0\n"


def corpus(folder: Path, chords: str = CHORDS, beats: str = BEATS) -> Path:
    file = mido.MidiFile(ticks_per_beat=500)  # 1,000 ticks per second
    track = mido.MidiTrack([mido.MetaMessage("track_name", name="PIANO")])
    # One note ends under the pedal, one after it was let go.
    track.append(mido.Message("note_on", note=60, velocity=80, time=0))
    track.append(mido.Message("control_change", control=64, value=127, time=100))
    track.append(mido.Message("note_off", note=60, time=100))
    track.append(mido.Message("control_change", control=64, value=0, time=600))
    track.append(mido.Message("note_on", note=67, velocity=70, time=200))
    track.append(mido.Message("note_off", note=67, time=300))
    file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    with zipfile.ZipFile(folder / "midi.zip", "w") as archive:
        archive.writestr("001.mid", buffer.getvalue())
    with zipfile.ZipFile(folder / "annotations.zip", "w") as archive:
        archive.writestr("001/chord_midi.txt", chords)
        archive.writestr("001/beat_midi.txt", beats)
    return folder


def lengths(tracks: Mapping[str, tuple[Voice, ...]]) -> list[tuple[int, float, float]]:
    return [(note.pitch, round(note.onset_s, 3), round(note.duration_s, 3)) for note in tracks["PIANO"]]


def test_a_song_is_notes_beats_and_chords(tmp_path: Path) -> None:
    (song,) = load_songs(corpus(tmp_path), ["001"])
    assert lengths(song.tracks) == [(60, 0.0, 0.2), (67, 1.0, 0.3)]
    assert song.chords.labels == ("C:maj", "G:7/3")
    assert song.beats[:, 0].tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert not in_three(song.beats)
    assert song.end_s == 2.0


def test_notes_ring_under_the_pedal_to_its_release_or_to_the_next_chord(tmp_path: Path) -> None:
    (song,) = load_songs(corpus(tmp_path), ["001"])
    assert lengths(song.ringing(within_chords=False)) == [(60, 0.0, 0.8), (67, 1.0, 0.3)]
    (song,) = load_songs(corpus(tmp_path, chords="0.0\t0.5\tC:maj\n0.5\t2.0\tG:7\n"), ["001"])
    assert lengths(song.ringing(within_chords=True)) == [(60, 0.0, 0.5), (67, 1.0, 0.3)]


def test_what_is_no_song_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no list of beats"):
        list(load_songs(corpus(tmp_path, beats="1.0\n"), ["001"]))
    with pytest.raises(InputError, match="no chords"):
        list(load_songs(corpus(tmp_path, chords="\n"), ["001"]))
    with pytest.raises(InputError, match=r"no member 002\.mid"):
        list(load_songs(corpus(tmp_path), ["002"]))


def test_the_corpus_reads_and_its_chords_begin_with_notes(consort_data: Path) -> None:
    (song,) = load_songs(consort_data / "pop909", ["001"])
    assert set(song.tracks) == {"MELODY", "BRIDGE", "PIANO"}
    onsets = np.array([note.onset_s for notes in song.tracks.values() for note in notes])
    starts = song.chords.intervals_s[2:-1, 0]
    near = np.abs(starts[:, None] - onsets).min(axis=1)
    assert np.median(near) < 0.005
    assert in_three(np.array([[t, t % 3 == 0, t == 0] for t in range(10)], dtype=float))
