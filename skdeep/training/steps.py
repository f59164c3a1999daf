"""The steps of an epoch, for optimizers that take steps."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from ..augmentation.base import augmented
from ..averaging import bind_average
from ..batches import Batches
from ..network import Network
from ..objective import Objective
from ..plan import Plan
from ..schedules import Time
from .divergence import diverged
from .outcome import layer_norms, norm_of
from .state import TrainingState

__all__ = ["Step", "Steps", "augmented_batch"]


class Step(NamedTuple):
    """The result of a step.

    Attributes
    ----------
    loss : float
        Mean loss of the batch before the step, without penalties.
    n_rows : int
        Number of rows in the batch.
    learning_rate : float
    layer_norms : list of float
        Norms of the gradient before clipping, for the last step of an epoch; otherwise empty.
    """

    loss: float
    n_rows: int
    learning_rate: float
    layer_norms: list[float]


def augmented_batch(
    plan: Plan, x: Any, target: np.ndarray, rng: np.random.Generator
) -> tuple[Any, np.ndarray]:
    """Return the inputs and targets of a batch, augmented if the plan says so."""
    if plan.augment is None:
        return x, target
    x, target = augmented(plan.augment, x, target, rng)
    return np.ascontiguousarray(x, plan.dtype), np.ascontiguousarray(target, plan.dtype)


class Steps:
    """Steps of a training, bound once for each size of batch.

    Parameters
    ----------
    plan : Plan
    objective : Objective
        Contains the network in training.
    networks : list of Network
        The network in training, and the one that receives its average if there is one.
    batches : Batches
    state : TrainingState
        Changed at each step.
    """

    def __init__(
        self,
        plan: Plan,
        objective: Objective,
        networks: list[Network],
        batches: Batches,
        state: TrainingState,
    ):
        network, *averages = networks
        self.plan, self.batches, self.state = plan, batches, state
        self.network = network
        self._n_steps = len(batches.sizes)
        self._bound = cache(partial(objective.bind, rng=state.rng))
        self._update = plan.optimizer.bind(
            network.theta, network.grad, state.components["optimizer"][1], network.n_weights
        )
        self._average: Callable[[], None] | None = None
        if averages and plan.beta is not None:
            self._average = bind_average(
                [network.theta, network.running],
                [averages[0].theta, averages[0].running],
                state.average,
                plan.beta,
            )

    def epoch(self, start: float = 0.0, length: float = 1.0) -> Iterator[Step]:
        """Take the steps of an epoch, and yield the result of each.

        If the batches are a part of the data, this part begins at ``start`` of the epoch and has
        ``length`` of it, for schedules.
        """
        state, average = self.state, self._average
        for i, (x, target, weight) in enumerate(self.batches.epoch(state.rng)):
            x, target = augmented_batch(self.plan, x, target, state.rng)
            loss = self._bound(len(target), weighted=weight is not None)(x, target, weight)
            if not isfinite(loss):
                raise diverged(self.plan, self.state, "loss", loss)
            rate = self.plan.learning_rate * self._factor(i, start, length)
            norms = self._norms() if i == self._n_steps - 1 else []
            self._clip()
            self._update(rate)
            if average is not None:
                average()
            state.step += 1
            yield Step(loss, len(target), rate, norms)

    def _factor(self, i: int, start: float, length: float) -> float:
        """Return the factor of the schedule for step ``i``."""
        epoch, max_epochs = self.state.epoch, self.plan.max_epochs
        stride = length / (self._n_steps * max_epochs)
        passed = (epoch - self.state.plan_start + start) / max_epochs
        time = Time(epoch, self.state.step, passed + i * stride, stride)
        return self.plan.schedule.at(time, self.state.components["schedule"][1])

    def _norms(self) -> list[float]:
        """Return the norms of the layers. With clipping, huge norms are allowed."""
        return layer_norms(self.network, may_be_huge=self.plan.clip_norm is not None)

    def _clip(self) -> None:
        """Scale the gradient down to ``clip_norm`` if its norm is larger."""
        if self.plan.clip_norm is None:
            return
        grad = self.network.grad
        norm = norm_of(grad)
        if norm <= self.plan.clip_norm:
            return
        if not isfinite(norm):
            raise diverged(self.plan, self.state, "gradient's norm", norm)
        np.multiply(grad, self.plan.clip_norm / norm, out=grad)
