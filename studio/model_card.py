"""The model card of shipped weights as part of the page: the little Markdown that such cards are written in.

Known are paragraphs, lists with `- `, tables with `|`, `code` and **emphasis**; all else stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from studio.markup import Markup, element, join

# The card of the whole model comes first; a run may hold only that of the step model.
_CARDS = ("chord_generator.md", "chord_generator_step.md")
# What the page shows of a card, in this order.
SECTIONS = ("Training data", "Licence", "Figures")
_INLINE = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*")
_RULE = re.compile(r"[\s|:-]+")


def read_card(folder: Path) -> dict[str, str]:
    """Return the sections of the card in `folder`, heading -> Markdown; empty where there is no card."""
    cards = (folder / name for name in _CARDS)
    text = next((card.read_text(encoding="utf-8") for card in cards if card.is_file()), "")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {title.strip(): body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def card_section(card: Mapping[str, str], whose: str) -> Markup:
    """Return what the card of `whose` weights says of data, licence and figures; nothing where there is no card."""
    shown = [(name, card[name]) for name in SECTIONS if card.get(name)]
    if not shown:
        return Markup()
    parts = (element("h3", name) + join(blocks(text)) for name, text in shown)
    about = element("p", f"Of {whose}, which wrote the song.", class_="note")
    return element("section", element("h2", "The model card"), about, *parts, id="card")


def blocks(text: str) -> Iterator[Markup]:
    """Yield each paragraph, list and table of a Markdown text."""
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines()]
        if all(line.startswith("|") for line in lines):
            yield _table(lines)
        elif all(line.startswith("- ") for line in lines):
            yield element("ul", *(element("li", _inline(line.removeprefix("- "))) for line in lines))
        else:
            yield element("p", _inline(" ".join(lines)))


def _table(lines: list[str]) -> Markup:
    """Return a table; the line of hyphens parts its head from its body, the first cell of a row names it."""
    rows = [
        [_inline(cell.strip()) for cell in line.strip("|").split("|")] for line in lines if not _RULE.fullmatch(line)
    ]
    head = element("tr", *(element("th", cell, scope="col") for cell in rows[0]))
    body = (
        element("tr", element("th", name, scope="row"), *(element("td", cell) for cell in cells))
        for name, *cells in rows[1:]
    )
    return element("div", element("table", element("thead", head), element("tbody", *body)), class_="table")


def _inline(text: str) -> Markup:
    """Return a line with its code and emphasis as elements, everything else escaped."""
    parts: list[object] = []
    end = 0
    for match in _INLINE.finditer(text):
        kind = match.lastgroup or "code"
        parts += [text[end : match.start()], element(kind, match[kind])]
        end = match.end()
    return join([*parts, text[end:]])
