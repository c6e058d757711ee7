"""Write the emotion thesaurus: `python -m shared.datasets.thesaurus_build --lexicons FOLDER/emotion-lexicons`.

1. EmoBank's readers rated sentences, EmoMap has five ratings for each word. A plane is fitted by least squares from
   the mean ratings of a sentence's words to its valence, arousal and dominance. No word of Warriner et al. is used.
2. On that plane every rated word has a valence, arousal and dominance. 0 is the mean of all words, 1 and -1 are the
   furthest words on either side.
3. The arousal of a node is 0.6 of its word's and 0.4 of the place of its secondary emotion on Russell's circumplex,
   where that has one: readers of sentences rate arousal with little agreement (the plane explains r = .25 of it).
4. Intensity is the strongest of the word's five ratings, (rating - 1) / 4.
5. Mode, tempo, dynamics, articulation and register follow from the point by the rules of `emotion_style`.
6. Related: the four nearest nodes in valence, arousal and dominance, both ways.
"""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.cli import entry_point, option
from shared.datasets import emotion_lexicons
from shared.datasets.emotion_lexicons import RATINGS
from shared.errors import InputError
from shared.files import open_text, write_text
from shared.music.emotion import N_BRANCHES, N_NODES, THESAURUS_FILE, WORDS_FILE, forms
from shared.music.emotion_point import EmotionPoint
from shared.music.emotion_style import style_of
from shared.runs import PROJECT_ROOT

TREE_FILE = PROJECT_ROOT / "data" / "emotion_tree.txt"
LICENCE = "CC-BY-SA-4.0"
ANCHOR_WEIGHT = 0.4
N_RELATED = 4
DIGITS = 3

# Russell 1980, "A circumplex model of affect", figure 2: degrees from pleasant (0) over aroused (90).
RUSSELL_DEGREES = {
    "happy": 7.8, "delighted": 24.9, "excited": 48.6, "astonished": 69.8, "aroused": 73.8, "tense": 92.8,
    "alarmed": 96.5, "angry": 99.0, "afraid": 116.0, "annoyed": 123.0, "distressed": 138.0, "frustrated": 141.0,
    "miserable": 188.7, "sad": 207.5, "gloomy": 209.0, "depressed": 211.0, "bored": 242.0, "droopy": 256.7,
    "tired": 267.7, "sleepy": 271.9, "calm": 316.2, "relaxed": 318.0, "satisfied": 319.0, "at ease": 321.0,
    "content": 323.0, "serene": 328.6, "glad": 349.0, "pleased": 353.2,
}  # fmt: skip

_LINE = re.compile(r"([a-z]+) / ([a-z]+)(?: <([a-z ]+)>)?: (.+)")
_SHADE = re.compile(r"([a-z]+)(?:=([a-z]+))?(?: \(([a-z ]+)\))?")
Array = NDArray[np.float64]


@dataclass
class ThesaurusConfig:
    """Write the emotion thesaurus and the rated words from published norms."""

    lexicons: Path = option(help="folder with Warriner_BE.tsv.gz of EmoMap and emobank.csv.gz")
    tree: Path = option(TREE_FILE, help="the words: basic / secondary: shades")
    output: Path = option(THESAURUS_FILE, help="thesaurus to write")
    words: Path = option(WORDS_FILE, help="table of rated words to write")


@dataclass(frozen=True)
class Entry:
    """A line's word: its path, others for it, the word of the norms for its figures, and Russell's term or None."""

    path: tuple[str, str, str]
    also: tuple[str, ...]
    norm_word: str
    anchor: str | None


@entry_point(ThesaurusConfig)
def main(config: ThesaurusConfig) -> None:
    """Write both files."""
    ratings = emotion_lexicons.ratings(config.lexicons)
    nodes = build_nodes(read_tree(config.tree), ratings, emotion_lexicons.sentences(config.lexicons))
    write_text(config.output, thesaurus_text(nodes))
    write_text(config.words, words_text(ratings))
    print(f"{config.output}: {len(nodes)} nodes; {config.words}: {len(ratings)} words")


def read_tree(path: Path) -> list[Entry]:
    """Return the words of the tree in the order of their ids.

    Raises:
        InputError: naming the line that cannot be read, or when the tree is not 6 x 6 x 6 different words.
    """
    entries: list[Entry] = []
    with open_text(path) as stream:
        for number, line in enumerate(stream, start=1):
            if line.startswith("#") or not line.strip():
                continue
            found = _LINE.fullmatch(line.strip())
            shades = found.group(4).split(", ") if found else []
            if not found or len(shades) != N_BRANCHES or found.group(3) not in (None, *RUSSELL_DEGREES):
                raise InputError(f"{path}, line {number}: not `basic / secondary <term>: six shades`")
            for shade in shades:
                parts = _SHADE.fullmatch(shade)
                if not parts:
                    raise InputError(f"{path}, line {number}: '{shade}' is not `word=other (words)`")
                word, norm_word, also = parts.groups()
                branch = (found.group(1), found.group(2), word)
                entries.append(Entry(branch, tuple((also or "").split()), norm_word or word, found.group(3)))
    basics = [entry.path[0] for entry in entries]
    even = all(basics.count(basic) == N_BRANCHES**2 for basic in set(basics))
    if len({entry.path[2] for entry in entries}) != N_NODES or not even:
        raise InputError(f"{path} must hold {N_NODES} different words, {N_BRANCHES**2} for each basic emotion")
    return entries


def build_nodes(
    entries: list[Entry], ratings: dict[str, tuple[float, ...]], sentences: list[emotion_lexicons.Sentence]
) -> list[dict[str, Any]]:
    """Return the nodes as they are written.

    Raises:
        InputError: when a word of the tree is not in the norms.
    """
    if missing := [entry.norm_word for entry in entries if entry.norm_word not in ratings]:
        raise InputError(f"'{missing[0]}' is not in the norms; write it in the tree as word=other")
    vad = dict(zip(ratings, word_vad(np.array(list(ratings.values())), *fit_plane(ratings, sentences)), strict=True))
    points = [_point(entry, vad[entry.norm_word], ratings[entry.norm_word]) for entry in entries]
    related = _related(np.array([[point.valence, point.arousal, point.dominance] for point in points]))
    return [
        {
            "id": index, "word": entry.path[2], "also": entry.also, "path": entry.path, **asdict(point),
            **asdict(style_of(point)), "related": related[index], "norm_word": entry.norm_word,
            "sources": _sources(entry),
        }
        for index, (entry, point) in enumerate(zip(entries, points, strict=True))
    ]  # fmt: skip


def fit_plane(ratings: dict[str, tuple[float, ...]], sentences: list[emotion_lexicons.Sentence]) -> tuple[Array, Array]:
    """Return weights [5, 3] and offset [3]: from a sentence's mean ratings to valence, arousal and dominance."""
    inputs, targets = [], []
    for sentence in sentences:
        words = re.findall(r"[a-z]+", sentence.text.casefold())
        known = [ratings[form] for word in words if (form := next((f for f in forms(word) if f in ratings), None))]
        if known:
            inputs.append([1.0, *np.mean(known, axis=0)])
            targets.append(sentence.vad)
    plane, *_ = np.linalg.lstsq(np.array(inputs), np.array(targets), rcond=None)
    return plane[1:], plane[0]


def word_vad(ratings: Array, weights: Array, offset: Array) -> Array:
    """Return valence, arousal and dominance [n, 3] of all rated words [n, 5]: mean 0, the furthest at -1 and 1."""
    vad = ratings @ weights + offset
    vad -= vad.mean(axis=0)
    scaled: Array = np.where(vad > 0, vad / vad.max(axis=0), -vad / vad.min(axis=0))
    return scaled


def _point(entry: Entry, vad: Array, ratings: tuple[float, ...]) -> EmotionPoint:
    valence, arousal, dominance = (float(value) for value in vad)
    if entry.anchor is not None:
        height = math.sin(math.radians(RUSSELL_DEGREES[entry.anchor]))
        arousal = (1 - ANCHOR_WEIGHT) * arousal + ANCHOR_WEIGHT * height
    values = (valence, arousal, dominance, (max(ratings) - 1) / 4)
    return EmotionPoint(*(round(value, DIGITS) for value in values))


def _related(vad: Array) -> list[list[int]]:
    """Return for each node those that are among its nearest, or that it is among the nearest of."""
    distances = np.linalg.norm(vad[:, None] - vad, axis=-1)
    np.fill_diagonal(distances, np.inf)
    near = np.zeros_like(distances, dtype=bool)
    np.put_along_axis(near, np.argsort(distances, axis=1, kind="stable")[:, :N_RELATED], True, axis=1)
    return [np.flatnonzero(row).tolist() for row in near | near.T]


def _sources(entry: Entry) -> dict[str, str]:
    """Return where each figure is from, in the words of the file's `source_notes`."""
    norms = f"norms: {entry.norm_word}"
    return {
        "valence": norms,
        "arousal": norms if entry.anchor is None else f"{norms}; circumplex: {entry.anchor}",
        "dominance": norms,
        "intensity": f"ratings: {entry.norm_word}",
        "style": "rule",
    }


SOURCE_NOTES = {
    "norms": "the word's ratings in EmoMap (MIT) on a plane fitted to the sentences of EmoBank (CC BY-SA 4.0)",
    "circumplex": f"{ANCHOR_WEIGHT} of the place of that term in Russell 1980, figure 2",
    "ratings": "the strongest of the word's five ratings in EmoMap (MIT)",
    "rule": "mode, tempo_qpm, dynamics, articulation, register: shared/music/emotion_style.py",
}


def thesaurus_text(nodes: list[dict[str, Any]]) -> str:
    """Return the text of the file: one node per line."""
    lines = ",\n".join(f"    {json.dumps(node)}" for node in nodes)
    head = json.dumps({"licence": LICENCE, "source_notes": SOURCE_NOTES}, indent=2).rstrip("}\n ")
    return f'{head}\n  }},\n  "nodes": [\n{lines}\n  ]\n}}\n'


def words_text(ratings: dict[str, tuple[float, ...]]) -> str:
    """Return the text of the table of rated words, by word."""
    head = "# EmoMap, Copyright (c) 2018 JULIE Lab, MIT licence: five ratings 1..5 of English words\n"
    rows = ("\t".join((word, *(f"{value:.2f}" for value in ratings[word]))) for word in sorted(ratings))
    return head + "\t".join(("word", *RATINGS)) + "\n" + "".join(f"{row}\n" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
