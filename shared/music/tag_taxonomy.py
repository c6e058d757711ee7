"""The concepts that tags stand for: `data/concepts_to_tags.json`, and which concept a tag belongs to.

    {"male vocal": ["male voice", "male singer", "male vocalist", ...], "piano": [...], ...}

A concept is named by the spelling that most people chose. A tag belongs to one concept:

1. that which lists it, whatever its spelling (`tag_words`),
2. else the longest concept whose words it holds, the last of several: `passionate accordion melody` is an accordion,
3. else none: its words are not in the taxonomy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError, nearest
from shared.files import read_json, write_text
from shared.music.tag_words import normalise
from shared.runs import PROJECT_ROOT

TAXONOMY_FILE = PROJECT_ROOT / "data" / "concepts_to_tags.json"
# Words that say that something is music: `rock music` is rock where rock is a concept.
_TRAILING = ("music", "song", "sound", "mood", "vibe", "genre", "style", "feel", "track", "instrument")


class Taxonomy:
    """Concepts in the order of their ids, and the tags that each gathers."""

    def __init__(self, concepts: Mapping[str, Sequence[str]]) -> None:
        """Take the tags of each concept.

        Raises:
            InputError: when there is no concept, or a tag is in two.
        """
        self.concepts = tuple(concepts)
        self.tags = {name: tuple(tags) for name, tags in concepts.items()}
        self._ids: dict[str, int] = {}
        for index, name in enumerate(self.concepts):
            for tag in (name, *self.tags[name]):
                known = self._ids.setdefault(normalise(tag), index)
                if known != index:
                    raise InputError(f"the tag '{tag}' is in two concepts, {self.concepts[known]} and {name}")
        if not self.concepts:
            raise InputError("a taxonomy needs at least one concept")
        self._longest = max(len(words.split()) for words in self._ids)

    def __len__(self) -> int:
        """Return the number of concepts: the width of a clip's vector."""
        return len(self.concepts)

    @classmethod
    def load(cls, path: Path | str = TAXONOMY_FILE) -> Taxonomy:
        """Read a taxonomy.

        Raises:
            InputError: when the file is none.
        """
        content = read_json(path)
        fits = isinstance(content, dict) and all(
            isinstance(tags, list) and all(isinstance(tag, str) for tag in tags) for tags in content.values()
        )
        if not fits:
            raise InputError(f"{path} is no taxonomy: expected a JSON object of concept: [tags]")
        return cls(content)

    def save(self, path: Path | str) -> None:
        """Write the taxonomy, a concept per line."""
        import json

        lines = (f"  {json.dumps(name)}: {json.dumps(list(tags))}" for name, tags in self.tags.items())
        write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")

    def find(self, tag: str) -> int | None:
        """Return the id of the concept that a tag belongs to, or None."""
        return _concept(normalise(tag), self._ids, self._longest)

    def id(self, tag: str) -> int:
        """Return the id of the concept that a tag belongs to.

        Raises:
            InputError: when it belongs to none; names the nearest tags.
        """
        found = self.find(tag)
        if found is None:
            close = nearest(tag, self._spellings)
            hint = f"nearest: {', '.join(close)}" if close else "nothing like it is known"
            raise InputError(f"the tag '{tag}' is not in the taxonomy; {hint}")
        return found

    @cached_property
    def _spellings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.concepts, *(tag for tags in self.tags.values() for tag in tags)]))

    def vectors(self, clips: Iterable[Iterable[str]]) -> NDArray[np.float32]:
        """Return 1 where a clip has a concept, [clips, concepts]; tags that belong to none are left out."""
        rows = [[found for tag in tags if (found := self.find(tag)) is not None] for tags in clips]
        vectors = np.zeros((len(rows), len(self)), dtype=np.float32)
        for vector, ids in zip(vectors, rows, strict=True):
            vector[ids] = 1.0
        return vectors


def _concept(words: str, ids: Mapping[str, int], longest: int) -> int | None:
    if words in ids:
        return ids[words]
    parts = words.split()
    for length in range(min(longest, len(parts) - 1), 0, -1):
        for first in range(len(parts) - length, -1, -1):
            part = " ".join(parts[first : first + length])
            if part in ids:
                return ids[part]
    return None


def build_taxonomy(clips: Iterable[Iterable[str]], min_clips: int, min_uses: int = 3) -> Taxonomy:
    """Derive a taxonomy from how often tags are used.

    Args:
        clips: the tags of each clip, as written.
        min_clips: a concept is what so many clips speak of.
        min_uses: spellings that are rarer are not listed; they are found by their words all the same.

    Raises:
        InputError: when nothing is that frequent.
    """
    spellings: dict[str, Counter[str]] = {}
    uses: Counter[str] = Counter()
    for tags in clips:
        forms = {tag.casefold(): normalise(tag) for tag in tags}
        for tag, form in forms.items():
            if form:
                spellings.setdefault(form, Counter())[tag] += 1
        uses.update({form for form in forms.values() if form})
    uses, spellings = _without_trailing(uses, spellings, min_clips)
    names = [form for form, count in sorted(uses.items(), key=lambda item: (-item[1], item[0])) if count >= min_clips]
    if not names:
        raise InputError(f"no tag is in {min_clips} clips; lower --min-clips")
    ids = {form: index for index, form in enumerate(names)}
    longest = max(len(form.split()) for form in names)
    gathered: list[list[tuple[int, str]]] = [[] for _ in names]
    for form, written in spellings.items():
        found = _concept(form, ids, longest)
        if found is not None:
            gathered[found] += [(-count, tag) for tag, count in written.items() if count >= min_uses]
    concepts: dict[str, list[str]] = {}
    for form, counted in zip(names, gathered, strict=True):
        own = spellings[form].most_common()
        name = min(own, key=lambda item: (-item[1], item[0]))[0]
        concepts[name] = [tag for _, tag in sorted(counted) if tag != name]
    return Taxonomy(concepts)


def _without_trailing(
    uses: Counter[str], spellings: dict[str, Counter[str]], min_clips: int
) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Let `rock music` count as rock where rock alone is frequent enough for a concept."""
    merged: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    for form, count in uses.items():
        before, _, last = form.rpartition(" ")
        target = before if last in _TRAILING and uses.get(before, 0) >= min_clips else form
        merged[target] += count
        written.setdefault(target, Counter()).update(spellings[form])
    return merged, written
