"""The emotion thesaurus: 216 nodes, 6 basic emotions x 6 secondary x 6 shades, found by id, word or point.

`data/emotion_thesaurus.json` holds the nodes, with the source of every figure; `data/emotion_words.tsv` the ratings of
13,915 English words, so that words outside the thesaurus find their nearest node. Both are written by
`python -m shared.datasets.thesaurus_build` from published norms, which `data/README.md` names.

    id = 36 * basic + 6 * secondary + shade

A word is looked up in four steps: as a node, or another word for one; with its ending changed (`happily`: happy);
among the rated words, whose nearest node is the one whose five ratings (joy, anger, sadness, fear, disgust, each 1..5)
are nearest; else it is refused, with the nearest spellings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.errors import InputError, nearest
from shared.files import open_text, read_json
from shared.music.emotion_point import DIMENSIONS, EmotionPoint
from shared.music.emotion_style import Style
from shared.runs import PROJECT_ROOT

THESAURUS_FILE = PROJECT_ROOT / "data" / "emotion_thesaurus.json"
WORDS_FILE = PROJECT_ROOT / "data" / "emotion_words.tsv"
N_BRANCHES = 6
N_NODES = N_BRANCHES**3

# Endings of English words, and what may stand in their place: `angrily` -> angry, `hopeless` is a word of its own.
_ENDINGS = (
    ("iness", "y"), ("ness", ""), ("ily", "y"), ("fully", "ful"), ("ically", "ic"), ("ly", ""), ("ied", "y"),
    ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ies", "y"), ("es", ""), ("s", ""), ("ful", ""),
    ("fulness", ""), ("ity", ""), ("ity", "e"), ("ment", ""), ("ation", "e"), ("ion", ""), ("ous", ""), ("ive", ""),
    ("y", ""), ("", "ness"), ("", "ful"), ("e", "ion"), ("t", "tion"), ("ant", "ance"), ("ent", "ence"),
)  # fmt: skip


@dataclass(frozen=True)
class Node:
    """One emotion of the thesaurus.

    Attributes:
        id: 0-215.
        word: its name, lower case.
        also: other words for it.
        path: basic emotion, secondary emotion, shade; the shade is the word.
        point: valence, arousal, dominance, intensity.
        style: what it asks of music.
        related: ids of nodes near it, each of which has this one too.
        sources: for each figure, where it is from.
    """

    id: int
    word: str
    also: tuple[str, ...]
    path: tuple[str, str, str]
    point: EmotionPoint
    style: Style
    related: tuple[int, ...]
    sources: Mapping[str, str]


@dataclass(frozen=True)
class Match:
    """A node that was looked for: `distance` is 0 for the word itself.

    `via` says how it was found: `node`, `form of WORD`, `ratings` (distance of the five ratings, each 1..5) or `point`
    (distance in valence, arousal and dominance).
    """

    node: Node
    distance: float
    via: str


class Thesaurus:
    """The nodes in the order of their ids."""

    def __init__(self, nodes: tuple[Node, ...], norm_words: tuple[str, ...]) -> None:
        """Take the nodes, and for each the word of the norms that its ratings are from."""
        self.nodes = nodes
        self._norm_words = norm_words
        self._by_word = {name: node for node in nodes for name in (node.word, *node.also)}

    def __iter__(self) -> Iterator[Node]:
        """Go through the nodes by id."""
        return iter(self.nodes)

    def by_id(self, node_id: int) -> Node:
        """Return the node of an id.

        Raises:
            InputError: for an id outside 0-215.
        """
        if not 0 <= node_id < N_NODES:
            raise InputError(f"node_id {node_id} is no emotion; ids go from 0 to {N_NODES - 1}")
        return self.nodes[node_id]

    def by_point(self, point: EmotionPoint) -> Match:
        """Return the node nearest in valence, arousal and dominance; the first of several."""
        node = min(self.nodes, key=lambda node: node.point.distance(point))
        return Match(node, node.point.distance(point), "point")

    def by_word(self, word: str) -> Match:
        """Return the node of an English word, or the nearest.

        Raises:
            InputError: when neither the thesaurus nor the norms know the word; it names the nearest spellings.
        """
        wanted = " ".join(word.casefold().replace("_", " ").replace("-", " ").split())
        if form := next((form for form in forms(wanted) if form in self._by_word), None):
            return Match(self._by_word[form], 0.0, "node" if form == wanted else f"form of {form}")
        ratings = word_ratings()
        if form := next((form for form in forms(wanted) if form in ratings), None):
            return self._by_ratings(ratings[form])
        close = nearest(wanted, self._by_word) or ["joy", "calm", "anger", "melancholy"]
        raise InputError(
            f"the emotion '{word[:40]}' is in neither the thesaurus nor the rated words; nearest: {', '.join(close)}, "
            "or give valence and arousal"
        )

    def _by_ratings(self, wanted: tuple[float, ...]) -> Match:
        ratings = word_ratings()
        distances = [math.dist(wanted, ratings[name]) for name in self._norm_words]
        best = min(range(N_NODES), key=distances.__getitem__)
        return Match(self.nodes[best], distances[best], "ratings")


def forms(word: str) -> Iterator[str]:
    """Yield a word and what it may be a form of, the likeliest first."""
    yield word
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending) if ending else word
        if (not ending or stem != word) and len(stem) > 2:
            yield stem + instead
            if instead == "" and stem[-1] == stem[-2]:  # thrilled -> thril(l), sadder -> sad
                yield stem[:-1]


@cache
def thesaurus() -> Thesaurus:
    """Return the thesaurus that ships."""
    return load_thesaurus(THESAURUS_FILE)


def load_thesaurus(path: Path) -> Thesaurus:
    """Read a thesaurus.

    Raises:
        InputError: when the file is not one.
    """
    content = read_json(path)
    try:
        nodes = tuple(_node(row) for row in content["nodes"])
        norm_words = tuple(row["norm_word"] for row in content["nodes"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is no emotion thesaurus ({error}); build it again") from error
    if [node.id for node in nodes] != list(range(N_NODES)):
        raise InputError(f"{path} does not hold the ids 0 to {N_NODES - 1} in order; build it again")
    return Thesaurus(nodes, norm_words)


def _node(row: Mapping[str, Any]) -> Node:
    basic, secondary, shade = row["path"]
    low, high = row["tempo_qpm"]
    style = Style(row["mode"], (low, high), row["dynamics"], row["articulation"], row["register"])
    point = EmotionPoint(*(row[name] for name in DIMENSIONS))
    return Node(
        row["id"], row["word"], tuple(row["also"]), (basic, secondary, shade), point, style, tuple(row["related"]),
        row["sources"],
    )  # fmt: skip


@cache
def word_ratings() -> dict[str, tuple[float, ...]]:
    """Return the five ratings of every word of the norms.

    Raises:
        InputError: when the file cannot be read.
    """
    with open_text(WORDS_FILE) as stream:
        lines = [line for line in stream.read().splitlines() if line and not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return {word: tuple(float(cell) for cell in cells) for word, *cells in rows}
