"""Median 0, quartiles at a distance of 1, and smoothly clipped."""

import numpy as np

from .numerical import Expand, Learned, NumericalEncoding
from .statistics import ColumnStatistics

__all__ = ["RobustScale", "clip_smoothly"]

LIMIT = 3.0


class RobustScale(NumericalEncoding):
    """Scale each column by its quartiles, and clip it smoothly to (-3, 3).

    ``z = (x - median) / (q₃ - q₁)`` and then ``z / √(1 + (z/3)²)`` [1]_, where q₁ and q₃ are the
    quartiles. If they are equal, the scale is half of the range. Outliers do not change the
    scale, and cannot reach more than 3. A constant column becomes 0.

    References
    ----------
    .. [1] Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and
       boosted trees on tabular data", NeurIPS 2024, section 3.

    Examples
    --------
    >>> from skdeep import DeepRegressor, RobustScale
    >>> model = DeepRegressor(numerical_encoding=RobustScale())  # or "robust"
    """

    def learn(self, statistics: ColumnStatistics) -> Learned:
        fractions, columns = np.array([0.25, 0.5, 0.75]), range(len(statistics.mean))
        quantiles = np.array([statistics.quantiles(j, fractions) for j in columns])
        first, median, third = quantiles.reshape(-1, 3).T
        half_range = (statistics.highest - statistics.lowest) / 2
        scale = np.where(third > first, third - first, half_range)
        return {"center": median, "scale": np.where(scale > 0, scale, 1.0)}

    def bind(self, learned: Learned, dtype: np.dtype) -> Expand:
        return lambda z, further: clip_smoothly(z, LIMIT)


def clip_smoothly(z: np.ndarray, limit: float) -> None:
    """Replace z by ``z / √(1 + (z/limit)²)``, which lies between ``-limit`` and ``limit``."""
    np.divide(z, np.hypot(z / limit, 1), out=z)
