"""The chord types and their intervals, derived from mir_eval (Raffel et al. 2014, `mir_eval.chord`).

The types are the shorthands of `mir_eval.chord.QUALITIES`, in its order, then those it has no shorthand for,
spelt in Harte syntax (`EXTENSIONS`), then `N` (no chord) and `X` (unknown): 32. `maj(9)`, the corpora's add9,
is a quality beside them: the generator writes it, the recognizer reduces it to `maj`.

The intervals are what `mir_eval.chord.encode` makes of `C:<shorthand>` with extended chords unfolded: its table
alone gives `maj9` the bitmap of `maj7`. They lie in `chord_types.json`, so that whoever only runs a model needs
no mir_eval. After a new mir_eval: `python -m shared.music.chord_types` writes the file again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

Intervals: TypeAlias = frozenset[int]
Table: TypeAlias = dict[str, dict[str, Any]]

TABLE_FILE = Path(__file__).with_suffix(".json")

# Types without a shorthand in mir_eval, in a Harte spelling that it reads.
EXTENSIONS = {
    "maj11": "maj7(9,11)",
    "7sus4": "sus4(b7)",
    "aug7": "aug(b7)",
    "augmaj7": "aug(7)",
    "7(b9)": "7(b9)",
    "7(#9)": "7(#9)",
}
ADD9 = {"maj(9)": "maj(9)"}

NO_CHORD, UNKNOWN = "N", "X"


def derive() -> Table:
    """Return the table as mir_eval gives it: quality -> Harte spelling and semitones above the root."""
    from mir_eval import chord

    shorthands = {name: name for name in chord.QUALITIES if name}
    table: Table = {}
    for quality, harte in {**shorthands, **EXTENSIONS, **ADD9}.items():
        _, bitmap, _ = chord.encode(f"C:{harte}", reduce_extended_chords=True)
        table[quality] = {"harte": harte, "intervals": [int(semitone) for semitone in bitmap.nonzero()[0]]}
    return table


def main() -> None:
    """Write `chord_types.json` from the installed mir_eval."""
    from shared.files import write_text  # what only reads the table starts without it

    rows = (f"  {json.dumps(quality)}: {json.dumps(row)}" for quality, row in derive().items())
    write_text(TABLE_FILE, "{\n" + ",\n".join(rows) + "\n}\n")
    print(f"wrote {TABLE_FILE}")


def _load() -> Table:
    """Return the written table; before it is written, mir_eval's own."""
    if not TABLE_FILE.exists():
        return derive()
    loaded: Table = json.loads(TABLE_FILE.read_text(encoding="utf-8"))
    return loaded


_TABLE = _load()

# Every quality with its intervals: pitch classes above the root, which is 0.
INTERVALS: dict[str, Intervals] = {name: frozenset(row["intervals"]) for name, row in _TABLE.items()}
HARTE: dict[str, str] = {name: row["harte"] for name, row in _TABLE.items()}

QUALITIES = tuple(_TABLE)
CHORD_TYPES = (*(quality for quality in QUALITIES if quality not in ADD9), NO_CHORD, UNKNOWN)
CHORD_TYPE_ID = {name: index for index, name in enumerate(CHORD_TYPES)}

# The 23 most frequent qualities of the real chord corpora (CONSORT_DATA, chords-unified: 475,173 changes), the
# commonest first. `7(b9)` stands for every dominant with an altered tension, as the corpora's `7alt` does.
GENERATOR_QUALITIES = (
    "maj", "7", "min", "min7", "maj7", "dim", "dim7", "7(b9)", "maj6", "hdim7", "maj(9)", "7sus4",
    "sus4", "9", "5", "min9", "min6", "aug7", "maj9", "aug", "13", "min11", "sus2",
)  # fmt: skip


if __name__ == "__main__":
    main()
