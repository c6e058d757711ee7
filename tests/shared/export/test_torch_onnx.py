"""A torch module goes to ONNX with free batch and length, under the names of its signature."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from shared.errors import ConsortError  # noqa: E402 - after the stack is known to be there
from shared.export.package import ModelCard  # noqa: E402
from shared.export.signature import Signature, TensorSpec  # noqa: E402
from shared.export.torch_onnx import export_torch  # noqa: E402
from shared.export.verify import verify_parity  # noqa: E402
from shared.runtime import OnnxModel  # noqa: E402

CARD = ModelCard("Toy", "A toy.", "none", "Apache-2.0", "none", "none")
SIGNATURE = Signature(
    "toy",
    "Scales and sums.",
    (TensorSpec("frames", ("batch", "length", 4), "float32", "features"),),
    (TensorSpec("scores", ("batch", "length", 3), "float32", "scores"),),
)


class Toy(torch.nn.Module):
    """A linear layer over frames, from which each clip's mean is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return self.linear(frames) - frames.mean(dim=(1, 2), keepdim=True)


class Noisy(Toy):
    """A module that draws noise in its graph, which no export may hold."""

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return super().forward(frames) + torch.randn_like(frames[..., :3])


def test_export_answers_as_torch_at_sizes_unseen(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = Toy()
    path = export_torch(model, SIGNATURE, CARD, tmp_path / "toy.onnx", {"length": 7})

    def reference(feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {"scores": model(torch.from_numpy(feeds["frames"])).detach().numpy()}

    parity = verify_parity(path, reference, lengths=(5, 16, 33))
    assert parity.cases == 9
    assert parity.max_difference <= 1e-5
    assert OnnxModel(path).signature == SIGNATURE
    assert "| in | `frames` | [batch, length, 4] |" in path.with_suffix(".md").read_text()


def test_random_numbers_in_the_graph_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsortError, match="draws random numbers"):
        export_torch(Noisy(), SIGNATURE, CARD, tmp_path / "noisy.onnx", {"length": 7})
    assert not (tmp_path / "noisy.onnx").exists()
