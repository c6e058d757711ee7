"""Recordings as the network knows them: at its rate, as loud as those it learnt from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from audio_models.harmonic_vae import run_folder
from audio_models.harmonic_vae.config import AudioConfig, DataConfig, EvaluateConfig, PrepareConfig
from audio_models.harmonic_vae.data import Segments, load_splits, map_samples
from audio_models.harmonic_vae.loudness import level_track
from audio_models.harmonic_vae.preprocessing import preprocess
from audio_models.harmonic_vae.segments import FULL_SCALE, open_cache
from shared.errors import InputError


@dataclass(frozen=True)
class HeldOut:
    """Segments that are asked, and the training segments that labels are looked up among, if any."""

    asked: Segments
    train: Segments | None
    name: str


def read_levelled(path: Path | str, sample_rate: int) -> Tensor:
    """Return a recording as a waveform [samples] at the common loudness.

    Raises:
        InputError: when it is missing, no audio, or silent.
    """
    with tempfile.TemporaryDirectory() as folder:
        part = level_track(Path(path), Path(folder) / "part.i16", sample_rate, 0.0)
        if part.fault:
            raise InputError(part.fault)
        samples = np.fromfile(part.path, dtype="<i2")
    return torch.from_numpy(samples.astype(np.float32) / FULL_SCALE)


@contextmanager
def held_out(config: EvaluateConfig, folder: Path) -> Iterator[HeldOut]:
    """Yield what a run is to be asked: outside recordings, or the test part of its own cache or another one.

    Raises:
        InputError: when there are none.
    """
    audio = run_folder.load_audio_config(folder)
    if config.audio_dir:
        with tempfile.TemporaryDirectory() as cache:
            yield HeldOut(outside(config.audio_dir, audio, cache), None, config.audio_dir)
        return
    data = run_folder.load_data_config(folder)
    if config.cache_dir:  # as it is, without looking at what it was made of
        data = replace(data, cache_dir=config.cache_dir, dataset_dir="", custom_dir="", gtzan_dir="", maestro_dir="",
                       emotify_dir="")  # fmt: skip
    splits = load_splits(audio, data)
    if not len(splits.test):
        raise InputError(f"{data.cache} keeps no recording out for a test; prepare with --test_split, or --audio_dir")
    yield HeldOut(splits.test, splits.train, f"test part of {data.cache}")


def outside(audio_dir: str, audio: AudioConfig, cache: str) -> Segments:
    """Return all segments of a folder of audio files; sub-folders are labels."""
    data = DataConfig(dataset="custom", custom_dir=audio_dir, cache_dir=cache)
    preprocess(PrepareConfig(audio=audio, data=data, workers=1, backend="sequential"))
    found = open_cache(Path(cache))
    long_enough = [track for track in found.tracks if track.samples >= audio.samples]
    if not long_enough:
        raise InputError(f"no recording in {audio_dir} has {audio.segment_length:g} s, the length of a segment")
    return Segments(map_samples(Path(cache), len(found.samples)), long_enough, audio.samples)
