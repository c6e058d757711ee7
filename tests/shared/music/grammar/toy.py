"""A grammar small enough to follow by hand."""

from __future__ import annotations

from shared.music.grammar.rules import RuleSet, parse_rules
from shared.music.moods import Mood

CALM, WILD = Mood("calmness", 0.5, -0.8), Mood("anger", -0.8, 0.8)

TOY = """
# one song: a verse with two endings
[settings]
meters = 4/4 3/4
tempo_qpm = 100
changes_per_bar = 1
shortest_chord_bars = 1/2

[form]
1 : verse- verse.

[section verse]
1 : <loop:a> | <loop:a> // ii | V // <cadence>

[loop major]
1 : I | IV
1 a+1 : I | vi

[loop minor]
1 : i | iv

[cadence]
1 : V | I

[palette]
1 : plain

[plain V]
1 : 7

[plain V/]
1 : 7b9

[colour *]
1 : -

[colour *min]
1 : 7
"""


def toy_rules(extra: str = "") -> RuleSet:
    """Return the rules above, with more blocks if wanted."""
    return parse_rules(TOY + extra, "toy")
