"""Groove MIDI Dataset: 1,150 performances on an electronic kit, played to a click by ten drummers.

Tree: `info.csv` with `id`, `style`, `bpm`, `beat_type`, `time_signature`, `midi_filename`, `split`, and `midi.zip`.
Only 4/4 is read (all but 12 performances). The corpus' own split is by performance and lets a session stand on two
sides, which is how its results are published.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from shared.datasets.archives import open_archive, read_member, table
from shared.datasets.drumming import DrumPerformance
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree
from shared.errors import InputError
from shared.music.midi import parse_symusic

NAME = "groove"
TITLE = "Groove MIDI Dataset 1.0.0"
CITATION = "Gillick et al., Learning to Groove with Inverse Sequence Transformations, ICML 2019"
LICENCE = "CC-BY-4.0"
SHIPS = True
SOURCE = "https://magenta.tensorflow.org/datasets/groove (MIDI only)"
TREE: tuple[str, ...] = ("info.csv", "midi.zip")

_COLUMNS = ("id", "drummer", "session", "style", "bpm", "beat_type", "time_signature", "midi_filename", "split")
_SPLITS = {"train": "train", "validation": "validation", "test": "test"}
# The genre of the generator that a style is played in.
STYLE_GENRES = {
    "rock": "rock", "punk": "rock", "pop": "pop", "dance": "pop", "hiphop": "soul", "funk": "soul", "soul": "soul",
    "gospel": "soul", "blues": "blues", "jazz": "jazz", "neworleans": "jazz", "latin": "latin", "afrocuban": "latin",
    "afrobeat": "latin", "highlife": "latin", "reggae": "latin", "country": "folk", "middleeastern": "folk",
}  # fmt: skip


def validate(root: Path) -> Report:
    """Read every performance once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[DrumPerformance]:
    """Yield the performances in 4/4.

    Raises:
        InputError: when a file is missing or broken as a whole.
    """
    log = ProblemLog() if log is None else log
    rows = table(root / TREE[0], _COLUMNS)
    with open_archive(root / TREE[1]) as scores:
        for line, row in enumerate(rows.values(), start=2):
            if row["time_signature"] != "4-4":
                continue
            try:
                performance = _performance(row, read_member(scores, row["midi_filename"]))
            except InputError as error:
                log.add(TREE[0], line, str(error))
                continue
            yield performance


def _performance(row: dict[str, str], midi: bytes) -> DrumPerformance:
    """Return the performance of a row.

    Raises:
        InputError: when a cell cannot be read, or the MIDI file is broken or silent.
    """
    source = parse_symusic(midi, row["midi_filename"])
    hits = sorted(
        (note.time / source.tpq, note.pitch, note.velocity)
        for track in source.tracks
        for note in track.notes
        if note.velocity > 0
    )
    if not hits:
        raise InputError(f"{row['midi_filename']} holds no hit; fetch it again")
    style = row["style"].partition("/")[0].partition("-")[0].strip().casefold()
    try:
        tempo_qpm, split = float(row["bpm"]), _SPLITS[row["split"]]
    except (ValueError, KeyError):
        raise InputError(
            f"bpm '{row['bpm']}' or split '{row['split']}' cannot be read; fetch the table again"
        ) from None
    return DrumPerformance(
        id=row["id"], dataset=NAME, licence=LICENCE, style=style, genre=STYLE_GENRES.get(style), tempo_qpm=tempo_qpm,
        is_fill=row["beat_type"] == "fill", hits=np.array(hits, dtype=np.float64), group=row["session"], split=split,
    )  # fmt: skip
