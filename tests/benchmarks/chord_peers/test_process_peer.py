"""A recognizer in a process of its own: what it says is read, what it dies of stops nothing else."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.chord_peers.environments import STAMP, Environment
from benchmarks.chord_peers.process_peer import ProcessPeer, timed_chords
from shared.audio.io import write_wav
from shared.errors import ConsortError, InputError
from shared.files import write_json

PLANTED = "tests.benchmarks.chord_peers.planted_recognizer"


@pytest.fixture
def built(tmp_path: Path) -> tuple[Environment, Path]:
    """An environment that counts as built, with the bare Python that runs this test."""
    environment, folder = Environment("bare", ()), tmp_path / "peers"
    python = environment.python(folder)
    python.parent.mkdir(parents=True)
    python.symlink_to(Path(sys.executable).resolve())
    write_json(folder / "bare" / STAMP, {"steps": []})
    return environment, folder


def recordings(folder: Path, *stems: str) -> list[Path]:
    for stem in stems:
        write_wav(folder / f"{stem}.wav", np.full(16_000, 0.1), 8000)
    return [folder / f"{stem}.wav" for stem in stems]


def test_one_batch_with_every_fate(built: tuple[Environment, Path], tmp_path: Path) -> None:
    paths = recordings(tmp_path, "a", "dies", "inverted", "raises", "odd", "foreign")
    (tmp_path / "text.wav").write_text("no sound", encoding="utf-8")
    peer = ProcessPeer("planted", built[0], PLANTED, built[1])
    result = peer.recognise([*paths, tmp_path / "text.wav", tmp_path / "missing.wav"])
    said = {path.stem: chords.labels for path, chords in result.chords.items()}
    assert said == {"a": ("N", "F:maj"), "inverted": ("N", "A:min7/b3"), "foreign": ("N", "C:maj")}
    assert result.chords[paths[0].resolve()].intervals_s.tolist() == [[0.0, 0.5], [0.5, 2.0]]
    failed = {path.stem: sentence for path, sentence in result.failures.items()}
    assert failed["dies"] == "the process ended (exit code 3)"
    assert failed["raises"] == "ValueError: no chords in it"
    assert failed["odd"].startswith("chord 'Zz' cannot be read")
    assert failed["text"].startswith("cannot be read: ")
    assert failed["missing"].startswith("cannot be read: ")
    assert set(result.seconds) == set(result.chords)
    assert result.times_real_time() > 0


def test_an_answer_is_kept_by_what_is_in_the_recording(built: tuple[Environment, Path], tmp_path: Path) -> None:
    peer = ProcessPeer("planted", built[0], PLANTED, built[1])
    (first,) = recordings(tmp_path, "a")
    assert peer.recognise([first]).remembered == 0
    with peer.answers.open("a", encoding="utf-8") as kept:
        kept.write('{"path": "cut off')  # as a kill leaves it
    (same,) = recordings(tmp_path, "dies")
    again = peer.recognise([same])
    assert again.remembered == 1
    assert again.chords[same.resolve()].labels == ("N", "F:maj")
    assert again.seconds[same.resolve()] > 0
    asked = replace(peer, anew=True).recognise([same])
    assert asked.remembered == 0
    assert asked.failures[same.resolve()] == "the process ended (exit code 3)"


def test_a_recognizer_that_does_not_start_is_named(built: tuple[Environment, Path], tmp_path: Path) -> None:
    peer = ProcessPeer("planted", built[0], "benchmarks.chord_peers.runners.run_crema", built[1])
    with pytest.raises(ConsortError, match=r"planted does not start \(exit code 1: ModuleNotFoundError: .*crema"):
        peer.recognise(recordings(tmp_path, "a"))


def test_nothing_to_recognise_starts_nothing(built: tuple[Environment, Path]) -> None:
    assert ProcessPeer("planted", built[0], "no.such.module", built[1]).recognise([]).chords == {}


def test_rows_become_chords_within_the_recording() -> None:
    rows = [(0.0, 1.0 + 1e-7, "C"), (1.0, 1.0, "D"), (1.0, 2.5, "Bm7b5"), (2.5, 4.0, "E:min/b3"), (4.0, 5.0, "N")]
    timed = timed_chords(rows, 3.0)
    assert timed.labels == ("C:maj", "B:hdim7", "E:min/b3")
    assert timed.intervals_s == pytest.approx(np.array([[0, 1], [1, 2.5], [2.5, 3]]))
    with pytest.raises(InputError, match="it named no chord"):
        timed_chords([], 3.0)
