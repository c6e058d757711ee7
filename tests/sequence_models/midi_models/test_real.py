"""The named data configs and the readers of the corpora, where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from sequence_models.midi_models.config import DataConfig, TrainConfig
from sequence_models.midi_models.data import load_splits
from sequence_models.midi_models.tasks import TASK_TABLE
from shared.cli import parse
from shared.splits import assert_disjoint

CREDIT = {"dynamics": {"pop909"}, "groove": {"groove"}}


@pytest.mark.parametrize("task", CREDIT)
def test_what_ships_learns_from_what_may_be_given_away(
    task: str, consort_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSORT_DATA", str(consort_data))
    config: DataConfig = parse(TrainConfig, ["data=shipped"]).data
    assert config.permissive_only
    splits = load_splits(config, TASK_TABLE[task])
    assert_disjoint(splits, lambda sample: sample.group)
    assert {sample.source for sample in splits.train} == CREDIT[task]
    assert not parse(TrainConfig, ["data=real"]).data.permissive_only
