"""The schedule that depends on the loss."""

from math import copysign
from numbers import Integral, Real
from typing import Any, ClassVar

from ..base import FRACTION, Interval
from .base import Schedule, Time

__all__ = ["ReduceOnPlateau"]


class ReduceOnPlateau(Schedule):
    """Multiply the learning rate by ``factor`` when the loss stops improving.

    It uses the validation loss if there is one, else the training loss.

    Parameters
    ----------
    factor : float, default=0.2
        In (0, 1).
    n_iter_no_change : int, default=5
        Number of epochs without improvement that are tolerated, at least 0. The next one
        reduces the learning rate.
    tol : float, default=1e-4
        Smallest improvement that counts, relative to the magnitude of the best loss, in [0, 1).

    Notes
    -----
    This is PyTorch's ``ReduceLROnPlateau``, whose other arguments have their defaults. For a
    negative best loss, PyTorch counts a loss that is a little worse as an improvement.

    Examples
    --------
    >>> from skdeep.schedules import Time
    >>> plateau = ReduceOnPlateau(factor=0.5, n_iter_no_change=1)
    >>> state = plateau.initial_state()
    >>> for loss in (1.0, 1.0, 1.0):  # two epochs without improvement
    ...     plateau.observe(state, loss)
    >>> plateau.at(Time(epoch=3, step=30, progress=0.3, stride=0.01), state)
    0.5
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "factor": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 0, None, closed="left")],
        "tol": FRACTION,
    }

    def __init__(self, factor: float = 0.2, n_iter_no_change: int = 5, tol: float = 1e-4) -> None:
        self.factor = factor
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol

    def initial_state(self) -> dict[str, Any]:
        return {"best": float("inf"), "bad_epochs": 0, "reductions": 0}

    def observe(self, state: dict[str, Any], loss: float) -> None:
        best = state["best"]
        if loss < best * (1 - copysign(self.tol, best)):
            state["best"], state["bad_epochs"] = loss, 0
            return
        state["bad_epochs"] += 1
        if state["bad_epochs"] > self.n_iter_no_change:
            state["bad_epochs"] = 0
            state["reductions"] += 1

    def at(self, time: Time, state: dict[str, Any]) -> float:
        return self.factor ** state["reductions"]
