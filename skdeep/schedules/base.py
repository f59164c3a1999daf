"""What a schedule is: the factor of the initial learning rate over time."""

from typing import Any, NamedTuple

from ..base import Component

__all__ = ["Schedule", "Time"]


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
