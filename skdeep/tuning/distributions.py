"""Distributions of hyperparameters, each on a suitable scale."""

from dataclasses import dataclass, fields
from math import log
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..base import check_random_state, is_int, is_real

__all__ = [
    "Distribution",
    "LogUniform",
    "LogUniformInt",
    "OneMinusLogUniform",
    "Uniform",
]


class Distribution:
    """A frozen distribution with ``repr``, equality and a hash, for hyperparameter searches.

    Subclasses implement ``at``, which maps a point of the unit cube to a value. A uniform
    random point gives a random value of the distribution. Nearby points give similar values,
    so that a search can sample around a good value on the scale of the distribution.

    Attributes
    ----------
    n_coordinates : int
        Dimension of the unit cube.
    """

    n_coordinates = 1

    def at(self, point: np.ndarray) -> Any:
        """Return the value at a point of the unit cube.

        Parameters
        ----------
        point : ndarray of shape (n_coordinates,)
            In [0, 1).

        Returns
        -------
        value : object
        """
        raise NotImplementedError

    def rvs(
        self,
        size: int | tuple[int, ...] | None = None,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
    ) -> Any:
        """Draw values.

        Parameters
        ----------
        size : int, tuple of int or None, default=None
            Shape of the result. None draws a single value.
        random_state : int, RandomState, Generator or None, default=None
            Source of randomness.

        Returns
        -------
        value : value of the distribution, or ndarray of shape ``size``
        """
        rng = random_state
        if not isinstance(rng, np.random.Generator):
            rng = check_random_state(rng)
        if size is None:
            return self.at(rng.uniform(size=self.n_coordinates))
        shape = (size,) if isinstance(size, int | Integral) else tuple(size)
        return self._array(rng.uniform(size=(*shape, self.n_coordinates)))

    def _array(self, points: np.ndarray) -> np.ndarray:
        """Return the values at points of shape (..., n_coordinates), one object each."""
        values = np.empty(points.shape[:-1], dtype=object)
        for i in np.ndindex(values.shape):
            values[i] = self.at(points[i])
        return values

    def _require(self, holds: bool, what: str) -> None:
        """Raise a ValueError with the bounds received unless ``holds``."""
        if not holds:
            got = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))  # type: ignore[arg-type]
            raise ValueError(f"{type(self).__name__} needs {what}. Got {got} instead.")


@dataclass(frozen=True, repr=False)
class Numeric(Distribution):
    """A distribution of numbers, with ``cdf`` and ``ppf`` in addition to ``rvs``."""

    low: Any
    high: Any

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.low!r}, {self.high!r})"

    def cdf(self, x: ArrayLike) -> Any:
        """Return the probability of a value of at most ``x``."""
        raise NotImplementedError

    def ppf(self, q: ArrayLike) -> Any:
        """Return the quantile: the smallest value with ``cdf(value) >= q``, for q in [0, 1]."""
        raise NotImplementedError

    def at(self, point: np.ndarray) -> float:
        return self.ppf(point[0]).item()

    def _array(self, points: np.ndarray) -> np.ndarray:
        return self.ppf(points[..., 0])


def _quantiles(q: np.ndarray, x: np.ndarray, low: float, high: float) -> Any:
    """Return x for q in (0, 1), low for q = 0, high for q = 1, and nan otherwise."""
    inside = np.clip(np.where(q == 0, low, np.where(q == 1, high, x)), low, high)
    return np.where((q >= 0) & (q <= 1), inside, np.nan)[()]


@dataclass(frozen=True, repr=False)
class Uniform(Numeric):
    """A number between two bounds: ``P(X <= x) = (x - low) / (high - low)``.

    Use it for fractions such as dropout, not for numbers that act by their order of magnitude.

    Parameters
    ----------
    low : float
        In (-inf, high).
    high : float
        In (low, inf).

    Raises
    ------
    ValueError
        Unless ``-inf < low < high < inf``.

    Notes
    -----
    The same distribution as ``scipy.stats.uniform(low, high - low)``, which takes the width
    instead of the upper bound.

    Examples
    --------
    >>> dropout = Uniform(0.0, 0.5)
    >>> dropout
    Uniform(0.0, 0.5)
    >>> dropout.rvs(random_state=0)
    0.2744...
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        numbers = is_real(self.low) and is_real(self.high)
        self._require(
            numbers and -np.inf < self.low < self.high < np.inf, "-inf < low < high < inf"
        )

    def cdf(self, x: ArrayLike) -> Any:
        inside = np.clip(np.asarray(x, dtype=float), self.low, self.high)
        return (inside - self.low) / (self.high - self.low)

    def ppf(self, q: ArrayLike) -> Any:
        q = np.asarray(q, dtype=float)
        return _quantiles(q, (1 - q) * self.low + q * self.high, self.low, self.high)


@dataclass(frozen=True, repr=False)
class LogUniform(Numeric):
    """A number whose logarithm is uniform: all decades have the same probability.

    Use it for learning rates and penalties: 0.001 to 0.01 matters as much as 0.01 to 0.1.
    The distribution is ``P(X <= x) = log(x / low) / log(high / low)`` [1]_.

    Parameters
    ----------
    low : float
        In (0, high).
    high : float
        In (low, inf).

    Raises
    ------
    ValueError
        Unless ``0 < low < high < inf``.

    Notes
    -----
    The same distribution as ``scipy.stats.loguniform``. In addition, this class has equality
    and a short ``repr``, and returns Python floats.

    References
    ----------
    .. [1] Bergstra and Bengio, "Random search for hyper-parameter optimization", Journal
       of Machine Learning Research 13, 2012, where it is called "drawn exponentially".

    Examples
    --------
    >>> learning_rate = LogUniform(1e-4, 1.0)
    >>> learning_rate
    LogUniform(0.0001, 1.0)
    >>> round(float(learning_rate.cdf(0.001)), 12)
    0.25
    >>> learning_rate.rvs(random_state=0)
    0.0156...
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        numbers = is_real(self.low) and is_real(self.high)
        self._require(numbers and 0 < self.low < self.high < np.inf, "0 < low < high < inf")

    def cdf(self, x: ArrayLike) -> Any:
        inside = np.clip(np.asarray(x, dtype=float), self.low, self.high)
        return np.log(inside / self.low) / log(self.high / self.low)

    def ppf(self, q: ArrayLike) -> Any:
        q = np.asarray(q, dtype=float)
        x = np.exp((1 - q) * log(self.low) + q * log(self.high))
        return _quantiles(q, x, self.low, self.high)


@dataclass(frozen=True, repr=False)
class LogUniformInt(Numeric):
    """An integer whose logarithm is approximately uniform.

    Use it for numbers of units and for batch sizes: 16 to 32 is as probable as 32 to 64. It is
    a log-uniform number on (low - ½, high + ½), rounded to an integer [1]_:
    ``P(X <= k) = log((k + ½) / (low - ½)) / log((high + ½) / (low - ½))``. ``P(X = k)`` is
    approximately proportional to 1/k.

    Parameters
    ----------
    low : int
        Smallest value, at least 1.
    high : int
        Largest value, above ``low``.

    Raises
    ------
    ValueError
        Unless both are integers and ``1 <= low < high``.

    References
    ----------
    .. [1] Bergstra and Bengio, "Random search for hyper-parameter optimization", Journal
       of Machine Learning Research 13, 2012, where it is called "drawn geometrically".

    Examples
    --------
    >>> LogUniformInt(16, 512).rvs(size=4, random_state=0)
    array([106, 189, 128, 104])
    """

    low: int
    high: int

    def __post_init__(self) -> None:
        integers = is_int(self.low) and is_int(self.high)
        self._require(integers and 1 <= self.low < self.high, "integers with 1 <= low < high")

    def _edges(self) -> tuple[float, float]:
        return log(self.low - 0.5), log(self.high + 0.5)

    def cdf(self, x: ArrayLike) -> Any:
        first, last = self._edges()
        k = np.clip(np.floor(np.asarray(x, dtype=float)), self.low - 1, self.high)
        q = (np.log(np.maximum(k, self.low) + 0.5) - first) / (last - first)
        return np.where(k < self.low, 0.0, q)[()]

    def ppf(self, q: ArrayLike) -> Any:
        first, last = self._edges()
        q = np.asarray(q, dtype=float)
        if not np.all((q >= 0) & (q <= 1)):
            raise ValueError(f"LogUniformInt.ppf needs q in [0, 1]. Got {q!r} instead.")
        k = np.clip(np.ceil(np.exp((1 - q) * first + q * last) - 0.5), self.low, self.high)
        # close to the border between two integers, rounding errors can give the wrong one
        k = np.where((self.cdf(k - 1) >= q) & (k > self.low), k - 1, k)
        return np.where(self.cdf(k) < q, k + 1, k).astype(np.int64)[()]


@dataclass(frozen=True, repr=False)
class OneMinusLogUniform(Numeric):
    """A number β below 1 whose distance from 1 is log-uniform.

    Use it for the β of an exponentially weighted average, which averages over about
    1/(1 - β) steps: 0.9 to 0.99 is as probable as 0.99 to 0.999. The distribution is
    ``P(β <= x) = log((1 - low) / (1 - x)) / log((1 - low) / (1 - high))``.

    Parameters
    ----------
    low : float
        In (-inf, high).
    high : float
        In (low, 1).

    Raises
    ------
    ValueError
        Unless ``low < high < 1``.

    Examples
    --------
    >>> beta = OneMinusLogUniform(0.9, 0.9999)
    >>> beta.cdf([0.99, 0.999]).round(8)
    array([0.33333333, 0.66666667])
    >>> beta.rvs(random_state=0)
    0.9977...
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        numbers = is_real(self.low) and is_real(self.high)
        self._require(numbers and -np.inf < self.low < self.high < 1, "low < high < 1")

    def cdf(self, x: ArrayLike) -> Any:
        inside = np.clip(np.asarray(x, dtype=float), self.low, self.high)
        return np.log((1 - self.low) / (1 - inside)) / log((1 - self.low) / (1 - self.high))

    def ppf(self, q: ArrayLike) -> Any:
        q = np.asarray(q, dtype=float)
        x = 1 - np.exp((1 - q) * log(1 - self.low) + q * log(1 - self.high))
        return _quantiles(q, x, self.low, self.high)
