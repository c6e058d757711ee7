"""A recognizer that runs in an environment of its own, as a process that takes a batch of recordings."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import soundfile

from benchmarks.chord_peers.contract import Recognition
from benchmarks.chord_peers.environments import DEFAULT_FOLDER, Environment, build
from shared.datasets.contract import TimedChords
from shared.datasets.lab import parse_lab
from shared.datasets.problems import ProblemLog
from shared.errors import ConsortError, InputError
from shared.music.chord_types import INTERVALS
from shared.music.chords import Chord, format_harte, parse
from shared.runs import PROJECT_ROOT


@dataclass(frozen=True)
class ProcessPeer:
    """A recognizer behind a runner script.

    Attributes:
        name: as the tables name it.
        environment: what it runs in; built when it is needed first.
        runner: module that calls `runners.batch.run_batch`.
        folder: parent of the environments.
    """

    name: str
    environment: Environment
    runner: str
    folder: Path = DEFAULT_FOLDER

    def recognise(self, paths: Sequence[Path]) -> Recognition:
        """Recognise the chords of audio files; a file on which the process dies stops no other.

        The recognizer is given WAV, which every one reads by itself, made before its time is taken.

        Raises:
            ConsortError: when the environment cannot be built, or the process ends before the first recording.
        """
        python = build(self.environment, self.folder)
        result = Recognition()
        with tempfile.TemporaryDirectory() as folder:
            originals = _as_wav(paths, Path(folder), result)
            lengths = {wav: float(soundfile.info(str(wav)).duration) for wav in originals}
            found = self._recognise(python, lengths)
        for part in ("chords", "seconds", "failures"):
            getattr(result, part).update({originals[wav]: value for wav, value in getattr(found, part).items()})
        return result

    def _recognise(self, python: Path, waiting: dict[Path, float]) -> Recognition:
        """Recognise WAV files of known lengths, in as many processes as it takes."""
        result = Recognition()
        while waiting:
            lines, ending = self._run(python, waiting)
            for line in lines:
                self._take(line, waiting, result)
            begun = [Path(line["begun"]) for line in lines if "begun" in line]
            if not begun:
                raise ConsortError(f"{self.name} does not start ({ending}); delete {python.parents[1]} and try again")
            if begun[-1] in waiting:  # neither result nor error: the process died of it
                result.failures[begun[-1]] = f"the process ended ({ending})"
                del waiting[begun[-1]]
        return result

    def _run(self, python: Path, waiting: dict[Path, float]) -> tuple[list[dict[str, Any]], str]:
        """Let the process go through the recordings; return what it wrote and how it ended."""
        asked = "".join(json.dumps({"path": str(path), "duration_s": s}) + "\n" for path, s in waiting.items())
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "results.jsonl"
            done = subprocess.run(
                [str(python), "-m", self.runner, str(out)],
                input=asked, cwd=PROJECT_ROOT, env=_clean_environment(), capture_output=True, text=True,
                errors="replace", check=False,
            )  # fmt: skip
            written = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
        complaint = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        ending = f"exit code {done.returncode}" + (f": {complaint[-1][:200]}" if done.returncode and complaint else "")
        return [json.loads(line) for line in written], ending

    def _take(self, line: dict[str, Any], waiting: dict[Path, float], result: Recognition) -> None:
        """Put one line of the process where it belongs."""
        if "path" not in line:
            return
        path = Path(line["path"])
        duration_s = waiting.pop(path)
        if "error" in line:
            result.failures[path] = line["error"]
            return
        try:
            result.chords[path] = timed_chords(line["rows"], duration_s)
            result.seconds[path] = float(line["seconds"])
        except InputError as error:
            result.failures[path] = str(error)


def _as_wav(paths: Sequence[Path], folder: Path, result: Recognition) -> dict[Path, Path]:
    """Write each recording that can be read as WAV; return WAV -> recording. The others have failed."""
    originals: dict[Path, Path] = {}
    for number, path in enumerate(map(Path, paths)):
        wav = folder.resolve() / f"{number}" / f"{path.stem}.wav"  # two recordings may have one name
        wav.parent.mkdir()
        try:
            sound, rate = soundfile.read(str(path), dtype="int16")
            soundfile.write(str(wav), sound, rate, subtype="PCM_16")
            originals[wav] = path.resolve()
        except (OSError, soundfile.SoundFileError) as error:
            result.failures[path.resolve()] = f"cannot be read: {error}"
    return originals


def timed_chords(rows: Sequence[tuple[float, float, str]], duration_s: float) -> TimedChords:
    """Return the rows of a recognizer as timed Harte labels within the recording.

    A bass that is no tone of its chord is dropped, as in our own recognizer's output.

    Raises:
        InputError: when no row can be used or a label cannot be read.
    """
    kept = [(max(start, 0.0), min(end, duration_s), label) for start, end, label in rows if start < duration_s]
    lines = (f"{start!r} {end!r} {format_harte(_plain(parse(label)))}" for start, end, label in kept)
    timed = parse_lab("\n".join(lines), "recognizer", ProblemLog(warn=False))
    if timed is None:
        raise InputError("it named no chord")
    return timed


def _plain(chord: Chord) -> Chord:
    if chord.root < 0 or (chord.bass - chord.root) % 12 in INTERVALS[chord.quality]:
        return chord
    return Chord(chord.root, chord.quality, chord.root)


def _clean_environment() -> dict[str, str]:
    """Return our environment variables without those that would lead another Python to our packages."""
    ours = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1"}
    return {name: value for name, value in os.environ.items() if name not in ours} | quiet
