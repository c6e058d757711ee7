"""Whether a progression is new: no transposition and no near copy of another, nothing leaked over the splits."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.music.grammar.compose import RelativeChord

Form = tuple[RelativeChord, ...]

NEAR_COPY_RUN = 8
NEAR_COPY_SHARE = 0.5
LEAK_RUN = 12  # the window of the chord generator: a whole training example


def runs(form: Form, length: int) -> frozenset[Form]:
    """Return the contained runs of `length` chords."""
    return frozenset(form[start : start + length] for start in range(len(form) - length + 1))


@dataclass
class Novelty:
    """What has been written so far, seen from the tonic."""

    forms: set[Form] = field(default_factory=set)
    training_runs: set[Form] = field(default_factory=set)
    held_out_runs: set[Form] = field(default_factory=set)
    _owners: dict[Form, list[int]] = field(default_factory=dict)

    def objection(self, form: Form, split: str) -> str:
        """Say why a progression is not new, or return an empty string.

        It must not be a transposition of another, nor share half of its runs of eight chords with any other one,
        nor have one run of twelve in common across the border between training and the rest.
        """
        if form in self.forms:
            return "transposition"
        if self.shared_with_nearest(form) > NEAR_COPY_SHARE:
            return "near copy"
        other_side = self.held_out_runs if split == "train" else self.training_runs
        return "leak" if not other_side.isdisjoint(runs(form, LEAK_RUN)) else ""

    def shared_with_nearest(self, form: Form) -> float:
        """Return the largest share of the form's runs of eight that one earlier progression has too."""
        own = runs(form, NEAR_COPY_RUN)
        counts: dict[int, int] = {}
        for run in own:
            for owner in self._owners.get(run, ()):
                counts[owner] = counts.get(owner, 0) + 1
        return max(counts.values(), default=0) / max(len(own), 1)

    def add(self, form: Form, split: str) -> None:
        """Remember a progression."""
        for run in runs(form, NEAR_COPY_RUN):
            self._owners.setdefault(run, []).append(len(self.forms))
        self.forms.add(form)
        (self.training_runs if split == "train" else self.held_out_runs).update(runs(form, LEAK_RUN))
