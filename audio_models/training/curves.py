"""The curves of a run: TensorBoard for the eye, CSV and JSON for everything else.

torch's SummaryWriter opens its file through TensorFlow where that is installed, which costs seconds and has no
place in this wing. A file of scalars is a row of small records; TensorBoard's own package knows how to write one.
"""

from __future__ import annotations

import csv
import os
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from shared.errors import InputError
from shared.files import atomic_path, write_json

History = dict[str, list[float]]


class Curves:
    """TensorBoard's file of a run. Without a folder it writes nothing: only the first process writes."""

    def __init__(self, folder: Path | None, first_step: int) -> None:
        """Take the folder; points from `first_step` on, left by a run that was killed, no longer count."""
        self._records = None
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        # TensorBoard reads the files of a folder in the order of their names; the clock of one second is too coarse.
        name = f"events.out.tfevents.{time.time_ns() / 1e9:.6f}.{socket.gethostname()}.{os.getpid()}"
        self._records = RecordWriter((folder / name).open("wb"))
        self._write(Event(file_version="brain.Event:2"))
        self._write(Event(step=first_step, session_log=SessionLog(status=SessionLog.START)))

    def write(self, figures: Mapping[str, float], step: int, prefix: str = "") -> None:
        """Add one point to each curve, under `prefix` + name, such as `train/total_loss`."""
        if self._records:
            values = [Summary.Value(tag=prefix + name, simple_value=value) for name, value in figures.items()]
            self._write(Event(step=step, summary=Summary(value=values)))
            self._records.flush()

    def picture(self, tag: str, png: bytes, size: tuple[int, int], step: int) -> None:
        """Add a picture in PNG's form of (width, height)."""
        if self._records:
            image = Summary.Image(width=size[0], height=size[1], colorspace=3, encoded_image_string=png)
            self._write(Event(step=step, summary=Summary(value=[Summary.Value(tag=tag, image=image)])))
            self._records.flush()

    def sound(self, tag: str, wav: bytes, sample_rate: int, samples: int, step: int) -> None:
        """Add a mono sound in WAV's form."""
        if self._records:
            audio = Summary.Audio(
                sample_rate=sample_rate, num_channels=1, length_frames=samples, encoded_audio_string=wav,
                content_type="audio/wav",
            )  # fmt: skip
            self._write(Event(step=step, summary=Summary(value=[Summary.Value(tag=tag, audio=audio)])))
            self._records.flush()

    def _write(self, event: Event) -> None:
        assert self._records is not None
        event.wall_time = time.time()
        self._records.write(event.SerializeToString())

    def close(self) -> None:
        """Close the file."""
        if self._records:
            self._records.close()


def write_history(path: Path | str, history: Mapping[str, Sequence[float]]) -> None:
    """Write a history as `.json` (name to its values) or `.csv` (a row per epoch, counted from 1).

    Raises:
        InputError: for another suffix.
        ConsortError: when the folder cannot be written to.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".json":
        write_json(path, {name: list(values) for name, values in history.items()})
    elif suffix == ".csv":
        with atomic_path(path) as aside, aside.open("w", newline="", encoding="utf-8") as stream:
            rows = csv.writer(stream)
            rows.writerow(["epoch", *history])
            rows.writerows([epoch, *row] for epoch, row in enumerate(zip(*history.values(), strict=True), start=1))
    else:
        raise InputError(f"{path}: a history is written as .json or .csv")
