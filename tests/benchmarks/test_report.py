"""The form of a benchmark's table and JSON."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.report import Bar, format_bars, format_table, processor, write_benchmark


def test_the_json_has_the_form_that_every_benchmark_shares(tmp_path: Path) -> None:
    bars = [Bar.at_least("speed-up", 120.0, 100.0), Bar.at_most("error", 2e-5, 1e-5)]
    path = write_benchmark("toy", "python -m toy", [{"name": "a", "ms": 1.5}], bars, tmp_path)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == "toy.json"
    assert list(content) == ["command", "git_revision", "processor", "cores", "rows", "bars"]
    assert content["cores"] >= 1
    assert content["processor"] == processor() != ""
    assert content["rows"] == [{"name": "a", "ms": 1.5}]
    assert content["bars"] == [
        {"name": "speed-up", "value": 120.0, "target": 100.0, "holds": True},
        {"name": "error", "value": 2e-5, "target": 1e-5, "holds": False},
    ]


def test_a_bar_that_is_just_reached_holds() -> None:
    assert Bar.at_least("x", 1.0, 1.0).holds
    assert Bar.at_most("x", 1.0, 1.0).holds


def test_the_table_aligns_numbers_to_the_right() -> None:
    rows = [{"name": "a", "n": 5, "share": 0.12345}, {"name": "long name", "n": 12345, "share": None}]
    assert format_table(rows).splitlines() == [
        "name           n   share",
        "---------  -----  ------",
        "a              5  0.1235",
        "long name  12345",
    ]
    assert format_table([]) == "(no rows)"


def test_bars_as_text() -> None:
    text = format_bars([Bar.at_least("a", 2.0, 1.0), Bar.at_least("b", 0.5, 1.0)])
    assert text.splitlines() == ["holds   a: 2 (target 1)", "MISSED  b: 0.5 (target 1)"]
