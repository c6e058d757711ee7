"""Bars beside figures: one in a table cell, or a group per label as inline SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.axes import Scale, ticks
from studio.markup import Markup, element, join

WIDTH, LABEL_WIDTH, VALUE_WIDTH = 420.0, 74.0, 54.0
BAR_HEIGHT, GROUP_GAP, TOP, BOTTOM = 13.0, 10.0, 6.0, 34.0


def cell_bar(text: str, value: float, maximum: float, *, best: bool = False) -> Markup:
    """Return a table cell: the figure, and under it a bar whose full width is `maximum`."""
    share = min(max(value / maximum, 0.0), 1.0) if maximum > 0 else 0.0
    bar = element("span", class_="bar", style=f"--share:{share:.4f}", aria_hidden="true")
    return element("td", text, bar, class_="figure best" if best else "figure")


def group_height(series_count: int) -> float:
    """Return the pixels that one label takes: its bars and the gap after them."""
    return series_count * BAR_HEIGHT + GROUP_GAP


def grouped_bars(
    title: str, series: Sequence[str], rows: Mapping[str, Sequence[float]], *, percent: bool = True
) -> Markup:
    """Return a figure of horizontal bars.

    Args:
        title: what is compared.
        series: name of each bar of a group, in order.
        rows: label -> one value per series; the axis begins at zero.
        percent: whether the values are shares of one, shown as per cent.
    """
    axis = ticks(0.0, max(value for values in rows.values() for value in values))
    scale = Scale(0.0, axis[-1], LABEL_WIDTH, WIDTH - VALUE_WIDTH)
    height = TOP + len(rows) * group_height(len(series)) + BOTTOM
    groups = [
        _group(label, values, TOP + index * group_height(len(series)), scale, percent)
        for index, (label, values) in enumerate(rows.items())
    ]
    legend = join(element("li", element("span", class_=f"swatch series-{i}"), name) for i, name in enumerate(series))
    head = element("figcaption", element("strong", title), element("ul", legend, class_="legend"))
    drawing = element(
        "svg", _axis(axis, scale, height, percent), *groups,
        class_="chart", role="img", aria_label=_spoken(title, series, rows, percent),
        viewBox=f"0 0 {WIDTH:g} {height:g}",
    )  # fmt: skip
    return element("figure", head, drawing)


def _text(value: float, percent: bool) -> str:
    """Return how a value is written."""
    return f"{100 * value:.1f} %" if percent else f"{value:.2f}"


def _group(label: str, values: Sequence[float], top: float, scale: Scale, percent: bool) -> Markup:
    """Return the bars of one label."""
    middle = top + len(values) * BAR_HEIGHT / 2
    parts = [element("text", label, x=LABEL_WIDTH - 8, y=middle + 4, class_="tick left")]
    for index, value in enumerate(values):
        y = top + index * BAR_HEIGHT
        width = scale(value) - scale.start
        parts.append(element("rect", x=scale.start, y=y, width=width, height=BAR_HEIGHT - 1, class_=f"series-{index}"))
        parts.append(element("text", _text(value, percent), x=scale(value) + 5, y=y + 10, class_="value"))
    return join(parts)


def _axis(values: Sequence[float], scale: Scale, height: float, percent: bool) -> Markup:
    """Return the vertical grid and its figures."""
    bottom = height - BOTTOM
    return join(
        element("line", x1=scale(value), x2=scale(value), y1=TOP, y2=bottom, class_="grid")
        + element(
            "text", f"{100 * value:.3g} %" if percent else f"{value:g}", x=scale(value), y=bottom + 18, class_="tick"
        )
        for value in values
    )


def _spoken(title: str, series: Sequence[str], rows: Mapping[str, Sequence[float]], percent: bool) -> str:
    """Return the figures in words, for those who do not see the bars."""
    lines = (
        f"{label}: " + ", ".join(f"{name} {_text(value, percent)}" for name, value in zip(series, values, strict=True))
        for label, values in rows.items()
    )
    return f"{title}. {'; '.join(lines)}"
