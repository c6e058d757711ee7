"""The rule language: weighted Roman-numeral productions, one text file per genre in `rules/`.

A file is a list of blocks. A header `[symbol]`, `[symbol major]` or `[symbol minor]` opens one; each line below
is one alternative, `weight leans : expansion`. A lean such as `v+1` or `a-0.5` multiplies the weight by
`exp(lean * valence)` or `exp(lean * arousal)` of the mood, so that one table serves all moods. A line that starts with
`#` is a comment.

| block                | an expansion is                                                                |
|----------------------|--------------------------------------------------------------------------------|
| `[form]`             | sections in order: a name (a digit tells two of a kind apart), then `-` for     |
|                      | the first ending or `.` for the second                                         |
| `[section NAME]`     | `body // first ending // second ending`, each a list of bars                   |
| `[SYMBOL]`           | bars separated by `|`: numerals, `<SYMBOL>`, `.` to prolong the chord before   |
| `[rewrite]`          | a substitution such as `V -> ii V`; its weight is a probability for each place |
| `[palette]`          | the name of a palette, one for the whole song                                  |
| `[PALETTE NUMERAL]`  | a suffix for a bare numeral in that palette, `-` for none; `colour` instead    |
|                      | of a palette's name: in all. `V/` is an applied V; `*`, `*min` are the rest    |
| `[settings]`         | not weighted, `name = value`: meters, tempo_qpm, changes_per_bar and           |
|                      | shortest_chord_bars (left out: the harmonic rhythm is never stretched)         |

`<loop:a>` gives the same bars wherever it stands in a song; `<cadence>/IV` moves what it produces to the key of
the fourth degree (upper case: major). Numerals count from the major scale in both modes: `bVI` is A flat in C
minor too. A rewrite replaces one numeral by several that share its time, or several by as many; `*` is any
numeral and `@` in `V7/@` the numeral that follows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from shared.errors import InputError
from shared.music.moods import Mood

RULES_FOLDER = Path(__file__).parent / "rules"
_HEADER = re.compile(r"\[([^\]]+?)(?:\s+(major|minor))?\]$")
_LINE = re.compile(r"(\d*\.?\d+)((?:\s+[va][+-]\d*\.?\d+)*)\s*:\s*(.+)$")


@dataclass(frozen=True)
class Production:
    """One alternative of a symbol."""

    weight: float
    valence_lean: float
    arousal_lean: float
    expansion: str

    def weight_in(self, mood: Mood) -> float:
        """The weight as the mood bends it."""
        return self.weight * math.exp(self.valence_lean * mood.valence + self.arousal_lean * mood.arousal)


@dataclass
class RuleSet:
    """The rules of one genre: symbol and mode -> alternatives, in file order."""

    genre: str
    blocks: dict[tuple[str, str], list[Production]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def alternatives(self, symbol: str, mode: str) -> list[Production]:
        """Return the alternatives of a symbol in a mode: those for both modes, then the mode's own."""
        return self.blocks.get((symbol, ""), []) + self.blocks.get((symbol, mode), [])

    def setting(self, name: str) -> str:
        """Return a setting.

        Raises:
            InputError: when the file does not set it.
        """
        if name not in self.settings:
            raise InputError(f"rules of {self.genre}: write '{name} = ...' under [settings]")
        return self.settings[name]

    def choose(self, symbol: str, mode: str, mood: Mood, rng: Random) -> str:
        """Draw one expansion of a symbol.

        Raises:
            InputError: when the file has no block of that name.
        """
        productions = self.alternatives(symbol, mode)
        if not productions:
            raise InputError(f"rules of {self.genre}: no block [{symbol}] for {mode}; add one")
        weights = [production.weight_in(mood) for production in productions]
        return productions[draw(weights, rng)].expansion


def draw(weights: Sequence[float], rng: Random) -> int:
    """Return an index with probability proportional to its weight."""
    left = rng.random() * math.fsum(weights)
    for index, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return index
    return len(weights) - 1


def load_rules(genre: str, folder: Path = RULES_FOLDER) -> RuleSet:
    """Read `folder/GENRE.txt`.

    Raises:
        InputError: when the file is missing, not UTF-8 or breaks the language.
    """
    path = folder / f"{genre}.txt"
    try:
        return parse_rules(path.read_text(encoding="utf-8"), genre)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: the folder of rules needs a UTF-8 text for each genre") from error


def parse_rules(text: str, genre: str) -> RuleSet:
    """Read the rule language.

    Raises:
        InputError: for a line that is neither header, alternative nor setting; it names genre and line.
    """
    rules = RuleSet(genre)
    symbol, mode = "", ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):  # inside a line, a sharp: #ivo7
            continue
        if header := _HEADER.match(line):
            symbol, mode = header[1], header[2] or ""
        elif symbol == "settings" and "=" in line:
            name, value = line.split("=", 1)
            rules.settings[name.strip()] = value.strip()
        elif symbol and (parts := _LINE.match(line)):
            production = _production(parts[1], parts[2], parts[3])
            rules.blocks.setdefault((symbol, mode), []).append(production)
        else:
            raise InputError(f"rules of {genre}, line {number}: write 'weight leans : expansion', not '{raw}'")
    return rules


def _production(weight: str, leans: str, expansion: str) -> Production:
    """Build a production from the pieces of its line."""
    lean = {"v": 0.0, "a": 0.0}
    for word in leans.split():
        lean[word[0]] = float(word[1:])
    return Production(float(weight), lean["v"], lean["a"], expansion.strip())
