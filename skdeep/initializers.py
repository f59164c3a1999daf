"""Initialization of weight matrices."""

from collections.abc import Callable
from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np

from .base import Component, Interval, StrOptions, plain, unknown_name

__all__ = ["INITIALIZERS", "Initializer", "Orthogonal", "VarianceScaling", "make_initializer"]


class Initializer(Component):
    """Draws the initial values of a weight matrix. Subclasses implement ``draw``."""

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        """Draw the weights of a layer.

        Parameters
        ----------
        rng : numpy.random.Generator
        shape : (int, int)
            ``(n_in, n_out)``.

        Returns
        -------
        ndarray of shape (n_in, n_out)
            In float64.
        """
        raise NotImplementedError


class VarianceScaling(Initializer):
    """Draw independent weights with mean 0 and variance ``gain / fan``.

    With ``Var(W) = gain / n_in``, the variance of a layer's output is ``gain`` times the mean
    square of its input. ``gain=2`` compensates for ReLU, which sets half of the outputs to zero
    [1]_. The average fan is a compromise between the forward and the backward signal [2]_.

    Parameters
    ----------
    gain : float, default=2.0
        Numerator of the variance, in (0, inf).
    fan : {"in", "average"}, default="in"
        Denominator of the variance: ``n_in``, or ``(n_in + n_out) / 2``.
    distribution : {"normal", "uniform"}, default="normal"
        Normal, or uniform on ``±sqrt(3 gain / fan)``.

    Notes
    -----
    The variance is ``2 / n_in`` for ``he_*``, ``1 / n_in`` for ``lecun_*`` [3]_, and
    ``2 / (n_in + n_out)`` for ``xavier_*``. Keras truncates the normal distribution at two
    standard deviations. This class does not, and neither does PyTorch.

    References
    ----------
    .. [1] He et al., "Delving deep into rectifiers", ICCV 2015, equation 10.
    .. [2] Glorot and Bengio, "Understanding the difficulty of training deep
       feedforward neural networks", AISTATS 2010, equations 12 and 16.
    .. [3] LeCun et al., "Efficient backprop", 1998, section 4.6.

    Examples
    --------
    >>> import numpy as np
    >>> W = VarianceScaling(gain=2.0).draw(np.random.default_rng(0), (500, 400))
    >>> bool(abs(W.var() * 500 - 2.0) < 0.02)
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "gain": [Interval(Real, 0, None, closed="neither")],
        "fan": [StrOptions({"in", "average"})],
        "distribution": [StrOptions({"normal", "uniform"})],
    }

    def __init__(
        self,
        gain: float = 2.0,
        fan: Literal["in", "average"] = "in",
        distribution: Literal["normal", "uniform"] = "normal",
    ) -> None:
        self.gain = gain
        self.fan = fan
        self.distribution = distribution

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        n_in, n_out = shape
        variance = self.gain / (n_in if self.fan == "in" else (n_in + n_out) / 2)
        if self.distribution == "normal":
            return rng.normal(0.0, np.sqrt(variance), shape)
        limit = np.sqrt(3 * variance)
        return rng.uniform(-limit, limit, shape)


class Orthogonal(Initializer):
    """Draw a random matrix with orthonormal columns, or orthonormal rows if there are fewer rows.

    Every singular value is ``gain``. With ``gain=1``, a deep linear network keeps the norm of
    its signal exactly [1]_.

    Parameters
    ----------
    gain : float, default=1.0
        Singular value of the matrix, in (0, inf).

    References
    ----------
    .. [1] Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics
       of learning in deep linear neural networks", ICLR 2014.

    Examples
    --------
    >>> import numpy as np
    >>> W = Orthogonal().draw(np.random.default_rng(0), (5, 3))
    >>> np.allclose(W.T @ W, np.eye(3))
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "gain": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        tall = rng.normal(size=(max(shape), min(shape)))
        q, r = np.linalg.qr(tall)
        q *= np.sign(np.diag(r))  # makes the distribution uniform over orthogonal matrices
        return self.gain * (q if q.shape == tuple(shape) else q.T)


INITIALIZERS: dict[str, Callable[[], Initializer]] = {
    "he_normal": lambda: VarianceScaling(2.0, "in", "normal"),
    "he_uniform": lambda: VarianceScaling(2.0, "in", "uniform"),
    "xavier_normal": lambda: VarianceScaling(1.0, "average", "normal"),
    "xavier_uniform": lambda: VarianceScaling(1.0, "average", "uniform"),
    "lecun_normal": lambda: VarianceScaling(1.0, "in", "normal"),
    "lecun_uniform": lambda: VarianceScaling(1.0, "in", "uniform"),
    "orthogonal": Orthogonal,
}

_ELSEWHERE = {
    "glorot_normal": "xavier_normal",
    "glorot_uniform": "xavier_uniform",
    "kaiming_normal": "he_normal",
    "kaiming_uniform": "he_uniform",
}


def make_initializer(weight_init: str | Initializer) -> Initializer:
    """Return the initializer for a value of the hyperparameter ``weight_init``."""
    if isinstance(weight_init, Initializer):
        return plain(weight_init)
    if weight_init not in INITIALIZERS:
        raise unknown_name("weight_init", weight_init, ["auto", *INITIALIZERS], _ELSEWHERE)
    return INITIALIZERS[weight_init]()
