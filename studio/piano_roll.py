"""A piano roll as inline SVG: time runs right in quarters, pitch runs up in semitones, drums lie below.

From top to bottom: sections, chord names, the pitches of all tracks, one row per drum. The keyboard at the
left is a drawing of its own, so that it stays while the roll scrolls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.music.score import Note, Score, Track
from studio.markup import Markup, element, join
from studio.notation import printed

PIXELS_PER_QUARTER = 20.0
ROW_HEIGHT = 6.0
SECTION_HEIGHT, CHORD_HEIGHT, DRUM_GAP = 24.0, 34.0, 12.0
GUTTER_WIDTH = 52.0
_BLACK_KEYS = frozenset({1, 3, 6, 8, 10})


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the song: where it begins, in quarters, and what it is called."""

    onset_quarters: float
    name: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie, in pixels.

    Attributes:
        quarters: length of the song.
        lowest: MIDI pitch of the bottom row.
        highest: MIDI pitch of the top row.
        drum_pitches: the drums that play, one row each, ascending.
    """

    quarters: float
    lowest: int
    highest: int
    drum_pitches: tuple[int, ...] = ()

    @classmethod
    def of(cls, score: Score) -> Layout:
        """Return the layout that holds every note of a score, opened to whole octaves (C to B)."""
        pitches = [note.pitch for track in score.tracks if not track.is_drum for note in track.notes] or [60]
        drums = {note.pitch for track in score.tracks if track.is_drum for note in track.notes}
        return cls(score.end_quarters, min(pitches) // 12 * 12, max(pitches) // 12 * 12 + 11, tuple(sorted(drums)))

    @property
    def pitches_top(self) -> float:
        """Upper edge of the highest pitch."""
        return SECTION_HEIGHT + CHORD_HEIGHT

    @property
    def pitches_bottom(self) -> float:
        """Lower edge of the lowest pitch."""
        return self.pitches_top + (self.highest - self.lowest + 1) * ROW_HEIGHT

    @property
    def width(self) -> float:
        """Pixels of the whole song."""
        return self.x(self.quarters)

    @property
    def height(self) -> float:
        """Pixels from the sections to the last drum."""
        drums = DRUM_GAP + len(self.drum_pitches) * ROW_HEIGHT if self.drum_pitches else 0.0
        return self.pitches_bottom + drums

    def x(self, quarters: float) -> float:
        """Return where a moment lies."""
        return quarters * PIXELS_PER_QUARTER

    def y(self, pitch: int, is_drum: bool = False) -> float:
        """Return the upper edge of a row."""
        if is_drum:
            from_bottom = self.drum_pitches.index(pitch) + 1
            return self.height - from_bottom * ROW_HEIGHT
        return self.pitches_top + (self.highest - pitch) * ROW_HEIGHT


def piano_roll(score: Score, sections: Sequence[Section] = ()) -> Markup:
    """Return the keyboard, the scrolling roll with its playhead, and the legend of the tracks that play."""
    layout = Layout.of(score)
    scroller = element(
        "div", roll_drawing(score, sections), class_="scroller", tabindex=0, role="region",
        aria_label="Piano roll, scrolls",
    )  # fmt: skip
    return element("div", _keyboard(layout), scroller, class_="roll") + _legend(playing_tracks(score))


def roll_drawing(score: Score, sections: Sequence[Section] = (), **attributes: str) -> Markup:
    """Return the drawing alone, with further attributes of its `svg` element."""
    layout = Layout.of(score)
    return element(
        "svg", _rows(layout), _bars(layout, score), _sections(layout, sections), _chords(layout, score),
        drawn_tracks(layout, score),
        element("line", class_="playhead", y1=0, y2=layout.height, x1=0, x2=0),
        role="img", aria_label=_spoken(score, layout), width=layout.width, height=layout.height,
        viewBox=f"0 0 {layout.width:g} {layout.height:g}",
        data_pixels_per_second=PIXELS_PER_QUARTER * score.tempo_qpm / 60, **attributes,
    )  # fmt: skip


def playing_tracks(score: Score) -> list[Track]:
    """Return the tracks that have notes; their order gives their colour."""
    return [track for track in score.tracks if track.notes]


def _spoken(score: Score, layout: Layout) -> str:
    """Return the picture in one sentence."""
    counts = ", ".join(f"{track.name} {len(track.notes)}" for track in playing_tracks(score))
    return f"Piano roll of {score.duration_s:.0f} seconds; notes per track: {counts}"


def _rows(layout: Layout) -> Markup:
    """Return the shade behind black keys and a line under every C."""
    pitches = range(layout.lowest, layout.highest + 1)
    shades = [
        element("rect", x=0, y=layout.y(pitch), width=layout.width, height=ROW_HEIGHT, class_="black-key")
        for pitch in pitches
        if pitch % 12 in _BLACK_KEYS
    ]
    edges = [layout.y(pitch) + ROW_HEIGHT for pitch in pitches if pitch % 12 == 0]
    lines = [element("line", x1=0, x2=layout.width, y1=y, y2=y, class_="octave") for y in edges]
    return join(shades + lines)


def _bars(layout: Layout, score: Score) -> Markup:
    """Return a line at every bar."""
    count = int(layout.quarters / score.bar_quarters) + 1
    xs = [layout.x(index * score.bar_quarters) for index in range(count)]
    return join(element("line", x1=x, x2=x, y1=SECTION_HEIGHT, y2=layout.height, class_="barline") for x in xs)


def _sections(layout: Layout, sections: Sequence[Section]) -> Markup:
    """Return the names of the sections, each over its part of the song."""
    ends = [section.onset_quarters for section in sections[1:]] + [layout.quarters]
    parts = []
    for index, (section, end) in enumerate(zip(sections, ends, strict=False)):
        x, width = layout.x(section.onset_quarters), layout.x(end - section.onset_quarters)
        shade = "section odd" if index % 2 else "section"
        parts.append(element("rect", x=x, y=0, width=max(width - 2, 0), height=SECTION_HEIGHT - 4, class_=shade))
        parts.append(element("text", section.name, x=x + 8, y=SECTION_HEIGHT - 9, class_="section-name"))
    return join(parts)


def _chords(layout: Layout, score: Score) -> Markup:
    """Return the chord names above the notes; the page lights the one that sounds."""
    y = SECTION_HEIGHT + CHORD_HEIGHT - 12
    seconds = 60 / score.tempo_qpm
    return join(
        element("text", printed(name), x=layout.x(onset) + 4, y=y, class_="chord", data_onset=f"{onset * seconds:.3f}")
        for onset, name in score.chord_marks
    )


def drawn_tracks(layout: Layout, score: Score) -> Markup:
    """Return the notes of all tracks: long ones first and tall, the others slimmer on top of them.

    So a piano shows on the strings that hold the same pitches.
    """
    colours = {id(track): index for index, track in enumerate(playing_tracks(score))}
    behind_first = sorted(playing_tracks(score), key=_mean_quarters, reverse=True)
    return join(
        element(
            "g", *(_note(layout, note, track.is_drum, inset=1.5 if depth else 0.5) for note in track.notes),
            class_=f"track track-{colours[id(track)] % 6}",
        )
        for depth, track in enumerate(behind_first)
    )  # fmt: skip


def _mean_quarters(track: Track) -> float:
    """Return how long the notes of a track last on average, in quarters."""
    return sum(note.duration_quarters for note in track.notes) / len(track.notes)


def _note(layout: Layout, note: Note, is_drum: bool, inset: float) -> Markup:
    """Return one note; louder ones are more opaque, a drum stroke gets the length of a sixteenth.

    `inset` pixels stay free above and below it in its row.
    """
    width = layout.x(0.25 if is_drum else note.duration_quarters)
    inset = 0.5 if is_drum else inset
    return element(
        "rect", x=layout.x(note.onset_quarters), y=layout.y(note.pitch, is_drum) + inset,
        width=max(width - 1, 1.5), height=ROW_HEIGHT - 2 * inset, opacity=0.75 + 0.25 * note.velocity / 127,
    )  # fmt: skip


def _keyboard(layout: Layout) -> Markup:
    """Return the names of the octaves and of the drum lane, left of the roll."""
    octaves = range(layout.lowest, layout.highest + 1, 12)
    names = [
        element("text", f"C{pitch // 12 - 1}", x=GUTTER_WIDTH - 6, y=layout.y(pitch) + ROW_HEIGHT, class_="tick left")
        for pitch in octaves
    ]
    if layout.drum_pitches:
        middle = (layout.pitches_bottom + DRUM_GAP + layout.height) / 2
        names.append(element("text", "drums", x=GUTTER_WIDTH - 6, y=middle + 4, class_="tick left"))
    return element("svg", *names, class_="keys", aria_hidden="true", width=GUTTER_WIDTH, height=layout.height)


def _legend(tracks: Sequence[Track]) -> Markup:
    """Return which colour is which track."""
    entries = (
        element("li", element("span", class_=f"swatch track-{index % 6}"), track.name)
        for index, track in enumerate(tracks)
    )
    return element("ul", *entries, class_="legend")
