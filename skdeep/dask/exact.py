"""Full batches: the exact loss and gradient, summed over the workers."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..base import UsageError
from ..batches import Batch
from ..objective import Objective, Step
from ..plan import Plan
from ..rows import Rows
from ..training import augmented_batch, training_batches
from .cluster import Cluster
from .rounds import Job
from .shards import Shard

__all__ = ["Sum", "SummedObjective", "Whole", "check_full_batch"]


@dataclass(frozen=True)
class Sum:
    """Loss and gradient of some workers.

    Attributes
    ----------
    loss : float
    grad : ndarray of shape (n_parameters,)
    running : ndarray of shape (n_statistics,)
        Statistics of batch norm, which only a single worker has.
    rngs : list of numpy.random.Generator
    """

    loss: float
    grad: np.ndarray
    running: np.ndarray
    rngs: list[np.random.Generator]

    def merge(self, other: "Sum") -> "Sum":
        """Return the sum of both."""
        return Sum(
            self.loss + other.loss, self.grad + other.grad, self.running, self.rngs + other.rngs
        )


@dataclass(frozen=True)
class Whole:
    """All rows of a cluster as one batch, which stays on the workers.

    Attributes
    ----------
    n_samples : int
    dtype : numpy dtype
    """

    n_samples: int
    dtype: np.dtype

    @property
    def sizes(self) -> list[int]:
        """Number of rows in each batch of an epoch."""
        return [self.n_samples]

    def epoch(self, rng: np.random.Generator | None = None) -> Iterator[tuple[Any, Any, None]]:
        """Return the batch: nothing, and the numbers of its rows."""
        return iter([(None, range(self.n_samples), None)])


@dataclass(frozen=True)
class SummedObjective(Objective):
    """The objective of all rows: each worker computes a part of the loss and of the gradient.

    Attributes
    ----------
    sums : Sums
    """

    sums: "Sums" = field(kw_only=True)

    def bind(
        self, n_rows: int, rng: np.random.Generator | None = None, weighted: bool = False
    ) -> Step:
        """Return a function that computes the mean loss, and writes ``network.grad``."""
        network, add_penalties = self.network, self._bind_penalties()

        def step(x: Any, target: Any, weight: Any = None) -> float:
            total = self.sums.at(network.theta, network.running)
            network.grad[...], network.running[...] = total.grad, total.running
            add_penalties()
            return total.loss

        return step


class Sums:
    """Sums over the workers.

    Parameters
    ----------
    cluster : Cluster
    shards : list of Shard
    job : Job
        Its objective has no penalties, which are added once.
    rngs : list of numpy.random.Generator
    """

    def __init__(
        self, cluster: Cluster, shards: list[Shard], job: Job, rngs: list[np.random.Generator]
    ) -> None:
        self.cluster, self.shards, self._rngs = cluster, shards, rngs
        self._total = sum(shard.weight for shard in shards)
        self._job = cluster.put(job)
        # encoded once, as a full batch in one place is
        self._batches = [cluster.submit(_batch, s.rows, self._job, at=s.at) for s in shards]

    def at(self, theta: np.ndarray, running: np.ndarray) -> Sum:
        """Return the mean loss and its gradient at ``theta``."""
        cluster = self.cluster
        places = cluster.spread((theta.copy(), running.copy()), [s.at for s in self.shards])
        parts = [
            cluster.submit(
                loss_and_gradient,
                batch,
                self._job,
                place,
                rng,
                shard.weight / self._total,
                at=shard.at,
            )
            for batch, shard, place, rng in zip(
                self._batches, self.shards, places, self._rngs, strict=True
            )
        ]
        total = cluster.fetch(cluster.merged(parts, Sum.merge))
        for rng, after in zip(self._rngs, total.rngs, strict=True):
            rng.bit_generator.state = after.bit_generator.state
        return total


def _batch(rows: Rows, job: Job) -> Batch:
    """Return all rows of a worker as one batch."""
    plan = replace(job.plan, batch_size=rows.n_samples)
    (batch,) = training_batches(plan, rows, job.inputs, job.target).epoch()
    return batch


def loss_and_gradient(
    batch: Batch, job: Job, place: tuple, rng: np.random.Generator, share: float
) -> Sum:
    """Return a worker's part of the mean loss and of its gradient: a pure function."""
    x, target, weight = batch
    objective, rng = copy.deepcopy(job.objective), copy.deepcopy(rng)
    x, target = augmented_batch(job.plan, x, target, rng)
    network = objective.network
    network.theta[...], network.running[...] = place
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        loss = objective.bind(len(target), rng, weight is not None)(x, target, weight)
        grad = np.multiply(network.grad, share, out=network.grad)
    return Sum(loss * share, grad, network.running, [rng])


def check_full_batch(plan: Plan, n_shards: int) -> None:
    """Refuse batch norm over several workers: each layer would need its own reductions."""
    if n_shards > 1 and max(layer.min_rows for layer in plan.layers) > 1:
        raise UsageError(
            "batch_norm needs the rows of a batch in one place, and a full batch lies on "
            f"{n_shards} workers. Take an optimizer with steps and a batch_size below the number "
            "of rows, or set batch_norm=False."
        )
