"""Cosine schedules over the planned length of the training."""

from math import cos, pi
from numbers import Real
from typing import Any, ClassVar

from ..base import FRACTION, Interval
from .base import Schedule, Time

__all__ = ["Cosine", "OneCycle"]


class Cosine(Schedule):
    """Linear warm-up, then decay along half a cosine.

    During the warm-up, the factor increases linearly to 1. After that, it is
    ``final + (1 - final)(1 + cos πu)/2`` with u from 0 to 1 [1]_.

    Parameters
    ----------
    warmup : float, default=0.0
        Length of the warm-up as a fraction of ``max_epochs``, in [0, 1).
    final : float, default=0.0
        Last factor, in [0, 1].

    Notes
    -----
    The factor changes at each step. Without warm-up, this is PyTorch's ``CosineAnnealingLR``
    with one scheduler step per batch. After ``max_epochs`` (with ``partial_fit``), the factor
    is ``final``.

    References
    ----------
    .. [1] Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm
       restarts", ICLR 2017, equation 5.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> cosine = Cosine()
    >>> [round(cosine.at(Time(i, i, i / 4, 1 / 4), {}), 3) for i in range(5)]
    [1.0, 0.854, 0.5, 0.146, 0.0]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "warmup": FRACTION,
        "final": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, warmup: float = 0.0, final: float = 0.0) -> None:
        self.warmup = warmup
        self.final = final

    def at(self, time: Time, state: dict[str, Any]) -> float:
        if time.progress + time.stride / 2 < self.warmup:
            return min(1.0, (time.progress + time.stride) / self.warmup)
        return _half_cosine((time.progress - self.warmup) / (1 - self.warmup), 1.0, self.final)


class OneCycle(Schedule):
    """Increase to the learning rate along half a cosine, then decrease to nearly zero.

    The factor increases from ``start`` to 1 during the warm-up, and then decreases from 1 to
    ``final`` [1]_.

    Parameters
    ----------
    warmup : float, default=0.3
        Length of the warm-up as a fraction of ``max_epochs``, in (0, 1).
    start : float, default=0.04
        First factor, in (0, 1].
    final : float, default=4e-6
        Last factor, in [0, 1].

    Notes
    -----
    This is PyTorch's ``OneCycleLR(cycle_momentum=False)`` with ``max_lr = learning_rate``,
    ``div_factor = 1 / start`` and ``final_div_factor = start / final``.

    References
    ----------
    .. [1] Smith and Topin, "Super-convergence: very fast training of neural networks
       using large learning rates", 2017.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> cycle = OneCycle(warmup=0.5)
    >>> [round(cycle.at(Time(i, i, i / 4, 1 / 4), {}), 2) for i in range(4)]
    [0.04, 1.0, 0.5, 0.0]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "warmup": [Interval(Real, 0, 1, closed="neither")],
        "start": [Interval(Real, 0, 1, closed="right")],
        "final": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, warmup: float = 0.3, start: float = 0.04, final: float = 4e-6) -> None:
        self.warmup = warmup
        self.start = start
        self.final = final

    def at(self, time: Time, state: dict[str, Any]) -> float:
        top, end = self.warmup - time.stride, 1 - time.stride  # last step of each phase
        if time.progress < top:
            return _half_cosine(time.progress / top, self.start, 1.0)
        return _half_cosine((time.progress - top) / (end - top), 1.0, self.final)


def _half_cosine(u: float, first: float, last: float) -> float:
    """Return ``first`` at u = 0, ``last`` at u = 1, and half a cosine in between."""
    return last + (first - last) * (1 + cos(pi * min(u, 1.0))) / 2
