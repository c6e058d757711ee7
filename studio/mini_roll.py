"""A piano roll at a glance: the whole piece in the width of its card, notes only."""

from __future__ import annotations

from shared.music.score import Score
from studio.markup import Markup, element
from studio.piano_roll import PIXELS_PER_QUARTER, Layout, drawn_tracks


def mini_roll(score: Score) -> Markup:
    """Return a drawing that stretches to its column; a thin line follows the player.

    It is hidden from screen readers: the chord sheet beside it says the same in words.
    """
    layout = Layout.of(score)
    top = layout.pitches_top
    return element(
        "svg", drawn_tracks(layout, score),
        element("line", class_="playhead", x1=0, x2=0, y1=top, y2=layout.height),
        class_="mini", aria_hidden="true", preserveAspectRatio="none",
        viewBox=f"0 {top:g} {layout.width:g} {layout.height - top:g}",
        data_pixels_per_second=PIXELS_PER_QUARTER * score.tempo_qpm / 60,
    )  # fmt: skip
