"""State that changes during training, apart from the numbers of the network."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..base import PLAIN_TYPES, Component, check_random_state, listed, plain
from ..network import Snapshot
from ..optimizers import Optimizer
from ..schedules import Schedule

__all__ = ["TrainingState"]


@dataclass
class TrainingState:
    """State from which training continues exactly. It consists of plain values and arrays.

    Attributes
    ----------
    rng : numpy.random.Generator
        Source of randomness for the initial weights, the order of the rows, dropout,
        augmentation and the held-out rows.
    epoch, step : int
        Number of completed epochs and steps.
    plan_start : int
        The epoch at which the planned length of the training starts, for schedules.
    samples_seen : float
        m of the penalties: the number of samples (the sum of their weights). With
        ``partial_fit``, of all calls so far.
    split_seed : int or None
        Seed for the held-out rows, which stay the same in a warm start.
    average : dict
        ``mass``, the sum of the weights in the average of the network's numbers.
    components : dict of str to (str, dict)
        Class name and state of the optimizer and of the schedule.
    moving : tuple or None
        Snapshot of the network in training, if the network that is kept is its average.
    best_epoch : int or None
        The epoch whose weights were kept, if there is one.
    pause : dict or None
        Where a training that has paused goes on: snapshots of its networks after the last epoch,
        what early stopping has seen, and whether it is over.
    hyperparameters : dict
        Hyperparameters of the last call, in a form that any pickle can hold.
    """

    rng: np.random.Generator
    epoch: int = 0
    step: int = 0
    plan_start: int = 0
    samples_seen: float = 0.0
    split_seed: int | None = None
    average: dict[str, float] = field(default_factory=lambda: {"mass": 0.0})
    components: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    moving: Snapshot | None = None
    best_epoch: int | None = None
    pause: dict[str, Any] | None = None
    hyperparameters: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def seeded(cls, random_state: Any) -> "TrainingState":
        """Return the state at the start of a training."""
        seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
        return cls(np.random.default_rng(seed))

    def hold_out_seed(self) -> int:
        """Return the seed for the held-out rows. It stays the same in a warm start."""
        if self.split_seed is None:
            self.split_seed = int(self.rng.integers(2**31))
        return self.split_seed

    def carry_on(self, optimizer: Optimizer, schedule: Schedule, theta: np.ndarray) -> None:
        """Keep the states of optimizer and schedule, or create those of other ones than before."""
        components: list[tuple[str, Any, tuple]] = [
            ("optimizer", optimizer, (theta,)),
            ("schedule", schedule, ()),
        ]
        for role, component, first in components:
            name = type(component).__name__
            if self.components.get(role, ("",))[0] != name:
                self.components[role] = name, component.initial_state(*first)

    def note(self, hyperparameters: dict[str, Any]) -> dict[str, Any]:
        """Store the hyperparameters of this call; return those that differ from the last call."""
        now = {name: _picklable(value) for name, value in hyperparameters.items()}
        before = self.hyperparameters or now
        self.hyperparameters = now
        return {k: v for k, v in now.items() if k not in before or before[k] != v}


def _picklable(value: Any) -> Any:
    """Return a copy that any pickle can hold: plain values, also in lists, tuples and dicts.

    Any other object becomes the name of its type, but a component in a list becomes its text,
    because its hyperparameters are not listed separately.
    """
    if type(value) in PLAIN_TYPES:
        return value
    if isinstance(value, list | tuple | dict):
        return _picklable_items(value)
    if isinstance(value, Component):
        return type(value).__name__
    value = plain(listed(value))
    if isinstance(value, list):
        return _picklable_items(value)
    return value if type(value) in PLAIN_TYPES else type(value).__name__


def _picklable_items(values: list | tuple | dict) -> Any:
    if isinstance(values, dict):
        return {_picklable_item(key): _picklable_item(value) for key, value in values.items()}
    items = [_picklable_item(value) for value in values]
    return tuple(items) if isinstance(values, tuple) else items


def _picklable_item(value: Any) -> Any:
    return repr(value) if isinstance(value, Component) else _picklable(value)
