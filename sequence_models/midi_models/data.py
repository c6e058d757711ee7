"""What the nets learn from, split by song before anything else happens to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from sequence_models.midi_models.config import DataConfig
from sequence_models.midi_models.performance_samples import groove_samples, piano_dynamics, sheet_dynamics
from sequence_models.midi_models.samples import Sample, read_samples
from sequence_models.midi_models.sheet_samples import (
    EventSong,
    event_song,
    harmony_samples,
    labelled_samples,
    melody_samples,
)
from sequence_models.midi_models.synthetic import SYNTHETIC, synthetic_samples, synthetic_sheets
from sequence_models.midi_models.tasks import DYNAMICS, HARMONY, MELODY, Task
from shared.datasets import asap, emopia, groove, nottingham, openewld, pop909, vgmidi
from shared.datasets.emotion_labels import read_labels
from shared.datasets.lead_sheet import LeadSheet
from shared.datasets.nottingham_sheets import nottingham_sheets
from shared.datasets.openewld_sheets import openewld_sheets
from shared.datasets.pop909_sheets import pop909_sheets
from shared.datasets.problems import ProblemLog
from shared.errors import ConsortError
from shared.music.emotion_point import EmotionPoint
from shared.music.note_table import NoteTable
from shared.splits import SPLIT_NAMES, Splits, split_by_group

Item = TypeVar("Item", Sample, EventSong)

REAL = "real"
_LABELLED = "labelled"
_MIDDLE = 0.5  # a corpus of quadrants says no more than the signs: the middle of each stands for it
_USERS_LICENCE = "the user's own"
_EVENTS_PER_SONG = 80  # about what a made-up song has


def load_splits(config: DataConfig, task: Task, log: ProblemLog | None = None) -> Splits[Sample]:
    """Return the samples of a task; what cannot be read goes to the log.

    Raises:
        ConsortError: when the source is missing, or a part is empty.
    """
    log = log or ProblemLog()
    if config.source not in (SYNTHETIC, REAL):
        return read_splits(Path(config.source), task)
    if config.source == SYNTHETIC:
        samples = synthetic_samples(task, config.num_samples, config.split_seed)
    else:
        samples = list(tqdm(_real_samples(task, config, log), desc=task.name, unit="sample", leave=False))
    if config.labels and task.name == MELODY:
        samples += _labelled(Path(config.labels), log)
    return _split(samples, config)


def load_songs(config: DataConfig) -> Splits[EventSong]:
    """Return the songs of the sequence melody net.

    Raises:
        ConsortError: when the source is missing or has no songs, or a part is empty.
    """
    if config.source == REAL:
        sheets: Iterator[LeadSheet] = _sheets(config, ProblemLog())
    elif config.source == SYNTHETIC:
        sheets = iter(synthetic_sheets(max(10, config.num_samples // _EVENTS_PER_SONG), config.split_seed))
    else:
        raise ConsortError(f"{config.source} holds samples, not songs; give model=sequence source=real or synthetic")
    songs = [event_song(sheet) for sheet in tqdm(sheets, desc="songs", unit="song", leave=False)]
    return _split([song for song in songs if song is not None], config)


def read_splits(folder: Path, task: Task) -> Splits[Sample]:
    """Return what `prepare` wrote for a task.

    Raises:
        InputError: when a file is missing or cannot be used.
    """
    return Splits(**{name: read_samples(split_path(folder, task, name), task) for name in SPLIT_NAMES})


def split_path(folder: Path, task: Task, part: str) -> Path:
    """Return where `prepare` writes a part of a task's samples."""
    return folder / task.name / f"{part}.json"


def _split(items: list[Item], config: DataConfig) -> Splits[Item]:
    splits = split_by_group(items, lambda item: item.group, seed=config.split_seed)
    empty = [name for name, part in splits.parts().items() if not part]
    if empty:
        raise ConsortError(f"{len(items)} samples leave {empty[0]} empty; give more songs or a larger --num-samples")
    return splits


def _real_samples(task: Task, config: DataConfig, log: ProblemLog) -> Iterator[Sample]:
    """Yield the samples of the corpora that a task learns from."""
    if task.name == MELODY:
        for piece in vgmidi.tracks(corpus(vgmidi.NAME), log):
            point = EmotionPoint.of(piece.valence, piece.arousal)
            group = f"{piece.dataset}:{piece.group}"
            yield from labelled_samples(piece.notes(), point, group, piece.dataset, piece.licence)
        if not config.permissive_only:
            for clip in emopia.tracks(corpus(emopia.NAME), log):
                point = EmotionPoint.of(_MIDDLE * clip.valence, _MIDDLE * clip.arousal)
                yield from labelled_samples(
                    clip.notes(), point, f"{clip.dataset}:{clip.group}", clip.dataset, clip.licence
                )
        yield from _of_sheets(melody_samples, config, log)
    elif task.name == HARMONY:
        yield from _of_sheets(harmony_samples, config, log)
    elif task.name == DYNAMICS:
        for sheet in pop909_sheets(corpus(pop909.NAME), log):
            yield from sheet_dynamics(sheet)
        if not config.permissive_only:
            for performance in asap.tracks(corpus(asap.NAME), log):
                yield from piano_dynamics(performance)
    else:
        for drums in groove.tracks(corpus(groove.NAME), log):
            yield from groove_samples(drums)


def _of_sheets(make: Callable[[LeadSheet], Iterator[Sample]], config: DataConfig, log: ProblemLog) -> Iterator[Sample]:
    for sheet in _sheets(config, log):
        yield from make(sheet)


def _sheets(config: DataConfig, log: ProblemLog) -> Iterator[LeadSheet]:
    yield from pop909_sheets(corpus(pop909.NAME), log)
    yield from openewld_sheets(corpus(openewld.NAME), log)
    if not config.permissive_only:
        yield from nottingham_sheets(corpus(nottingham.NAME), log)


def corpus(name: str) -> Path:
    """Return the folder of a corpus.

    Raises:
        ConsortError: when CONSORT_DATA does not name the folder of the corpora, or the corpus is not in it.
    """
    root = os.environ.get("CONSORT_DATA", "")
    if not root:
        raise ConsortError("source=real needs the corpora; let CONSORT_DATA name their folder, or take synthetic")
    folder = Path(root) / name
    if not folder.is_dir():
        raise ConsortError(f"{root} has no folder {name}; see data/README.md for where to get it")
    return folder


def _labelled(path: Path, log: ProblemLog) -> list[Sample]:
    """Return the phrases of a user's labelled MIDI files; what cannot be used is named and passed over."""
    samples: list[Sample] = []
    for number, entry in enumerate(read_labels(path, log), start=1):
        try:
            table = NoteTable.of_file(entry.path)
        except ConsortError as error:
            log.add(str(path), number, str(error))
            continue
        samples += labelled_samples(table, entry.point, f"{_LABELLED}:{entry.group}", _LABELLED, _USERS_LICENCE)
    return samples
