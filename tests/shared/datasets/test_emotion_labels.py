"""A user's own labels: each fault is named with file, entry and field; the rest goes on; nothing is clipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.datasets.emotion_labels import read_labels
from shared.datasets.problems import ProblemLog
from shared.errors import InputError
from shared.music.emotion_point import EmotionPoint

GOOD = {
    "audio_path": "a.wav", "node_id": 12, "valence": -0.5, "arousal": 0.5, "dominance": 0.25, "intensity": 0.75,
}  # fmt: skip
FAULTS = {
    "node_id": 216, "valence": 7, "arousal": "loud", "dominance": None, "intensity": -0.1, "audio_path": "gone.wav",
}  # fmt: skip


def test_faults_are_named_by_field_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    entries = [{**GOOD, field: value} for field, value in FAULTS.items()]
    without = {name: value for name, value in GOOD.items() if name != "intensity"}
    path = tmp_path / "labels.json"
    path.write_text(json.dumps([*entries, "nonsense", without, GOOD]), encoding="utf-8")
    log = ProblemLog(warn=False)
    (found,) = read_labels(path, log)
    assert found.path == tmp_path / "a.wav"
    assert (found.point, found.node_id, found.group) == (EmotionPoint(-0.5, 0.5, 0.25, 0.75), 12, "a.wav")
    assert [problem.line for problem in log.problems] == list(range(1, 9))
    assert {problem.file for problem in log.problems} == {str(path)}
    messages = [problem.message for problem in log.problems]
    for field, message in zip([*FAULTS, "object", "intensity"], messages, strict=True):
        assert field in message
    assert "216" in messages[0]
    assert "valence is 7; it goes from -1 to 1" in messages[1]


def test_a_table_needs_path_valence_and_arousal_only(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    path = tmp_path / "labels.csv"
    rows = "path,valence,arousal,group,node_id\na.wav,0.6,0.8,song,\na.wav,0.6,2,song,\na.wav,0,,song,\na.wav,0,0,,3\n"
    path.write_text(rows, encoding="utf-8")
    log = ProblemLog(warn=False)
    first, second = read_labels(path, log)
    assert first.point == EmotionPoint.of(0.6, 0.8)
    assert (first.group, first.node_id, second.group, second.node_id) == ("song", None, "a.wav", 3)
    assert [(problem.line, "arousal" in problem.message) for problem in log.problems] == [(3, True), (4, True)]


def test_a_file_that_is_no_labels_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_text('{"audio_path": "a.wav"}', encoding="utf-8")
    with pytest.raises(InputError, match="no list of labels"):
        list(read_labels(path))
    table = tmp_path / "labels.csv"
    table.write_text("path,valence\na.wav,0\n", encoding="utf-8")
    with pytest.raises(InputError, match="lacks the column 'arousal'"):
        list(read_labels(table))
    with pytest.raises(InputError, match=r"absent\.json"):
        list(read_labels(tmp_path / "absent.json"))
