"""The comparison with memory counts what it says, beside every control, in every key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.chord_generation import main
from benchmarks.chord_prediction import CONTROL, accuracy_by_key, measure, moved
from sequence_models.chord_generator.data import read_songs
from sequence_models.chord_generator.encoding import EncodedSong, encode
from shared.files import read_json
from shared.metrics.controls import CONTROLS
from shared.music.chord_tokens import END_ID, START_ID, transpose_ids
from shared.music.conditions import KEY


def test_a_song_moves_with_its_key() -> None:
    tokens, places = np.array([START_ID, 3, 50, END_ID], np.int32), np.array([0, 1, 5, 0], np.int32)
    song = EncodedSong("a", "x", "pop", tokens, places, (0, 27, 14, 2), 2, (3, 50))
    there = moved(song, 5)
    assert there.conditions == (0, 27, 19, 2)
    assert there.tonic == 7
    assert there.tokens.tolist() == [START_ID, *transpose_ids([3, 50], 5), END_ID]
    assert moved(there, 7).tokens.tolist() == song.tokens.tolist()
    keyless = EncodedSong("a", "x", "pop", tokens, places, (0, 27, KEY.unspecified, 2), -1, (3, 50))
    assert moved(keyless, 5).conditions == keyless.conditions
    assert moved(keyless, 5).tonic == -1


def test_every_control_and_network_has_a_row(run: Path, classic_run: Path, songs_file: Path) -> None:
    rows, bars = measure(run, str(classic_run), str(songs_file))
    names = [row["model"] for row in rows]
    assert names[:2] == ["song network", "classic network"]
    assert set(CONTROLS) <= set(names)
    figures = {row["model"]: row for row in rows}
    ratio = figures["song network"]["all songs: perplexity"] / figures[CONTROL]["all songs: perplexity"]
    gain = figures["song network"]["all songs: top1"] - figures[CONTROL]["all songs: top1"]
    assert bars[0].value == pytest.approx(ratio, abs=1e-2)
    assert bars[1].value == pytest.approx(gain, abs=1e-3)
    assert bars[0].holds == (bars[0].value <= 0.9)


def test_song_network_is_equally_good_in_all_keys(run: Path, songs_file: Path) -> None:
    songs = [encode(song) for song in read_songs(str(songs_file))]
    values = [value for _, value in accuracy_by_key(run, songs)]
    assert len(values) == 12
    assert max(values) - min(values) < 1e-9


def test_classic_network_need_not_be(classic_run: Path, songs_file: Path) -> None:
    songs = [encode(song) for song in read_songs(str(songs_file))]
    values = [value for _, value in accuracy_by_key(classic_run, songs)]
    assert max(values) > min(values)


def test_all_promises_stand_in_one_file(
    run: Path, songs_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--checkpoint", str(run), "--songs", str(songs_file), "--parts", "prediction", "--output-dir"]
    assert main([*words, str(tmp_path)]) == 0
    written = read_json(tmp_path / "chord_generation.json")
    assert {row["part"] for row in written["rows"]} == {"prediction"}
    assert len(written["bars"]) == 3  # perplexity, accuracy, keys: the toy songs are of no promised corpus
    assert main([*words, str(tmp_path), "--parts", "melody"]) == 2
    assert "unknown part 'melody'" in capsys.readouterr().err
