"""A round: each worker takes some steps on its rows, then their results are averaged."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np

from ..inputs import Inputs
from ..network import Network, Snapshot
from ..objective import Objective
from ..plan import Plan
from ..rows import Rows
from ..targets import Target
from ..training import Outcome, Steps, TrainingState, take_pass, training_batches
from .cluster import Cluster
from .shards import Shard

__all__ = ["Job", "Moved", "Part", "Rounds", "Start", "generators", "local_steps"]


@dataclass(frozen=True)
class Job:
    """What all rounds of a training have in common.

    Attributes
    ----------
    plan : Plan
    inputs : Inputs
    target : Target
    objective : Objective
        Its network has the numbers from the start of the training.
    """

    plan: Plan
    inputs: Inputs
    target: Target
    objective: Objective


@dataclass(frozen=True)
class Start:
    """What all workers start a round from.

    Attributes
    ----------
    snapshots : list of (ndarray, ndarray, float)
        Of the network in training, and of the average of its weights if there is one.
    state : TrainingState
        It has the state of the optimizer.
    """

    snapshots: list[Snapshot]
    state: TrainingState


@dataclass(frozen=True)
class Part:
    """A part of an epoch.

    Attributes
    ----------
    number, n_parts : int
        The part, from 0, and the number of parts.
    seed : sequence of int
        Seed for the order in which rows are divided among the parts.
    """

    number: int
    n_parts: int
    seed: Sequence[int]

    def of(self, rows: Rows, shuffle: bool) -> Rows:
        """Return the rows of this part. All parts together have every row once."""
        if self.n_parts == 1:
            return rows
        n = rows.n_samples
        order = np.random.default_rng(self.seed).permutation(n) if shuffle else np.arange(n)
        edges = np.array([self.number, self.number + 1]) * n // self.n_parts
        return rows.take(order[slice(*edges)])


@dataclass(frozen=True)
class Moved:
    """The numbers after the steps of one worker, or their average over several workers.

    Attributes
    ----------
    weight : float
        Sum of the weights of the rows.
    snapshots : list of (ndarray, ndarray, float)
        Of the network in training, and of the average of its weights if there is one.
    optimizer : dict
        State of the optimizer.
    mass : float
        Sum of the weights in the average of the weights.
    outcome : Outcome
    step : int
        Largest number of steps that a worker has taken since the training began.
    rngs : list of numpy.random.Generator
        The random generator of each worker.
    """

    weight: float
    snapshots: list[Snapshot]
    optimizer: dict[str, Any]
    mass: float
    outcome: Outcome
    step: int
    rngs: list[np.random.Generator]

    def merge(self, other: "Moved") -> "Moved":
        """Return the average of both, weighted by rows."""
        total = self.weight + other.weight
        p, q = self.weight / total, other.weight / total
        return Moved(
            weight=total,
            snapshots=_mean(p, self.snapshots, q, other.snapshots),
            optimizer=_mean(p, self.optimizer, q, other.optimizer),
            mass=p * self.mass + q * other.mass,
            outcome=Outcome(*_mean(p, [*self.outcome], q, [*other.outcome])),
            step=max(self.step, other.step),
            rngs=self.rngs + other.rngs,
        )


def _mean(p: float, some: Any, q: float, others: Any) -> Any:
    """Return ``p · some + q · others`` for numbers, arrays, and lists or dicts of them."""
    if isinstance(some, dict):
        return {name: _mean(p, value, q, others[name]) for name, value in some.items()}
    if isinstance(some, list | tuple):
        return type(some)(_mean(p, one, q, other) for one, other in zip(some, others, strict=True))
    mean = p * some + q * others
    return mean.astype(some.dtype, copy=False) if isinstance(some, np.ndarray) else mean


def local_steps(rows: Rows, job: Job, start: Start, rng: np.random.Generator, part: Part) -> Moved:
    """Take the steps of one worker in a round: a pure function.

    Parameters
    ----------
    rows : Rows
        All training rows of the worker.
    job : Job
    start : Start
    rng : numpy.random.Generator
        Of the worker.
    part : Part
    """
    rows = part.of(rows, job.plan.shuffle)
    state = copy.deepcopy(replace(start.state, rng=rng))
    objective = copy.deepcopy(job.objective)
    networks = [objective.network, *(objective.network.copy() for _ in start.snapshots[1:])]
    for network, snapshot in zip(networks, start.snapshots, strict=True):
        network.restore(snapshot)
    batches = training_batches(job.plan, rows, job.inputs, job.target)
    steps = Steps(job.plan, objective, networks, batches, state)
    outcome = take_pass(steps, part.number / part.n_parts, 1 / part.n_parts)
    return Moved(
        rows.total_weight,
        [network.snapshot() for network in networks],
        state.components["optimizer"][1],
        state.average["mass"],
        outcome,
        state.step,
        [state.rng],
    )


def generators(state: TrainingState, n: int) -> list[np.random.Generator]:
    """Return a generator for each worker. The first one continues that of the training."""
    return [state.rng, *state.rng.spawn(n - 1)]


class Rounds:
    """The rounds of a training.

    Parameters
    ----------
    cluster : Cluster
    shards : list of Shard
    job : Job
    n_rounds : int
        Number of rounds in an epoch.
    networks : list of Network
        The network in training, and its average if there is one. They get the average after each
        round.
    state : TrainingState
        Gets the counters and the state of the optimizer after each round.
    """

    def __init__(
        self,
        cluster: Cluster,
        shards: list[Shard],
        job: Job,
        n_rounds: int,
        networks: list[Network],
        state: TrainingState,
    ) -> None:
        self.cluster, self.shards, self.networks, self.state = cluster, shards, networks, state
        self.n_rounds = n_rounds
        self._job = cluster.put(job)
        self._rngs = generators(state, len(shards))
        self._seed = int(state.rng.integers(2**31)) if n_rounds > 1 else 0

    def epoch(self) -> Outcome:
        """Take the rounds of an epoch. After an error, the last complete round stands."""
        started = perf_counter()
        outcomes = [self._round(number) for number in range(self.n_rounds)]
        share = 1 / self.n_rounds
        loss = sum([outcome.loss * share for outcome in outcomes])
        return outcomes[-1]._replace(loss=loss, seconds=perf_counter() - started)

    def _round(self, number: int) -> Outcome:
        cluster, state = self.cluster, self.state
        start = Start([network.snapshot() for network in self.networks], state)
        starts = cluster.spread(start, [shard.at for shard in self.shards])
        moved = [
            cluster.submit(
                local_steps,
                shard.rows,
                self._job,
                start,
                rng,
                Part(number, self.n_rounds, (self._seed, state.epoch, i)),
                at=shard.at,
            )
            for i, (shard, start, rng) in enumerate(
                zip(self.shards, starts, self._rngs, strict=True)
            )
        ]
        self._accept(cluster.fetch(cluster.merged(moved, Moved.merge)))
        return self._outcome

    def _accept(self, moved: Moved) -> None:
        for network, snapshot in zip(self.networks, moved.snapshots, strict=True):
            network.restore(snapshot)
        name, _ = self.state.components["optimizer"]
        self.state.components = {
            **self.state.components,
            "optimizer": (name, moved.optimizer),
        }
        self.state.average["mass"] = moved.mass
        self.state.step, self._outcome = moved.step, moved.outcome
        for rng, after in zip(self._rngs, moved.rngs, strict=True):
            rng.bit_generator.state = after.bit_generator.state
