"""Temperature scaling: by what to divide raw outputs so that their probabilities fit best."""

from collections.abc import Callable, Sequence
from math import copysign, exp, isfinite

import numpy as np
from scipy.optimize import brentq

from .losses import LogitLoss

__all__ = ["Part", "fit_temperature"]

Part = tuple[np.ndarray, np.ndarray, np.ndarray]

_STRENGTH = 8.0  # of the prior: log T is 0 with a standard deviation of about a third
_BOUND, _STEP = 3.0, 0.5  # of |log T|, and of the search for a change of sign


def fit_temperature(loss: LogitLoss, parts: Sequence[Part], m: float) -> float:
    """Return the temperature T at which ``raw / T`` has the best loss [1]_.

    With β = 1/T it minimizes ``m · mean loss(β raw) + 8 (β - 1 - log β)``, which is convex,
    for T in [1/20, 20]. Of every target, 1 / (m + 1) is spread over all choices, much as Platt
    did [2]_: m rows that are all right are no proof of more certainty than that. The second
    term, a gamma prior on β with its mode at 1, holds T back where the rows are few.

    Parameters
    ----------
    loss : LogitLoss
    parts : sequence of (raw, target, share)
        All rows, in parts: two arrays of shape (n_rows, n_outputs) and the rows' shares in
        the mean, which sum to one over the parts.
    m : float
        Number of rows (sum of their weights).

    Returns
    -------
    float
        1 where the loss of ``raw`` is not finite.

    References
    ----------
    .. [1] Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks",
       ICML 2017, section 4.2.
    .. [2] Platt, "Probabilistic outputs for support vector machines", 1999, section 2.2.
    """
    dtype, n_outputs = parts[0][0].dtype, parts[0][0].shape[1]
    sizes = {len(raw) for raw, _, _ in parts}
    bound = {n: (loss.bind(n, n_outputs, dtype), np.empty((n, n_outputs), dtype)) for n in sizes}

    # spreading a part of the targets adds this multiple of β to the loss
    margins = (share @ ((target - loss.smooth(target, 1)) * raw) for raw, target, share in parts)
    spread = sum(float(margin.sum()) for margin in margins) / (m + 1)

    def slope(s):
        """Return the derivative of objective / m by s, at β = eˢ."""
        beta = exp(s)
        total = beta * spread + _STRENGTH / m * (beta - 1)
        for raw, target, share in parts:
            loss_of, scaled = bound[len(raw)]
            _, gradient = loss_of(np.multiply(raw, beta, out=scaled), target, share)
            total += float(np.multiply(scaled, gradient, out=scaled).sum())
        return total

    return exp(-_root(slope))


def _root(slope: Callable[[float], float]) -> float:
    """Walk from 0 down the slope to its change of sign, or as far as it is finite."""
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
