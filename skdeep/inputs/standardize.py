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
    one_scale : bool, default=False
        Whether all columns have the same scale: the square root of their mean variance, or for
        sparse X the largest absolute value of all. Use it for many columns in the same unit, such
        as pixels, spectra, counts or gene expressions, if a column with a larger variance matters
        more. Then multiplying a column by a constant changes the predictions.

    Examples
    --------
    >>> from skdeep import DeepClassifier, Standardize
    >>> model = DeepClassifier(numerical_encoding=Standardize())  # or "standardize"
    >>> model = DeepClassifier(numerical_encoding=Standardize(one_scale=True))
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "max_size": [Interval(Real, 1, None, closed="neither"), None],
        "one_scale": ["boolean"],
    }

    takes_sparse: ClassVar[bool] = True

    def __init__(self, max_size: float | None = None, one_scale: bool = False) -> None:
        self.max_size = max_size
        self.one_scale = one_scale

    def learn(self, statistics: ColumnStatistics) -> Learned:
        learned = mean_and_deviation(statistics)
        if self.one_scale:
            varies = ~_is_constant(statistics)
            squares = statistics.variance[varies].sum()
            learned["scale"][varies] = np.sqrt(squares / max(1, varies.sum()))
        if self.max_size is not None:
            mean = statistics.mean
            farthest = np.fmax(statistics.highest - mean, mean - statistics.lowest)
            learned["scale"] = np.fmax(learned["scale"], farthest / self.max_size)
        return learned

    def scale_sparse(self, largest: np.ndarray) -> np.ndarray:
        return super().scale_sparse(
            np.full_like(largest, largest.max()) if self.one_scale else largest
        )


def mean_and_deviation(statistics: ColumnStatistics) -> Learned:
    """Return the means as centers, and the standard deviations as scales."""
    # the mean of a large constant is off by rounding, which must stay small
    of_constant = np.maximum(np.abs(statistics.mean), 1)
    scale = np.where(_is_constant(statistics), of_constant, np.sqrt(statistics.variance))
    return {"center": statistics.mean, "scale": scale}


def _is_constant(statistics: ColumnStatistics) -> np.ndarray:
    return np.sqrt(statistics.variance) <= _ROUNDING * np.abs(statistics.mean)
