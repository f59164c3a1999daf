"""Gaussian noise on the features."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ..base import Interval
from .base import Augmenter, dense

__all__ = ["GaussianNoise"]


class GaussianNoise(Augmenter):
    """Add independent normal noise to every feature: ``x + scale · ε`` with ``ε ~ N(0, 1)``.

    For a linear model under the squared error this is, on average, an L2 penalty of
    strength ``scale²`` a row; for a network it penalizes the slope of its outputs [1]_.

    Parameters
    ----------
    scale : float, default=0.1
        Standard deviation, in [0, inf), in units of X. On standardized features, 0.1 is a
        tenth of each one's standard deviation.

    Notes
    -----
    The noise may leave the range of X; ``ImageAugmenter(noise=...)`` stays in it. An X that is not
    of a floating-point dtype comes back as float64.

    References
    ----------
    .. [1] Bishop, "Training with noise is equivalent to Tikhonov regularization", Neural
       Computation 7, 1995.

    Examples
    --------
    >>> import numpy as np
    >>> X, y = np.zeros((1000, 20)), np.zeros((1000, 1))
    >>> noisy, _ = GaussianNoise(scale=0.5)(X, y, np.random.default_rng(0))
    >>> print(round(noisy.std(), 2))
    0.5
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "scale": [Interval(Real, 0, None, closed="left")]
    }

    def __init__(self, scale=0.1):
        self.scale = scale

    def __call__(self, X, y, rng):
        X = dense(self, X)
        dtype = X.dtype if X.dtype in (np.float32, np.float64) else np.float64
        noise = rng.standard_normal(X.shape, dtype)
        np.multiply(noise, dtype.type(self.scale) if X.dtype == dtype else self.scale, out=noise)
        return np.add(noise, X, out=noise), y
