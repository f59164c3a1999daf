"""Schedules that are a formula of the epoch or step."""

from math import sqrt
from numbers import Integral, Real
from typing import Any, ClassVar, Literal

from ..base import POSITIVE, Interval, StrOptions
from .base import Schedule, Time

__all__ = ["Constant", "Exponential", "InverseSqrt", "InverseTime", "Staircase"]


class Constant(Schedule):
    """Keep the learning rate constant: the factor is 1.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> Constant().at(Time(epoch=7, step=70, progress=0.7, stride=0.01), {})
    1.0
    """

    def at(self, time: Time, state: dict[str, Any]) -> float:
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

    _parameter_constraints: ClassVar[dict[str, Any]] = {"decay_rate": POSITIVE}

    def __init__(self, decay_rate: float = 1.0) -> None:
        self.decay_rate = decay_rate

    def at(self, time: Time, state: dict[str, Any]) -> float:
        return 1 / (1 + self.decay_rate * time.epoch)


class Exponential(Schedule):
    """Decay as ``decay_rate^epoch``.

    Parameters
    ----------
    decay_rate : float, default=0.95
        In (0, 1].

    Notes
    -----
    This is PyTorch's ``ExponentialLR``.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> Exponential(decay_rate=0.5).at(Time(epoch=2, step=20, progress=0.2, stride=0.01), {})
    0.25
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "decay_rate": [Interval(Real, 0, 1, closed="right")]
    }

    def __init__(self, decay_rate: float = 0.95) -> None:
        self.decay_rate = decay_rate

    def at(self, time: Time, state: dict[str, Any]) -> float:
        return self.decay_rate**time.epoch


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
        "k": POSITIVE,
        "per": [StrOptions({"epoch", "step"})],
    }

    def __init__(self, k: float = 1.0, per: Literal["epoch", "step"] = "epoch") -> None:
        self.k = k
        self.per = per

    def at(self, time: Time, state: dict[str, Any]) -> float:
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

    def __init__(self, factor: float = 0.5, every: int = 10) -> None:
        self.factor = factor
        self.every = every

    def at(self, time: Time, state: dict[str, Any]) -> float:
        return self.factor ** (time.epoch // self.every)
