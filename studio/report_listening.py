"""The part of the page that listens: what was played above what was heard, on one time axis, and the scores."""

from __future__ import annotations

import math

from shared.annotation.lead_sheet_names import key_of, lead_sheet_names
from shared.datasets.contract import TimedChords
from shared.music.chords import parse
from shared.music.keys import Key
from studio.axes import tick_step
from studio.bars import cell_bar
from studio.listening import Heard
from studio.markup import Markup, element, join
from studio.notation import printed

PIXELS_PER_SECOND = 30.0
ROW_HEIGHT, ROW_GAP, AXIS_HEIGHT, GUTTER_WIDTH = 40.0, 6.0, 26.0, 74.0
_NARROWEST = 26.0  # pixels of a box that holds a name
_ROWS = ("played", "heard")
# Metric -> what it says, to people.
_FIGURES = {
    "root": "Root",
    "majmin": "Major or minor triad",
    "sevenths": "Chord with its seventh",
    "mirex": "Three notes in common",
    "seg": "Changes where they are",
}


def listening_section(heard: Heard) -> Markup:
    """Return the timeline and the figures."""
    text = (
        "The chord recognizer heard song.wav, as it would hear any recording: it knows nothing of the score."
        f" That took 1/{heard.times_real_time:.0f} of the song’s length. Share of the time in which both say the same"
        " (mir_eval):"
    )
    # A song of suspended chords, for example, has no triad to be judged.
    figures = {title: heard.scores[name] for name, title in _FIGURES.items() if not math.isnan(heard.scores[name])}
    head = element("tr", *(element("th", title, scope="col") for title in figures))
    cells = (cell_bar(f"{100 * value:.1f} %", value, 1.0) for value in figures.values())
    table = element("table", element("thead", head), element("tbody", element("tr", *cells, class_="ours")))
    return element(
        "section", element("h2", "What is heard"), element("p", text), element("div", table, class_="table"),
        timeline(heard.played, heard.recognised), id="listening",
    )  # fmt: skip


def timeline(played: TimedChords, heard: TimedChords) -> Markup:
    """Return both rows of chords over seconds; what was heard is coloured by whether it was played."""
    end_s = max(float(played.intervals_s[-1, 1]), float(heard.intervals_s[-1, 1]))
    width, height = end_s * PIXELS_PER_SECOND, 2 * (ROW_HEIGHT + ROW_GAP) + AXIS_HEIGHT
    key = key_of(played)
    rows = _boxes(played, 0, ["played"] * len(played.labels), key) + _boxes(heard, 1, judged(played, heard), key)
    share = sum(kind == "same" for kind in judged(played, heard)) / len(heard.labels)
    drawing = element(
        "svg", _seconds(end_s), rows, role="img", width=width, height=height, viewBox=f"0 0 {width:g} {height:g}",
        aria_label=f"{len(played.labels)} chords played, {len(heard.labels)} heard, {100 * share:.0f} % of them right",
    )  # fmt: skip
    scroller = element("div", drawing, class_="scroller", tabindex=0, role="region", aria_label="Chords over time")
    names = join(
        element("text", name, x=GUTTER_WIDTH - 8, y=_top(row) + ROW_HEIGHT / 2 + 4, class_="tick left")
        for row, name in enumerate(_ROWS)
    )
    gutter = element("svg", names, class_="keys", aria_hidden="true", width=GUTTER_WIDTH, height=height)
    return element("div", gutter, scroller, class_="roll timeline") + _legend()


def judged(played: TimedChords, heard: TimedChords) -> list[str]:
    """Return for each chord that was heard: `same`, `root` (its root only) or `other` was played most of its time."""
    kinds = []
    for (start, end), label in zip(heard.intervals_s.tolist(), heard.labels, strict=True):
        chord, shares = parse(label), {"same": 0.0, "root": 0.0}
        for (other_start, other_end), other_label in zip(played.intervals_s.tolist(), played.labels, strict=True):
            overlap, other = max(0.0, min(end, other_end) - max(start, other_start)), parse(other_label)
            if (other.root, other.quality) == (chord.root, chord.quality):
                shares["same"] += overlap
            if other.root == chord.root:
                shares["root"] += overlap
        half = (end - start) / 2
        kinds.append(next((kind for kind, share in shares.items() if share >= half), "other"))
    return kinds


def _top(row: int) -> float:
    return AXIS_HEIGHT + row * (ROW_HEIGHT + ROW_GAP)


def _boxes(timed: TimedChords, row: int, kinds: list[str], key: Key | None) -> Markup:
    """Return a row of boxes with their names, as far as they have room; the tooltip has the rest."""
    boxes = []
    names = lead_sheet_names(timed, key)
    for (start, end), name, kind in zip(timed.intervals_s.tolist(), names, kinds, strict=True):
        x, width = start * PIXELS_PER_SECOND, (end - start) * PIXELS_PER_SECOND - 2
        told = element("title", f"{printed(name)}, {start:.1f} to {end:.1f} s")
        box = element("rect", told, x=x, y=_top(row), width=max(width, 1), height=ROW_HEIGHT, rx=5.0, class_=kind)
        text = element("text", printed(name), x=x + 6, y=_top(row) + ROW_HEIGHT / 2 + 5, class_="chord")
        boxes.append(box + (text if width >= max(_NARROWEST, 9.0 * len(name)) else Markup()))
    return join(boxes)


def _seconds(end_s: float) -> Markup:
    """Return the time axis."""
    step = tick_step(end_s, max(1, round(end_s / 4)))
    times = [index * step for index in range(int(end_s / step) + 1)]
    return join(element("text", f"{at:g} s", x=at * PIXELS_PER_SECOND + 2, y=16, class_="tick time") for at in times)


def _legend() -> Markup:
    kinds = {"same": "the chord that was played", "root": "its root, another type", "other": "another chord"}
    entries = (element("li", element("span", class_=f"swatch {kind}"), text) for kind, text in kinds.items())
    return element("ul", *entries, class_="legend timeline")
