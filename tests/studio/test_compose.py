"""The command: a word, a point or a recording becomes files; same seed, same bytes; faults are one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from shared.audio.io import write_wav
from shared.music.midi import read_midi
from studio.compose import main
from studio.weights import STEP_MODEL
from tests.planted_nets import SAMPLE_RATE, plant_nets, plant_recognizer
from tests.studio.planted_model import plant


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("models")
    plant_nets(folder)
    plant_recognizer(folder)
    plant(folder / "chords")
    return ["--models-dir", str(folder), "--chords", str(folder / "chords" / STEP_MODEL), "--bars", "4"]


def compose(models: list[str], out: Path, *words: str) -> int:
    return main([*models, "--no-wav", "--out", str(out), *words])


def test_a_word_becomes_files(models: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--emotion", "melancholy", "--genre", "jazz", "--key", "A:minor", "--seed", "7", "--tempo", "auto"]
    assert compose(models, tmp_path / "song", *words) == 0
    assert "melancholy: A minor" in capsys.readouterr().out
    score = read_midi(tmp_path / "song.mid")
    assert [track.name for track in score.tracks if track.notes][:3] == ["melody", "chords", "bass"]
    decisions = json.loads((tmp_path / "song.json").read_text(encoding="utf-8"))
    assert decisions["found"]["via"] == "node"
    assert decisions["key"] == "A:minor"
    assert len(decisions["chords"]) == 4
    picture = ElementTree.fromstring((tmp_path / "song.svg").read_text(encoding="utf-8"))
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert compose(models, tmp_path / "again", *words) == 0
    for suffix in (".mid", ".json", ".svg"):
        assert (tmp_path / f"again{suffix}").read_bytes() == (tmp_path / f"song{suffix}").read_bytes()


def test_a_point_and_a_node_are_emotions_too(models: list[str], tmp_path: Path) -> None:
    assert compose(models, tmp_path / "point", "--valence", "-0.4", "--arousal", "0.2") == 0
    found = json.loads((tmp_path / "point.json").read_text(encoding="utf-8"))
    assert (found["emotion"]["valence"], found["emotion"]["arousal"]) == (-0.4, 0.2)
    assert compose(models, tmp_path / "node", "--emotion", "215") == 0
    assert json.loads((tmp_path / "node.json").read_text(encoding="utf-8"))["found"]["node_id"] == 215


def test_a_piece_like_a_recording_with_sound(models: list[str], tmp_path: Path) -> None:
    write_wav(tmp_path / "heard.wav", np.zeros(SAMPLE_RATE * 2, dtype=np.float32), SAMPLE_RATE)
    places = ["--like", str(tmp_path / "heard.wav"), "--out", str(tmp_path / "like")]
    assert main([*models, "--bars", "1", "--tempo", "240", *places]) == 0
    found = json.loads((tmp_path / "like.json").read_text(encoding="utf-8"))
    assert (found["emotion"]["valence"], found["emotion"]["intensity"]) == (0.5, 0.5)
    assert (tmp_path / "like.wav").stat().st_size > 44_100


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--emotion", "melancoly"], "nearest: melanchol"), (["--emotion", "216"], "0 to 215"),
        (["--valence", "0.5"], "both --valence and --arousal"), ([], "give one of"),
        (["--emotion", "joy", "--valence", "0.5", "--arousal", "0"], "give one of"),
        (["--valence", "7", "--arousal", "0"], "valence"),
        (["--emotion", "joy", "--tempo", "fast"], "fast is no tempo"),
        (["--emotion", "joy", "--key", "H:minor"], "nearest"), (["--like", "absent.mp3"], "absent.mp3"),
    ],
)  # fmt: skip
def test_faults_are_one_sentence(
    models: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert compose(models, tmp_path / "song", *words) == 2
    said = capsys.readouterr().err.strip()
    assert message in said
    assert "\n" not in said
    assert not list(tmp_path.iterdir())


def test_composing_loads_no_framework() -> None:
    code = "import sys, studio.compose; sys.exit(bool({'torch', 'tensorflow', 'keras', 'librosa'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
