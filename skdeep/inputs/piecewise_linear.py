"""The standardized number, and a piecewise linear function of it for each bin."""

from math import ceil
from numbers import Integral
from typing import Any, ClassVar

import numpy as np

from ..base import Interval
from .numerical import Expand, Learned, NumericalEncoding
from .robust_scale import clip_smoothly
from .standardize import Standardize, mean_and_deviation
from .statistics import ColumnStatistics, weighted_quantiles

__all__ = ["PiecewiseLinear"]

_LEAST_WIDTH = 1e-6  # of a bin, in standard deviations
_FINEST = 8  # a bin has at least 1/8 of the rows that it would have if no rows shared a value
HEIGHT = 0.5  # of the further inputs: a bin counts less than the number itself
LIMIT = 5.0


class PiecewiseLinear(NumericalEncoding):
    """The standardized number, and beside it how far it has come through each bin.

    The further inputs are ``e_t = clip((z - b_t) / (b_{t+1} - b_t), 0, 1) / 2`` [1]_, equation 1,
    with ``z = (x - mean) / std``. With them, the first layer can bend a function at each edge. z
    itself is then clipped smoothly to (-5, 5), ``z / √(1 + (z/5)²)``, so that outliers have a
    limited effect.

    The edges ``b_0 < b_1 < ... < b_T`` of a column are quantiles. If more than half of the rows
    share a value, such as zero, it is one edge, and the others are quantiles of the other rows. A
    column without three edges gets no bins. Without any bins, this is ``Standardize(max_size=5)``.

    Parameters
    ----------
    n_bins : int, default=16
        Largest number of bins of a column, T, at least 2. Beside a shared value, a bin has
        1/(8 T) of all rows or more.
    max_quantiles : int or None, default=None
        Largest number of different T-quantiles of the columns with bins together, at least 0. If
        there are more, no column gets bins. None has no limit.

    References
    ----------
    .. [1] Gorishniy, Rubachev and Babenko, "On embeddings for numerical features in tabular deep
       learning", NeurIPS 2022.

    Examples
    --------
    >>> from skdeep import DeepClassifier, PiecewiseLinear
    >>> model = DeepClassifier(numerical_encoding=PiecewiseLinear(n_bins=32))
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_bins": [Interval(Integral, 2, None, closed="left")],
        "max_quantiles": [Interval(Integral, 0, None, closed="left"), None],
    }

    def __init__(self, n_bins: int = 16, max_quantiles: int | None = None) -> None:
        self.n_bins = n_bins
        self.max_quantiles = max_quantiles

    def learn(self, statistics: ColumnStatistics) -> Learned:
        learned = mean_and_deviation(statistics)
        bins = self._bins(learned, statistics)
        if all(len(edges) < 2 for edges in bins):
            learned = Standardize(max_size=LIMIT).learn(statistics)
        return {
            **learned,
            "column": np.repeat(np.arange(len(bins)), [len(edges) - 1 for edges in bins]),
            "lower": np.concatenate([[], *(edges[:-1] for edges in bins)]),
            "width": np.concatenate([[], *map(np.diff, bins)]),
        }

    def _bins(self, learned: Learned, statistics: ColumnStatistics) -> list[np.ndarray]:
        """Return the edges of the bins of each column; a column without bins has one edge."""
        centers, scales = learned["center"], learned["scale"]
        bins: list[np.ndarray] = []
        n_left = np.inf if self.max_quantiles is None else self.max_quantiles
        for j, (center, scale) in enumerate(zip(centers, scales, strict=True)):
            values, weights = statistics.distinct(j)
            edges = _apart((_edges(values, weights, self.n_bins) - center) / scale)
            bins.append(edges if len(edges) > 2 else edges[:1])
            n_left -= len(_quantiles(values, weights, self.n_bins)) if len(edges) > 2 else 0
            if n_left < 0:
                return [np.zeros(1)] * len(centers)
        return bins

    def n_further(self, learned: Learned) -> int:
        return len(learned["column"])

    def bind(self, learned: Learned, dtype: np.dtype) -> Expand:
        column = learned["column"]
        lower = learned["lower"].astype(dtype)[:, None]
        factor = (HEIGHT / learned["width"]).astype(dtype)[:, None]

        def expand(z: np.ndarray, further: np.ndarray) -> None:
            if not len(column):
                return
            # e_t = clip((z - b_t) / (b_{t+1} - b_t), 0, 1) / 2
            np.take(z, column, axis=0, out=further, mode="clip")
            np.subtract(further, lower, out=further)
            np.multiply(further, factor, out=further)
            np.maximum(further, 0, out=further)
            np.minimum(further, HEIGHT, out=further)
            clip_smoothly(z, LIMIT)

        return expand

    def names(self, columns: list[str], learned: Learned) -> list[str]:
        column = learned["column"]
        bins = np.arange(len(column)) - np.searchsorted(column, column)  # from 0 in each column
        return [f"{columns[j]}_bin{t}" for j, t in zip(column, bins, strict=True)]


def _edges(values: np.ndarray, weights: np.ndarray, n_bins: int) -> np.ndarray:
    """Return the quantiles; if most rows share a value, it and the quantiles of the others."""
    part = weights / weights.sum()
    is_shared = part > 0.5
    n_others = min(n_bins - is_shared.sum(), ceil(_FINEST * n_bins * part[~is_shared].sum()))
    others = _quantiles(values[~is_shared], weights[~is_shared], n_others)
    return np.union1d(values[is_shared], others)


def _quantiles(values: np.ndarray, weights: np.ndarray, n_bins: int) -> np.ndarray:
    """Return the different ones of the quantiles that cut rows into ``n_bins`` equal parts."""
    if len(values) == 0:
        return values
    return np.unique(weighted_quantiles(values, weights, np.linspace(0, 1, n_bins + 1)))


def _apart(edges: np.ndarray) -> np.ndarray:
    """Return the edges that are not too close to the edge before them."""
    kept = [edges[0]]
    for edge in edges[1:]:
        if edge - kept[-1] > _LEAST_WIDTH * (1 + abs(edge)):
            kept.append(edge)
    return np.array(kept)
