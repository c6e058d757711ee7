"""Recordings played from MIDI corpora: whose they are, what is kept, and what cannot be played."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import mido
import pytest
import soundfile

from benchmarks import rendered_music
from shared.music import synth


def midi(pitch: int) -> bytes:
    file = mido.MidiFile(ticks_per_beat=480)
    note = mido.Message("note_on", note=pitch, velocity=90)
    file.tracks.append(mido.MidiTrack([note, mido.Message("note_off", note=pitch, time=1920)]))
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


@pytest.fixture
def corpora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "corpora"
    tables = {
        "pop909": ("index.csv", "song_id,name,artist\n001,A,Somebody/Else\n002,B,Nobody\n"),
        "groove": (
            "info.csv", "drummer,midi_filename,beat_type\nd1,d1/s/1.mid,beat\nd1,d1/s/2.mid,fill\nd2,d2/s/1.mid,beat\n",
        ),
    }  # fmt: skip
    members = {"pop909": ("001.mid", "002.mid"), "groove": ("d1/s/1.mid", "d1/s/2.mid")}
    for name, (file, text) in tables.items():
        (root / name).mkdir(parents=True)
        (root / name / file).write_text(text, encoding="utf-8")
        with zipfile.ZipFile(root / name / "midi.zip", "w") as archive:
            for number, member in enumerate(members[name]):
                archive.writestr(member, midi(50 + number))
    monkeypatch.setenv("CONSORT_DATA", str(root))
    monkeypatch.setattr(synth, "find_soundfont", lambda chosen=None: None)  # the NumPy synthesizer plays
    return root


def test_pieces_lie_by_genre_and_artist_and_are_played_once(
    corpora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--output-dir", str(tmp_path / "out"), "--seconds", "1", "--backend", "sequential"]
    assert rendered_music.main(words) == 1
    told = capsys.readouterr().out
    assert "midi.zip has no member d2/s/1.mid" in told
    assert "holds 3 of 4 recordings" in told
    found = sorted((tmp_path / "out").rglob("*.flac"))
    assert [path.relative_to(tmp_path / "out").as_posix() for path in found] == [
        "drums/d1/d1_s_1.flac", "pop/Nobody/002.flac", "pop/Somebody_Else/001.flac",
    ]  # fmt: skip
    assert {(soundfile.info(path).frames, soundfile.info(path).samplerate) for path in found} == {(44_100, 44_100)}
    before = [path.stat().st_mtime_ns for path in found]
    assert rendered_music.main([*words, "--pieces", "1"]) == 0
    assert [path.stat().st_mtime_ns for path in found] == before


def test_a_folder_without_corpora_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONSORT_DATA", str(tmp_path))
    assert rendered_music.main(["--output-dir", str(tmp_path)]) == 2
    assert "has none of pop909, asap-performances and groove" in capsys.readouterr().err
