"""Schedules along half cosines, over the planned length of the training."""

from math import cos, pi
from numbers import Real
from typing import Any, ClassVar

from ..base import Interval
from .base import Schedule

__all__ = ["Cosine", "OneCycle"]

_FRACTION = [Interval(Real, 0, 1, closed="left")]


class Cosine(Schedule):
    """Warm up along a line, then decay along half a cosine.

    Over the first ``warmup`` of the training the factor climbs by equal steps to 1;
    over the rest it is ``final + (1 - final)(1 + cos πu)/2`` with u from 0 to 1 [1]_.

    Parameters
    ----------
    warmup : float, default=0.0
        Part of ``max_epochs``, in [0, 1).
    final : float, default=0.0
        Last factor, in [0, 1].

    Notes
    -----
    Changes at each step. Without warm-up it is PyTorch's ``CosineAnnealingLR`` stepped
    after each batch. Beyond ``max_epochs`` (``partial_fit``) the factor stays ``final``.

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
        "warmup": _FRACTION,
        "final": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, warmup=0.0, final=0.0):
        self.warmup = warmup
        self.final = final

    def at(self, time, state):
        if time.progress + time.stride / 2 < self.warmup:
            return min(1.0, (time.progress + time.stride) / self.warmup)
        return _half_cosine((time.progress - self.warmup) / (1 - self.warmup), 1.0, self.final)


class OneCycle(Schedule):
    """Climb to the learning rate along half a cosine, then descend far below the start.

    The factor goes from ``start`` to 1 over the first ``warmup`` of the training and
    from 1 to ``final`` over the rest [1]_.

    Parameters
    ----------
    warmup : float, default=0.3
        Part of ``max_epochs`` spent climbing, in (0, 1).
    start : float, default=0.04
        First factor, in (0, 1].
    final : float, default=4e-6
        Last factor, in [0, 1].

    Notes
    -----
    PyTorch's ``OneCycleLR(cycle_momentum=False)`` with ``max_lr = learning_rate``,
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

    def __init__(self, warmup=0.3, start=0.04, final=4e-6):
        self.warmup = warmup
        self.start = start
        self.final = final

    def at(self, time, state):
        top, end = self.warmup - time.stride, 1 - time.stride  # on the last step of each phase
        if time.progress < top:
            return _half_cosine(time.progress / top, self.start, 1.0)
        return _half_cosine((time.progress - top) / (end - top), 1.0, self.final)


def _half_cosine(u: float, first: float, last: float) -> float:
    """Go from ``first`` at u = 0 to ``last`` at u = 1 along half a cosine."""
    return last + (first - last) * (1 + cos(pi * min(u, 1.0))) / 2
