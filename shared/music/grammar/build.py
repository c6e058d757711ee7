"""Write the embedded corpus: `python -m shared.music.grammar.build`.

The file is the same byte for byte for the same seed and rules. A progression that is too short or too long, or
not new (see `novelty`), is thrown away and drawn again, so each depends on those before it; all of the training
part is written first.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from shared.cli import entry_point, option
from shared.errors import ConsortError
from shared.files import write_text
from shared.music.chords import format_harte
from shared.music.conditions import GENRES, KEYS, SCALE_TYPES
from shared.music.grammar.compose import Composition, compose
from shared.music.grammar.novelty import Novelty
from shared.music.grammar.numerals import chord_changes
from shared.music.grammar.plan import Commission, commissions
from shared.music.grammar.rules import RULES_FOLDER, RuleSet, load_rules
from shared.music.moods import MOOD_TABLE

CORPUS = Path(__file__).resolve().parents[3] / "data" / "chord_progressions.jsonl"
DATASET, LICENCE = "consort-embedded", "Apache-2.0"
SHORTEST, LONGEST = 16, 44  # chord changes
MOST_BARS = 56
_MOST_ATTEMPTS = 1000

Record = dict[str, Any]


@dataclass
class BuildConfig:
    """Write the embedded corpus of chord progressions by the rules of the grammar."""

    output: Path = option(CORPUS, help="file to write")
    rules: Path = option(RULES_FOLDER, help="folder with one GENRE.txt for each of the eight genres")
    seed: int = option(7, help="seed of the plan and of every progression")


@entry_point(BuildConfig)
def main(config: BuildConfig) -> None:
    """Write the file and say what it holds."""
    records = list(corpus(config.seed, config.rules))
    write_text(config.output, to_json_lines(records))
    changes = sum(len(record["chords"]) for record in records)
    print(f"{config.output}: {len(records)} progressions, {changes} chord changes")


def to_json_lines(records: list[Record]) -> str:
    """Return the text of the file: one object per line."""
    lines = (json.dumps(record, separators=(",", ":"), ensure_ascii=False) for record in records)
    return "".join(f"{line}\n" for line in lines)


def corpus(seed: int, rules_folder: Path = RULES_FOLDER) -> list[Record]:
    """Return the records of the corpus in the order of the plan, genre by genre and mood by mood."""
    rules = {genre: load_rules(genre, rules_folder) for genre in GENRES}
    plan = commissions(seed)
    novelty = Novelty()
    written: dict[Commission, Composition] = {}
    for commission in sorted(plan, key=lambda commission: commission.split != "train"):
        written[commission] = write_new(commission, rules[commission.genre], novelty, seed)
    return [to_record(commission, written[commission]) for commission in plan]


def write_new(commission: Commission, rules: RuleSet, novelty: Novelty, seed: int) -> Composition:
    """Draw progressions until one is of the right length and new.

    Raises:
        ConsortError: when the rules are too poor to write another one.
    """
    for composition in _drafts(commission, rules, seed):
        form = composition.relative
        fits = SHORTEST <= len(form) <= LONGEST and len(composition.bars) <= MOST_BARS
        if fits and not novelty.objection(form, commission.split):
            novelty.add(form, commission.split)
            return composition
    raise ConsortError(
        f"the rules of {commission.genre} write no new progression for {commission.mood} in {commission.mode}; "
        f"add alternatives to {rules.genre}.txt"
    )


def _drafts(commission: Commission, rules: RuleSet, seed: int) -> Iterator[Composition]:
    """Yield one draft after another, each from a stream of its own."""
    name = f"{seed}:{commission.genre}:{commission.mood}:{commission.number}"
    for attempt in range(_MOST_ATTEMPTS):
        yield compose(rules, commission.mode, MOOD_TABLE[commission.mood], Random(f"{name}:{attempt}"))


def to_record(commission: Commission, composition: Composition) -> Record:
    """Return the record of a progression in its key."""
    tonic = commission.tonic
    chords = chord_changes(composition.numerals, tonic)
    bars = [chord_changes(bar, tonic) for bar in composition.bars]
    key = KEYS[12 * SCALE_TYPES.index(commission.mode) + tonic]
    return {
        "id": f"consort-{commission.genre}-{commission.mood.replace(' ', '-')}-{commission.number}",
        "dataset": DATASET,
        "licence": LICENCE,
        "title": f"{commission.genre.capitalize()} for {commission.mood}, no. {commission.number}",
        "genre": [commission.genre],
        "mood": commission.mood,
        "key": key,
        "scale_type": commission.mode,
        "meter": composition.meter,
        "tempo": composition.tempo_qpm,
        "split": commission.split,
        "chords": [format_harte(chord) for chord in chords],
        "bars": [[format_harte(chord) for chord in bar] for bar in bars],
        "sections": list(composition.sections),
    }


if __name__ == "__main__":
    sys.exit(main())
