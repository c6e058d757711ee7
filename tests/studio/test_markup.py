"""Markup: everything that is not markup is escaped, wherever it stands."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from studio.markup import Markup, element, escaped, join, number
from studio.notation import key_words, printed


class _Reader(HTMLParser):
    """Collects tags, attributes and text as a browser would read them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(
    text=st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    value=st.text(st.characters(exclude_categories=["Cs", "Cc"])),
)
def test_any_text_comes_back_as_it_was_and_opens_no_tag(text: str, value: str) -> None:
    reader = _Reader()
    reader.feed(element("p", text, title=value))
    reader.close()
    assert reader.tags == ["p"]
    assert reader.text == text
    assert reader.attributes == {"title": value}


def test_markup_is_not_escaped_twice() -> None:
    inner = element("b", "R&B")
    assert element("p", inner, " < ", inner) == "<p><b>R&amp;B</b> &lt; <b>R&amp;B</b></p>"
    assert escaped(inner) is inner
    assert join([inner, "&"], ", ") == "<b>R&amp;B</b>, &amp;"


def test_adding_text_to_markup_escapes_the_text() -> None:
    both = element("b", "x") + "<script>"
    assert both == "<b>x</b>&lt;script&gt;"
    assert isinstance(both, Markup)


def test_attributes_are_spelled_dropped_and_bare_as_their_values_ask() -> None:
    made = element("input", class_="a", data_onset_s=1.5, hidden=True, checked=False, title=None)
    assert made == '<input class="a" data-onset-s="1.5" hidden>'


def test_coordinates_have_two_decimals_and_no_minus_zero() -> None:
    assert [number(value) for value in (1.0, 1.005001, 2.5, -0.001, 1234.567)] == ["1", "1.01", "2.5", "0", "1234.57"]


def test_accidentals_are_printed_where_they_are_accidentals_only() -> None:
    assert printed("Bbm7b5") == "B♭m7♭5"
    assert printed("F#m7/Ab") == "F♯m7/A♭"
    assert printed("bVII") == "♭VII"
    assert printed("7(b9)") == "7(♭9)"
    assert printed("B7") == "B7"
    assert printed("viio7") == "vii°7"
    assert printed("#iv\N{LATIN SMALL LETTER O WITH STROKE}7") == "♯iv\N{LATIN SMALL LETTER O WITH STROKE}7"
    assert printed("Dbdim7") == "D♭dim7"
    assert key_words("Bb:minor") == "B♭ minor"
