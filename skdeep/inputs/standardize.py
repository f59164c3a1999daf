"""Mean 0 and variance 1."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ..base import Interval
from .numerical import Learned, NumericalEncoding
from .statistics import ColumnStatistics

__all__ = ["Standardize", "mean_and_deviation"]

_ROUNDING = 1e-13  # a standard deviation below this part of the mean is rounding error


class Standardize(NumericalEncoding):
    """Scale each column to mean 0 and variance 1: ``z = (x - mean) / std``.

    A constant column becomes 0. Sparse X is divided by the largest absolute value of each column
    and not centered, as by ``MaxAbsScaler``: zeros stay zeros.

    Parameters
    ----------
    max_size : float or None, default=None
        Largest ``|z|`` of a training row, above 1. The scale of a column is increased where
        needed. So a pixel that is almost always black is not blown up, and one outlier does not
        dominate. None has no limit, as ``StandardScaler``.

    Examples
    --------
    >>> from skdeep import DeepClassifier, Standardize
    >>> model = DeepClassifier(numerical_encoding=Standardize())  # or "standardize"
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "max_size": [Interval(Real, 1, None, closed="neither"), None],
    }

    takes_sparse: ClassVar[bool] = True

    def __init__(self, max_size: float | None = None) -> None:
        self.max_size = max_size

    def learn(self, statistics: ColumnStatistics) -> Learned:
        learned = mean_and_deviation(statistics)
        if self.max_size is not None:
            mean = statistics.mean
            farthest = np.fmax(statistics.highest - mean, mean - statistics.lowest)
            learned["scale"] = np.fmax(learned["scale"], farthest / self.max_size)
        return learned


def mean_and_deviation(statistics: ColumnStatistics) -> Learned:
    """Return the means as centers, and the standard deviations as scales."""
    size, deviation = np.abs(statistics.mean), np.sqrt(statistics.variance)
    is_constant = deviation <= _ROUNDING * size
    # the mean of a large constant is off by rounding, which must stay small
    scale = np.where(is_constant, np.maximum(size, 1), deviation)
    return {"center": statistics.mean, "scale": scale}
