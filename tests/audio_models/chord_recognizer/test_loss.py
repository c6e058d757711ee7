"""The loss against numbers worked out by hand; N trains the type only, X nothing."""

from __future__ import annotations

import math

import pytest
import torch

from audio_models.chord_recognizer.loss import ChordRecognitionLoss, joint_ids
from shared.music.chord_classes import NO_CHORD_ID
from shared.music.chord_types import CHORD_TYPE_ID
from shared.vocabulary import IGNORED

N_TYPE = CHORD_TYPE_ID["N"]


def _outputs(shape: tuple[int, ...]) -> dict[str, torch.Tensor]:
    """Uniform scores: every head's cross-entropy is the logarithm of its number of classes."""
    return {name: torch.zeros(*shape, size) for name, size in (("chord_type", 32), ("root", 12), ("bass_note", 12))}


def _targets(types: list[int], roots: list[int], basses: list[int]) -> dict[str, torch.Tensor]:
    return {
        "chord_type": torch.tensor(types), "root": torch.tensor(roots), "bass_note": torch.tensor(basses)
    }  # fmt: skip


def test_heads_weigh_as_told() -> None:
    losses = ChordRecognitionLoss(label_smoothing=0.0)(_outputs((2,)), _targets([0, 5], [0, 11], [4, 7]))
    assert losses["chord_type_loss"].item() == pytest.approx(math.log(32))
    assert losses["root_loss"].item() == pytest.approx(math.log(12))
    assert losses["total_loss"].item() == pytest.approx(math.log(32) + 1.5 * math.log(12))


def test_the_joint_distribution_counts_where_there_is_one() -> None:
    outputs = {**_outputs((1,)), "joint": torch.full((1, 361), -math.log(361))}
    loss = ChordRecognitionLoss(0.0, 0.0, 0.0, label_smoothing=0.0, joint_weight=2.0)
    losses = loss(outputs, _targets([3], [1], [1]))
    assert losses["total_loss"].item() == pytest.approx(2 * math.log(361))


def test_no_chord_trains_the_type_only_and_unknown_nothing() -> None:
    outputs = _outputs((3,))
    outputs["root"][1:] = 50.0 * torch.eye(12)[3]  # would cost much if it counted
    alone = ChordRecognitionLoss(label_smoothing=0.0)(outputs, _targets([0, N_TYPE, IGNORED], [0, IGNORED, IGNORED],
                                                                        [0, IGNORED, IGNORED]))  # fmt: skip
    assert alone["root_loss"].item() == pytest.approx(math.log(12))
    assert alone["chord_type_loss"].item() == pytest.approx(math.log(32))


def test_joint_ids_are_those_of_the_chord_classes() -> None:
    types = torch.tensor([0, 29, N_TYPE, IGNORED, CHORD_TYPE_ID["X"]])
    roots = torch.tensor([2, 11, IGNORED, IGNORED, IGNORED])
    assert joint_ids(types, roots).tolist() == [60, 359, NO_CHORD_ID, IGNORED, IGNORED]
