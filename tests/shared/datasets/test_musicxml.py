"""MusicXML harmonies as lead-sheet names."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from shared.datasets.musicxml import chord_name
from shared.errors import InputError
from shared.music.lead_sheet import parse_lead_sheet


def harmony(kind: str, *degrees: tuple[str, str, str], root: str = "C", alter: str = "", bass: str = "") -> str:
    parts = [f"<root><root-step>{root}</root-step>{f'<root-alter>{alter}</root-alter>' if alter else ''}</root>"]
    parts.append(f"<kind>{kind}</kind>")
    parts += [
        f"<degree><degree-value>{value}</degree-value><degree-alter>{change}</degree-alter>"
        f"<degree-type>{how}</degree-type></degree>"
        for how, value, change in degrees
    ]
    if bass:
        parts.append(f"<bass><bass-step>{bass}</bass-step><bass-alter>-1</bass-alter></bass>")
    return chord_name(ElementTree.fromstring(f"<harmony>{''.join(parts)}</harmony>"))


@pytest.mark.parametrize(
    ("name", "expected", "quality"),
    [
        (harmony("major"), "C", "maj"),
        (harmony(""), "C", "maj"),
        (harmony("minor-seventh", root="B", alter="-1"), "Bbm7", "min7"),
        (harmony("half-diminished", root="F", alter="1"), "F#m7b5", "hdim7"),
        (harmony("dominant", ("add", "9", "-1")), "C7(b9)", "7(b9)"),
        (harmony("minor-seventh", ("alter", "5", "-1")), "Cm7(b5)", "hdim7"),
        (harmony("suspended-fourth", ("add", "7", "0")), "C7sus4", "7sus4"),
        (harmony("suspended-fourth", ("add", "7", "0"), ("add", "9", "0")), "C9sus4", "7sus4"),
        (harmony("major", ("add", "9", "0")), "C(add9)", "maj(9)"),
        (harmony("major-seventh", bass="B"), "Cmaj7/Bb", "maj7"),
        (harmony("none"), "NC", "N"),
    ],
)
def test_names_and_what_the_parser_makes_of_them(name: str, expected: str, quality: str) -> None:
    assert name == expected
    assert parse_lead_sheet(name).quality == quality


def test_an_unlisted_kind_is_left_to_the_parser_to_name() -> None:
    with pytest.raises(InputError, match="Tristan"):
        parse_lead_sheet(harmony("Tristan"))
