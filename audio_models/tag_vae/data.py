"""Clips as vectors of concepts, dealt into splits that no recording and no annotation crosses."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_models.tag_vae.config import DataConfig
from shared.datasets import musiccaps
from shared.datasets.tagged import TaggedClip
from shared.errors import ConsortError, InputError
from shared.metrics.ranking import Question, hide
from shared.music.tag_taxonomy import Taxonomy
from shared.splits import Splits, split_by_group

FRACTIONS = (0.9, 0.05, 0.05)
SHARES = (0.2, 0.5)  # of a clip's tags that are hidden where completion is measured


@dataclass(frozen=True, eq=False)
class TagData:
    """The vectors [clips, concepts] of each split, and the concepts' taxonomy."""

    taxonomy: Taxonomy
    splits: Splits[TaggedClip]
    train: NDArray[np.float32]
    validation: NDArray[np.float32]
    test: NDArray[np.float32]


def load_splits(config: DataConfig) -> Splits[TaggedClip]:
    """Return the clips by split.

    Raises:
        ConsortError: when no clip can be read.
    """
    clips = list(read_clips(config.clips, config.aspect_column) if config.clips else from_hub(config))
    if not clips:
        raise InputError(f"{config.clips or config.dataset_name} holds no clip with tags")
    return split_by_group(clips, lambda clip: clip.group, FRACTIONS, config.seed, lambda clip: clip.split)


def read_clips(path: str, column: str) -> Iterable[TaggedClip]:
    """Return the clips of a CSV or Parquet file of MusicCaps' schema; `musiccaps` is the corpus itself.

    Raises:
        ConsortError: when the file cannot be read, or nobody says where the corpora are.
    """
    if path == musiccaps.NAME:
        if not os.environ.get("CONSORT_DATA"):
            raise InputError(f"{path} needs the variable CONSORT_DATA to name the folder of the corpora")
        path = str(Path(os.environ["CONSORT_DATA"], musiccaps.NAME, musiccaps.TREE[0]))
    return musiccaps.clips(Path(path), column)


def from_hub(config: DataConfig) -> Iterable[TaggedClip]:
    """Return the clips of a dataset of the Hugging Face hub, which its library downloads and keeps.

    Raises:
        ConsortError: when the library is absent or the dataset cannot be loaded.
    """
    try:
        import datasets
    except ImportError as error:
        raise ConsortError(
            "the package datasets is needed for a dataset of the hub; install it, or name a file with --clips"
        ) from error
    name, split = config.dataset_name, config.dataset_split
    try:
        rows = datasets.load_dataset(name, split=split)
    except Exception as error:  # the library has many ways to fail: no network, no such dataset, a gate
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConsortError(
            f"the dataset {name} ({split}) cannot be loaded: {reason}; or name a file: --clips"
        ) from error
    return musiccaps.clips_of(enumerate(rows, start=1), name, config.aspect_column)


def load_data(config: DataConfig, taxonomy: Taxonomy | None = None) -> TagData:
    """Return the vectors of all splits; clips without a known tag are left out.

    Raises:
        ConsortError: when a split is empty, or the taxonomy shares no tag with the clips.
    """
    taxonomy = taxonomy or Taxonomy.load(config.taxonomy)
    splits = load_splits(config)
    parts = {name: vectors_of(taxonomy, clips) for name, clips in splits.parts().items()}
    if not any(len(part) for part in parts.values()):
        raise InputError(f"the taxonomy {config.taxonomy} shares no tag with the clips; derive one with `prepare`")
    for name, part in parts.items():
        if not (part.sum(axis=1) >= 2).any():
            raise InputError(f"no {name} clip has two known tags; give more clips")
    return TagData(taxonomy, splits, **parts)


def vectors_of(taxonomy: Taxonomy, clips: Iterable[TaggedClip]) -> NDArray[np.float32]:
    """Return the vectors of the clips that have a known tag, [clips, concepts]."""
    vectors = taxonomy.vectors(clip.tags for clip in clips)
    return vectors[vectors.any(axis=1)]


def questions(
    vectors: NDArray[np.float32], draws: int, seed: int = 0, least_tags: int = 2
) -> dict[float, list[Question]]:
    """Return, for each share of hidden tags, what is asked of clips with enough concepts, in several draws."""
    asked = vectors[vectors.sum(axis=1) >= least_tags]
    return {share: [hide(asked, share, seed + draw) for draw in range(draws)] for share in SHARES}
