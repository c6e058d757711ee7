"""Clips are the same clips wherever they come from."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from audio_models.tag_vae.config import DataConfig
from audio_models.tag_vae.data import from_hub, read_clips
from shared.errors import ConsortError


def test_a_dataset_of_the_hub_is_read_as_its_table(clips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One annotation that stands under two recordings is one group in both."""
    with clips.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    twice = [*rows, {**rows[0], "ytid": "again"}]
    planted = SimpleNamespace(load_dataset=lambda name, split: twice)
    monkeypatch.setitem(sys.modules, "datasets", planted)
    *found, last = from_hub(DataConfig())
    told = [(clip.id, clip.tags) for clip in read_clips(str(clips), "aspect_list")]
    assert [(clip.id, clip.tags) for clip in found] == told
    assert last.id == "again@0"
    assert last.group == found[0].group


def test_a_dataset_that_cannot_be_had_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, split: str) -> None:
        raise OSError("no network")

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=refuse))
    with pytest.raises(ConsortError, match=r"google/MusicCaps \(train\) cannot be loaded: no network; or name a file"):
        from_hub(DataConfig())
