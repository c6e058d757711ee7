"""Ordered tokens and their ids: one object encodes and decodes, and is saved beside the weights.

| id | token                          |
|----|--------------------------------|
| 0  | PAD, always                    |
| 1… | the other tokens, in order     |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.errors import InputError, unknown_choice
from shared.files import read_json, write_json

PAD_ID = 0
# The target id of what is no example: no loss and no metric counts it. The number is torch's own default.
IGNORED = -100


class Vocabulary:
    """A fixed list of distinct tokens; the position of a token is its id."""

    def __init__(self, tokens: Sequence[str]) -> None:
        """Take the tokens in the order of their ids; token 0 is the padding.

        Raises:
            InputError: when two tokens are equal or the list is empty.
        """
        self.tokens = tuple(tokens)
        self._ids = {token: index for index, token in enumerate(self.tokens)}
        if not self.tokens or len(self._ids) != len(self.tokens):
            raise InputError("a vocabulary needs at least one token, and each token once")

    def __len__(self) -> int:
        """Return the number of tokens, the padding included."""
        return len(self.tokens)

    def __eq__(self, other: object) -> bool:
        """Two vocabularies are equal when they hold the same tokens in the same order."""
        return isinstance(other, Vocabulary) and self.tokens == other.tokens

    def __hash__(self) -> int:
        """Hash the tokens, so that equal vocabularies are one key."""
        return hash(self.tokens)

    def id(self, token: str) -> int:
        """Return the id of `token`.

        Raises:
            InputError: when the token is not in the vocabulary; names the nearest ones.
        """
        try:
            return self._ids[token]
        except KeyError:
            raise unknown_choice("token", token, self.tokens) from None

    def token(self, token_id: int) -> str:
        """Return the token of an id.

        Raises:
            InputError: when the id is outside the vocabulary.
        """
        if not 0 <= token_id < len(self.tokens):
            raise InputError(f"token id {token_id} is outside the vocabulary of {len(self.tokens)}")
        return self.tokens[token_id]

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Return the ids of `tokens`."""
        return [self.id(token) for token in tokens]

    def decode(self, token_ids: Iterable[int]) -> list[str]:
        """Return the tokens of `token_ids`."""
        return [self.token(int(token_id)) for token_id in token_ids]

    def difference(self, other: Vocabulary) -> str:
        """Return in words where two vocabularies part, or an empty string when they are equal."""
        if self == other:
            return ""
        if len(self) != len(other):
            return f"{len(self)} tokens against {len(other)}"
        first = next(i for i, pair in enumerate(zip(self.tokens, other.tokens, strict=True)) if pair[0] != pair[1])
        return f"id {first} is '{self.tokens[first]}' in one and '{other.tokens[first]}' in the other"

    def save(self, path: Path | str) -> None:
        """Write the tokens as a JSON list, in the order of their ids."""
        write_json(path, list(self.tokens))

    @classmethod
    def load(cls, path: Path | str) -> Vocabulary:
        """Read what `save` wrote.

        Raises:
            InputError: when the file is not a list of strings.
        """
        tokens = read_json(path)
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise InputError(f"{path} is not a vocabulary: expected a JSON list of strings")
        return cls(tokens)
