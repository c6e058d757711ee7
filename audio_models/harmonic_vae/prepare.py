"""Get recordings ready for training: download, validate, preprocess, visualize.

Examples:
    python -m audio_models.harmonic_vae.prepare --step preprocess --custom-dir ~/Music
    python -m audio_models.harmonic_vae.prepare --step validate --dataset gtzan --dataset-dir data/downloads/gtzan
    python -m audio_models.harmonic_vae.prepare --step preprocess --dataset combined --maestro-dir M --custom-dir C

preprocess decodes WAV, MP3, FLAC, OGG and M4A, resamples, and makes all recordings equally loud; what is in the cache
already is kept, so it may be stopped and called again. A recording of three minutes takes 8 MB. The exit code is 1
when a file had to be left out.
"""

from __future__ import annotations

import logging
import sys
from functools import partial
from pathlib import Path

from audio_models.harmonic_vae.config import PrepareConfig
from audio_models.harmonic_vae.parallel import in_parallel
from audio_models.harmonic_vae.preprocessing import named_datasets, preprocess
from shared.cli import entry_point
from shared.datasets.audio_check import examine, faults
from shared.datasets.audio_registry import audio_dataset
from shared.datasets.problems import Problem, ProblemLog
from shared.errors import InputError
from shared.files import write_json

_log = logging.getLogger(__name__)


def download(config: PrepareConfig) -> int:
    """Fetch the datasets that can be fetched; return how many files are wrong.

    Raises:
        ConsortError: when a dataset has no download, or it fails.
    """
    for name in named_datasets(config.data):
        module, folder = audio_dataset(name), config.data.folder_of(name)
        fetch = getattr(module, "download", None)
        if fetch is None:
            raise InputError(f"{name} has no download; get it from {module.SOURCE}, and lay out {module.TREE[0]}")
        fetch(folder)
        count = sum(1 for _ in module.tracks(folder))
        print(f"{folder}: {count} recordings. Licence: {module.LICENCE}")
    return 0


def validate(config: PrepareConfig) -> int:
    """Listen to every file, print what is wrong with it, and return how many are.

    Raises:
        InputError: when there is no such folder, or no audio in it.
    """
    found: list[Problem] = []
    total = 0
    listen = partial(examine, least_s=config.audio.segment_length)
    for name in named_datasets(config.data):
        folder, log = config.data.folder_of(name), ProblemLog(warn=False)
        tracks = list(audio_dataset(name).tracks(folder, log))
        examined = list(in_parallel(listen, [track.path for track in tracks], config.workers, config.backend))
        found += [*log.problems, *faults(zip(tracks, examined, strict=True), folder)]
        total += len(tracks)
        hours = sum(examination.duration_s for examination in examined) / 3600
        print(f"{folder}: {len(tracks)} recordings, {hours:.2f} h")
    for problem in found:
        print(problem)
    print(f"{len(found)} of {total} have a fault" if found else "no faults")
    if config.json:
        problems = [{"file": problem.file, "fault": problem.message} for problem in found]
        write_json(config.json, {"recordings": total, "faults": problems})
    return len(found)


def visualize(config: PrepareConfig) -> int:
    """Draw some recordings of the cache.

    Raises:
        InputError: when nothing was prepared.
    """
    from audio_models.harmonic_vae.pictures import draw_recordings

    folder = Path(config.output_dir) if config.output_dir else config.data.cache / "pictures"
    for path in draw_recordings(config, folder):
        print(path)
    return 0


def prepare(config: PrepareConfig) -> int:
    """Do the step; return how many files are wrong.

    Raises:
        ConsortError: for what the user can mend.
    """
    if config.step != "preprocess":
        return {"download": download, "validate": validate, "visualize": visualize}[config.step](config)
    report = preprocess(config)
    print(f"{config.data.cache} holds {report.n_tracks} recordings; {len(report.problems)} left out")
    return len(report.problems)


@entry_point(PrepareConfig)
def main(config: PrepareConfig) -> int:
    """Prepare; exit with 1 when a file is wrong."""
    return 1 if prepare(config) else 0


if __name__ == "__main__":
    sys.exit(main())
