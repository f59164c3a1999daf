"""The training loop: epochs of steps that move ``theta`` down the objective."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, isfinite, sqrt
from time import perf_counter
from typing import Any

import numpy as np

from .averaging import bind_average
from .batches import Batches
from .network import Network
from .objective import Objective
from .optimizers import Optimizer
from .schedules import Schedule, Time

__all__ = ["AfterEpoch", "BeforeEpoch", "Training", "layer_norms"]

BeforeEpoch = Callable[[], None]
AfterEpoch = Callable[[dict[str, Any]], bool]


@dataclass
class Training:
    """One network on its way down its objective, an epoch at a time.

    Attributes
    ----------
    objective : Objective
        Its network is the one that moves.
    batches : Batches
    optimizer, schedule : Optimizer, Schedule
    learning_rate : float
    max_epochs : int
        The planned length, by which schedules know their place.
    clip_norm : float or None
        Largest norm of a step's gradient.
    average : (Network, float) or None
        A network that receives the average of the moving one, and its β.
    augment : callable or None
        ``(x, target, rng) -> (x, target)``, applied to copies of each batch.
    state : dict
        All that changes apart from the network: ``optimizer``, ``schedule``, ``average``,
        ``epoch``, ``step``, ``plan_start`` (the epoch from which ``max_epochs`` are planned)
        and ``rng``. Plain values and arrays, pickled with the estimator.
    """

    objective: Objective
    batches: Batches
    optimizer: Optimizer
    schedule: Schedule
    learning_rate: float
    max_epochs: int
    clip_norm: float | None
    average: tuple[Network, float] | None
    augment: Callable | None
    state: dict[str, Any]

    def __post_init__(self):
        network = self.objective.network
        weighted = self.batches.weight is not None
        rng = self.state["rng"]
        sizes = self.batches.sizes
        self._steps = {size: self.objective.bind(size, rng, weighted) for size in set(sizes)}
        self._update = self.optimizer.bind(
            network.theta, network.grad, self.state["optimizer"], network.n_weights
        )
        self._n_steps = len(sizes)
        self._average = lambda: None
        if self.average is not None:
            kept, beta = self.average
            self._average = bind_average(
                [network.theta, network.running],
                [kept.theta, kept.running],
                self.state["average"],
                beta,
            )

    @property
    def largest_product(self) -> int:
        """Multiplications in the largest matrix product of a step."""
        widths = self.objective.network.widths
        return max(self.batches.sizes) * max(n * m for n, m in pairwise(widths))

    def run(self, n_epochs: int, before: BeforeEpoch, after: AfterEpoch) -> None:
        """Pass over the batches up to ``n_epochs`` times; ``after`` counts each, and may end it."""
        for _ in range(n_epochs):
            before()
            if after(self.epoch()):
                return

    def epoch(self) -> dict[str, Any]:
        """Pass once over the batches and return the epoch's row of the history.

        The epoch counts once ``end_epoch`` is called.
        """
        start, state = perf_counter(), self.state
        total, rate = 0.0, 0.0
        norms: list[float] = []
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for i, (x, target, weight) in enumerate(self.batches.epoch(state["rng"])):
                if self.augment is not None:
                    x, target = self._augmented(x, target)
                loss = self._steps[len(target)](x, target, weight)
                if not isfinite(loss):
                    raise self._not_finite("loss", loss)
                total += loss * len(target)
                rate = self.learning_rate * self._factor(i)
                if i == self._n_steps - 1:  # before clipping, which may leave nothing of them
                    norms = self._norms()
                self._clip()
                self._update(rate)
                self._average()
                state["step"] += 1
            row = self._row(rate, total / self.batches.n_samples, norms)
        row["seconds"] = perf_counter() - start
        return row

    def end_epoch(self, loss: float) -> None:
        """Count the epoch and show the schedule the loss to go by: an interrupt leaves both out."""
        schedule = dict(self.state["schedule"])
        self.schedule.observe(schedule, loss)
        self.state.update(schedule=schedule, epoch=self.state["epoch"] + 1)

    def _factor(self, i: int) -> float:
        """Ask the schedule for the factor of the epoch's i-th step."""
        epoch, step = self.state["epoch"], self.state["step"]
        stride = 1 / (self._n_steps * self.max_epochs)
        passed = (epoch - self.state["plan_start"]) / self.max_epochs
        time = Time(epoch, step, passed + i * stride, stride)
        return self.schedule.at(time, self.state["schedule"])

    def _augmented(self, x, target):
        """Return the batch as the augmenter changes it."""
        shapes = x.shape, target.shape
        changed = self.augment(x.copy(), target.copy(), self.state["rng"])
        if not isinstance(changed, tuple | list) or len(changed) != 2:
            raise ValueError(
                f"augment must return a batch and its targets, (X, y). Got {changed!r} instead."
            )
        x, target = map(np.asarray, changed)
        if (x.shape, target.shape) != shapes:
            raise ValueError(
                f"augment must keep the shapes {shapes} of a batch and its targets. "
                f"Got {(x.shape, target.shape)} instead."
            )
        dtype = self.batches.dtype
        return np.ascontiguousarray(x, dtype), np.ascontiguousarray(target, dtype)

    def _norms(self) -> list[float]:
        """Return the layers' norms; those that clipping makes harmless may be large."""
        network = self.objective.network
        if self.clip_norm is None:
            return layer_norms(network)
        return [hypot(*map(_norm, parts)) for parts in network.layer_gradients]

    def _clip(self) -> None:
        """Scale the gradient down to ``clip_norm`` if it is longer."""
        if self.clip_norm is None:
            return
        grad = self.objective.network.grad
        norm = _norm(grad)
        if norm <= self.clip_norm:
            return
        if not isfinite(norm):
            raise self._not_finite("gradient's norm", norm)
        np.multiply(grad, self.clip_norm / norm, out=grad)

    def _row(self, rate: float, mean_loss: float, norms: list[float]) -> dict[str, Any]:
        """Sum up an epoch; norms are those of its last step's gradient before clipping."""
        objective = mean_loss + self.objective.penalty()
        if not isfinite(objective):
            raise self._not_finite("objective", objective)
        norm = sqrt(sum(n * n for n in norms))
        if not isfinite(norm):
            raise self._not_finite("gradient's norm", norm)
        self._check_networks()
        return {
            "epoch": self.state["epoch"],
            "learning_rate": rate,
            "train_loss": objective,
            "gradient_norm": norm,
            "layer_gradient_norms": norms,
        }

    def _check_networks(self) -> None:
        """Refuse to keep a number that is not finite, of the moving network or of the average."""
        networks = [self.objective.network] + ([] if self.average is None else [self.average[0]])
        for network in networks:
            largest = _largest(network.theta)
            if not isfinite(largest):
                raise self._not_finite("weights' maximum", largest)
            largest = _largest(network.running)
            if not isfinite(largest):
                largest_x = max(float(abs(x).max()) for x, _, _ in self.batches.epoch())
                values = f", with values of X up to {largest_x:g}"
                raise self._not_finite("batch-norm statistics' maximum", largest, values)

    def _not_finite(self, what: str, value: float, where: str = "") -> FloatingPointError:
        return FloatingPointError(
            f"the training {what} became {value} at epoch {self.state['epoch']}, step "
            f"{self.state['step']} (learning_rate={self.learning_rate}){where}. Standardize X or "
            "lower learning_rate."
        )


def layer_norms(network: Network) -> list[float]:
    """Return the norm of the gradient of each layer that has parameters, from the data up."""
    return [sqrt(sum([float(g.dot(g)) for g in parts])) for parts in network.layer_gradients]


def _largest(numbers: np.ndarray) -> float:
    """Return the largest magnitude; nan if there is a nan."""
    return float(np.abs(numbers).max(initial=0))


def _norm(vector: np.ndarray) -> float:
    """Return the Euclidean norm, also where its square overflows."""
    square = float(vector @ vector)
    if isfinite(square):
        return sqrt(square)
    largest = _largest(vector)
    if not isfinite(largest):
        return largest
    return largest * sqrt(float(np.square(vector / largest).sum()))
