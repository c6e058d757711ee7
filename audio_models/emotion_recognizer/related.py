"""Augmentation by related nodes: an example moved towards one whose emotion is related to its own.

Nodes of the thesaurus name the nodes near them. A training example is mixed with another of the same node or a
related one, features and point alike; what is between two near emotions sounds between them, or so the net is told.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np

from audio_models.emotion_recognizer.examples import Example, features_of, rounded
from shared.music.emotion import thesaurus
from shared.music.emotion_point import EmotionPoint

MOST = 0.5  # share of the other example, at most: the nearer parent gives the node


def related_examples(examples: list[Example], copies: int, seed: int) -> list[Example]:
    """Return up to `copies` mixed examples for each; none for those that have no relative among the examples."""
    relatives: dict[tuple[int, str], list[int]] = defaultdict(list)
    for index, example in enumerate(examples):
        relatives[example.node_id, example.known].append(index)
    mixed = []
    for index, example in enumerate(examples):
        nodes = (example.node_id, *thesaurus().by_id(example.node_id).related)
        near = [other for node in nodes for other in relatives.get((node, example.known), ())]
        choices = [other for other in near if examples[other].group != example.group]
        rng = np.random.default_rng([seed, index])
        for copy in range(copies if choices else 0):
            mixed.append(_between(example, examples[int(rng.choice(choices))], float(rng.uniform(0, MOST)), copy))
    return mixed


def _between(one: Example, other: Example, share: float, copy: int) -> Example:
    features = features_of([one, other])
    pairs = zip(_values(one.point), _values(other.point), strict=True)
    valence, arousal, dominance, intensity = ((1 - share) * mine + share * theirs for mine, theirs in pairs)
    return replace(
        one, id=f"{one.id}~{copy}", whole=False, valence=valence, arousal=arousal, dominance=dominance,
        intensity=intensity, features=rounded((1 - share) * features[0] + share * features[1]),
    )  # fmt: skip


def _values(point: EmotionPoint) -> tuple[float, float, float, float]:
    return point.valence, point.arousal, point.dominance, point.intensity
