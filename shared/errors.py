"""The errors that a user sees: one sentence that names the thing and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class ConsortError(Exception):
    """A condition the user can mend. Command lines print it as one line and exit with code 2."""


class InputError(ConsortError):
    """Something the user gave (a name, a label, a file) cannot be used."""


def nearest(value: str, choices: Iterable[str], count: int = 3) -> list[str]:
    """Return up to `count` of `choices`, the most similar in spelling to `value` first.

    Case is ignored. Choices that begin with the value come before those that merely resemble it.
    """
    wanted = value.casefold()
    by_folded = {choice.casefold(): choice for choice in choices}
    prefixed = [folded for folded in by_folded if wanted and folded.startswith(wanted)]
    similar = difflib.get_close_matches(wanted, by_folded, n=count, cutoff=0.4)
    ranked = dict.fromkeys(sorted(prefixed, key=len) + similar)
    return [by_folded[folded] for folded in list(ranked)[:count]]


def unknown_choice(kind: str, value: str, choices: Sequence[str]) -> InputError:
    """Build the error for a name that is not among `choices`: it names the nearest valid ones."""
    close = nearest(value, choices)
    hint = f"nearest: {', '.join(close)}" if close else f"choose from: {', '.join(choices)}"
    return InputError(f"unknown {kind} '{value}'; {hint}")
