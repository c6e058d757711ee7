"""Where the linear path begins: directions of log-mel segments, the most telling first.

| basis     | directions                                                                                           |
|-----------|------------------------------------------------------------------------------------------------------|
| separable | a cosine over time times a component of the bands (`shared.metrics.separable`): few numbers to learn    |
|           | from the data, so they hold for recordings that training did not hear                                 |
| principal | principal components of whole segments: the best there is, for the segments that they were learnt from |

From an hour of music the separable ones leave less unexplained in other recordings, though they explain less of the
hour itself.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from shared.metrics.separable import SeparableComponents

# Of the principal components: directions more than are kept, and rounds that sharpen them.
_SPARE, _ITERATIONS = 16, 4

Basis = tuple[Tensor, Tensor]


def separable(centred: Tensor, count: int) -> Basis:
    """Return orthonormal directions [at most count, n_mels, frames] of segments, and the spread along each.

    Args:
        centred: log-mels of zero mean [segments, n_mels, frames].
        count: how many directions are wanted.
    """
    components = SeparableComponents.fit(centred.cpu().numpy())
    places = components.strongest(count)
    spreads = components.variances.flatten()[places] ** 0.5
    return torch.from_numpy(components.directions(places)), torch.from_numpy(spreads)


def principal(centred: Tensor, count: int) -> Basis:
    """Return the same, of whole segments, by randomized subspace iteration (Halko et al. 2011)."""
    rows = centred.flatten(1)
    wanted = min(count + _SPARE, *rows.shape)
    _, strengths, directions = torch.svd_lowrank(rows, wanted, niter=_ITERATIONS)
    kept = min(count, wanted)
    spreads = strengths[:kept] / max(1, len(rows) - 1) ** 0.5
    return directions[:, :kept].T.unflatten(1, tuple(centred.shape[1:])), spreads


BASES: dict[str, Callable[[Tensor, int], Basis]] = {"separable": separable, "principal": principal}
