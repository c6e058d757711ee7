"""One progression: form, sections, substitutions, colours, harmonic rhythm, meter and tempo."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from shared.music.grammar.expand import Expander, Section, Slot
from shared.music.grammar.numerals import chord_changes
from shared.music.grammar.rewrite import Painter
from shared.music.grammar.rhythm import allowed_meters, fit_sections, to_bars
from shared.music.grammar.rules import RuleSet
from shared.music.moods import Mood

# A key-relative chord: (semitones above the tonic, quality).
RelativeChord = tuple[int, str]


@dataclass(frozen=True)
class Composition:
    """A progression without a key: numerals bar by bar.

    Attributes:
        bars: the numerals that start or sound in each bar.
        sections: one name per bar.
        numerals: every numeral in order.
        meter: such as "6/8".
        tempo_qpm: quarters per minute.
    """

    mode: str
    bars: tuple[tuple[str, ...], ...]
    sections: tuple[str, ...]
    numerals: tuple[str, ...]
    meter: str
    tempo_qpm: int

    @property
    def relative(self) -> tuple[RelativeChord, ...]:
        """The chord changes seen from the tonic: equal for all transpositions of one progression."""
        return tuple((chord.root, chord.quality) for chord in chord_changes(self.numerals))


def compose(rules: RuleSet, mode: str, mood: Mood, rng: Random) -> Composition:
    """Write one progression in the manner of a genre, in "major" or "minor", as a mood bends it."""
    expander = Expander(rules, mode, mood, rng)
    form = expander.form()
    sections = {name: expander.section(name) for name in dict.fromkeys(name for name, _ in form)}
    painter = Painter(rules, mode, mood, rng)
    sections = {name: section.map(painter.rewrite) for name, section in sections.items()}
    sections = {name: section.map(painter.colour) for name, section in sections.items()}
    if "shortest_chord_bars" in rules.settings:
        shortest = Fraction(rules.setting("shortest_chord_bars"))
        target = float(rules.setting("changes_per_bar")) * mood.harmonic_rhythm
        sections = fit_sections(sections, target, shortest, rng)
    return _assemble(form, sections, rules, mode, mood, rng)


def _assemble(
    form: list[tuple[str, str]],
    sections: dict[str, Section],
    rules: RuleSet,
    mode: str,
    mood: Mood,
    rng: Random,
) -> Composition:
    """Play the sections in the order of the form, then choose meter and tempo."""
    slots: list[Slot] = []
    names: list[str] = []
    for name, ending in form:
        part = sections[name].slots(ending)
        slots += part
        names += [name] * int(sum(slot.bars for slot in part))
    meters = allowed_meters(rules.setting("meters").split(), slots)
    tempo = float(rules.setting("tempo_qpm")) * mood.tempo_factor * (0.92 + 0.16 * rng.random())
    return Composition(
        mode=mode,
        bars=tuple(tuple(bar) for bar in to_bars(slots)),
        sections=tuple(names),
        numerals=tuple(slot.numeral for slot in slots),
        meter=meters[int(rng.random() * len(meters))],
        tempo_qpm=round(tempo),
    )
