"""Melodies with chords are read as written: OpenEWLD's scores, POP909's songs with bars of another length."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from shared.datasets.nottingham_sheets import nottingham_sheets
from shared.datasets.openewld_sheets import openewld_sheets
from shared.datasets.pop909_sheets import pop909_sheets, quarters
from shared.datasets.problems import ProblemLog
from shared.music.chords import format_harte
from shared.music.keys import Key
from shared.music.midi import write_midi
from shared.music.score import Note, Score, Track

ATTRIBUTES = (
    "<attributes><divisions>2</divisions><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
    '<direction><sound tempo="96"/></direction>'
)


def note(step: str, duration: int, *, octave: int = 4, inside: str = "") -> str:
    pitch = f"<pitch><step>{step}</step><octave>{octave}</octave></pitch>" if step else "<rest/>"
    return f"<note>{pitch}<duration>{duration}</duration>{inside}</note>"


def harmony(root: str, kind: str) -> str:
    return f"<harmony><root><root-step>{root}</root-step></root><kind>{kind}</kind></harmony>"


def saved(folder: Path, *measures: str, name: str = "00000.mxl", title: str = "A Tune") -> Path:
    body = "".join(f"<measure>{measure}</measure>" for measure in measures)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as score:
        score.writestr("META-INF/container.xml", "<container/>")
        score.writestr("tune.xml", f"<score-partwise><part>{body}</part></score-partwise>")
    with zipfile.ZipFile(folder / "leadsheets.zip", "a") as archive:
        archive.writestr(name, inner.getvalue())
    (folder / "songs.csv").write_text(f"id,title,file\n0,{title},{name}\n", encoding="utf-8")
    return folder


def test_upbeat_ties_chords_and_voices(tmp_path: Path) -> None:
    tied, stopped = '<tie type="start"/>', '<tie type="stop"/>'
    folder = saved(
        tmp_path,
        ATTRIBUTES + note("G", 2),
        harmony("C", "major") + note("C", 4, octave=5, inside=tied) + harmony("G", "dominant") + note("C", 2, octave=5,
        inside=stopped) + "<backup><duration>6</duration></backup>" + note("E", 6, inside="<voice>2</voice>"),
        note("D", 2) + note("D", 2, inside="<chord/>") + note("", 2) + note("E", 2),
    )  # fmt: skip
    (sheet,) = openewld_sheets(folder)
    tune = [(n.pitch, n.onset_quarters, n.duration_quarters) for n in sheet.melody.notes]
    assert tune == [(67, 2, 1), (72, 3, 3), (62, 6, 1), (64, 8, 1)]
    assert [(span.onset_quarters, span.end_quarters) for span in sheet.spans] == [(3, 5), (5, 9)]
    assert (sheet.melody.meter, sheet.melody.tempo_qpm, sheet.key) == ("3/4", 96, Key(0, "major"))
    assert sheet.group == "openewld:tune"


def test_what_is_no_lead_sheet_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    saved(tmp_path, ATTRIBUTES + note("G", 6), name="no_chords.mxl")
    saved(tmp_path, ATTRIBUTES + harmony("C", "major"), name="no_notes.mxl")
    saved(tmp_path, ATTRIBUTES + harmony("C", "major") + note("C", 6), name="fine.mxl", title="")
    log = ProblemLog(warn=False)
    assert [sheet.id for sheet in openewld_sheets(tmp_path, log)] == ["fine"]
    assert [problem.file for problem in log.problems] == ["leadsheets.zip/no_chords.mxl", "leadsheets.zip/no_notes.mxl"]


def test_bars_of_pop909_begin_at_multiples_of_their_length(tmp_path: Path) -> None:
    beats_per_bar, beat_s = [1, 4, 2, 4], 0.5  # an upbeat, a bar, half a bar, a bar
    starts = np.cumsum([0, *beats_per_bar])[1:-1]
    n = sum(beats_per_bar)
    tune = tuple(Note(60 + beat, 80, float(beat), 1.0) for beat in range(n))
    midi = write_midi(Score((Track("MELODY", 0, notes=tune),), tempo_qpm=60 / beat_s), tmp_path / "003.mid")
    beats = [f"{beat * beat_s} {float(beat % 2 == 1)} {float(beat in starts)}" for beat in range(n)]
    with zipfile.ZipFile(tmp_path / "midi.zip", "w") as archive:
        archive.write(midi, "003.mid")
        archive.writestr("004.mid", b"no MIDI")
    with zipfile.ZipFile(tmp_path / "annotations.zip", "w") as archive:
        for number in ("003", "004"):
            archive.writestr(f"{number}/beat_midi.txt", "\n".join(beats))
            archive.writestr(f"{number}/chord_midi.txt", f"0 {n * beat_s} C:maj")
    (tmp_path / "index.csv").write_text("song_id,name,artist\n003,Tune,X\n", encoding="utf-8")
    log = ProblemLog(warn=False)
    (sheet,) = pop909_sheets(tmp_path, log)
    assert [round(note.onset_quarters, 2) for note in sheet.melody.notes] == [3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15]
    assert sheet.melody.tempo_qpm == pytest.approx(120)
    assert sheet.group == "pop909:tune"
    assert [problem.file for problem in log.problems] == ["midi.zip/004.mid"]


def test_abc_has_upbeats_accidentals_ties_and_triplets(tmp_path: Path) -> None:
    tune = """X: 7
T:The Tune
M:3/4
L:1/4
K:D
a,/|"D"f2^g/2g/|"A7"e3/2(3c/d/c/=g|"D"d3-|d2z:|
"G"[M:3/4]B3|]
"""
    with zipfile.ZipFile(tmp_path / "abc.zip", "w") as archive:
        archive.writestr("waltz.abc", tune + "\nX: 8\nT:Silent\nK:C\nz4|")
    log = ProblemLog(warn=False)
    (sheet,) = nottingham_sheets(tmp_path, log)
    found = [
        (note.pitch, round(note.onset_quarters, 3), round(note.duration_quarters, 3)) for note in sheet.melody.notes
    ]
    third = 1 / 3
    assert found == [
        (69, 2.5, 0.5), (78, 3, 2), (80, 5, 0.5), (80, 5.5, 0.5), (76, 6, 1.5), (73, 7.5, round(third, 3)),
        (74, round(7.5 + third, 3), round(third, 3)), (73, round(7.5 + 2 * third, 3), round(third, 3)), (79, 8.5, 1),
        (74, 12, 5), (71, 18, 3),
    ]  # fmt: skip
    assert [(span.onset_quarters, format_harte(span.chord)) for span in sheet.spans] == [
        (3, "D:maj"), (6, "A:7"), (12, "D:maj"), (18, "G:maj"),
    ]  # fmt: skip
    assert (sheet.melody.meter, sheet.group, sheet.ships) == ("3/4", "nottingham:tune", False)
    assert [problem.line for problem in log.problems] == [9]


def test_beyond_the_last_beat_the_tempo_goes_on() -> None:
    beats = np.array([[0.0, 1, 1], [0.5, 0, 0], [1.5, 1, 0]])
    assert quarters(beats, np.array([0.25, 1.0, 2.5])).tolist() == [0.5, 1.5, 3.0]
