"""Substitutions in context and the colour of chords: what turns the skeleton of a phrase into a genre's harmony."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random

from shared.errors import InputError
from shared.music.grammar.expand import Slot, local_mode
from shared.music.grammar.rules import Production, RuleSet, draw
from shared.music.moods import Mood

_BARE = re.compile(r"([b#]?)([ivIV]+)")
_SHORTEST_BARS = Fraction(1, 2)  # a substitution never makes a chord shorter than this


@dataclass
class Painter:
    """Rewrites and colours the slots of one song; a numeral keeps its colour throughout."""

    rules: RuleSet
    mode: str
    mood: Mood
    rng: Random
    colours: dict[str, str] = field(default_factory=dict)
    decisions: dict[tuple[Production, tuple[str, ...]], bool] = field(default_factory=dict)
    palette: str = ""

    def __post_init__(self) -> None:
        """Draw the palette of the song."""
        self.palette = self.rules.choose("palette", self.mode, self.mood, self.rng)

    def rewrite(self, slots: list[Slot]) -> list[Slot]:
        """Try every rewrite rule once at every place, left to right; the last slot stays as it is."""
        done: list[Slot] = []
        place = 0
        while place < len(slots) - 1:
            before = slots[place - 1].numeral if place else ""
            taken, replacement = self._rewrite_first(slots[place:], before)
            done += replacement
            place += taken
        return done + slots[place:]

    def _rewrite_first(self, slots: list[Slot], before: str) -> tuple[int, list[Slot]]:
        """Return how many slots the first applicable rule takes, and what it puts there."""
        for production in self.rules.alternatives("rewrite", local_mode(slots[0].tail, self.mode)):
            pattern, result = (side.split() for side in production.expansion.split("->"))
            count = len(pattern)
            if count >= len(slots) or not _matches(pattern, slots):
                continue
            context = (before, *(slot.numeral for slot in slots[: count + 1]))
            if self._happens(production, context):
                replacement = _replace(slots[:count], result, slots[count])
                if replacement:
                    return count, replacement
        return 1, slots[:1]

    def _happens(self, production: Production, context: tuple[str, ...]) -> bool:
        """Draw whether a rule fires: its weight, bent by the mood, is a probability.

        Between the same neighbours it is drawn once for the whole song, so that what returns returns alike.
        """
        key = (production, context)
        if key not in self.decisions:
            self.decisions[key] = self.rng.random() < production.weight_in(self.mood)
        return self.decisions[key]

    def colour(self, slots: list[Slot]) -> list[Slot]:
        """Give every bare numeral the suffix that genre and mood ask for."""
        return [replace(slot, numeral=self._coloured(slot)) for slot in slots]

    def _coloured(self, slot: Slot) -> str:
        """Return the numeral with its colour; a numeral that has a suffix keeps it.

        Where there is no third, a small letter would say nothing: the numeral is written large.
        """
        bare = _BARE.fullmatch(slot.head)
        if not bare:
            return slot.numeral
        key = slot.head + slot.tail[:1]
        if key not in self.colours:
            self.colours[key] = self._draw_colour(slot)
        suffix = self.colours[key]
        no_third = suffix == "5" or "sus" in suffix
        return bare[1] + (bare[2].upper() if no_third else bare[2]) + suffix + slot.tail

    def _draw_colour(self, slot: Slot) -> str:
        """Draw a suffix from the most particular block there is for this numeral.

        Raises:
            InputError: when there is none.
        """
        mode = local_mode(slot.tail, self.mode)
        general = "*" if slot.head.lstrip("b#")[:1].isupper() else "*min"
        heads = ([f"{slot.head}/"] if slot.tail else []) + [slot.head, general]
        names = [f"{palette} {head}" for head in heads for palette in (self.palette, "colour")]
        productions = next((found for name in names if (found := self._particular(name, mode))), [])
        if not productions:
            raise InputError(f"rules of {self.rules.genre}: no block colours {slot.head}; add [colour {general}]")
        chosen = productions[draw([production.weight_in(self.mood) for production in productions], self.rng)]
        return "" if chosen.expansion == "-" else chosen.expansion

    def _particular(self, name: str, mode: str) -> list[Production]:
        """Return the block of the mode if there is one, else the block for both."""
        return self.rules.blocks.get((name, mode)) or self.rules.blocks.get((name, "")) or []


def _matches(pattern: list[str], slots: list[Slot]) -> bool:
    """Whether the pattern reads on the first slots, all counted in one key."""
    if any(slot.tail != slots[0].tail for slot in slots[: len(pattern)]):
        return False
    return all(want in ("*", slot.head) for want, slot in zip(pattern, slots, strict=False))


def _replace(taken: list[Slot], result: list[str], following: Slot) -> list[Slot]:
    """Build the replacement, or nothing where it would be too short or would tonicise what cannot be a tonic."""
    if any("@" in word for word in result) and not _can_be_tonic(following, taken[-1]):
        return []
    if len(taken) == len(result):
        bars = [slot.bars for slot in taken]
    else:
        bars = [sum((slot.bars for slot in taken), Fraction(0)) / len(result)] * len(result)
    if len(result) > len(taken) and min(bars) < _SHORTEST_BARS:
        return []
    numerals = [_numeral(word, taken, following) for word in result]
    return [Slot(numeral, length) for numeral, length in zip(numerals, bars, strict=True)]


def _can_be_tonic(slot: Slot, before: Slot) -> bool:
    """Whether an applied dominant may lead here: a major or minor triad on another degree than the chord before."""
    bare = _BARE.match(slot.head)
    diminished = slot.head.endswith(("o", "o7", "ø7", "+"))
    return bare is not None and not diminished and bare[0] not in ("I", "i") and slot.numeral != before.numeral


def _numeral(word: str, taken: list[Slot], following: Slot) -> str:
    """Fill in a word of a rewrite's result: `*` is the slot taken, `@` the root of the slot that follows."""
    if word == "*":
        return taken[0].numeral
    if word.endswith("/@"):
        bare = _BARE.match(following.head)
        assert bare is not None  # _can_be_tonic has looked
        return f"{word[:-2]}/{bare[0]}{following.tail}"
    return word + taken[0].tail
