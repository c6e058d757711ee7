"""Bad data and a loss that is not a number: one sentence each, and the last good checkpoint stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset

from audio_models.training.checkpoints import read_checkpoint
from audio_models.training.checks import check_heads, naming
from audio_models.training.heads import HeadsLoss
from audio_models.training.trainer import Trainer
from shared.errors import ConsortError, InputError
from tests.audio_models.training.tiny_task import HEADS, TinyNet, TinyPoints, tiny_config, tiny_trainer


class Doctored(Dataset[Any]):
    """Ten good examples, of which one was changed by hand."""

    def __init__(self, index: int, inputs: Any = None, **labels: Tensor) -> None:
        self._good, self._index, self._inputs, self._labels = TinyPoints(10), index, inputs, labels

    def __len__(self) -> int:
        return len(self._good)

    def __getitem__(self, index: int) -> Any:
        inputs, labels = self._good[index]
        if index != self._index:
            return inputs, labels
        return (inputs if self._inputs is None else self._inputs), {**labels, **self._labels}


def trainer_on(dataset: Dataset[Any], folder: Path, batch_size: int = 4, criterion: Any = None) -> Trainer:
    loader = DataLoader(dataset, batch_size)
    return Trainer(TinyNet(), loader, DataLoader(TinyPoints(4), 4), tiny_config(folder), criterion)


def test_label_out_of_range_names_batch_head_and_range(tmp_path: Path) -> None:
    trainer = trainer_on(Doctored(5, root=torch.tensor(4)), tmp_path)
    with pytest.raises(
        InputError, match=r"training batch 2 of epoch 1 has the root label 4, but its classes are 0 to 3"
    ):
        trainer.train()


def test_examples_of_unequal_length_name_the_batch(tmp_path: Path) -> None:
    trainer = trainer_on(Doctored(5, torch.zeros(7)), tmp_path)
    with pytest.raises(
        InputError, match=r"loader cannot take training batch 2 of epoch 1: its examples have different"
    ):
        trainer.train()


def test_what_a_worker_says_is_cut_to_its_point() -> None:
    said = (
        "Caught RuntimeError in DataLoader worker process 0.\nOriginal Traceback:\n  File\nRuntimeError: no such song"
    )
    with (
        pytest.raises(InputError, match=r"^the loader cannot take batch 3: RuntimeError: no such song$"),
        naming("loader", "batch 3"),
    ):
        raise RuntimeError(said)
    out_of_memory = r"^out of memory at batch 3 \(\[2, 9\]\); lower batch_size$"
    with pytest.raises(ConsortError, match=out_of_memory), naming("model", "batch 3", torch.zeros(2, 9)):
        raise torch.OutOfMemoryError("CUDA out of memory")


def test_wrong_input_shape_names_batch_and_shape(tmp_path: Path) -> None:
    trainer = trainer_on(Doctored(8, torch.zeros(7)), tmp_path, batch_size=1)
    with pytest.raises(
        InputError, match=r"the model cannot take training batch 9 of epoch 1 \(\[1, 7\]\): mat1 and mat2"
    ):
        trainer.train_epoch()


@pytest.mark.parametrize(
    ("batch", "sentence"),
    [
        (torch.zeros(3, 8), "is no pair"),
        ((torch.zeros(3, 8), {"root": torch.zeros(2, dtype=torch.long)}), r"inputs \[3, 8\] with targets root \[2\]"),
        (
            (torch.zeros(3, 8), {"root": torch.zeros(3, 2, dtype=torch.long)}),
            r"root ids \[3, 2\] do not fit its logits",
        ),
        ((torch.zeros(3, 8), {"tempo": torch.zeros(3)}), "targets for 'tempo', but the model's heads are chord_type, "),
    ],
)
def test_batches_that_do_not_fit(tmp_path: Path, batch: Any, sentence: str) -> None:
    loader: DataLoader[Any] = DataLoader([0], batch_size=None, collate_fn=lambda _: batch)  # type: ignore[arg-type]
    trainer = Trainer(TinyNet(), loader, loader, tiny_config(tmp_path))
    with pytest.raises(InputError, match=sentence):
        trainer.validate()


def test_nan_in_the_data_stops_at_once_and_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    good = tiny_trainer(tmp_path, size=10, num_epochs=1)
    good.train()
    before = read_checkpoint(tmp_path / "last.pt")
    trainer = trainer_on(Doctored(9, torch.full((8,), torch.nan)), tmp_path)
    trainer.load_checkpoint(tmp_path / "last.pt")
    with pytest.raises(ConsortError, match=r"the loss of training batch 3 of epoch 2 is not a number; look at"):
        trainer.train()
    after = read_checkpoint(tmp_path / "last.pt")
    assert after["data_order"] == before["data_order"]
    assert all(torch.equal(after["model"][name], weight) for name, weight in before["model"].items())


def test_gradients_that_are_no_numbers_never_reach_the_weights(tmp_path: Path) -> None:
    def infinitely_steep(outputs: Any, targets: Any) -> Tensor:
        return (outputs["root"] * 0).sum().sqrt()  # the root of zero: a good loss with a slope of infinity

    trainer = trainer_on(TinyPoints(8), tmp_path, criterion=infinitely_steep)
    with pytest.raises(ConsortError, match="the gradients of training batch 1 of epoch 1 are not numbers"):
        trainer.train()
    weights = read_checkpoint(tmp_path / "last.pt")["model"]
    assert all(torch.isfinite(weight).all() for weight in [*weights.values(), *trainer._learner.model.parameters()])


def test_criterion_without_a_total_is_named(tmp_path: Path) -> None:
    trainer = trainer_on(TinyPoints(8), tmp_path, criterion=lambda outputs, targets: {"loss": outputs["root"].sum()})
    with pytest.raises(ConsortError, match="the criterion returned loss and no 'total_loss'"):
        trainer.train_epoch()


class _Stream(IterableDataset[Any]):
    def __iter__(self) -> Any:
        return iter(TinyPoints(4))  # type: ignore[call-overload]


def test_loaders_that_cannot_be_trained_on(tmp_path: Path) -> None:
    config, good = tiny_config(tmp_path), DataLoader(TinyPoints(4), 4)
    empty = DataLoader(TinyPoints(3), 4, drop_last=True)
    with pytest.raises(InputError, match="the training loader is empty"):
        Trainer(TinyNet(), empty, good, config)
    with pytest.raises(InputError, match="the validation loader is empty"):
        Trainer(TinyNet(), good, empty, config)
    with pytest.raises(InputError, match="the training loader does not know how many batches it has"):
        Trainer(TinyNet(), DataLoader(_Stream(), 2), good, config)
    lasting = DataLoader(TinyPoints(4), 4, num_workers=1, persistent_workers=True)
    with pytest.raises(InputError, match="the training loader keeps its workers"):
        Trainer(TinyNet(), lasting, good, config)


def test_every_head_is_checked_in_frame_mode() -> None:
    outputs = {name: torch.zeros(2, 5, classes) for name, classes in HEADS.items()}
    targets = {name: torch.full((2, 5), classes - 1) for name, classes in HEADS.items()}
    targets["root"][0, 0] = -100
    check_heads(outputs, targets, "batch 1")
    assert HeadsLoss()(outputs, targets)["total_loss"] > 0
    targets["bass_note"][1, 4] = -1
    with pytest.raises(InputError, match="batch 1 has the bass_note label -1, but its classes are 0 to 2"):
        check_heads(outputs, targets, "batch 1")
