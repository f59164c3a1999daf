"""Losses with the logarithm as their link: Poisson for counts, gamma for positive amounts."""

import numpy as np
from numpy.typing import DTypeLike

from .base import TINY, Evaluate, Loss, Value

__all__ = ["Gamma", "LogLinkLoss", "Poisson"]


class LogLinkLoss(Loss):
    """A loss whose raw output is the logarithm of the mean."""

    link_name = "log"
    may_be_huge = True

    def inverse_link(self, raw: np.ndarray) -> np.ndarray:
        return np.exp(raw)

    def link(self, mean: np.ndarray) -> np.ndarray:
        return np.log(np.maximum(mean, TINY))


class Poisson(LogLinkLoss):
    """Half the Poisson deviance up to a constant: ``e^raw - y raw``. The link is the logarithm.

    The gradient by raw is ``e^raw - y``. The loss is averaged over the outputs; y >= 0.
    """

    name = "poisson"
    y_range = "non-negative"

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


class Gamma(LogLinkLoss):
    """Half the gamma deviance up to a constant: ``raw + y e^-raw``. The link is the logarithm.

    The gradient by raw is ``1 - y e^-raw``. An error of 10 % costs the same for small and large
    y. The loss is averaged over the outputs; y > 0.
    """

    name = "gamma"
    y_range = "positive"

    def bind(self, n_rows: int, n_outputs: int, dtype: DTypeLike) -> Evaluate:
        ratio, values = np.empty((2, n_rows, n_outputs), dtype)

        def evaluate(raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Value:
            np.negative(raw, out=ratio)
            np.exp(ratio, out=ratio)
            np.multiply(target, ratio, out=ratio)  # y / mean
            np.add(raw, ratio, out=values)
            weight = weight / n_outputs
            value = float((weight @ values).sum())
            np.subtract(1, ratio, out=ratio)
            return value, np.multiply(ratio, weight[:, None], out=ratio)

        return evaluate
