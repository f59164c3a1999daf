"""The quantile loss, of one quantile or of several that never cross."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from ..base import DistinctNumbers, Interval
from .base import Evaluate, Loss, Targets, Value

__all__ = ["QUANTILES", "Quantile"]

_LEVEL = Interval(Real, 0, 1, closed="neither")
QUANTILES = [_LEVEL, DistinctNumbers(_LEVEL)]


class Quantile(Loss):
    """The quantile (pinball) loss ``(1 - q) r`` if r > 0, else ``-q r``, with ``r = raw - y``.

    Its minimizer is quantile q of the target [1]_. With several quantiles, the network has a raw
    output for each, which is trained on its own, and the loss is their mean. For each row, the
    predictions are the raw outputs sorted by size, so quantiles never cross. Over all quantiles,
    sorted outputs are at least as close to the true ones as unsorted outputs [2]_.

    Parameters
    ----------
    quantile : float or sequence of float, default=0.5
        q in (0, 1), or several distinct ones in any order.

    References
    ----------
    .. [1] Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978.
    .. [2] Chernozhukov, Fernández-Val and Galichon, "Quantile and probability curves without
       crossing", Econometrica 78, 2010.
    """

    name = "quantile"
    link_name = "identity"
    kinks = (0.0,)
    _parameter_constraints: ClassVar[dict[str, Any]] = {"quantile": QUANTILES}

    def __init__(self, quantile: float | Sequence[float] = 0.5) -> None:
        self.quantile = quantile

    @property
    def levels(self) -> Sequence[float] | None:
        return None if np.ndim(self.quantile) == 0 else np.asarray(self.quantile).tolist()

    @property
    def outputs_per_number(self) -> int:
        return np.size(self.quantile)

    def bind(self, n_rows: int, n_outputs: int, dtype: DTypeLike) -> Evaluate:
        # the quantiles of a number are neighbors
        q = np.resize(np.asarray(self.quantile, dtype=float), n_outputs)
        r, values = np.empty((2, n_rows, n_outputs), dtype)

        def evaluate(raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Value:
            np.subtract(raw, self._repeated(target), out=r)
            slope = np.where(r > 0, 1 - q, np.where(r < 0, -q, 0))
            np.multiply(r, slope, out=values)
            weight = weight / n_outputs
            value = float((weight @ values).sum())
            r[...] = slope
            return value, np.multiply(r, weight[:, None], out=r)

        return evaluate

    def pooled(self, raw: np.ndarray, n_members: int) -> np.ndarray:
        if n_members == 1 and self.levels is not None:  # a single network is sorted too
            return self.link(self.inverse_link(raw))
        return super().pooled(raw, n_members)

    def residuals(self, raw: np.ndarray, target: np.ndarray) -> np.ndarray:
        return raw - self._repeated(target)

    def inverse_link(self, raw: np.ndarray) -> np.ndarray:
        if self.levels is None:
            return raw
        rank = np.argsort(np.argsort(self.levels))
        return np.sort(raw.reshape(len(raw), -1, len(self.levels)), axis=2)[:, :, rank]

    def link(self, mean: np.ndarray) -> np.ndarray:
        return mean.reshape(*mean.shape[: mean.ndim - np.ndim(self.quantile) - 1], -1)

    def of_constant(self, parts: Targets) -> float:
        target, share = (np.concatenate(part) for part in zip(*parts, strict=True))
        best = np.quantile(target, self.quantile, axis=0, weights=share, method="inverted_cdf")
        raw = self.link(np.moveaxis(best, 0, -1) if self.levels else best)
        evaluate = self.bind(len(target), len(raw), target.dtype)
        return evaluate(np.tile(raw, (len(target), 1)), target, share)[0]

    def _repeated(self, target: np.ndarray) -> np.ndarray:
        """Return the target of each raw output."""
        return target if self.levels is None else target.repeat(len(self.levels), axis=1)
