"""Running means and classifier scores against numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch

from audio_models.training.heads import HeadsLoss, head_accuracies
from audio_models.training.metrics import (
    MetricsTracker,
    compute_confusion_matrix,
    compute_per_class_metrics,
    compute_topk_accuracy,
)
from shared.errors import InputError
from shared.vocabulary import IGNORED

TRUTH = torch.tensor([0, 0, 1, 1, 1, 2])
GUESS = torch.tensor([0, 1, 1, 1, 0, 1])
CONFUSION = [[1, 1, 0], [1, 2, 0], [0, 1, 0]]


def one_hot_logits(ids: list[int], classes: int) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor(ids), classes).float()


def test_tracker_weighs_losses_by_batch_and_accuracies_by_what_they_counted() -> None:
    tracker = MetricsTracker()
    tracker.update(
        {"total_loss": torch.tensor(2.0), "root_loss": 1.0},
        {"root": one_hot_logits([0, 1, 2], 12)},
        {"root": torch.tensor([0, 1, 5])},
        3,
    )
    tracker.update(
        {"total_loss": 4.0, "root_loss": 0.0}, {"root": one_hot_logits([3], 12)}, {"root": torch.tensor([IGNORED])}, 1
    )
    assert tracker.get_metrics() == pytest.approx({"total_loss": 2.5, "root_loss": 0.75, "root_acc": 2 / 3})
    assert tracker.summary() == "total_loss 2.5000, root_loss 0.7500, root_acc 66.7%"


def test_tracker_adds_up_processes_and_leaves_out_who_only_keeps_step() -> None:
    tracker = MetricsTracker()
    tracker.update({"total_loss": 3.0}, {"root": one_hot_logits([1], 12)}, {"root": torch.tensor([1])}, 1)
    tracker.update({"total_loss": 9.0}, {"root": one_hot_logits([0], 12)}, {"root": torch.tensor([1])}, 0)
    assert tracker.get_metrics() == {"total_loss": 3.0, "root_acc": 1.0}
    tracker.merge(lambda sums: sums + torch.tensor([[0.0, 1.0], [5.0, 1.0]]))  # sorted: root_acc, total_loss
    assert tracker.get_metrics() == {"total_loss": 4.0, "root_acc": 0.5}


def test_tracker_takes_up_its_sums_and_forgets_them() -> None:
    tracker, other = MetricsTracker(), MetricsTracker()
    tracker.update({"total_loss": 3.0}, None, None, 2)
    other.load_state_dict(tracker.state_dict())
    assert other.get_metrics() == {"total_loss": 3.0}
    other.reset()
    assert other.get_metrics() == {}


def test_accuracy_of_frames_counts_only_labelled_ones() -> None:
    logits = one_hot_logits([0, 1, 2, 3, 4, 5], 12).reshape(2, 3, 12)
    ids = torch.tensor([[0, 1, 7], [IGNORED, 4, IGNORED]])
    assert head_accuracies({"root": logits}, {"root": ids}) == {"root_acc": (3.0, 4.0)}
    assert head_accuracies(torch.zeros(2, 3), torch.zeros(2, 3)) == {}
    assert head_accuracies({"mel": torch.zeros(2, 3)}, {"mel": torch.zeros(2, 3)}) == {}


def test_topk_accuracy() -> None:
    logits = torch.tensor([[0.1, 0.5, 0.4], [0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.9, 0.0, 0.1]])
    targets = torch.tensor([2, 0, 1, IGNORED])
    # Ranks of the truth: 2nd, 1st, 3rd (the tie with class 0 is lost).
    assert [compute_topk_accuracy(logits, targets, k) for k in (1, 2, 3)] == pytest.approx([1 / 3, 2 / 3, 1.0])
    with pytest.raises(InputError, match="needs k from 1 to 3, not 5"):
        compute_topk_accuracy(logits, targets)
    with pytest.raises(InputError, match="at least one target"):
        compute_topk_accuracy(logits[:1], torch.tensor([IGNORED]))


def test_confusion_matrix_of_ids_logits_and_frames() -> None:
    assert compute_confusion_matrix(GUESS, TRUTH, 3).tolist() == CONFUSION
    assert compute_confusion_matrix(one_hot_logits(GUESS.tolist(), 3), TRUTH, 3).tolist() == CONFUSION
    truth = torch.cat([TRUTH, torch.tensor([IGNORED, IGNORED])]).reshape(2, 4)
    guess = torch.cat([GUESS, torch.tensor([2, 2])]).reshape(2, 4)
    assert compute_confusion_matrix(guess, truth, 3).tolist() == CONFUSION
    with pytest.raises(InputError, match="class ids run from 0 to 1"):
        compute_confusion_matrix(GUESS, TRUTH, 2)
    with pytest.raises(InputError, match=r"predictions \[5\] do not fit targets \[6\]"):
        compute_confusion_matrix(GUESS[:5], TRUTH, 3)


def test_per_class_metrics() -> None:
    scores = compute_per_class_metrics(GUESS, TRUTH, 3)
    assert scores["precision"].tolist() == pytest.approx([1 / 2, 2 / 4, 0.0])
    assert scores["recall"].tolist() == pytest.approx([1 / 2, 2 / 3, 0.0])
    assert scores["f1"].tolist() == pytest.approx([1 / 2, 4 / 7, 0.0])
    assert scores["support"].tolist() == [2, 3, 1]


def test_loss_of_heads_by_hand() -> None:
    logits = torch.tensor([[0.0, 0.0], [0.0, 2.0]])
    outputs = {"root": logits, "bass_note": logits}
    targets = {"root": torch.tensor([0, IGNORED]), "bass_note": torch.tensor([IGNORED, IGNORED])}
    losses = HeadsLoss({"root": 3.0}, label_smoothing=0.0)(outputs, targets)
    assert losses["root_loss"].item() == pytest.approx(0.6931472)  # ln 2
    assert losses["bass_note_loss"].item() == 0.0
    assert losses["total_loss"].item() == pytest.approx(3 * 0.6931472)
    # Smoothing 0.1 over two classes: 0.95 of the mass on the truth, 0.05 on the other; log-probabilities of [0, 2].
    smooth = HeadsLoss(label_smoothing=0.1)({"root": logits[1:]}, {"root": torch.tensor([1])})
    assert smooth["total_loss"].item() == pytest.approx(0.95 * 0.1269280 + 0.05 * 2.1269280, abs=1e-6)
