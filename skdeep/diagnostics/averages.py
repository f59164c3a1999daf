"""Exponentially weighted averages."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import lfilter

from ..base import FRACTION, check_option

__all__ = ["ewma"]


def ewma(values: ArrayLike, beta: float = 0.9, bias_correction: bool = True) -> np.ndarray:
    r"""Compute the exponentially weighted average of a sequence.

    With v₀ = 0 and t = 1, 2, ... [1]_,

    .. math:: v_t = \beta v_{t-1} + (1 - \beta) x_t, \qquad
              \hat v_t = \frac{v_t}{1 - \beta^t}.

    It averages over about 1 / (1 − β) values: 10 for β = 0.9, 50 for 0.98 and 2 for 0.5.

    Parameters
    ----------
    values : array-like of shape (n,) or (n, ...)
        The sequence, along the first axis. After a nan, all averages are nan.
    beta : float, default=0.9
        β in [0, 1).
    bias_correction : bool, default=True
        Whether to return v̂. Otherwise return v, which is biased towards v₀ = 0 at first.

    Returns
    -------
    averages : ndarray of the shape of values
        In float64.

    Raises
    ------
    ValueError
        If β is not in [0, 1), or if ``values`` is a single number.

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
    check_option("ewma", "beta", beta, FRACTION[0])
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
