"""The Poisson loss, for counts."""

import numpy as np
from numpy.typing import DTypeLike

from .base import TINY, Evaluate, Loss, Value

__all__ = ["Poisson"]


class Poisson(Loss):
    """Half the Poisson deviance up to a constant: ``e^raw - y raw``. The link is the logarithm.

    The gradient by raw is ``e^raw - y``. The loss is averaged over the outputs; y >= 0.
    """

    name = "poisson"
    link_name = "log"

    def bind(self, n_rows: int, n_outputs: int, dtype: DTypeLike) -> Evaluate:
        mean, values = np.empty((2, n_rows, n_outputs), dtype)

        def evaluate(raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Value:
            np.exp(raw, out=mean)
            np.multiply(target, raw, out=values)
            np.subtract(mean, values, out=values)
            weight = weight / n_outputs
            value = float((weight @ values).sum())
            np.subtract(mean, target, out=mean)
            return value, np.multiply(mean, weight[:, None], out=mean)

        return evaluate

    def inverse_link(self, raw: np.ndarray) -> np.ndarray:
        return np.exp(raw)

    def link(self, mean: np.ndarray) -> np.ndarray:
        return np.log(np.maximum(mean, TINY))
