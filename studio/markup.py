"""HTML and SVG as values: whatever is not markup already is escaped, so no text can break out of the page."""

from __future__ import annotations

import html
from collections.abc import Iterable

# https://html.spec.whatwg.org/multipage/syntax.html#void-elements, as far as the studio uses them
_VOID = frozenset({"br", "hr", "input"})

Attribute = str | float | bool | None


class Markup(str):
    """A string that is HTML already; `element` and `join` give it, everything else is escaped."""

    __slots__ = ()

    def __add__(self, other: str) -> Markup:
        """Return both, the other one escaped unless it is markup."""
        return Markup(str.__add__(self, escaped(other)))


def escaped(value: object) -> Markup:
    """Return `value` as text that is safe in a body and in a quoted attribute; markup passes unchanged."""
    return value if isinstance(value, Markup) else Markup(html.escape(str(value), quote=True))


def join(parts: Iterable[object], separator: str = "") -> Markup:
    """Return the parts one after the other, each escaped unless it is markup."""
    return Markup(separator.join(escaped(part) for part in parts))


def element(tag: str, *children: object, **attributes: Attribute) -> Markup:
    """Return one element.

    Args:
        tag: name of the element.
        children: text (escaped) or markup.
        attributes: a trailing underscore is dropped (`class_`), an inner one becomes a hyphen
            (`data_onset`); None and False leave the attribute out, True writes it bare.
    """
    opening = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    return Markup(opening if tag in _VOID else f"{opening}{join(children)}</{tag}>")


def _attribute(name: str, value: Attribute) -> str:
    """Return one attribute with the space before it."""
    if value is None or value is False:
        return ""
    spelled = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {spelled}"
    return f' {spelled}="{escaped(number(value) if isinstance(value, float) else value)}"'


def number(value: float) -> str:
    """Return a coordinate with at most two decimals: a hundredth of a pixel is never seen."""
    digits = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits
