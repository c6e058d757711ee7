"""From audio files to the cache: decoded, resampled, made equally loud; in parallel, in constant memory.

Workers decode file by file, block by block, into parts of their own; this process appends the parts to the cache in
the order of the dataset, so the cache does not depend on who was faster. A run that was stopped goes on behind the
last recording that was appended.
"""

from __future__ import annotations

import logging
import shutil
from functools import partial
from pathlib import Path

from audio_models.harmonic_vae.config import COMBINED, DATASETS, DataConfig, PrepareConfig
from audio_models.harmonic_vae.loudness import LOUDNESS_DB, Part, level_track
from audio_models.harmonic_vae.parallel import in_parallel
from audio_models.harmonic_vae.segments import CacheSettings, CacheWriter
from shared.datasets.audio_registry import audio_dataset
from shared.datasets.audio_tracks import AudioTrack
from shared.datasets.problems import ProblemLog, Report
from shared.errors import InputError

_log = logging.getLogger(__name__)


def preprocess(config: PrepareConfig) -> Report:
    """Bring the cache up to date with the recordings; return how many it holds, and what was left out and why.

    Raises:
        InputError: when no valid audio is found, or the cache was begun with other settings.
    """
    folders = {name: config.data.folder_of(name) for name in named_datasets(config.data)}
    log = ProblemLog()
    tracks = [track for name, folder in folders.items() for track in audio_dataset(name).tracks(folder, log)]
    sources = {name: str(folder.resolve()) for name, folder in folders.items()}
    writer = CacheWriter(config.data.cache, CacheSettings(config.audio.sample_rate, LOUDNESS_DB, sources))
    wanted = [track for track in tracks if track.id not in writer.done]
    if wanted:
        _log.info("%d recordings are in %s, %d to prepare", len(writer.done), writer.folder, len(wanted))
        _append_all(wanted, writer, config, log)
    if not writer.done:
        raise InputError(f"no valid audio found among {len(tracks)} files of {', '.join(sources.values())}")
    return log.report(len(writer.done))


def named_datasets(data: DataConfig) -> tuple[str, ...]:
    """Return the datasets to read.

    Raises:
        InputError: for `combined` when no folder is named.
    """
    if data.dataset == COMBINED and not data.sources:
        flags = ", ".join(f"--{name}_dir" for name in DATASETS)
        raise InputError(f"--dataset combined joins what is named; name folders with {flags}")
    return data.sources


def _append_all(tracks: list[AudioTrack], writer: CacheWriter, config: PrepareConfig, log: ProblemLog) -> None:
    parts = writer.folder / "parts"
    shutil.rmtree(parts, ignore_errors=True)  # of a run that was killed
    parts.mkdir(parents=True)
    work = partial(_level, rate=config.audio.sample_rate, least_s=config.audio.segment_length)
    jobs = [(track.path, parts / f"{number:07}.i16") for number, track in enumerate(tracks)]
    try:
        results = in_parallel(work, jobs, config.workers, config.backend)
        for track, part in zip(tracks, results, strict=True):
            if part.fault:
                log.add(str(track.path), 0, part.fault.removeprefix(f"{track.path} "))
            else:
                writer.append(track, part.path, part.gain_db, part.digest)
    finally:
        shutil.rmtree(parts, ignore_errors=True)


def _level(job: tuple[Path, Path], rate: int, least_s: float) -> Part:
    """Do the work of one file, in a worker."""
    return level_track(*job, rate, least_s)
