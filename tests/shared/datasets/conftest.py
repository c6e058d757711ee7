"""Tiny trees in the layout of each dataset, so that its reader is tested without the real corpora."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

LAB = "0.0\t1.5\tN\n1.5\t3.0\tC:maj\n3.000000000001\t4.5\tA:min7/b3\n\n"
BARE_LAB = "0.0 1.0 N\n1.0 2.5 A\n2.5 4.0 F#:min\n"

SALAMI = (
    "# title: Planted\n# metre: 4/4\n\n0.0\tsilence\n"
    "1.5\tA, verse, | C:maj . A:min7/b3 . | (2/4) N |, (voice\n3.0\t| &pause | x2\n4.5\tend\n"
)

HUMDRUM = """!!!OTL: Planted
**harm\t**harte\t**harm\t**harte\t**kern\t**timestamp
!T.d.C.\t!T.d.C.\t!D.T.\t!D.T.\t!T.d.C.\t!
=1\t=1\t=1\t=1\t=1\t=1
*>Verse\t*>Verse\t*>Verse\t*>Verse\t*>Verse\t*>Verse
I\tB-:maj\tI\tB-:maj\tb-\t0.5
V\tF:(1,4,5,b7)\tV\tF:7\t.\t.
=2\t=2\t=2\t=2\t=2\t=2
.\t.\t.\t.\tc\t2.5
=3\t=3\t=3\t=3\t=3\t=3
I\tB-:maj/3\tI\tB-:maj\t.\t4.5
*-\t*-\t*-\t*-\t*-\t*-
"""

LEAD_SHEET = """(title Planted Blues)
(composer A. Person)
(key -1)
(style swing
    (swing 0.67)
)
(part
    (type chords)
    (title Untitled (with brackets))
)
F7 | Bb7 / | NC| Gm7b5 C7+ |
/ |F7/A |
(part
    (type melody)
)
R4 | F+8 | f+8 | C1 |
"""

ABC = """X: 1
T:Planted Reel
% a remark with "G" in it
M:4/4
K:G
e|:"G"d2B "D/f+"A|"Cd"c2 "(E7)"e|"From A.Person's song"g2z2|[K:D]"Ea7"e4:|

X: 2
T:No Chords
K:C
cdef|gabc'|
"""

SCORE = """<?xml version="1.0"?>
<score-partwise><part id="P1">
<measure number="1">
  <harmony><root><root-step>B</root-step><root-alter>-1</root-alter></root><kind>dominant</kind>
    <degree><degree-value>9</degree-value><degree-alter>-1</degree-alter><degree-type>add</degree-type></degree>
    <bass><bass-step>D</bass-step></bass></harmony>
  <harmony><root><root-step>C</root-step></root><kind>suspended-fourth</kind>
    <degree><degree-value>7</degree-value><degree-alter>0</degree-alter><degree-type>add</degree-type></degree>
    <degree><degree-value>9</degree-value><degree-alter>0</degree-alter><degree-type>add</degree-type></degree>
  </harmony>
</measure>
<measure number="2"/>
<measure number="3">
  <harmony><root><root-step>F</root-step></root><kind text="Maj7">major-seventh</kind></harmony>
</measure>
</part></score-partwise>
"""

SONGS = [
    {
        "id": "one",
        "dataset": "planted",
        "licence": "CC0-1.0",
        "title": "First",
        "artist": "Someone",
        "corpus_genre": "jazz",
        "genre": ["jazz", "latin"],
        "key": "D:min",
        "key_source": "stated by hand",
        "tempo": 96.0,
        "meter": "4/4",
        "chords": ["D:min7", "G:7alt", "C:maj7"],
        "bars": [["D:min7"], ["G:7alt"], ["C:maj7"], ["C:maj7"]],
        "sections": ["A", "A", None, "A"],
    },
    {"id": "two", "dataset": "planted", "chords": ["C:maj", "C:add9", "G:maj"], "mood_raw": [" Mellow", "Sad"]},
]


def _zip(path: Path, members: dict[str, str | bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _zipped(members: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _mcgill_billboard(root: Path) -> None:
    _write(root / "songs.csv", "id,title,artist,duplicate_of\n0003,Planted,Someone,\n")
    _zip(root / "annotations.zip", {"lab/0003.lab": LAB, "salami_chords/0003.txt": SALAMI})


def _isophonics(root: Path) -> None:
    _write(root / "songs.csv", "id,title,artist,album,duration_s\niso_1,Planted,The Someones,,4.0\n")
    _zip(root / "annotations.zip", {"chords/iso_1.lab": BARE_LAB, "keys/iso_1.lab": "0.0 4.0 A\n"})


def _uspop_rwc(root: Path) -> None:
    _write(root / "songs.csv", "id,title,artist,duration_s\nrwc_1,,RWC-Pop,4.5\n")
    _zip(root / "annotations.zip", {"chords/rwc_1.lab": LAB})


def _pop909(root: Path) -> None:
    _write(root / "index.csv", "song_id,name,artist\n001,一剪梅,费玉清\n")
    _zip(
        root / "annotations.zip",
        {"001/chord_midi.txt": LAB, "001/chord_audio.txt": BARE_LAB, "001/key_audio.txt": "0 4 C:maj\n"},
    )


def _rs200(root: Path) -> None:
    _write(root / "songs.csv", "id,title,artist\nPlanted_1970,Planted,Someone\n")
    _zip(root / "humdrum.zip", {"Planted_1970.hum": HUMDRUM})


def _imaginary_book(root: Path) -> None:
    _zip(root / "leadsheets.zip", {"Planted.ls": LEAD_SHEET})


def _nottingham(root: Path) -> None:
    _zip(root / "abc.zip", {"reels.abc": ABC})


def _openewld(root: Path) -> None:
    _write(root / "songs.csv", "id,title,authors,file\n7,Planted,Someone,00007.mxl\n")
    score = _zipped({"META-INF/container.xml": "<container/>", "Planted.xml": SCORE})
    _zip(root / "leadsheets.zip", {"00007.mxl": score})


def _chords_unified(root: Path) -> None:
    with gzip.open(root / "songs.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(song) + "\n" for song in SONGS)


def _embedded(root: Path) -> None:
    songs = [{**song, "mood": "joy", "scale_type": "minor", "split": "train"} for song in SONGS]
    _write(root / "chord_progressions.jsonl", "".join(json.dumps(song) + "\n" for song in songs))


_BUILDERS = {
    "mcgill-billboard": _mcgill_billboard,
    "isophonics": _isophonics,
    "uspop-rwc-chords": _uspop_rwc,
    "pop909": _pop909,
    "rs200": _rs200,
    "imaginary-book": _imaginary_book,
    "nottingham": _nottingham,
    "openewld": _openewld,
    "chords-unified": _chords_unified,
    "embedded": _embedded,
}


@pytest.fixture
def plant(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that plants the tree of a dataset and gives its root."""

    def build(name: str) -> Path:
        root = tmp_path / name
        root.mkdir()
        _BUILDERS[name](root)
        return root

    return build
