"""Temperature scaling: by what to divide logits so that their probabilities fit best."""

from math import exp

import numpy as np
from scipy.optimize import brentq

from .losses import Loss

__all__ = ["fit_temperature"]

_BOUND = 3.0  # of |log T|
_PRECISION = 16.0  # of the prior on log T: one standard deviation is a quarter


def fit_temperature(
    loss: Loss, raw: np.ndarray, target: np.ndarray, weight: np.ndarray | None = None
) -> tuple[float, float]:
    """Return the temperature T and the mean loss of ``raw / T`` [1]_.

    T minimizes ``Σ w loss(raw / T) + 8 (log T)²`` in [1/20, 20]. The second term is a normal
    prior on log T of standard deviation 1/4: a few rows, all of them right, must not ask
    for certainty.

    Parameters
    ----------
    loss : Loss
        Of logits.
    raw, target : ndarray of shape (n_rows, n_outputs)
    weight : ndarray of shape (n_rows,), default=None
        Sample weights above zero; None is 1 for each.

    References
    ----------
    .. [1] Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks",
       ICML 2017, section 4.2.
    """
    n_rows, n_outputs = raw.shape
    m = n_rows if weight is None else float(weight.sum())
    share = np.full(n_rows, 1 / m, raw.dtype) if weight is None else (weight / m).astype(raw.dtype)
    evaluate = loss.bind(n_rows, n_outputs, raw.dtype)
    scaled = np.empty_like(raw)

    def slope(s):
        """Return the derivative of the objective over m by s = -log T."""
        _, gradient = evaluate(np.multiply(raw, exp(s), out=scaled), target, share)
        return float(np.vdot(gradient, scaled)) + _PRECISION * s / m

    low, high = slope(-_BOUND), slope(_BOUND)
    if low < 0 < high:
        s = brentq(slope, -_BOUND, _BOUND, xtol=1e-3)
    else:
        s = -_BOUND if low >= 0 else _BOUND
    value, _ = evaluate(np.multiply(raw, exp(s), out=scaled), target, share)
    return exp(-s), value
