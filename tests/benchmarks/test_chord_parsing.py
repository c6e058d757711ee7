"""The parsing benchmark on planted labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.chord_parsing import bars_of, main, measure
from shared.datasets.contract import HARTE, LEAD_SHEET, Label


def labels(dialect: str, *texts: str) -> list[Label]:
    return [Label("file", index, text, dialect) for index, text in enumerate(texts, start=1)]


def test_failures_are_counted_by_spelling() -> None:
    planted = labels(HARTE, "C:maj", "C:maj", "N", "Q:what") + labels(LEAD_SHEET, "Am7", "Zz", "Zz", "G")
    harte, lead = measure("toy", planted)
    assert harte == {
        "corpus": "toy", "dialect": HARTE, "labels": 4, "distinct": 3, "parsed": 0.75, "failures": {"Q:what": 1},
    }  # fmt: skip
    assert (lead["labels"], lead["parsed"], lead["failures"]) == (4, 0.5, {"Zz": 2})
    bars = {bar.name: bar for bar in bars_of([harte, lead])}
    assert bars["all harte labels: share parsed"].value == 0.75
    assert not bars["toy: share of lead-sheet labels parsed"].holds


def test_main_prints_the_table_and_writes_the_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "data" / "chords-unified"
    root.mkdir(parents=True)
    (root / "songs.jsonl.gz").write_text('{"chords": ["C:maj", "Zz", "A:min7"]}\n', encoding="utf-8")
    out = tmp_path / "results"
    assert main([f"--data={tmp_path / 'data'}", f"--out={out}"]) == 0
    printed = capsys.readouterr().out
    assert "not parsed: chords-unified (unified): 'Zz' x 1" in printed
    content = json.loads((out / "chord_parsing.json").read_text(encoding="utf-8"))
    assert content["rows"][0]["labels"] == 3
    assert [bar["holds"] for bar in content["bars"]] == [False, False]


def test_without_corpora_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CONSORT_DATA", raising=False)
    assert main([]) == 2
    assert "set CONSORT_DATA" in capsys.readouterr().err
    assert main([f"--data={tmp_path}"]) == 2
    assert "holds none of the datasets" in capsys.readouterr().err
