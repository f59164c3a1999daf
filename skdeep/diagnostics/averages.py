"""Exponentially weighted averages."""

import numpy as np
from scipy.signal import lfilter

from .checks import is_real

__all__ = ["ewma"]


def ewma(values, beta=0.9, bias_correction=True) -> np.ndarray:
    r"""Average a sequence with weights that decay exponentially into the past.

    With v₀ = 0 and t from 1 [1]_,

    .. math:: v_t = \beta v_{t-1} + (1 - \beta) x_t, \qquad
              \hat v_t = \frac{v_t}{1 - \beta^t},

    an average over about 1 / (1 − β) values: 10 for β = 0.9, 50 for 0.98 and 2 for 0.5.

    Parameters
    ----------
    values : array-like of shape (n,) or (n, ...)
        The sequence, along the first axis. A nan stays in all later averages.
    beta : float, default=0.9
        β in [0, 1).
    bias_correction : bool, default=True
        Return v̂ rather than v, which starts near 0 because v₀ does.

    Returns
    -------
    averages : ndarray of the shape of values
        In float64.

    Raises
    ------
    ValueError
        For β outside of [0, 1) and for values without an axis.

    References
    ----------
    .. [1] Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015,
       section 3: initialization bias correction.

    Examples
    --------
    >>> from skdeep.diagnostics import ewma
    >>> ewma([4.0, 4.0, 4.0])
    array([4., 4., 4.])
    >>> ewma([4.0, 4.0, 4.0], beta=0.5, bias_correction=False)
    array([2. , 3. , 3.5])
    """
    if not is_real(beta) or not 0 <= beta < 1:
        raise ValueError(
            "The 'beta' parameter of ewma must be a float in the range [0.0, 1.0). "
            f"Got {beta!r} instead."
        )
    x = np.asarray(values, dtype=np.float64)
    if x.ndim == 0:
        raise ValueError(
            f"ewma averages along an axis. Got the number {values!r}; give a sequence."
        )
    if x.size == 0:
        return x.copy()
    v = lfilter([1 - beta], [1, -beta], x, axis=0)
    if bias_correction:
        t = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
        v /= 1 - float(beta) ** t
    return v
