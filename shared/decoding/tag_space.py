"""The exported tag VAE in use: tags complete tags, find clips, and lie on a way between other tags.

TagSpace(folder)
complete(tags)            the concepts that go with them, ranked, with scores
place(tags)               their point in the latent space
similar(tags, clips)      the clips whose points lie in the same direction
sample(count)             sets of tags that go together
interpolate(tags, to)     what is heard on the way from one to the other
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.tag_taxonomy import Taxonomy
from shared.runtime import OnnxModel

ENCODER, DECODER, TAXONOMY = "tag_vae_encoder.onnx", "tag_vae_decoder.onnx", "concepts_to_tags.json"
Vector = NDArray[np.float32]
# Of drawn sets: 1 draws as the shares are, and now and then a singer beside `instrumental`; less keeps to the likely.
_TEMPERATURE = 0.6


@dataclass(frozen=True)
class Scored:
    """A concept, or a clip, and how well it fits: the share of the softmax, or the cosine."""

    name: str
    score: float


class TagSpace:
    """Encoder, decoder and concepts of one trained tag VAE."""

    def __init__(self, folder: Path | str) -> None:
        """Open the exported files of a run folder.

        Raises:
            ConsortError: when a file is missing or of another taxonomy.
        """
        folder = Path(folder)
        self.encoder, self.decoder = OnnxModel(folder / ENCODER), OnnxModel(folder / DECODER)
        self.taxonomy = Taxonomy.load(folder / TAXONOMY)
        if tuple(self.encoder.signature.vocabularies.get("tags", ())) != self.taxonomy.concepts:
            raise InputError(f"{folder / TAXONOMY} is not the taxonomy that {ENCODER} was trained on")
        (z,) = self.decoder.signature.inputs
        self.latent_dim = int(z.axes[1])

    def vector(self, tags: Iterable[str]) -> Vector:
        """Return the vector [concepts] of tags.

        Raises:
            InputError: when there is no tag, or one is not known; it names the nearest ones.
        """
        ids = [self.taxonomy.id(tag.strip()) for tag in tags if tag.strip()]
        if not ids:
            raise InputError("no tag was given; name some, such as --tags 'jazz, mellow, saxophone'")
        vector = np.zeros(len(self.taxonomy), dtype=np.float32)
        vector[ids] = 1.0
        return vector

    def encode(self, vectors: NDArray[np.floating]) -> Vector:
        """Return the points [clips, latent_dim] of vectors [clips, concepts]."""
        return self.encoder.run({"tags": np.asarray(vectors, dtype=np.float32)})["mu"]

    def scores(self, points: NDArray[np.floating]) -> Vector:
        """Return the logits of the concepts [clips, concepts] at points [clips, latent_dim]."""
        return self.decoder.run({"z": np.asarray(points, dtype=np.float32)})["logits"]

    def place(self, tags: Iterable[str]) -> Vector:
        """Return the point of tags, [latent_dim]."""
        point: Vector = self.encode(self.vector(tags)[None])[0]
        return point

    def complete(self, tags: Sequence[str], count: int = 10) -> list[Scored]:
        """Return the concepts that go best with tags, the tags themselves left out."""
        vector = self.vector(tags)
        shares = _softmax(self.scores(self.encode(vector[None]))[0])
        return self._best(np.where(vector > 0, -1.0, shares), count)

    def at(self, point: NDArray[np.floating], count: int = 10) -> list[Scored]:
        """Return the concepts that go best with a point [latent_dim]."""
        return self._best(_softmax(self.scores(point[None])[0]), count)

    def similar(self, tags: Sequence[str], names: Sequence[str], points: Vector, count: int = 10) -> list[Scored]:
        """Return the clips whose points [clips, latent_dim] lie nearest in direction to that of tags."""
        wanted = self.place(tags)
        lengths = np.linalg.norm(points, axis=1) * np.linalg.norm(wanted)
        cosine = points @ wanted / np.maximum(lengths, 1e-9)
        return [Scored(names[index], float(cosine[index])) for index in np.argsort(-cosine, kind="stable")[:count]]

    def sample(self, rng: np.random.Generator, size: int = 8) -> list[Scored]:
        """Draw a point of the prior, and from what goes with it a set of tags without repeats."""
        shares = _softmax(self.scores(rng.standard_normal((1, self.latent_dim)))[0])
        # Gumbel noise on log-shares draws without replacement in the order of their shares.
        drawn = np.log(shares + 1e-12) / _TEMPERATURE + rng.gumbel(size=len(shares))
        chosen = np.argsort(-drawn, kind="stable")[: min(size, len(shares))]
        return sorted((self._scored(index, shares) for index in chosen), key=lambda each: -each.score)

    def interpolate(self, tags: Sequence[str], to: Sequence[str], steps: int, count: int = 5) -> list[list[Scored]]:
        """Return what goes best with points on the straight line from tags to others, the ends included."""
        first, last = self.place(tags), self.place(to)
        return [self.at(first + share * (last - first), count) for share in np.linspace(0.0, 1.0, steps)]

    def _best(self, shares: NDArray[np.floating], count: int) -> list[Scored]:
        order = np.argsort(-shares, kind="stable")[:count]
        return [self._scored(index, shares) for index in order if shares[index] >= 0]

    def _scored(self, index: int, shares: NDArray[np.floating]) -> Scored:
        return Scored(self.taxonomy.concepts[index], float(shares[index]))


def _softmax(logits: Vector) -> NDArray[np.float64]:
    shifted = np.exp(logits.astype(np.float64) - logits.max())
    return np.asarray(shifted / shifted.sum())
