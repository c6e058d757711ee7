"""Where labelled clips come from: a user's own labels, the corpora, and what the label says.

VGMIDI's listeners gave valence and arousal measure by measure, so its excerpts have labels of their own: the piece's
mean, moved by how far the excerpt's measures are from the piece's. Nobody was asked for dominance; it is estimated as
that of the nodes nearest in valence and arousal, and intensity is the distance from the neutral point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_models.emotion_recognizer.config import CORPORA
from audio_models.emotion_recognizer.examples import POINT, SIGNS, Example, rounded
from audio_models.emotion_recognizer.hearing import Excerpt, Hearing
from shared.datasets import emopia, vgmidi
from shared.datasets.emotion_labels import read_labels
from shared.datasets.emotion_music import EmotionPiece
from shared.datasets.problems import ProblemLog
from shared.decoding.emotion_recognition import MIDI_SUFFIXES
from shared.errors import InputError, unknown_choice
from shared.music.emotion import thesaurus
from shared.music.emotion_point import EmotionPoint

_MODULES = {"vgmidi": vgmidi, "emopia": emopia}
_NEIGHBOURS = 8  # nodes whose dominance is averaged
OWN_LICENCE = "not stated"


@dataclass(frozen=True, eq=False)
class Clip:
    """One labelled file before it is heard; `split` is set where the corpus fixes it."""

    id: str
    group: str
    source: str
    licence: str
    name: str
    content: bytes
    known: str
    point: EmotionPoint
    node_id: int | None = None
    split: str | None = None
    series: NDArray[np.float64] | None = None

    @property
    def is_midi(self) -> bool:
        """Whether it can be rendered anew."""
        return Path(self.name).suffix.lower() in MIDI_SUFFIXES


def corpus_clips(name: str, corpora: Path) -> Iterator[Clip]:
    """Yield the pieces of a corpus.

    Raises:
        InputError: for an unknown corpus, or one that is not there.
    """
    if name not in CORPORA:
        raise unknown_choice("corpus", name, CORPORA)
    for piece in _MODULES[name].tracks(corpora / name):
        yield _clip(piece)


def _clip(piece: EmotionPiece) -> Clip:
    known = POINT if piece.dataset == vgmidi.NAME else SIGNS
    # The split of the corpus is kept where it has one.
    return Clip(
        f"{piece.dataset}/{piece.id}", f"{piece.dataset}/{piece.group}", piece.dataset, piece.licence,
        f"{piece.id}.mid", piece.midi, known, estimated_point(piece.valence, piece.arousal), split=piece.split,
        series=piece.series,
    )  # fmt: skip


def own_clips(labels: str, log: ProblemLog) -> Iterator[Clip]:
    """Yield the files of a labels file; what cannot be used goes to the log.

    Raises:
        InputError: when the labels file itself cannot be read.
    """
    for entry in read_labels(labels, log):
        try:
            content = entry.path.read_bytes()
        except OSError as error:
            log.add(str(entry.path), 0, f"cannot be read: {error.strerror}")
            continue
        yield Clip(
            str(entry.path), entry.group, "labels", OWN_LICENCE, str(entry.path), content, POINT, entry.point,
            entry.node_id,
        )  # fmt: skip


def examples_of(clip: Clip, hearing: Hearing, renders: Sequence[int]) -> list[Example]:
    """Return the clip's examples, excerpts and all; the whole of the first render is marked as such.

    `renders` are numbers as `hearing` takes them; a recording has one only.

    Raises:
        InputError: when the clip is broken or silent.
    """
    examples = []
    for render in renders if clip.is_midi else renders[:1]:
        for number, excerpt in enumerate(hearing.excerpts(clip.content, clip.name, render)):
            point = excerpt_point(clip, excerpt)
            whole = render == renders[0] and excerpt.is_whole
            node = clip.node_id if clip.node_id is not None else thesaurus().by_point(point).node.id
            examples.append(
                Example(
                    f"{clip.id}#{render}.{number}", clip.group, clip.source, clip.licence,
                    whole, clip.known, node, point.valence, point.arousal, point.dominance,
                    point.intensity, rounded(excerpt.features),
                )
            )  # fmt: skip
    return examples


def excerpt_point(clip: Clip, excerpt: Excerpt) -> EmotionPoint:
    """Return the label of an excerpt; that of the clip where listeners gave no series."""
    if clip.series is None or excerpt.is_whole:
        return clip.point
    n = len(clip.series)
    first = min(int(excerpt.start * n), n - 1)
    part = clip.series[first : max(first + 1, round(excerpt.end * n))]
    moved = np.array([clip.point.valence, clip.point.arousal]) + part.mean(axis=0) - clip.series.mean(axis=0)
    # A mean of a mean that is moved may leave the square: it is then at its edge.
    valence, arousal = np.clip(moved, -1, 1)
    return estimated_point(float(valence), float(arousal))


def estimated_point(valence: float, arousal: float) -> EmotionPoint:
    """Return the point of which valence and arousal are known; dominance is that of the nearest nodes."""
    places, dominance = _plane()
    nearest = np.argsort(np.square(places - (valence, arousal)).sum(axis=1), kind="stable")[:_NEIGHBOURS]
    return EmotionPoint.of(valence, arousal, float(dominance[nearest].mean()))


@cache
def _plane() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = [node.point for node in thesaurus()]
    return np.array([(p.valence, p.arousal) for p in points]), np.array([p.dominance for p in points])


def require_some(clips: list[Example], what: str) -> None:
    """Refuse to go on with nothing.

    Raises:
        InputError: naming what held nothing.
    """
    if not clips:
        raise InputError(f"{what} holds no usable clip; give labelled audio or MIDI files")
