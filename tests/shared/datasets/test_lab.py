"""Timed annotations: rounding is mended, real faults are named."""

from __future__ import annotations

import numpy as np
import pytest

from shared.datasets.contract import TimedChords
from shared.datasets.lab import SNAP_S, format_lab, parse_lab
from shared.datasets.problems import ProblemLog


def read(text: str) -> tuple[list[list[float]], list[str], ProblemLog]:
    log = ProblemLog(warn=False)
    timed = parse_lab(text, "song.lab", log)
    return ([], [], log) if timed is None else (timed.intervals_s.tolist(), list(timed.labels), log)


def test_neighbours_that_overlap_or_part_by_rounding_are_snapped() -> None:
    text = "0.0 1.000000000004 C:maj\n1.0 2.0 N\n2.000000000003\t3.0\tA:min\t\n\n \t\n"
    times, labels, log = read(text)
    assert times == [[0.0, 1.0], [1.0, 2.000000000003], [2.000000000003, 3.0]]
    assert labels == ["C:maj", "N", "A:min"]
    assert not log.problems


def test_a_gap_stays_a_gap() -> None:
    times, _, log = read("0.0 1.0 C\n1.5 2.0 G\n")
    assert times == [[0.0, 1.0], [1.5, 2.0]]
    assert not log.problems


def test_a_real_overlap_is_cut_and_named() -> None:
    times, _, log = read("0.0 1.5 C\n1.0 2.0 G\n")
    assert times == [[0.0, 1.0], [1.0, 2.0]]
    assert "0.500 s into the next" in str(log.problems[0])


def test_an_interval_without_length_is_dropped() -> None:
    times, labels, _ = read("0.0 1.0 C\n1.0 1.0 D\n1.0 2.0 G\n")
    assert labels == ["C", "G"]
    assert times == [[0.0, 1.0], [1.0, 2.0]]


@pytest.mark.parametrize(
    "line", ["x 1.0 C", "0.5 C", "2.0 1.0 C", "-1.0 1.0 C", "nan 1.0 C", "1.0 inf C", "just words here", "3.5 4"]
)
def test_a_line_that_is_no_interval_is_named_with_its_number(line: str) -> None:
    _, labels, log = read(f"0.0 1.0 C\n{line}\n1.0 2.0 G\n")
    assert labels == ["C", "G"]
    assert [problem.line for problem in log.problems] == [2]


def test_a_line_that_runs_backwards_is_named() -> None:
    times, labels, log = read("0.0 1.0 C\n1.0 2.0 G\n0.5 1.0 F\n")
    assert labels == ["C", "G"]
    assert str(log.problems[0]).startswith("song.lab:3: starts at 0.5 s")
    assert times[-1] == [1.0, 2.0]


def test_nothing_usable_is_said() -> None:
    _, labels, log = read("\n# words\n")
    assert labels == []
    assert "holds no chord annotation" in str(log.problems[-1])


def test_random_roundings_never_break_the_result() -> None:
    rng = np.random.default_rng(0)
    edges = np.cumsum(rng.uniform(0.1, 2.0, 400))
    noise = rng.uniform(-1e-11, 1e-11, (399, 2))
    rows = np.stack([edges[:-1], edges[1:]], axis=1) + noise
    text = "".join(f"{start!r} {end!r} C:maj\n" for start, end in rows.tolist())
    times, labels, log = read(text)
    assert len(labels) == 399
    assert not log.problems
    assert np.abs(np.array(times) - rows).max() < SNAP_S
    assert np.array_equal(np.array(times)[1:, 0], np.array(times)[:-1, 1])


def test_what_is_written_is_read_back() -> None:
    written = TimedChords(np.array([[0.0, 1 / 3], [1 / 3, 2.5], [3.0, 4000.123456]]), ("N", "C:maj/3", "A:sus4(b7)"))
    assert format_lab(written).splitlines()[1] == "0.333333\t2.500000\tC:maj/3"
    times, labels, log = read(format_lab(written))
    assert times == pytest.approx(written.intervals_s, abs=1e-6)
    assert tuple(labels) == written.labels
    assert not log.problems
