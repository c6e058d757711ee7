"""One method of a network as a network of its own: what an exporter takes."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn


class MethodNet(nn.Module):
    """Answers as a method of another network does."""

    def __init__(self, model: nn.Module, method: str) -> None:
        """Take the trained network and the name of one of its methods, of one tensor."""
        super().__init__()
        self.model, self.method = model, method

    def forward(self, values: Tensor) -> Any:
        """Return what the method returns."""
        return getattr(self.model, self.method)(values)
