"""Schedules with factors given by the user."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from ..base import NON_NEGATIVE, is_int, is_real
from .base import Schedule, Time

__all__ = ["Custom", "Piecewise"]


class Piecewise(Schedule):
    """Use a given factor from each milestone on (manual decay).

    Parameters
    ----------
    milestones : sequence of int
        Increasing epochs, counted from 0. Before the first milestone, the factor is 1.
    factors : sequence of float
        One in [0, inf) for each milestone.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> manual = Piecewise(milestones=[10, 20], factors=[0.1, 0.01])
    >>> [manual.at(Time(epoch, epoch, epoch / 30, 1 / 30), {}) for epoch in (0, 10, 25)]
    [1.0, 0.1, 0.01]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "milestones": ["array-like"],
        "factors": ["array-like"],
    }

    def __init__(self, milestones: Sequence[int], factors: Sequence[float]) -> None:
        self.milestones = milestones
        self.factors = factors

    def validate(self) -> Self:
        super().validate()
        milestones, factors = np.asarray(self.milestones), np.asarray(self.factors)
        fits = milestones.ndim == 1 and milestones.shape == factors.shape and milestones.size > 0
        are_numbers = all(map(is_int, self.milestones)) and all(map(is_real, self.factors))
        if not (fits and are_numbers and np.all(np.diff(milestones) > 0) and np.all(factors >= 0)):
            raise ValueError(
                "Piecewise needs increasing milestones and one factor >= 0 for each. Got "
                f"milestones={self.milestones!r} and factors={self.factors!r} instead."
            )
        return self

    def at(self, time: Time, state: dict[str, Any]) -> float:
        passed = np.searchsorted(self.milestones, time.epoch, side="right")
        return float(np.asarray(self.factors)[passed - 1]) if passed else 1.0


class Custom(Schedule):
    """Compute the factor of each epoch by a function.

    Parameters
    ----------
    function : callable
        ``epoch -> factor``, with epochs from 0.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"function": [callable]}

    def __init__(self, function: Callable[[int], float]) -> None:
        self.function = function

    def at(self, time: Time, state: dict[str, Any]) -> float:
        factor = self.function(time.epoch)
        if not NON_NEGATIVE[0].is_satisfied_by(factor):
            raise ValueError(
                f"lr_schedule must return a number >= 0 for each epoch. Got {factor!r} for epoch "
                f"{time.epoch}."
            )
        return float(factor)
