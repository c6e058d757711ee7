"""Figures are those of songs, not of padding or of leaks, and outside songs give the same table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sequence_models.checkpoints import load_model
from sequence_models.chord_generator.config import EvaluateConfig
from sequence_models.chord_generator.data import read_songs
from sequence_models.chord_generator.encoding import EncodedSong, encode
from sequence_models.chord_generator.evaluate import evaluate, main, table
from sequence_models.chord_generator.scoring import contexts, score_songs
from shared.files import read_json
from shared.metrics.controls import CONTROLS
from shared.music.chord_tokens import END_ID, START_ID
from shared.runtime import OnnxModel


def _encoded(chords: list[int]) -> EncodedSong:
    tokens = np.array([START_ID, *chords, END_ID], np.int32)
    return EncodedSong("id", "set", "pop", tokens, np.zeros_like(tokens), (0, 27, 0, 0), 0, tuple(chords))


def test_each_change_from_the_second_on_has_its_own_context() -> None:
    rows, last = contexts(_encoded(list(range(3, 20))), 12)
    assert len(rows) == 16
    assert rows[0].tolist() == [START_ID, 3] + [0] * 10
    assert last[0] == 1
    assert rows[10].tolist() == [START_ID, *range(3, 14)]
    assert rows[-1].tolist() == list(range(7, 19))
    assert last[-1] == 11


def _scores(run: Path, songs: list[EncodedSong], batch_size: int = 64) -> dict[str, np.ndarray]:
    model = OnnxModel(run / "chord_generator.onnx")
    scored = list(score_songs(model, songs, batch_size))
    ordered = sorted(songs, key=lambda song: len(song.tokens))
    return {song.id: scores.log_probabilities for song, (_, scores) in zip(ordered, scored, strict=True)}


def test_scores_do_not_depend_on_the_songs_beside(each_run: Path, songs_file: Path) -> None:
    songs = [encode(song) for song in read_songs(str(songs_file))]
    together = _scores(each_run, songs, 400)
    for song in songs:
        np.testing.assert_allclose(_scores(each_run, [song])[song.id], together[song.id], atol=1e-4)


def test_figures_are_those_of_the_network_chord_by_chord(each_run: Path, songs_file: Path) -> None:
    """The first song again, through the trained network one prefix at a time."""
    model = load_model(each_run / "chord_generator.keras")
    song = encode(read_songs(str(songs_file))[0])
    logs = []
    for position in range(1, min(len(song.chords), 11)):
        window = np.zeros((1, 12), np.int32)
        window[0, : position + 1] = song.tokens[: position + 1]
        asked = [np.array([[value]], np.int32) for value in song.conditions]
        places = [np.zeros_like(window)] * (len(model.inputs) - 1 - len(asked))  # these songs name no bars
        answer = np.array(model([window, *asked, *places]))[0, position].astype(float)
        answer[:3] = 0
        logs.append(np.log(answer[song.chords[position]] / answer.sum()))
    scores = _scores(each_run, [song])[song.id]
    np.testing.assert_allclose(scores[: len(logs)], logs, atol=1e-4)
    assert len(scores) == len(song.chords) - 1


def test_outside_songs_give_the_whole_table(run: Path, songs_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    words = ["--checkpoint", str(run), "--songs", str(songs_file), "--json", str(out), "--generated", "8"]
    assert main(words) == 0
    result = read_json(out)
    assert {"overall", "tiny", "other", "genres", "controls", "samples"} <= set(result)
    assert set(result["controls"]) == set(CONTROLS)
    changes = sum(len(song.chords) - 1 for song in read_songs(str(songs_file)))
    for column in (result, *result["controls"].values()):
        assert column["overall"]["n"] == changes == column["tiny"]["n"] + column["other"]["n"]
        assert 0 <= column["overall"]["accuracy"] <= column["overall"]["top3_accuracy"] <= 1
        assert column["overall"]["perplexity"] >= 1
    assert 0 <= result["samples"]["key_adherence"] <= 1
    assert "5-gram+cache" in table(result)


def test_own_test_songs_are_only_the_held_out_ones(run: Path, songs_file: Path) -> None:
    result = evaluate(EvaluateConfig(checkpoint=str(run), controls=False, generated=0))
    songs = read_songs(str(songs_file))
    assert {song.split for song in songs} == {"train", "validation", "test"}
    assert result["overall"]["n"] == sum(len(song.chords) - 1 for song in songs if song.split == "test")
    assert "controls" not in result


def test_folder_that_is_no_run_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--checkpoint", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "is no finished run of the chord generator" in err


def test_other_vocabulary_is_refused_with_the_difference(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in run.glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    tokens = read_json(tmp_path / "vocabulary.json")
    tokens[5] = "C:quartal"
    (tmp_path / "vocabulary.json").write_text(json.dumps(tokens))
    assert main(["--checkpoint", str(tmp_path)]) == 2
    assert "id 5 is 'C:quartal' in one and" in capsys.readouterr().err
