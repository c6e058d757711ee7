"""The floor as a recognizer among the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.chord_peers.template_peer import TemplatePeer
from shared.audio.io import write_wav


def test_files_are_read_and_what_cannot_be_read_is_written_down(tmp_path: Path) -> None:
    write_wav(tmp_path / "silence.wav", np.zeros((8000, 2)), 8000)
    (tmp_path / "text.wav").write_text("no sound", encoding="utf-8")
    result = TemplatePeer().recognise([tmp_path / "silence.wav", tmp_path / "text.wav"])
    ((path, chords),) = result.chords.items()
    assert (path, chords.labels, chords.intervals_s.tolist()) == (
        (tmp_path / "silence.wav").resolve(), ("N",), [[0.0, 1.0]],
    )  # fmt: skip
    assert list(result.failures) == [(tmp_path / "text.wav").resolve()]
    assert list(result.seconds) == [path]
