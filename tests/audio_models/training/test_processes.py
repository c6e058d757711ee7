"""Two processes under DDP are one training with the same batches; the config's devices are held to the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from audio_models.training.data_order import ProcessShare, share_loader
from audio_models.training.processes import start_fabric
from shared.errors import InputError
from shared.files import read_json
from shared.runs import PROJECT_ROOT
from tests.audio_models.training.tiny_task import TinyPoints, tiny_config, tiny_trainer
from tests.audio_models.training.two_processes import TASK


@pytest.mark.slow
def test_two_processes_have_the_losses_of_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.audio_models.training.two_processes", str(tmp_path / "two")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    ended = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    two = read_json(tmp_path / "two" / "outcome.json")
    assert (two["processes"], two["tensorflow"]) == (2, False)
    one = tiny_trainer(tmp_path / "one", **TASK)
    history = one.train()
    assert two["history"].keys() == history.keys()
    for name, values in history.items():
        assert two["history"][name] == pytest.approx(values, abs=1e-5), name
    assert two["last"] == pytest.approx(one.validate(), abs=1e-5)


def test_shares_make_up_every_batch() -> None:
    whole = [[5, 1, 4], [3, 2, 0], [6]]
    shares = [ProcessShare(whole, process, 2) for process in range(2)]  # type: ignore[arg-type]
    first, second = (list(share) for share in shares)
    assert first == [[5, 4], [3, 0], [6]]
    assert second == [[1], [2], [6]]  # the last is there to keep step, and does not count
    assert list(shares[0].sizes) == [(2, 3), (2, 3), (1, 1)]
    assert list(shares[1].sizes) == [(1, 3), (1, 3), (0, 1)]


def test_one_process_keeps_its_loader_and_a_batch_of_one_cannot_be_shared() -> None:
    loader = torch.utils.data.DataLoader(TinyPoints(4), batch_size=1)
    assert share_loader(loader, 0, 1) is loader
    with pytest.raises(InputError, match="batch of 1 cannot be shared by 2 processes; raise batch_size"):
        share_loader(loader, 0, 2)


def test_half_precision_needs_a_gpu(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="16-mixed needs a GPU and this is cpu; take bf16-mixed or 32"):
        start_fabric(tiny_config(tmp_path, precision="16-mixed"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_missing_gpu_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="device=cuda is not available here"):
        start_fabric(tiny_config(tmp_path, device="cuda"))
