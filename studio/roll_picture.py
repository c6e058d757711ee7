"""The piano roll as a picture of its own: an SVG file that any browser or viewer opens, colours included."""

from __future__ import annotations

from collections.abc import Sequence

from shared.music.score import Score
from studio.markup import Markup, element, join
from studio.piano_roll import Layout, Section, playing_tracks, roll_drawing

# On paper: what the page's style sheet takes from the reader's light or dark mode.
_STYLE = """
svg { background: #ffffff; font-family: system-ui, "DejaVu Sans", sans-serif; }
.black-key { fill: #f3efe6; } .octave, .barline { stroke: #ddd6c8; } .barline { opacity: .7; }
.section { fill: #fbe3c4; } .section.odd { fill: #ddd6c8; } .section-name, .chord { font-weight: 600; }
.section-name { font-size: 12px; } .chord { font-size: 14px; } .playhead { display: none; }
.track-0 { fill: #1f5fa8; } .track-1 { fill: #c4541b; } .track-2 { fill: #2e7d52; } .track-3 { fill: #7a4aa0; }
.track-4 { fill: #b0305c; } .track-5 { fill: #9a7b0a; } .legend { font-size: 13px; font-weight: 600; }
"""
_LEGEND_HEIGHT, _LEGEND_STEP = 26.0, 90.0


def roll_picture(score: Score, sections: Sequence[Section] = ()) -> str:
    """Return the text of an SVG file: sections, chord names, notes, and below them which colour is which track."""
    layout = Layout.of(score)
    height = layout.height + _LEGEND_HEIGHT
    return element(
        "svg", element("style", Markup(_STYLE)), roll_drawing(score, sections), _legend(score, layout),
        xmlns="http://www.w3.org/2000/svg", width=layout.width, height=height,
        viewBox=f"0 0 {layout.width:g} {height:g}",
    )  # fmt: skip


def _legend(score: Score, layout: Layout) -> Markup:
    y = layout.height + _LEGEND_HEIGHT - 8
    return join(
        element("text", track.name, x=8 + index * _LEGEND_STEP, y=y, class_=f"legend track-{index % 6}")
        for index, track in enumerate(playing_tracks(score))
    )
