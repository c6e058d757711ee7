"""The cache of features: maps into memory, survives a kill, refuses other settings."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from audio_models.chord_recognizer.cache import (
    append_record,
    features_path,
    labels_path,
    open_cache,
    read_index,
    save_piece,
)
from shared.errors import InputError


def test_a_piece_is_read_back_and_maps_into_memory(tmp_path: Path) -> None:
    features = np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3)
    labels = np.full((4, 3), -100, dtype=np.int16)
    save_piece(tmp_path, 7, features, labels)
    mapped = np.load(features_path(tmp_path, 7), mmap_mode="r", allow_pickle=False)
    assert isinstance(mapped, np.memmap)
    assert (features_path(tmp_path, 7).name, mapped.dtype) == ("00007.features.npy", np.float16)
    assert np.abs(mapped - features).max() < 1e-3
    assert np.array_equal(np.load(labels_path(tmp_path, 7)), labels)


def test_a_torn_last_line_is_cut_off_and_a_piece_without_files_is_made_again(tmp_path: Path) -> None:
    assert open_cache(tmp_path, {"seed": 1}) == {}
    for index in (0, 1):
        append_record(tmp_path, {"id": index, "song": "歌"})
    save_piece(tmp_path, 0, np.zeros((1, 1), np.float32), np.zeros((1, 3), np.int16))
    with (tmp_path / "index.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"id": 2, "so')
    assert list(open_cache(tmp_path, {"seed": 1})) == [0]
    append_record(tmp_path, {"id": 1, "song": "new"})
    assert [record["song"] for record in read_index(tmp_path)] == ["歌", "new"]


def test_other_settings_and_a_damaged_index_are_refused(tmp_path: Path) -> None:
    open_cache(tmp_path, {"seed": 1, "fonts": ("a", "b")})
    assert open_cache(tmp_path, {"seed": 1, "fonts": ("a", "b")}) == {}
    with pytest.raises(InputError, match="was made with seed 1, not 2; choose another output folder"):
        open_cache(tmp_path, {"seed": 2, "fonts": ("a", "b")})
    (tmp_path / "index.jsonl").write_text("{broken\n" + json.dumps({"id": 1}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="is damaged"):
        read_index(tmp_path)
