"""EMOPIA: clips of pop piano, transcribed from recordings, each in the quadrant of the circumplex that was heard.

Tree: `labels.csv` with `clip`, `song`, `valence`, `arousal` (1 or -1) and `official_split`, and `midis.zip`. Clips of
one song are a group. Not for weights that ship: no commercial use.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.archives import open_archive, read_member, table
from shared.datasets.emotion_music import EmotionPiece
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree
from shared.errors import InputError

NAME = "emopia"
TITLE = "EMOPIA 1.0"
CITATION = "Hung et al., EMOPIA: A Multi-Modal Pop Piano Dataset for Emotion Recognition and Generation, ISMIR 2021"
LICENCE = "CC-BY-NC-SA-4.0"
SHIPS = False
SOURCE = "https://annahung31.github.io/EMOPIA (as copied in sanjanachecker/MoodTunes_DLProj, commit 4a0f100f88bf)"
TREE: tuple[str, ...] = ("labels.csv", "midis.zip")

_COLUMNS = ("clip", "song", "valence", "arousal", "official_split")
_SPLITS = {"train": "train", "val": "validation", "test": "test"}
_SIGNS = {"1": 1.0, "-1": -1.0}


def validate(root: Path) -> Report:
    """Read every clip once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[EmotionPiece]:
    """Yield the clips; valence and arousal are -1 or 1.

    Raises:
        InputError: when a file is missing or broken as a whole.
    """
    log = ProblemLog() if log is None else log
    rows = table(root / TREE[0], _COLUMNS)
    with open_archive(root / TREE[1]) as scores:
        for line, (clip, row) in enumerate(rows.items(), start=2):
            try:
                valence, arousal, split = _SIGNS[row["valence"]], _SIGNS[row["arousal"]], _SPLITS[row["official_split"]]
                found = EmotionPiece(
                    id=clip, dataset=NAME, licence=LICENCE, midi=read_member(scores, f"{clip}.mid"),
                    valence=valence, arousal=arousal, group=row["song"], split=split,
                )  # fmt: skip
                found.notes()
            except KeyError as error:
                log.add(TREE[0], line, f"{error} is no sign (1, -1) or split ({', '.join(_SPLITS)})")
                continue
            except InputError as error:
                log.add(TREE[0], line, str(error))
                continue
            yield found
