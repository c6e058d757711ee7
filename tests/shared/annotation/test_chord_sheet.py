"""The sheet by bars, drawn out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from shared.annotation.chord_sheet import chord_sheet
from shared.datasets.contract import TimedChords
from shared.errors import InputError
from shared.music.keys import parse_key


def song(seconds: float, *labels: str, start: float = 0.0) -> TimedChords:
    bounds = start + seconds * np.arange(len(labels) + 1)
    return TimedChords(np.stack([bounds[:-1], bounds[1:]], axis=1), labels)


def bars(sheet: str) -> list[str]:
    """Return the bars of a sheet, without times and columns."""
    lines = [line.partition("|")[2] for line in sheet.splitlines() if "|" in line]
    return [" ".join(bar.split()) for line in lines for bar in line.removesuffix("|").split("|")]


def test_a_sheet_as_a_person_reads_it() -> None:
    timed = song(1.0, "A:min", "F:maj", "C:maj", "C:maj", "A:min", "F:maj", "G:maj", "G:maj", "G:maj/3", "C:maj")
    sheet = chord_sheet(timed, np.arange(0.5, 9.6, 0.5), downbeat=3, title="A song")
    assert sheet == (
        "A song\nC major · 120 bpm · 4 beats\n\n"
        "  0:00  | Am . F .  | C . . .   | Am . F .  | G . . .   |\n"
        "  0:08  | G/B . C . |\n"
    )


def test_a_beat_has_the_chord_that_fills_most_of_it() -> None:
    timed = TimedChords(np.array([[0.0, 1.2], [1.2, 2.4], [2.4, 4.0]]), ("C:maj", "N", "F:maj"))
    assert bars(chord_sheet(timed, np.arange(0.0, 4.0, 0.5), downbeat=0)) == ["C . N.C. .", "N.C. F . ."]


def test_the_downbeat_is_where_most_chords_change() -> None:
    labels = ["C:maj"] * 2 + ["F:maj"] * 4 + ["G:maj"] * 4 + ["C:maj"] * 4 + ["A:min"] * 3 + ["F:maj"]
    found = bars(chord_sheet(song(0.5, *labels), 0.5 * np.arange(18)))
    assert found == ["C .", "F . . .", "G . . .", "C . . .", "Am . . F"]


def test_three_beats_make_a_waltz() -> None:
    timed = song(1.5, "D:min", "G:min", "A:7", "D:min")
    sheet = chord_sheet(timed, 0.5 * np.arange(12), beats_per_bar=3)
    assert bars(sheet) == ["Dm . .", "Gm . .", "A7 . .", "Dm . ."]
    assert sheet.startswith("D minor · 120 bpm · 3 beats\n")


def test_beats_that_begin_late_and_stop_early_go_on_at_their_pace() -> None:
    timed = song(1.0, *["C:maj", "F:maj"] * 4)
    assert bars(chord_sheet(timed, np.arange(2.0, 6.1, 0.5), downbeat=0)) == ["C . F ."] * 4
    assert bars(chord_sheet(timed, np.arange(-1.0, 12.0, 0.5), downbeat=2)) == ["C . F ."] * 4
    assert bars(chord_sheet(timed, np.array([20.0, 20.5, 21.0]), downbeat=0)) == ["C . F ."] * 4


def test_beats_that_lie_unevenly_give_every_stretch_one_beat() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        beats = np.cumsum(rng.uniform(0.1, 1.0, 20)) - 1.0
        timed = song(0.7, *rng.choice(["C:maj", "F:maj", "G:7"], 12), start=float(rng.uniform(0, 2)))
        shown = [name for bar in bars(chord_sheet(timed, beats)) for name in bar.split()]
        assert shown[0] != "."
        assert set(shown) <= {"C", "F", "G7", "."}


def test_names_are_spelt_as_the_key_asks() -> None:
    timed = song(2.0, "E:maj", "G#:min", "B:maj", "E:maj")
    assert bars(chord_sheet(timed, 0.5 * np.arange(16)))[1] == "G#m . . ."
    flats = chord_sheet(timed, 0.5 * np.arange(16), key=parse_key("Ab:major"))
    assert bars(flats)[1] == "Abm . . ."


def test_silence_is_a_sheet_too() -> None:
    assert chord_sheet(song(4.0, "N"), np.arange(5.0)).startswith("no key · 60 bpm · 4 beats\n\n  0:00  | N.C. . . .")


def test_without_beats_there_are_no_bars() -> None:
    for beats in ([], [1.0], [1.0, 1.0]):
        with pytest.raises(InputError, match=f"at least two rising beats, not {len(beats)}; write names instead"):
            chord_sheet(song(1.0, "C:maj"), np.array(beats))
    with pytest.raises(InputError, match="a bar of 0 beats"):
        chord_sheet(song(1.0, "C:maj"), np.arange(4.0), beats_per_bar=0)
