"""Ways through the latent space, each a row of points [steps, latent_dim]."""

from __future__ import annotations

import torch
from torch import Tensor

_PARALLEL = 1e-6


def linear_path(start: Tensor, end: Tensor, steps: int) -> Tensor:
    """Return points on the straight line between two [latent_dim], the ends included."""
    share = torch.linspace(0, 1, steps)[:, None]
    return (1 - share) * start + share * end


def spherical_path(start: Tensor, end: Tensor, steps: int) -> Tensor:
    """Return points on the great arc between two [latent_dim], the ends included (White 2016, "slerp").

    Points of a Gaussian in many dimensions lie near a sphere, whose inside a straight line would cross.
    """
    cosine = torch.dot(start, end) / (start.norm() * end.norm()).clamp(min=_PARALLEL)
    angle = torch.acos(cosine.clamp(-1, 1))
    if torch.sin(angle) < _PARALLEL:
        return linear_path(start, end, steps)
    share = torch.linspace(0, 1, steps)[:, None]
    way = (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end) / torch.sin(angle)
    way[0], way[-1] = start, end
    return way


def traversal(point: Tensor, dimension: int, values: Tensor) -> Tensor:
    """Return a point [latent_dim] with one dimension set to each of some values [steps]."""
    way = point.repeat(len(values), 1)
    way[:, dimension] = values
    return way


def attribute_path(point: Tensor, direction: Tensor, amount: float, steps: int) -> Tensor:
    """Return a point [latent_dim] moved along a direction [latent_dim], from not at all to `amount` of it."""
    return point + torch.linspace(0, amount, steps)[:, None] * direction
