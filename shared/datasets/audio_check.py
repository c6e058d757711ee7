"""Listening to recordings for faults: unreadable, broken off, silent, too short, or there twice.

A copy is told by its samples, whatever the container; one at another level, in another codec or with another beginning
by what is heard (`shared.audio.landmarks`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from shared.audio.decoders import Recording, open_recording
from shared.audio.io import Waveform
from shared.audio.landmarks import RATE, Landmarks, find_matches, landmarks
from shared.datasets.audio_tracks import AudioTrack
from shared.datasets.problems import Problem, ProblemLog, Report
from shared.errors import ConsortError, InputError

SILENT_PEAK = 10 ** (-80 / 20)
_MISSING_S = 0.5  # what codecs pad is shorter


@dataclass(frozen=True, slots=True)
class Examination:
    """What listening to a file told: its length, its loudest sample, and what is wrong (empty: nothing).

    `digest` is of the samples, so the same sound in another container has the same; empty where there are none.
    `heard` are the landmarks.
    """

    duration_s: float
    peak: float
    fault: str
    digest: str
    heard: Landmarks = field(default_factory=lambda: landmarks([]), repr=False, compare=False)


def examine(path: Path, least_s: float = 0.0) -> Examination:
    """Decode a file once, block by block, and say what is wrong with it.

    Args:
        path: of the recording.
        least_s: what is shorter is a fault, in seconds.
    """
    seen = _Seen()
    try:
        recording = open_recording(path)
        heard = landmarks(seen.look(recording))
    except InputError as error:
        return Examination(0.0, 0.0, str(error).removeprefix(f"{path} "), "")
    length_s = seen.samples / recording.sample_rate
    promised_s = (recording.n_frames or seen.samples) / recording.sample_rate
    fault = ""
    if promised_s - length_s > _MISSING_S:
        fault = f"breaks off after {length_s:.1f} of {promised_s:.1f} s"
    elif seen.peak < SILENT_PEAK:
        fault = "is silent"
    elif length_s < least_s:
        fault = f"is too short: {length_s:.2f} s, and {least_s:g} s are needed"
    return Examination(length_s, seen.peak, fault, seen.content.hexdigest(), heard)


class _Seen:
    """What passes by while a recording is listened to."""

    def __init__(self) -> None:
        self.samples, self.peak, self.content = 0, 0.0, hashlib.sha256()

    def look(self, recording: Recording) -> Iterator[Waveform]:
        """Yield the recording at the rate of landmarks, and note down its length, peak and digest."""
        import soxr

        stream = soxr.ResampleStream(recording.sample_rate, RATE, 1, dtype="float32", quality="LQ")
        for block in recording.blocks():
            self.samples += len(block)
            self.peak = max(self.peak, float(block.max()), -float(block.min()))
            self.content.update(np.round(block * 32_767).astype("<i4").data)
            yield stream.resample_chunk(block)


def faults(examined: Iterable[tuple[AudioTrack, Examination]], root: Path) -> list[Problem]:
    """Return what is wrong with recordings, copies of an earlier one included."""
    first: dict[str, str] = {}
    found, sound = [], []
    for track, examination in examined:
        name = name_in(root, track.path)
        if examination.fault:
            found.append(Problem(name, 0, examination.fault))
        elif first.setdefault(examination.digest, name) != name:
            found.append(Problem(name, 0, f"is the same recording as {first[examination.digest]}"))
        else:
            sound.append((name, examination.heard))
    alike: dict[str, Problem] = {}
    for match in find_matches([heard for _, heard in sound]):
        name, other = sound[match.second][0], sound[match.first][0]
        where = f", {match.offset_s:+.1f} s" if round(match.offset_s, 1) else ""
        alike.setdefault(name, Problem(name, 0, f"sounds as {other} does{where}"))
    return [*found, *alike.values()]


def name_in(root: Path, path: Path) -> str:
    """Return a path as a person names it: below the dataset's folder, or whole."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def validate_audio(
    root: Path, tree: tuple[str, ...], tracks: Callable[[Path, ProblemLog], Iterator[AudioTrack]]
) -> Report:
    """Report what a dataset lacks, then what is wrong with each of its recordings."""
    log = ProblemLog(warn=False)
    try:
        found = list(tracks(root, log))
    except ConsortError as error:
        return Report(0, (Problem(tree[0], 0, str(error)),))
    problems = faults(((track, examine(track.path)) for track in found), root)
    return Report(len(found) - len(problems), (*log.problems, *problems))
