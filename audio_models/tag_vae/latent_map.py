"""A map of the latent space in one HTML file that needs nothing else: a dot per clip, its tags under the pointer.

UMAP (McInnes et al. 2018) lays the points out in the plane by the angle between them. Colours are the most frequent
concepts: a dot has that of the first of them that its clip has.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_models.training.layouts import by_umap
from shared.datasets.tagged import TaggedClip
from shared.decoding.tag_space import TagSpace
from shared.errors import InputError
from shared.files import write_text

_TEMPLATE = Path(__file__).with_suffix(".html")
_LEAST_CLIPS = 4
# Colours that remain apart for eyes that see few (Okabe & Ito 2008); grey for the rest.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#6a3d9a")


def write_map(path: Path, space: TagSpace, clips: Sequence[TaggedClip], seed: int = 0) -> None:
    """Write the map of clips.

    Raises:
        InputError: when there are too few clips for a map.
    """
    if len(clips) < _LEAST_CLIPS:
        raise InputError(f"a map needs {_LEAST_CLIPS} clips or more, not {len(clips)}")
    vectors = space.taxonomy.vectors(clip.tags for clip in clips)
    places = laid_out(space.encode(vectors), seed)
    legend = np.argsort(-vectors.sum(axis=0), kind="stable")[: len(_COLOURS)]
    colours = [next((n for n, concept in enumerate(legend) if vector[concept]), -1) for vector in vectors]
    content = {
        "legend": [{"name": space.taxonomy.concepts[i], "colour": c} for i, c in zip(legend, _COLOURS, strict=False)],
        "clips": [
            {"x": round(float(x), 3), "y": round(float(y), 3), "c": colour, "id": clip.id, "tags": ", ".join(clip.tags)}
            for (x, y), colour, clip in zip(places, colours, clips, strict=True)
        ],
    }
    # What stands in a script element must not be able to end it.
    data = json.dumps(content, ensure_ascii=False).replace("</", "<\\/")
    write_text(path, _TEMPLATE.read_text(encoding="utf-8").replace("/*DATA*/null", data))


def laid_out(points: NDArray[np.floating], seed: int) -> NDArray[np.float64]:
    """Return places in the plane [clips, 2], each coordinate from 0 to 1."""
    places = by_umap(points, seed, metric="cosine")
    low, high = places.min(axis=0), places.max(axis=0)
    return np.asarray((places - low) / np.maximum(high - low, 1e-9))
