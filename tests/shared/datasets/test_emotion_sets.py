"""Music with emotions, drummers and performances: what is broken is named, the rest goes on.

The readers share one contract with the chord corpora but for their kind of track.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import mido
import numpy as np
import pytest

from shared.datasets import asap, emopia, groove, vgmidi
from shared.datasets.problems import ProblemLog
from shared.music.emotion_nets import accents, groove_output, micro_timing

MODULES = (vgmidi, emopia, groove, asap)
SIZES = {"vgmidi": 171, "emopia": 930, "groove": 1138, "asap-performances": 412}


def midi(notes: list[tuple[int, int, int]], channel: int = 0) -> bytes:
    """A file of (tick, pitch, velocity) at 480 ticks per quarter, each a tick-length 10 note."""
    file, track = mido.MidiFile(ticks_per_beat=480), mido.MidiTrack()
    events = sorted(
        [(tick, "note_on", pitch, velocity) for tick, pitch, velocity in notes]
        + [(tick + 10, "note_off", pitch, 0) for tick, pitch, _ in notes]
    )
    now = 0
    for tick, kind, pitch, velocity in events:
        track.append(mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=tick - now))
        now = tick
    file.tracks.append(track)
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def pack(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def plant_vgmidi(root: Path) -> None:
    head = "piece,midi,valence_mean,arousal_mean\n"
    (root / "labels.csv").write_text(head + "p0,a.mid,-0.5,0.25\np1,a.mid,7,0\np2,broken.mid,0,0\n", encoding="utf-8")
    pack(root / "midi.zip", {"a.mid": midi([(0, 60, 64), (480, 64, 80)]), "broken.mid": b"no midi"})
    people = [{"valence": [-1, 0], "arousal": [0, 1]}, {"valence": [-0.5, -0.5], "arousal": [0, 0]}]
    content = {"p0": {"annotators": people}, "p2": {"annotators": []}}
    pack(root / "annotations_raw.zip", {"annotations_raw.json": json.dumps(content).encode()})


def plant_emopia(root: Path) -> None:
    rows = "Q2_x_1,x,2,-1,1,A,val\nQ9_x_2,x,9,3,1,A,val\nQ1_x_3,x,1,1,1,A,train\n"
    (root / "labels.csv").write_text("clip,song,quadrant,valence,arousal,annotator,official_split\n" + rows)
    pack(root / "midis.zip", {"Q2_x_1.mid": midi([(0, 60, 64)]), "Q1_x_3.mid": b""})


def plant_groove(root: Path) -> None:
    head = "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,split\n"
    rows = "d1,d1/s1,d1/s1/1,funk/groove1,96,beat,4-4,a.mid,test\nd1,d1/s1,d1/s1/2,rock,fast,fill,4-4,a.mid,train\n"
    (root / "info.csv").write_text(head + rows + "d1,d1/s1,d1/s1/3,rock,90,beat,3-4,a.mid,train\n")
    # A kick on the first step, a snare a quarter of a sixteenth late on the fifth, a hi-hat just before bar 2.
    pack(root / "midi.zip", {"a.mid": midi([(0, 36, 127), (480 + 30, 38, 100), (480 * 4 - 12, 42, 50)], channel=9)})


def plant_asap(root: Path) -> None:
    head = "composer,title,midi_performance,performance_annotations\n"
    (root / "metadata.csv").write_text(head + "Bach,Fugue,a.mid,a.txt\nBach,Fugue,b.mid,b.txt\n")
    beats = b"0.5\t0.5\tdb,3/4,1\n1.0\t1.0\tb\n\n1.5\t1.5\tb\n2\t2\tdb\n"
    pack(root / "midi.zip", {"a.mid": midi([(0, 60, 64)]), "a.txt": beats, "b.mid": b"", "b.txt": b"nothing"})


PLANTS: dict[str, Callable[[Path], None]] = {
    "vgmidi": plant_vgmidi, "emopia": plant_emopia, "groove": plant_groove, "asap-performances": plant_asap,
}  # fmt: skip


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_a_planted_tree_is_read_and_what_is_broken_is_named(module: ModuleType, tmp_path: Path) -> None:
    PLANTS[module.NAME](tmp_path)
    log = ProblemLog(warn=False)
    (track,) = module.tracks(tmp_path, log)
    assert (track.dataset, track.licence) == (module.NAME, module.LICENCE)
    assert [problem.line for problem in log.problems] == (
        [3] if module.NAME in ("groove", "asap-performances") else [3, 4]
    )
    assert module.validate(tmp_path).n_tracks == 1
    for name in module.TREE:
        (tmp_path / name).unlink()
    assert [problem.file for problem in module.validate(tmp_path).problems] == list(module.TREE)


def test_pieces_carry_what_was_heard(tmp_path: Path) -> None:
    plant_vgmidi(tmp_path)
    (piece,) = vgmidi.tracks(tmp_path, ProblemLog(warn=False))
    assert (piece.valence, piece.arousal, piece.quadrant, piece.group) == (-0.5, 0.25, 2, "p0")
    np.testing.assert_allclose(piece.series, [[-0.75, 0.0], [-0.25, 0.5]])
    notes = piece.notes()
    assert notes.pitch.tolist() == [60, 64]
    assert notes.velocity.tolist() == [64, 80]
    np.testing.assert_allclose(notes.onset_s, [0.0, 0.5])


def test_quadrants_follow_the_signs(tmp_path: Path) -> None:
    plant_emopia(tmp_path)
    (clip,) = emopia.tracks(tmp_path, ProblemLog(warn=False))
    assert (clip.valence, clip.arousal, clip.quadrant, clip.group, clip.split) == (-1, 1, 2, "x", "validation")


def test_a_bar_of_drums_is_struck_where_it_was_struck(tmp_path: Path) -> None:
    plant_groove(tmp_path)
    (performance,) = groove.tracks(tmp_path, ProblemLog(warn=False))
    assert (performance.genre, performance.tempo_qpm, performance.is_fill) == ("soul", 96, False)
    first, second = performance.bars()
    assert np.argwhere(first.struck).tolist() == [[0, 0], [1, 4]]
    assert first.accents[0] == 1
    assert first.timing[4] == pytest.approx(0.25)
    # The early hi-hat belongs to the bar that it anticipates.
    assert np.argwhere(second.struck).tolist() == [[2, 0]]
    assert second.timing[0] == pytest.approx(-0.1)
    output = groove_output(first.accents, first.timing)
    np.testing.assert_allclose(accents(output), first.accents)
    np.testing.assert_allclose(micro_timing(output), first.timing, atol=1e-6)


def test_performances_have_beats(tmp_path: Path) -> None:
    plant_asap(tmp_path)
    (performance,) = asap.tracks(tmp_path, ProblemLog(warn=False))
    assert performance.beats_s.tolist() == [0.5, 1.0, 1.5, 2.0]
    assert performance.is_downbeat.tolist() == [True, False, False, True]
    assert set(performance.meters) == {"3/4"}
    assert performance.group == "Bach/Fugue"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_the_real_corpus_is_read_without_a_fault(module: ModuleType, consort_data: Path) -> None:
    root = consort_data / module.NAME
    if not root.is_dir():
        pytest.skip(f"{module.NAME} is not in CONSORT_DATA")
    report = module.validate(root)
    assert report.n_tracks == SIZES[module.NAME]
    assert report.ok
