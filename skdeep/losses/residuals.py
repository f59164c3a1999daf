"""Losses of the residual ``raw - y``, for numbers."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from ..base import Interval
from .base import Evaluate, Loss, Targets, Value

__all__ = ["AbsoluteError", "Huber", "RegressionLoss", "SquaredError"]


class RegressionLoss(Loss):
    """A loss of ``r = raw - y``, averaged over the outputs. The link is the identity."""

    link_name = "identity"

    def bind(self, n_rows: int, n_outputs: int, dtype: DTypeLike) -> Evaluate:
        r, values = np.empty((2, n_rows, n_outputs), dtype)

        def evaluate(raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Value:
            np.subtract(raw, target, out=r)
            self.value_and_slope(r, values)
            weight = weight / n_outputs
            value = float((weight @ values).sum())
            return value, np.multiply(r, weight[:, None], out=r)

        return evaluate

    def value_and_slope(self, r: np.ndarray, values: np.ndarray) -> None:
        """Write the loss of each residual to ``values``, and replace ``r`` by the derivative.

        Parameters
        ----------
        r : ndarray of shape (n_rows, n_outputs)
            ``raw - y``. It is overwritten.
        values : ndarray of shape (n_rows, n_outputs)
            Receives the losses.
        """
        raise NotImplementedError

    def inverse_link(self, raw: np.ndarray) -> np.ndarray:
        return raw

    def link(self, mean: np.ndarray) -> np.ndarray:
        return mean

    def of_constant(self, parts: Targets) -> float:
        target, share = (np.concatenate(part) for part in zip(*parts, strict=True))
        raw = np.broadcast_to(self.center(target, share), target.shape)
        n_rows, n_outputs = target.shape
        return self.bind(n_rows, n_outputs, target.dtype)(raw, target, share)[0]

    def center(self, target: np.ndarray, share: np.ndarray) -> np.ndarray:
        """Return the best constant of each output: the mean by default.

        Parameters
        ----------
        target : ndarray of shape (n_rows, n_outputs)
        share : ndarray of shape (n_rows,)
            The rows' shares in the mean, which sum to one.

        Returns
        -------
        ndarray of shape (n_outputs,)
        """
        return share @ target


class SquaredError(RegressionLoss):
    """Half the squared error ``r²/2``. Its minimizer is the mean and its derivative is r.

    Because of the factor 1/2, ``l2`` corresponds to ``alpha`` of scikit-learn's ``Ridge``.
    """

    name = "squared_error"

    def value_and_slope(self, r: np.ndarray, values: np.ndarray) -> None:
        np.multiply(r, r, out=values)
        np.multiply(values, 0.5, out=values)


class AbsoluteError(RegressionLoss):
    """The absolute error ``|r|``. Its minimizer is the median and its derivative is sign(r)."""

    name = "absolute_error"
    kinks = (0.0,)

    def value_and_slope(self, r: np.ndarray, values: np.ndarray) -> None:
        np.abs(r, out=values)
        np.sign(r, out=r)

    def center(self, target: np.ndarray, share: np.ndarray) -> np.ndarray:
        return np.quantile(target, 0.5, axis=0, weights=share, method="inverted_cdf")


class Huber(RegressionLoss):
    """The Huber loss: ``r²/2`` if ``|r| <= δ``, else ``δ(|r| - δ/2)``.

    It grows linearly far from y, so outliers count less than with the squared error [1]_.

    Parameters
    ----------
    delta : float, default=1.0
        δ in (0, inf), in the units of the target in training. If the target is standardized,
        the unit is its standard deviation.

    References
    ----------
    .. [1] Huber, "Robust estimation of a location parameter", Annals of Mathematical
       Statistics 35, 1964.
    """

    name = "huber"
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "delta": [Interval(Real, 0, None, closed="neither")]
    }

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = delta

    @property
    def kinks(self) -> tuple[float, ...]:
        return -self.delta, self.delta

    def value_and_slope(self, r: np.ndarray, values: np.ndarray) -> None:
        # c = r clipped to ±δ is the derivative, and both branches are c (r - c/2)
        slope = np.clip(r, -self.delta, self.delta)
        np.multiply(slope, -0.5, out=values)
        np.add(values, r, out=values)
        np.multiply(values, slope, out=values)
        r[...] = slope
