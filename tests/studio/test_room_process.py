"""Rooms as processes: output passes through and is kept, failure is one sentence, none outlives the demo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from shared.errors import ConsortError
from shared.runs import PROJECT_ROOT
from studio.room_process import environment, last_words, run_room


def _room(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> str:
    """Write a module that a child process can run; return its name."""
    (folder / "planted_room.py").write_text(textwrap.dedent(code), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return "planted_room"


def test_what_a_room_prints_is_shown_and_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    room = _room(
        tmp_path, monkeypatch, "import sys; print('epoch 1', sys.argv[1:]); print('bar\\rbar 2', file=sys.stderr)"
    )
    run_room(room, ["--epochs", "1"], tmp_path / "logs" / "train.log", "training")
    shown = capfd.readouterr().out
    assert "epoch 1 ['--epochs', '1']" in shown
    assert "bar\rbar 2" in shown  # a moving bar moves here too
    log = (tmp_path / "logs" / "train.log").read_text(encoding="utf-8")
    assert log.startswith("$ -m planted_room --epochs 1\n")
    assert "bar\nbar 2\n" in log


def test_a_failing_room_is_one_sentence_with_its_words_and_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import sys; print('error: no song is left', file=sys.stderr); sys.exit(2)"
    room = _room(tmp_path, monkeypatch, code)
    log = tmp_path / "train.log"
    with pytest.raises(ConsortError) as caught:
        run_room(room, [], log, "training")
    assert str(caught.value) == f"training failed (exit code 2): no song is left; its output is in {log}"


def test_the_last_words_are_the_error_line_or_the_last_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("$ -m room\nerror: the disk is full.\nbye\n\n", encoding="utf-8")
    assert last_words(log) == ": the disk is full"
    log.write_text("$ -m room\nTraceback\nValueError: 3\n", encoding="utf-8")
    assert last_words(log) == ": ValueError: 3"
    log.write_text("$ -m room\n", encoding="utf-8")
    assert last_words(log) == ""


def test_a_room_finds_the_project_and_keeps_the_callers_environment() -> None:
    made = environment({"PYTHONPATH": "/elsewhere", "TF_CPP_MIN_LOG_LEVEL": "0", "HOME": "/me"})
    assert made["PYTHONPATH"] == os.pathsep.join([str(PROJECT_ROOT), "/elsewhere"])
    assert made["TF_CPP_MIN_LOG_LEVEL"] == "0"
    assert made["HOME"] == "/me"
    assert environment({})["PYTHONPATH"] == str(PROJECT_ROOT)


def test_an_interrupt_ends_the_room_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The room writes its process id and waits for a signal that never comes; the parent is interrupted.
    room = _room(
        tmp_path, monkeypatch,
        """
        import os, pathlib, signal
        pathlib.Path("pid").write_text(str(os.getpid()))
        print("ready", flush=True)
        signal.pause()
        """,
    )  # fmt: skip
    parent = subprocess.Popen(
        # A shell that runs the tests in its background has them ignore interrupts, and all that they start.
        [sys.executable, "-c", "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
         "from pathlib import Path; from studio.room_process import run_room;"
         f"run_room({room!r}, [], Path('log'), 'training')"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        env=environment(os.environ),
    )  # fmt: skip
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready\n"
    parent.send_signal(signal.SIGINT)
    parent.wait(60)
    parent.stdout.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text(encoding="utf-8")), 0)
