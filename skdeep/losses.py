"""Losses as functions of the raw output, each with its inverse link."""

from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit, log_expit, log_softmax, logit, softmax

from .base import Component, Interval

__all__ = [
    "LOSSES",
    "AbsoluteError",
    "Huber",
    "Logistic",
    "Loss",
    "Pinball",
    "Poisson",
    "SoftmaxCrossEntropy",
    "SquaredError",
]

Evaluate = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[float, np.ndarray]]
Targets = Iterable[tuple[np.ndarray, np.ndarray]]

_TINY = np.finfo(float).tiny


class Loss(Component):
    """A function of raw output and target, with its gradient and its inverse link.

    The target has the same shape (n_rows, n_outputs) as the raw output. ``weight`` has shape
    (n_rows,) and multiplies the loss of each row. Weights of ``1 / n_rows`` give the mean loss.
    """

    name: ClassVar[str]
    link_name: ClassVar[str]  # losses of one link give the raw output one meaning

    def bind(self, n_rows: int, n_outputs: int, dtype) -> Evaluate:
        """Return a function ``(raw, target, weight) -> (Σ weight·loss, its gradient by raw)``.

        Parameters
        ----------
        n_rows, n_outputs : int
            Shape of the raw output and the target.
        dtype : numpy dtype

        Returns
        -------
        callable
        """
        raise NotImplementedError

    @property
    def kinks(self) -> tuple[float, ...]:
        """Values of ``raw - target`` at which the loss's first or second derivative jumps."""
        return ()

    def inverse_link(self, raw: np.ndarray) -> np.ndarray:
        """Convert the raw output to the predicted mean.

        Parameters
        ----------
        raw : ndarray of shape (n_rows, n_outputs)

        Returns
        -------
        ndarray of shape (n_rows, n_outputs)
        """
        raise NotImplementedError

    def link(self, mean: np.ndarray) -> np.ndarray:
        """Return the finite raw output that stands for a mean.

        Parameters
        ----------
        mean : ndarray of shape (n_outputs,)

        Returns
        -------
        ndarray of shape (n_outputs,)
        """
        raise NotImplementedError

    def of_constant(self, parts: Targets) -> float:
        """Return the mean loss of the best raw output that is the same for all rows.

        Parameters
        ----------
        parts : iterable of (target, share)
            All targets, in parts, and the rows' shares in the mean, which sum to one.

        Returns
        -------
        float
        """
        # linear in the target, so that the mean target stands for all
        mean = np.sum([share @ target for target, share in parts], axis=0)
        evaluate = self.bind(1, len(mean), mean.dtype)
        return evaluate(self.link(mean)[None], mean[None], np.ones(1))[0]


class LogitLoss(Loss):
    """A log-loss: the raw outputs are logits, and the targets are probabilities."""

    link_name = "logit"

    def n_choices(self, n_outputs: int) -> int:
        """Return the number of choices among which the probability is divided."""
        raise NotImplementedError

    def smooth(self, target: np.ndarray, s: float) -> np.ndarray:
        """Return ``(1 - s)·target + s / number of choices``."""
        return target * (1 - s) + s / self.n_choices(target.shape[1])

    def log_inverse_link(self, raw: np.ndarray) -> np.ndarray:
        """Return the logarithm of ``inverse_link(raw)``, which is always finite."""
        raise NotImplementedError

    def brier(self, raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> float:
        """Return the Brier score ``Σ weight·Σ_k (p_k - t_k)²`` [1]_.

        The Brier score of each row is bounded. In the log-loss, a few rows with confident wrong
        predictions can outweigh all others. With one output for two classes, the sum has one
        term, which is half of the definition in [1]_, as is common.

        References
        ----------
        .. [1] Brier, "Verification of forecasts expressed in terms of probability", Monthly
           Weather Review 78, 1950, pages 1-3.
        """
        difference = self.inverse_link(raw) - target
        return float(weight @ np.square(difference).sum(1))


class SoftmaxCrossEntropy(LogitLoss):
    """Softmax cross-entropy: ``-Σ_k t_k log p_k`` with ``p = softmax(raw)``.

    The gradient by raw is ``p - t``. Each target is a row of class probabilities that sum to
    one: one-hot, smoothed or mixed [1]_.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville, "Deep learning", 2016, section 6.2.2.3.
    """

    name = "softmax_cross_entropy"

    def bind(self, n_rows, n_outputs, dtype):
        # classes × rows: NumPy reduces fast along a long last axis, slowly along a short one
        z, p = np.empty((2, n_outputs, n_rows), dtype)
        top, total, picked = np.empty((3, n_rows), dtype)

        def evaluate(raw, target, weight):
            t = target.T
            np.max(raw.T, axis=0, out=top)
            np.subtract(raw.T, top, out=z)
            np.exp(z, out=p)
            np.sum(p, axis=0, out=total)
            np.divide(p, total, out=p)
            np.multiply(t, z, out=z)
            np.sum(z, axis=0, out=picked)
            np.log(total, out=total)
            value = float(weight @ np.subtract(total, picked, out=picked))
            np.subtract(p, t, out=p)
            return value, np.multiply(p, weight, out=p).T

        return evaluate

    def n_choices(self, n_outputs):
        return n_outputs

    def inverse_link(self, raw):
        return softmax(raw, axis=1)

    def link(self, mean):
        return np.log(np.maximum(mean, _TINY))

    def log_inverse_link(self, raw):
        with np.errstate(over="ignore"):
            return np.maximum(log_softmax(raw, axis=1), np.finfo(raw.dtype).min)


class Logistic(LogitLoss):
    """Log-loss of independent logistic outputs: ``Σ_k log(1 + e^raw_k) - t_k raw_k``.

    The gradient by raw is ``σ(raw) - t``. Two classes have one output. A multilabel target has
    one output for each label, and the losses of the labels are added.
    """

    name = "logistic"

    def bind(self, n_rows, n_outputs, dtype):
        draw, values = np.empty((2, n_rows, n_outputs), dtype)

        def evaluate(raw, target, weight):
            np.logaddexp(0, raw, out=values)
            np.multiply(target, raw, out=draw)
            np.subtract(values, draw, out=values)
            value = float((weight @ values).sum())
            expit(raw, out=draw)
            np.subtract(draw, target, out=draw)
            return value, np.multiply(draw, weight[:, None], out=draw)

        return evaluate

    def n_choices(self, n_outputs):
        return 2

    def inverse_link(self, raw):
        return expit(raw)

    def link(self, mean):
        return logit(np.clip(mean, _TINY, 1 - np.finfo(float).epsneg))

    def log_inverse_link(self, raw):
        return log_expit(raw)


class RegressionLoss(Loss):
    """A loss of ``r = raw - y``, averaged over the outputs. The link is the identity."""

    link_name = "identity"

    def bind(self, n_rows, n_outputs, dtype):
        r, values = np.empty((2, n_rows, n_outputs), dtype)

        def evaluate(raw, target, weight):
            np.subtract(raw, target, out=r)
            self.value_and_slope(r, values)
            weight = weight / n_outputs
            value = float((weight @ values).sum())
            return value, np.multiply(r, weight[:, None], out=r)

        return evaluate

    def value_and_slope(self, r: np.ndarray, values: np.ndarray) -> None:
        """Write the loss of each residual to ``values``, and replace ``r`` by the derivative."""
        raise NotImplementedError

    def inverse_link(self, raw):
        return raw

    def link(self, mean):
        return mean

    def of_constant(self, parts):
        target, share = (np.concatenate(part) for part in zip(*parts, strict=True))
        raw = np.broadcast_to(self.center(target, share), target.shape)
        return self.bind(*target.shape, target.dtype)(raw, target, share)[0]

    def center(self, target: np.ndarray, share: np.ndarray) -> np.ndarray:
        """Return the number that is near all targets of a column: the mean by default."""
        return share @ target


class SquaredError(RegressionLoss):
    """Half the squared error ``r²/2``. Its minimizer is the mean and its derivative is r.

    Notes
    -----
    Because of the factor 1/2, ``l2`` corresponds to ``alpha`` of scikit-learn's ``Ridge``.
    """

    name = "squared_error"

    def value_and_slope(self, r, values):
        np.multiply(r, r, out=values)
        np.multiply(values, 0.5, out=values)


class AbsoluteError(RegressionLoss):
    """The absolute error ``|r|``. Its minimizer is the median and its derivative is sign(r)."""

    name = "absolute_error"
    kinks = (0.0,)

    def value_and_slope(self, r, values):
        np.abs(r, out=values)
        np.sign(r, out=r)

    def center(self, target, share):
        return _quantile(target, share, 0.5)


class Huber(RegressionLoss):
    """The Huber loss: ``r²/2`` if |r| <= δ, else ``δ(|r| - δ/2)`` [1]_.

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

    def __init__(self, delta=1.0):
        self.delta = delta

    @property
    def kinks(self) -> tuple[float, ...]:
        return -self.delta, self.delta

    def value_and_slope(self, r, values):
        # c = r clipped to ±δ is the derivative, and both branches are c (r - c/2)
        slope = np.clip(r, -self.delta, self.delta)
        np.multiply(slope, -0.5, out=values)
        np.add(values, r, out=values)
        np.multiply(values, slope, out=values)
        r[...] = slope


class Pinball(RegressionLoss):
    """The pinball loss: ``(1 - q) r`` if r > 0, else ``-q r``. Its minimizer is quantile q [1]_.

    Parameters
    ----------
    quantile : float, default=0.5
        q in (0, 1).

    References
    ----------
    .. [1] Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978.
    """

    name = "pinball"
    kinks = (0.0,)
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "quantile": [Interval(Real, 0, 1, closed="neither")]
    }

    def __init__(self, quantile=0.5):
        self.quantile = quantile

    def value_and_slope(self, r, values):
        slope = np.where(r > 0, 1 - self.quantile, np.where(r < 0, -self.quantile, 0))
        np.multiply(r, slope, out=values)
        r[...] = slope

    def center(self, target, share):
        return _quantile(target, share, self.quantile)


class Poisson(Loss):
    """Half the Poisson deviance up to a constant: ``e^raw - y raw``. The link is the logarithm.

    The gradient by raw is ``e^raw - y``. The loss is averaged over the outputs; y >= 0.
    """

    name = "poisson"
    link_name = "log"

    def bind(self, n_rows, n_outputs, dtype):
        mean, values = np.empty((2, n_rows, n_outputs), dtype)

        def evaluate(raw, target, weight):
            np.exp(raw, out=mean)
            np.multiply(target, raw, out=values)
            np.subtract(mean, values, out=values)
            weight = weight / n_outputs
            value = float((weight @ values).sum())
            np.subtract(mean, target, out=mean)
            return value, np.multiply(mean, weight[:, None], out=mean)

        return evaluate

    def inverse_link(self, raw):
        return np.exp(raw)

    def link(self, mean):
        return np.log(np.maximum(mean, _TINY))


def _quantile(target, share, q) -> np.ndarray:
    """Return the quantile of each column, with the rows' shares as weights."""
    return np.quantile(target, q, axis=0, weights=share, method="inverted_cdf")


LOSSES: dict[str, type[Loss]] = {
    loss.name: loss
    for loss in (
        SoftmaxCrossEntropy,
        Logistic,
        SquaredError,
        AbsoluteError,
        Huber,
        Pinball,
        Poisson,
    )
}
