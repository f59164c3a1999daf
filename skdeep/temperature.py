"""Temperature scaling: divide the raw outputs by a number that calibrates the probabilities."""

from collections.abc import Callable, Sequence
from functools import cache
from math import copysign, exp, isfinite

import numpy as np
from scipy.optimize import brentq

from .losses import Evaluate, LogitLoss

__all__ = ["Part", "fit_temperature"]

Part = tuple[np.ndarray, np.ndarray, np.ndarray]

_STRENGTH = 8.0  # of the prior: log T has mean 0 and a standard deviation of about 1/3
_BOUND, _STEP = 3.0, 0.5  # largest |log T|, and step of the search for a change of sign


def fit_temperature(loss: LogitLoss, parts: Sequence[Part], m: float, n_members: int = 1) -> float:
    """Return the temperature T at which ``raw / T`` has the lowest loss [1]_.

    With β = 1/T, it minimizes ``m · mean loss(β raw) + 8 (β - 1 - log β)`` for T in
    [1/20, 20]. The targets are smoothed, similar to Platt's
    method [2]_: 1 / (m + 1) of each target is distributed over all choices, because even m
    correctly classified rows cannot justify more confidence. The second term is a gamma prior
    on β with its mode at 1. It keeps T close to 1 when there are few rows.

    This function of β is convex. With several members, the loss is that of the mean of their
    probabilities, each at T, and the smoothing counts the mean of their raw outputs. Then it can
    have several minima, and the one next to T = 1 is returned.

    Parameters
    ----------
    loss : LogitLoss
    parts : sequence of (raw, target, share)
        All rows, in parts. ``raw`` has shape (n_rows, n_members · n_outputs), ``target``
        (n_rows, n_outputs). ``share`` is the weight of each row in the mean; the shares of all
        parts together sum to one.
    m : float
        Number of rows (the sum of their sample weights).
    n_members : int, default=1

    Returns
    -------
    float
        The temperature; 1 if the loss of ``raw`` is not finite.

    References
    ----------
    .. [1] Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks",
       ICML 2017, section 4.2.
    .. [2] Platt, "Probabilistic outputs for support vector machines", 1999, section 2.2.
    """
    (raw, target, _), *_ = parts
    n_outputs, width, dtype = target.shape[1], raw.shape[1], raw.dtype

    @cache
    def bound(n_rows: int) -> tuple[Evaluate, np.ndarray]:
        evaluate = loss.bind_pooled(n_rows, n_members, n_outputs, dtype)
        return evaluate, np.empty((n_rows, width), dtype)

    # smoothing the targets adds this multiple of β to the loss
    margins = (
        share @ ((target - loss.smooth(target, 1)) * _mean_of_members(raw, n_members))
        for raw, target, share in parts
    )
    spread = sum(float(margin.sum()) for margin in margins) / (m + 1)

    def slope(s: float) -> float:
        """Return the derivative of objective / m with respect to s, at β = eˢ."""
        beta = exp(s)
        total = beta * spread + _STRENGTH / m * (beta - 1)
        for raw, target, share in parts:
            loss_of, scaled = bound(len(raw))
            _, gradient = loss_of(np.multiply(raw, beta, out=scaled), target, share)
            total += float(np.multiply(scaled, gradient, out=scaled).sum())
        return total

    return exp(-_root(slope))


def _mean_of_members(raw: np.ndarray, n_members: int) -> np.ndarray:
    return raw.reshape(len(raw), n_members, -1).mean(axis=1)


def _root(slope: Callable[[float], float]) -> float:
    """Return the root of the derivative next to 0, or the last point where it is finite."""
    here, at_start = 0.0, slope(0.0)
    if not isfinite(at_start):
        return here
    step = -copysign(_STEP, at_start)
    while abs(here) < _BOUND:
        there = slope(here + step)
        if not isfinite(there):
            break
        if there * at_start <= 0:
            return brentq(slope, here, here + step, xtol=1e-3)
        here += step
    return here
