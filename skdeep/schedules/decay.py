"""Schedules that are a formula of the epoch or step."""

from math import sqrt
from numbers import Integral, Real
from typing import Any, ClassVar

from ..base import Interval, StrOptions
from .base import Schedule

__all__ = ["Constant", "Exponential", "InverseSqrt", "InverseTime", "Staircase"]

_POSITIVE = [Interval(Real, 0, None, closed="neither")]


class Constant(Schedule):
    """Keep the learning rate constant: the factor is 1.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> Constant().at(Time(epoch=7, step=70, progress=0.7, stride=0.01), {})
    1.0
    """

    def at(self, time, state):
        return 1.0


class InverseTime(Schedule):
    """Decay as ``1 / (1 + decay_rate · epoch)``.

    Parameters
    ----------
    decay_rate : float, default=1.0
        In (0, inf), per epoch.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> InverseTime(decay_rate=0.5).at(Time(epoch=2, step=20, progress=0.2, stride=0.01), {})
    0.5
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"decay_rate": _POSITIVE}

    def __init__(self, decay_rate=1.0):
        self.decay_rate = decay_rate

    def at(self, time, state):
        return 1 / (1 + self.decay_rate * time.epoch)


class Exponential(Schedule):
    """Decay as ``rate^epoch``.

    Parameters
    ----------
    rate : float, default=0.95
        In (0, 1].

    Notes
    -----
    This is PyTorch's ``ExponentialLR``.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> Exponential(rate=0.5).at(Time(epoch=2, step=20, progress=0.2, stride=0.01), {})
    0.25
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "rate": [Interval(Real, 0, 1, closed="right")]
    }

    def __init__(self, rate=0.95):
        self.rate = rate

    def at(self, time, state):
        return self.rate**time.epoch


class InverseSqrt(Schedule):
    """Decay as ``k / √t``, where t is the epoch or the step, counted from 1.

    Parameters
    ----------
    k : float, default=1.0
        In (0, inf).
    per : {"epoch", "step"}, default="epoch"
        What t counts.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> InverseSqrt().at(Time(epoch=3, step=30, progress=0.3, stride=0.01), {})
    0.5
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "k": _POSITIVE,
        "per": [StrOptions({"epoch", "step"})],
    }

    def __init__(self, k=1.0, per="epoch"):
        self.k = k
        self.per = per

    def at(self, time, state):
        return self.k / sqrt(1 + (time.epoch if self.per == "epoch" else time.step))


class Staircase(Schedule):
    """Multiply the learning rate by ``factor`` after every ``every`` epochs.

    Parameters
    ----------
    factor : float, default=0.5
        In (0, 1].
    every : int, default=10
        Number of epochs with the same learning rate, at least 1.

    Notes
    -----
    This is PyTorch's ``StepLR``.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> stairs = Staircase(factor=0.5, every=10)
    >>> [stairs.at(Time(epoch, epoch, epoch / 30, 1 / 30), {}) for epoch in (0, 9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "factor": [Interval(Real, 0, 1, closed="right")],
        "every": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, factor=0.5, every=10):
        self.factor = factor
        self.every = every

    def at(self, time, state):
        return self.factor ** (time.epoch // self.every)
