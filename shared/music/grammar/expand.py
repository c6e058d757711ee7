"""From a form symbol down to numerals with durations: the context-free half of the grammar."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random

from shared.errors import InputError
from shared.music.grammar.rules import RuleSet
from shared.music.moods import Mood

_NONTERMINAL = re.compile(r"<(\w+)(?::(\w+))?>(?:/(\S+))?$")


@dataclass(frozen=True)
class Slot:
    """One numeral and how long it sounds, in bars. `V7/ii` counts in the key of the second degree."""

    numeral: str
    bars: Fraction

    @property
    def head(self) -> str:
        """The numeral without the keys that it is counted in: `V7` of `V7/ii`."""
        return self.numeral.split("/", 1)[0]

    @property
    def tail(self) -> str:
        """The keys that it is counted in, with their strokes: `/ii` of `V7/ii`, or nothing."""
        return self.numeral[len(self.head) :]


@dataclass
class Section:
    """A section as it is written: what both endings share, and the two endings."""

    name: str
    body: list[Slot]
    first_ending: list[Slot]
    second_ending: list[Slot]

    def slots(self, ending: str) -> list[Slot]:
        """Body and ending as played: "-" takes the first, "." the second."""
        return self.body + (self.first_ending if ending == "-" else self.second_ending)

    def map(self, change: Callable[[list[Slot]], list[Slot]]) -> Section:
        """Apply a function of slots to each of the three parts."""
        return replace(
            self,
            body=change(self.body),
            first_ending=change(self.first_ending),
            second_ending=change(self.second_ending),
        )


def local_mode(tail: str, mode: str) -> str:
    """Return the mode in which a numeral with this tail is read: that of the nearest key it is counted in."""
    if not tail:
        return mode
    target = tail.split("/")[1].lstrip("b#")
    return "major" if target[:1].isupper() else "minor"


@dataclass
class Expander:
    """Draws the song's symbols; what a name has produced once it produces again (`<loop:a>`)."""

    rules: RuleSet
    mode: str
    mood: Mood
    rng: Random
    memory: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def form(self) -> list[tuple[str, str]]:
        """Draw a form: (section, ending) in order, ending "-" or "."."""
        words = self.rules.choose("form", self.mode, self.mood, self.rng).split()
        return [(word[:-1], word[-1]) for word in words]

    def section(self, name: str) -> Section:
        """Draw a section and expand its body and its two endings to slots.

        Raises:
            InputError: when the rule is not `body // first // second`.
        """
        text = self.rules.choose(f"section {name}", self.mode, self.mood, self.rng)
        parts = text.split("//")
        if len(parts) != 3:
            raise InputError(f"rules of {self.rules.genre}: [section {name}] needs 'body // first // second'")
        body, first, second = (to_slots(self.expand(part, self.mode)) for part in parts)
        return Section(name, body, first, second)

    def expand(self, text: str, mode: str) -> list[str]:
        """Replace the nonterminals of an expansion until only numerals and bar lines are left."""
        tokens: list[str] = []
        for word in text.split():
            match = _NONTERMINAL.match(word)
            tokens += self._symbol(match[1], match[2], match[3], mode) if match else [word]
        return tokens

    def _symbol(self, symbol: str, name: str | None, target: str | None, mode: str) -> list[str]:
        """Expand one nonterminal, in the key of `target` if given."""
        tail = f"/{target}" if target else ""
        inner_mode = local_mode(tail, mode)
        remembered = (symbol, name or "", inner_mode)
        if name is None or remembered not in self.memory:
            text = self.rules.choose(symbol, inner_mode, self.mood, self.rng)
            self.memory[remembered] = self.expand(text, inner_mode)
        return [token if token in "|." else token + tail for token in self.memory[remembered]]


def to_slots(tokens: list[str]) -> list[Slot]:
    """Turn numerals and bar lines into slots: the chords of a bar share it equally, `.` prolongs the last."""
    slots: list[Slot] = []
    for bar in " ".join(tokens).split("|"):
        numerals = bar.split()
        for numeral in numerals:
            if numeral == "." and slots:
                slots[-1] = replace(slots[-1], bars=slots[-1].bars + Fraction(1, len(numerals)))
            else:
                slots.append(Slot(numeral, Fraction(1, len(numerals))))
    return slots
