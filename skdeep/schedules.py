"""Learning-rate schedules: the factor of the initial learning rate over time."""

from collections.abc import Callable, Sequence
from math import cos, pi, sqrt
from numbers import Integral, Real
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .base import Component, Interval, StrOptions, unknown_name

__all__ = [
    "SCHEDULES",
    "Constant",
    "Cosine",
    "Custom",
    "Exponential",
    "InverseSqrt",
    "InverseTime",
    "OneCycle",
    "Piecewise",
    "ReduceOnPlateau",
    "Schedule",
    "Staircase",
    "Time",
    "make_schedule",
]

_POSITIVE = [Interval(Real, 0, None, closed="neither")]
_FRACTION = [Interval(Real, 0, 1, closed="left")]


class Time(NamedTuple):
    """When a step happens.

    Attributes
    ----------
    epoch, step : int
        Both count from 0, the step through all epochs.
    progress : float
        Part of the planned training that lies before this step, from 0.
    stride : float
        Progress that this step makes.
    """

    epoch: int
    step: int
    progress: float
    stride: float


class Schedule(Component):
    """Hyperparameters of a schedule. What a schedule learns from losses is state."""

    def initial_state(self) -> dict[str, Any]:
        """Return the state before the first epoch.

        Returns
        -------
        dict of str to object
            Plain values, which pickle.
        """
        return {}

    def observe(self, state: dict[str, Any], loss: float) -> None:
        """Take note of the loss at the end of an epoch.

        Parameters
        ----------
        state : dict
            Changed in place.
        loss : float
            The validation loss where there is one, else the training loss.
        """

    def at(self, time: Time, state: dict[str, Any]) -> float:
        """Return the factor of the initial learning rate for the step at ``time``.

        Parameters
        ----------
        time : Time
            When the step happens.
        state : dict
            What ``observe`` has noted.

        Returns
        -------
        float
            At least 0.
        """
        raise NotImplementedError


class Constant(Schedule):
    """Keep the learning rate: factor 1."""

    def at(self, time, state):
        return 1.0


class InverseTime(Schedule):
    """Decay as ``1 / (1 + decay_rate · epoch)``.

    Parameters
    ----------
    decay_rate : float, default=1.0
        In (0, inf), per epoch.
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
    PyTorch's ``ExponentialLR``.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "rate": [Interval(Real, 0, 1, closed="right")]
    }

    def __init__(self, rate=0.95):
        self.rate = rate

    def at(self, time, state):
        return self.rate**time.epoch


class InverseSqrt(Schedule):
    """Decay as ``k / √t``, with t the number of the epoch or of the step, from 1.

    Parameters
    ----------
    k : float, default=1.0
        In (0, inf).
    per : {"epoch", "step"}, default="epoch"
        What t counts.
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
    """Multiply by ``factor`` once in every ``every`` epochs.

    Parameters
    ----------
    factor : float, default=0.5
        In (0, 1].
    every : int, default=10
        Epochs on one stair, at least 1.

    Notes
    -----
    PyTorch's ``StepLR``.
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


class Piecewise(Schedule):
    """Hold a factor of your own from each milestone on: manual decay.

    Parameters
    ----------
    milestones : sequence of int
        Increasing epochs, counted from 0. The factor is 1 before the first.
    factors : sequence of float
        One in [0, inf) for each milestone.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "milestones": ["array-like"],
        "factors": ["array-like"],
    }

    def __init__(self, milestones, factors):
        self.milestones = milestones
        self.factors = factors

    def validate(self):
        super().validate()
        milestones, factors = np.asarray(self.milestones), np.asarray(self.factors)
        fits = milestones.ndim == 1 and milestones.shape == factors.shape and milestones.size > 0
        are_numbers = milestones.dtype.kind in "iu" and factors.dtype.kind in "iuf"
        if not (fits and are_numbers and np.all(np.diff(milestones) > 0) and np.all(factors >= 0)):
            raise ValueError(
                "Piecewise needs increasing milestones and one factor >= 0 for each. Got "
                f"milestones={self.milestones!r} and factors={self.factors!r} instead."
            )
        return self

    def at(self, time, state):
        passed = np.searchsorted(self.milestones, time.epoch, side="right")
        return float(self.factors[passed - 1]) if passed else 1.0


class Custom(Schedule):
    """Ask a function for the factor of each epoch.

    Parameters
    ----------
    function : callable
        ``epoch -> factor``, with epochs from 0.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"function": [callable]}

    def __init__(self, function):
        self.function = function

    def at(self, time, state):
        factor = self.function(time.epoch)
        if not (isinstance(factor, Real) and 0 <= float(factor) < float("inf")):
            raise ValueError(
                f"lr_schedule must return a number >= 0 for each epoch. Got {factor!r} for epoch "
                f"{time.epoch}."
            )
        return float(factor)


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


class ReduceOnPlateau(Schedule):
    """Multiply by ``factor`` whenever the loss has not improved for more than ``patience`` epochs.

    Watches the validation loss when there is one, else the training loss.

    Parameters
    ----------
    factor : float, default=0.2
        In (0, 1).
    patience : int, default=5
        Epochs without improvement that are let pass, at least 0.
    threshold : float, default=1e-4
        Relative improvement that counts, in [0, 1).

    Notes
    -----
    PyTorch's ``ReduceLROnPlateau`` at its other defaults.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "factor": [Interval(Real, 0, 1, closed="neither")],
        "patience": [Interval(Integral, 0, None, closed="left")],
        "threshold": _FRACTION,
    }

    def __init__(self, factor=0.2, patience=5, threshold=1e-4):
        self.factor = factor
        self.patience = patience
        self.threshold = threshold

    def initial_state(self):
        return {"best": float("inf"), "bad_epochs": 0, "reductions": 0}

    def observe(self, state, loss):
        if loss < state["best"] * (1 - self.threshold):
            state["best"], state["bad_epochs"] = loss, 0
            return
        state["bad_epochs"] += 1
        if state["bad_epochs"] > self.patience:
            state["bad_epochs"] = 0
            state["reductions"] += 1

    def at(self, time, state):
        return self.factor ** state["reductions"]


def _half_cosine(u: float, first: float, last: float) -> float:
    """Go from ``first`` at u = 0 to ``last`` at u = 1 along half a cosine."""
    return last + (first - last) * (1 + cos(pi * min(u, 1.0))) / 2


SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "inverse_time": InverseTime,
    "exponential": Exponential,
    "inverse_sqrt": InverseSqrt,
    "staircase": Staircase,
    "cosine": Cosine,
    "one_cycle": OneCycle,
    "reduce_on_plateau": ReduceOnPlateau,
}


def make_schedule(lr_schedule: str | Schedule | Callable | Sequence[float]) -> Schedule:
    """Return the schedule that a hyperparameter stands for."""
    if isinstance(lr_schedule, Schedule):
        return lr_schedule.validate()
    if isinstance(lr_schedule, str):
        if lr_schedule not in SCHEDULES:
            raise unknown_name("lr_schedule", lr_schedule, SCHEDULES)
        return SCHEDULES[lr_schedule]()
    if callable(lr_schedule):
        return Custom(lr_schedule)
    return Piecewise(range(len(lr_schedule)), lr_schedule).validate()
