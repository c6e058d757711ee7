"""The chord spelling of the Nottingham database."""

from __future__ import annotations

import pytest

from shared.datasets.nottingham import chord_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("G", "G"),
        (" Em", "Em"),
        ("(A7)", "A7"),
        ("Cd", "Cdim"),
        ("D#d", "D#dim"),
        ("Ea", "Eaug"),
        ("Fa7", "Faug7"),
        ("D/f+", "D/F#"),
        ("Gm/bb", "Gm/Bb"),
        ("G/b", "G/B"),
        ("A7/c+", "A7/C#"),
        ("E7b9", "E7b9"),
    ],
)
def test_chords(text: str, name: str) -> None:
    assert chord_name(text) == name


@pytest.mark.parametrize("text", [" ", "", "From A.Train's song", "^slowly", "last time"])
def test_remarks_are_no_chords(text: str) -> None:
    assert chord_name(text) is None
