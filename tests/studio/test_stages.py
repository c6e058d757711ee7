"""The steps as the user sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.stages import Stages, duration, process_age_s


def test_steps_are_numbered_and_timed(capsys: pytest.CaptureFixture[str]) -> None:
    stages = Stages(2)
    with stages.stage("train", "Train"):
        pass
    with stages.stage("report", "Report"):
        pass
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("[")] == ["[1/2] Train", "[2/2] Report"]
    assert sum("done in" in line for line in lines) == 2
    assert list(stages.timings_s) == ["train", "report"]


def test_a_step_that_fails_is_not_called_done(capsys: pytest.CaptureFixture[str]) -> None:
    stages = Stages(1)
    with pytest.raises(ValueError, match="no"), stages.stage("train", "Train"):
        raise ValueError("no")
    assert "done" not in capsys.readouterr().out
    assert stages.timings_s == {}


def test_durations_read_as_people_say_them() -> None:
    assert [duration(seconds) for seconds in (0.04, 9.9, 9.96, 59.6, 112.4)] == [
        "0.0 s", "9.9 s", "10 s", "1 min 0 s", "1 min 52 s",
    ]  # fmt: skip


def test_the_age_of_the_process_grows_and_began_before_this_test() -> None:
    first = process_age_s()
    if first is None:
        pytest.skip("this system does not tell when a process began")
    later = process_age_s()
    assert later is not None
    assert later >= first > 0


def test_a_system_that_does_not_tell_is_not_guessed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", refuse)
    assert process_age_s() is None
