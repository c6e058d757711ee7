"""A recognizer that runs in an environment of its own, as a process that takes a batch of recordings.

Its answers are kept in the environment's folder, by the content of the recording: one of these recognizers needs three
minutes for a song, and a benchmark that is interrupted goes on where it was.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import tempfile
import zlib
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
        anew: ask about recordings that it has answered too, so that all times are of one run.
    """

    name: str
    environment: Environment
    runner: str
    folder: Path = DEFAULT_FOLDER
    anew: bool = False

    @property
    def answers(self) -> Path:
        """Where the answers are kept, as the runner writes them; what another runner said does not count."""
        runner = PROJECT_ROOT.joinpath(*self.runner.split(".")).with_suffix(".py")
        told = zlib.crc32(runner.read_bytes()) if runner.exists() else 0
        return self.environment.python(self.folder).parents[1] / "answers" / f"{self.name}-{told:08x}.jsonl"

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
        result.remembered = found.remembered
        return result

    def _recognise(self, python: Path, waiting: dict[Path, float]) -> Recognition:
        """Recognise WAV files of known lengths, in as many processes as it takes."""
        result = Recognition()
        self._remember(waiting, result)
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

    def _remember(self, waiting: dict[Path, float], result: Recognition) -> None:
        """Take what was answered before; what failed then is asked again."""
        if self.anew or not self.answers.exists():
            return
        known: dict[str, dict[str, Any]] = {}
        for line in _lines(self.answers):
            if "rows" in line:
                known[_content(line["path"])] = line
        for wav in list(waiting):
            if (answer := known.get(_content(wav))) is not None:
                self._take({**answer, "path": str(wav)}, waiting, result)
        result.remembered = len(result.chords)

    def _run(self, python: Path, waiting: dict[Path, float]) -> tuple[list[dict[str, Any]], str]:
        """Let the process go through the recordings; return what it wrote and how it ended."""
        asked = "".join(json.dumps({"path": str(path), "duration_s": s}) + "\n" for path, s in waiting.items())
        self.answers.parent.mkdir(exist_ok=True)
        before = len(_lines(self.answers))
        with self.answers.open("a", encoding="utf-8") as kept:
            kept.write("\n")  # ends a line that a kill cut off
        done = subprocess.run(
            [str(python), "-m", self.runner, str(self.answers)],
            input=asked, cwd=PROJECT_ROOT, env=_clean_environment(), capture_output=True, text=True,
            errors="replace", check=False,
        )  # fmt: skip
        complaint = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        ending = f"exit code {done.returncode}" + (f": {complaint[-1][:200]}" if done.returncode and complaint else "")
        return _lines(self.answers)[before:], ending

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
        try:
            told = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
            wav = folder.resolve() / f"{number}-{told}" / f"{path.stem}.wav"  # two recordings may have one name
            wav.parent.mkdir()
            sound, rate = soundfile.read(str(path), dtype="int16")
            soundfile.write(str(wav), sound, rate, subtype="PCM_16")
            originals[wav] = path.resolve()
        except (OSError, soundfile.SoundFileError) as error:
            result.failures[path.resolve()] = f"cannot be read: {error}"
    return originals


def _content(wav: Path | str) -> str:
    """Return what the folder of a WAV file says of the recording's content."""
    return Path(wav).parent.name.partition("-")[2]


def _lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a runner's file; a last one that a kill cut off is none."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        with contextlib.suppress(json.JSONDecodeError):
            found.append(json.loads(line))
    return found


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
