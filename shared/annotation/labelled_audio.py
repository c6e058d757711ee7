"""Recordings with chord labels beside them: `audio/NAME.flac` and `labels/NAME.lab`, matched by their stems."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.annotation.chord_files import read_chords
from shared.audio.decoders import AUDIO_SUFFIXES
from shared.datasets.contract import TimedChords
from shared.errors import InputError

LABEL_SUFFIXES = (".lab", ".json", ".txt")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LabelledAudio:
    """A recording and the file of its chords."""

    audio: Path
    labels: Path

    @property
    def name(self) -> str:
        """The stem that both share."""
        return self.audio.stem

    def chords(self) -> TimedChords:
        """Read the labels.

        Raises:
            InputError: when the file is damaged.
        """
        return read_chords(self.labels)


def labelled_audio(audio_dir: Path | str, labels_dir: Path | str = "") -> list[LabelledAudio]:
    """Return the recordings of a folder that have labels, by name; those without are told in a warning.

    Args:
        audio_dir: folder of recordings; or one with the folders audio/ and labels/.
        labels_dir: folder of labels; empty = labels/ beside the recordings' folder, or that folder itself.

    Raises:
        InputError: when a folder is missing, or no recording has labels.
    """
    audio = Path(audio_dir)
    if not audio.is_dir():
        raise InputError(f"no such folder of recordings: {audio}")
    audio = audio / "audio" if (audio / "audio").is_dir() else audio
    beside = audio.parent / "labels"
    labels = Path(labels_dir) if labels_dir else beside if beside.is_dir() else audio
    if not labels.is_dir():
        raise InputError(f"no such folder of labels: {labels}")
    found = list(_pairs(audio, labels))
    if not found:
        suffixes = ", ".join(LABEL_SUFFIXES)
        raise InputError(f"no recording in {audio} has labels of the same stem in {labels} ({suffixes})")
    return found


def _pairs(audio: Path, labels: Path) -> Iterator[LabelledAudio]:
    for path in sorted(audio.iterdir()):
        if path.suffix.lower() not in AUDIO_SUFFIXES:
            continue
        beside = [labels / (path.stem + suffix) for suffix in LABEL_SUFFIXES]
        match = next((candidate for candidate in beside if candidate.is_file()), None)
        if match is None:
            _log.warning("%s has no labels in %s and is left out", path, labels)
        else:
            yield LabelledAudio(path, match)
