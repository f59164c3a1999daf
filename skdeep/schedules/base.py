"""The base class of learning-rate schedules."""

from typing import Any, NamedTuple

from ..base import Component

__all__ = ["Schedule", "Time"]


class Time(NamedTuple):
    """The time of a step.

    Attributes
    ----------
    epoch, step : int
        Both count from 0. ``step`` counts the steps of all epochs.
    progress : float
        Fraction of the planned training before this step. 0 at the first step.
    stride : float
        Fraction of the planned training in this step.
    """

    epoch: int
    step: int
    progress: float
    stride: float


class Schedule(Component):
    """The base class of schedules: a factor of the learning rate over time.

    The object has the hyperparameters. What a schedule remembers about losses is in its state.
    """

    def initial_state(self) -> dict[str, Any]:
        """Return the state before the first epoch.

        Returns
        -------
        dict of str to object
            Values that can be pickled.
        """
        return {}

    def observe(self, state: dict[str, Any], loss: float) -> None:
        """Update the state with the loss of an epoch.

        Parameters
        ----------
        state : dict
            Changed in place.
        loss : float
            The validation loss if there is one, else the training loss.
        """

    def at(self, time: Time, state: dict[str, Any]) -> float:
        """Return the factor of the initial learning rate for the step at ``time``.

        Parameters
        ----------
        time : Time
            Time of the step.
        state : dict
            The state, as updated by ``observe``.

        Returns
        -------
        float
            At least 0.
        """
        raise NotImplementedError
