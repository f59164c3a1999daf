"""Learning-rate schedules: a factor of the initial learning rate for each epoch or step."""

from collections.abc import Callable, Sequence

from ..base import Component, listed, plain, unknown_name
from .base import Schedule, Time
from .cosine import Cosine, OneCycle
from .decay import Constant, Exponential, InverseSqrt, InverseTime, Staircase
from .manual import Custom, Piecewise
from .plateau import ReduceOnPlateau

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

_ELSEWHERE = {
    "adaptive": "reduce_on_plateau",
    "invscaling": "inverse_sqrt",
    "none": "constant",
    "step": "staircase",
}


def make_schedule(lr_schedule: str | Schedule | Callable | Sequence[float]) -> Schedule:
    """Return the schedule for a value of the hyperparameter ``lr_schedule``."""
    if isinstance(lr_schedule, Schedule):
        return plain(lr_schedule)
    if isinstance(lr_schedule, type):
        raise ValueError(
            f"lr_schedule is the class {lr_schedule.__name__}. Give an instance of it, such as "
            f"lr_schedule={lr_schedule.__name__}(...)."
        )
    if isinstance(lr_schedule, str):
        if lr_schedule not in SCHEDULES:
            raise unknown_name("lr_schedule", lr_schedule, SCHEDULES, _ELSEWHERE)
        return SCHEDULES[lr_schedule]()
    if callable(lr_schedule) and not isinstance(lr_schedule, Component):
        return Custom(lr_schedule)
    factors = listed(lr_schedule)
    if not isinstance(factors, list | tuple):
        raise ValueError(
            "lr_schedule must be a name, a Schedule, a function or a sequence of factors. Got "
            f"{lr_schedule!r} instead."
        )
    return plain(Piecewise(list(range(len(factors))), factors))
