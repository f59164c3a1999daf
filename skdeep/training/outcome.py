"""The result of an epoch, and the norms of its last gradient."""

from math import hypot, isfinite, sqrt
from typing import NamedTuple

import numpy as np

from ..network import Network

__all__ = ["Outcome", "largest", "layer_norms", "norm_of"]


class Outcome(NamedTuple):
    """The result of an epoch, before it is scored.

    Attributes
    ----------
    loss : float
        Mean loss over the steps, without penalties.
    learning_rate : float
        Learning rate of the last step.
    layer_norms : list of float
        Norm of the last gradient, before clipping, of each layer with parameters.
    seconds : float
        Time of the steps, in seconds.
    """

    loss: float
    learning_rate: float
    layer_norms: list[float]
    seconds: float


def layer_norms(network: Network, may_be_huge: bool = False) -> list[float]:
    """Return the norm of the gradient of each layer with parameters, from the first to the last."""
    if may_be_huge:
        return [hypot(*map(norm_of, parts)) for parts in network.layer_gradients]
    return [sqrt(sum([float(g.dot(g)) for g in parts])) for parts in network.layer_gradients]


def norm_of(vector: np.ndarray) -> float:
    """Return the Euclidean norm, even if its square overflows."""
    square = float(vector @ vector)
    if isfinite(square):
        return sqrt(square)
    most = largest(vector)
    if not isfinite(most):
        return most
    return most * sqrt(float(np.square(vector / most).sum()))


def largest(numbers: np.ndarray) -> float:
    """Return the largest magnitude, or nan if there is a nan."""
    return float(np.abs(numbers).max(initial=0))
