"""The table of chord types: what mir_eval says, and the written copy of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mir_eval import chord as mir_eval_chord

from shared.music import chord_types
from shared.music.chord_types import (
    CHORD_TYPE_ID,
    CHORD_TYPES,
    GENERATOR_QUALITIES,
    INTERVALS,
    QUALITIES,
    TABLE_FILE,
    derive,
)


def test_the_written_table_is_what_mir_eval_gives() -> None:
    assert json.loads(TABLE_FILE.read_text(encoding="utf-8")) == derive()


def test_the_command_writes_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "chord_types.json"
    monkeypatch.setattr(chord_types, "TABLE_FILE", target)
    chord_types.main()
    assert target.read_bytes() == TABLE_FILE.read_bytes()
    assert str(target) in capsys.readouterr().out


def test_there_are_30_qualities_with_n_and_x_and_add9_beside_them() -> None:
    assert len(CHORD_TYPES) == len(CHORD_TYPE_ID) == 32
    assert CHORD_TYPES[-2:] == ("N", "X")
    assert set(QUALITIES) - set(CHORD_TYPES) == {"maj(9)"}
    assert set(mir_eval_chord.QUALITIES) - {""} <= set(CHORD_TYPES)


def test_no_two_qualities_have_the_same_intervals() -> None:
    assert len(set(INTERVALS.values())) == len(QUALITIES)


@pytest.mark.parametrize("quality", [name for name in mir_eval_chord.QUALITIES if name])
def test_mir_evals_bitmap_is_contained_and_extensions_are_added(quality: str) -> None:
    core = {index for index, bit in enumerate(mir_eval_chord.QUALITIES[quality]) if bit}
    extended = quality in mir_eval_chord.EXTENDED_QUALITY_REDUX and quality != "minmaj7"
    assert core <= INTERVALS[quality]
    assert (core != INTERVALS[quality]) == extended


def test_the_generator_writes_23_different_qualities() -> None:
    assert len(set(GENERATOR_QUALITIES)) == len(GENERATOR_QUALITIES) == 23
    assert set(GENERATOR_QUALITIES) <= set(QUALITIES)
