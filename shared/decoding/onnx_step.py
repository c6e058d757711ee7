"""The exported step model as a `StepModel`: one chord in, the next chord's probabilities out, by ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.decoding.progression import Conditions
from shared.errors import ConsortError
from shared.export.signature import Signature
from shared.music.chord_tokens import chord_vocabulary
from shared.runtime import OnnxModel
from shared.vocabulary import Vocabulary

State = dict[str, NDArray[np.float32]]

_NEXT = "next_"
_SUFFIX = "_input"
_CONDITIONS = ("genre", "mood", "key", "scale_type")


class OnnxStepModel:
    """A chord generator's step model, held to its signature and to this version's vocabulary."""

    def __init__(self, path: Path | str) -> None:
        """Open NAME_step.onnx and the signature beside it.

        Raises:
            ConsortError: when the file is no step model, or speaks another vocabulary.
        """
        self.model = OnnxModel(path)
        signature = self.model.signature
        _check_vocabulary(path, signature)
        self._states = [spec for spec in signature.inputs if spec.dtype == "float32"]
        self._token = signature.inputs[0].name
        self._probabilities = signature.outputs[0].name
        self._asked: Conditions | None = None
        self._condition_feeds: dict[str, NDArray[np.int32]] = {}
        self._next_names = [(spec.name, _NEXT + spec.name) for spec in self._states]
        returned = {spec.name for spec in signature.outputs}
        if not self._states or any(_NEXT + spec.name not in returned for spec in self._states):
            raise ConsortError(f"{path} is no step model: it does not give back a next_ tensor for each state")

    def initial_state(self, batch: int) -> State:
        """Return the state before the first chord: zeros."""
        return {spec.name: np.zeros(spec.shape(batch=batch), np.float32) for spec in self._states}

    def step(
        self, token_ids: NDArray[np.integer], conditions: Conditions, state: State
    ) -> tuple[NDArray[np.float32], State]:
        """Return the next chord's probabilities [batch, 279] and the new state."""
        if conditions is not self._asked:  # the same for every step of a progression
            self._asked = conditions
            self._condition_feeds = {name + _SUFFIX: _column(getattr(conditions, name)) for name in _CONDITIONS}
        outputs = self.model.run({self._token: _column(token_ids), **self._condition_feeds, **state})
        return outputs[self._probabilities], {name: outputs[after] for name, after in self._next_names}


def _column(ids: NDArray[np.integer]) -> NDArray[np.int32]:
    return np.asarray(ids, dtype=np.int32).reshape(-1, 1)


def _check_vocabulary(path: Path | str, signature: Signature) -> None:
    tokens = signature.vocabularies.get("chord")
    if not tokens:
        raise ConsortError(f"{path} is no chord generator: its signature has no chord vocabulary")
    difference = Vocabulary(tokens).difference(chord_vocabulary())
    if difference:
        raise ConsortError(f"{path} speaks another vocabulary ({difference}); export it with this version")
