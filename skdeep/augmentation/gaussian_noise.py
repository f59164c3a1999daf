"""Gaussian noise on the features."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ..base import Interval
from .base import Augmenter, dense

__all__ = ["GaussianNoise"]


class GaussianNoise(Augmenter):
    """Add independent normal noise to every feature: ``x + scale · ε`` with ``ε ~ N(0, 1)``.

    For a linear model with the squared error, the noise has on average the effect of an L2
    penalty of strength ``scale²`` per row. For a network, it penalizes the derivative of the
    outputs with respect to the inputs [1]_.

    Parameters
    ----------
    scale : float, default=0.1
        Standard deviation, in [0, inf), in units of X. For standardized features, 0.1 is a
        tenth of the standard deviation of each feature.

    Notes
    -----
    The result can exceed the range of X; ``ImageAugmenter(noise=...)`` stays within it. If X
    does not have a floating-point dtype, the result is float64.

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

    def __init__(self, scale: float = 0.1) -> None:
        self.scale = scale

    def __call__(
        self, X: np.ndarray, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        X = dense(type(self).__name__, X)
        dtype = X.dtype if X.dtype in (np.float32, np.float64) else np.dtype(np.float64)
        noise = rng.standard_normal(X.shape, dtype)
        np.multiply(noise, dtype.type(self.scale) if X.dtype == dtype else self.scale, out=noise)
        return np.add(noise, X, out=noise), y
