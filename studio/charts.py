"""Line charts as inline SVG: training curves with axes, labels, a legend and the best epoch marked.

Colours are classes (`series-0`, `series-1`), so that the page's style sheet chooses them for light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.axes import Scale, integer_ticks, ticks
from studio.markup import Markup, element, join

# Pixels of the drawing; the page scales it to its column, so that text stays legible on a phone.
WIDTH, HEIGHT = 420.0, 270.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 14.0, 14.0, 46.0


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: its name in the legend and one value per epoch."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class LineChart:
    """What a chart shows.

    Attributes:
        title: what is measured, also read aloud by a screen reader.
        y_label: the quantity with its unit.
        epochs: the horizontal values, ascending whole numbers.
        curves: at most two, each as long as `epochs`.
        percent: whether the values are shares of one, shown as per cent.
        best_epoch: the epoch whose weights were kept, marked by a line; None for no mark.
    """

    title: str
    y_label: str
    epochs: Sequence[int]
    curves: Sequence[Curve]
    percent: bool = False
    best_epoch: int | None = None

    @property
    def x_scale(self) -> Scale:
        """From epochs to pixels."""
        return Scale(self.epochs[0], self.epochs[-1], LEFT, WIDTH - RIGHT)

    @property
    def y_ticks(self) -> list[float]:
        """The round values at the left."""
        values = [value for curve in self.curves for value in curve.values]
        return ticks(min(values), max(values))

    @property
    def y_scale(self) -> Scale:
        """From values to pixels; larger values lie higher."""
        return Scale(self.y_ticks[0], self.y_ticks[-1], HEIGHT - BOTTOM, TOP)

    def value_text(self, value: float) -> str:
        """Return how a value is written at the axis."""
        return f"{100 * value:.3g} %" if self.percent else f"{value:.3g}"


def line_chart(chart: LineChart) -> Markup:
    """Return a figure: caption, legend and drawing."""
    legend = join(
        element("li", element("span", class_=f"swatch series-{index}"), curve.name)
        for index, curve in enumerate(chart.curves)
    )
    drawing = element(
        "svg", _horizontal_grid(chart), _epoch_axis(chart), _best(chart), _lines(chart),
        class_="chart", role="img", aria_label=_spoken(chart), viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
    )  # fmt: skip
    head = element("figcaption", element("strong", chart.title), element("ul", legend, class_="legend"))
    return element("figure", head, drawing)


def points(chart: LineChart, curve: Curve) -> list[tuple[float, float]]:
    """Return the corners of a curve in pixels."""
    x, y = chart.x_scale, chart.y_scale
    return [(x(epoch), y(value)) for epoch, value in zip(chart.epochs, curve.values, strict=True)]


def _spoken(chart: LineChart) -> str:
    """Return the chart in one sentence."""
    ends = (
        f"{curve.name} from {chart.value_text(curve.values[0])} to {chart.value_text(curve.values[-1])}"
        for curve in chart.curves
    )
    return f"{chart.title} over {len(chart.epochs)} epochs: {', '.join(ends)}"


def _horizontal_grid(chart: LineChart) -> Markup:
    """Return the lines and figures of the vertical axis, with its label."""
    scale, middle = chart.y_scale, (HEIGHT - BOTTOM + TOP) / 2
    label = element("text", chart.y_label, class_="axis", transform=f"translate(13 {middle:g}) rotate(-90)")
    rows = [
        element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=scale(value), y2=scale(value), class_="grid")
        + element("text", chart.value_text(value), x=LEFT - 7, y=scale(value) + 4, class_="tick left")
        for value in chart.y_ticks
    ]
    return label + join(rows)


def _epoch_axis(chart: LineChart) -> Markup:
    """Return the figures of the horizontal axis, with its label."""
    scale = chart.x_scale
    label = element("text", "epoch", class_="axis", x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 8)
    figures = [
        element("text", epoch, x=scale(epoch), y=HEIGHT - BOTTOM + 18, class_="tick")
        for epoch in integer_ticks(chart.epochs[0], chart.epochs[-1])
    ]
    return label + join(figures)


def _best(chart: LineChart) -> Markup:
    """Return the mark of the epoch whose weights were kept."""
    if chart.best_epoch not in chart.epochs:
        return Markup()
    x = chart.x_scale(float(chart.best_epoch or 0))
    side = "end" if x > WIDTH / 2 else "start"
    text = element("text", "best", x=x - 5 if side == "end" else x + 5, y=TOP + 10, class_="best", text_anchor=side)
    return element("line", x1=x, x2=x, y1=TOP, y2=HEIGHT - BOTTOM, class_="best") + text


def _lines(chart: LineChart) -> Markup:
    """Return the curves; a dot ends each, and is all there is to see after one epoch."""
    drawn = []
    for index, curve in enumerate(chart.curves):
        corners = points(chart, curve)
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
        dot = element("circle", cx=corners[-1][0], cy=corners[-1][1], r=3.5)
        drawn.append(element("g", element("polyline", points=path), dot, class_=f"series-{index}"))
    return join(drawn)
