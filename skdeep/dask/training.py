"""Training on a cluster: the loop of ``skdeep.training``, over rounds or exact sums."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, ClassVar

from distributed import Future

from ..base import UsageError
from ..estimators import BaseDeepEstimator
from ..estimators.parts import judge_for
from ..inputs import Inputs
from ..model import Model
from ..network import Snapshot
from ..objective import Objective
from ..plan import Plan
from ..planning import rounds_of_an_epoch
from ..rows import Rows
from ..targets import Target
from ..training import (
    Judgment,
    Outcome,
    Training,
    TrainingState,
    start_networks,
    training_batches,
    why_no_progress,
)
from .cluster import Cluster, ClusterLostError
from .exact import SummedObjective, Sums, Whole, check_full_batch
from .rounds import Job, Rounds, generators
from .shards import Shard

__all__ = ["ClusterTraining", "RemoteJudge", "start_on_cluster", "why_failed"]


@dataclass
class ClusterTraining(Training):
    """A training whose steps are taken on a cluster.

    Attributes
    ----------
    rounds : Rounds or None
        None for full batches, whose gradients are summed exactly.
    lost : ClusterLostError or None
        Why the training ended early.
    """

    interrupts: ClassVar[tuple[type[BaseException], ...]] = (KeyboardInterrupt, ClusterLostError)

    rounds: Rounds | None = field(default=None, kw_only=True)
    lost: ClusterLostError | None = field(default=None, kw_only=True)

    def by_steps(self, begin: Callable[[], None], end: Callable[[Outcome], bool]) -> None:
        """Train with steps: an epoch has some rounds, or one step with the full batch."""
        with self._noting_loss():
            if self.rounds is None:
                super().by_steps(begin, end)
                return
            for _ in range(self.plan.n_epochs):
                begin()
                if end(self.rounds.epoch()):
                    return

    def by_iterations(self, begin: Callable[[], None], end: Callable[[Outcome], bool]) -> None:
        """Train with iterations of the optimizer, each of which is an epoch."""
        with self._noting_loss():
            super().by_iterations(begin, end)

    @contextmanager
    def _noting_loss(self) -> Iterator[None]:
        try:
            yield
        except ClusterLostError as error:
            self.lost = error
            raise


class RemoteJudge:
    """Judges the network that is kept on validation rows, which are on one worker.

    Parameters
    ----------
    cluster : Cluster
    deep : DeepClassifier or DeepRegressor
    model : Model
        Its network gets the temperature.
    plan : Plan
    rows : Future
        The validation rows.
    """

    def __init__(
        self, cluster: Cluster, deep: BaseDeepEstimator, model: Model, plan: Plan, rows: Future
    ) -> None:
        self._cluster, self._network, self._rows = cluster, model.network, rows
        self._parts = cluster.put((deep, model, plan))

    def judge(self) -> Judgment:
        """Return loss and score of the current network; calibrate it first if required."""
        network = self._network
        numbers = self._cluster.put(network.snapshot())
        judged = self._cluster.submit(_judge, self._rows, self._parts, numbers)
        judgment, network.temperature = self._cluster.fetch(judged)
        return judgment


def start_on_cluster(
    cluster: Cluster,
    plan: Plan,
    shards: list[Shard],
    inputs: Inputs,
    target: Target,
    state: TrainingState,
    history: dict[str, list],
    steps_per_round: int | str,
) -> tuple[ClusterTraining, Model]:
    """Return a training on a cluster, and the model that it trains.

    Parameters
    ----------
    cluster : Cluster
    plan : Plan
    shards : list of Shard
        The training rows.
    inputs : Inputs
    target : Target
    state : TrainingState
    history : dict of str to list
    steps_per_round : int, "epoch" or "auto"
    """
    n_samples = sum(shard.n_samples for shard in shards)
    is_full = plan.batch_size >= n_samples
    if is_full:
        check_full_batch(plan, len(shards))
    else:
        _check_batches(plan, shards)
    weight = sum(shard.weight for shard in shards)
    objective, networks = start_networks(plan, weight, inputs, target, state, None)
    batches: Any = Whole(n_samples, plan.dtype)
    rounds = None
    if is_full:
        job = Job(plan, inputs, target, replace(objective, l2=0.0, l1=0.0))
        plan = replace(plan, augment=None)  # the workers augment their rows
        sums = Sums(cluster, shards, job, generators(state, len(shards)))
        objective = SummedObjective(
            objective.network, target.loss, objective.l2, objective.l1, sums=sums
        )
    else:
        job = Job(plan, inputs, target, objective)
        n_rounds = _n_rounds(plan, shards, steps_per_round)
        rounds = Rounds(cluster, shards, job, n_rounds, networks, state)
    training = ClusterTraining(plan, objective, networks, batches, state, history, rounds=rounds)
    return training, Model(inputs, networks[-1], target)


def why_failed(
    cluster: Cluster, training: Training, shards: list[Shard], model: Model
) -> str | None:
    """Return why training failed, by the rows of the worker that has most of them, or None."""
    shard = max(shards, key=lambda shard: shard.n_samples)
    return cluster.fetch(
        cluster.submit(
            _why_failed,
            shard.rows,
            training.plan,
            model,
            training.objective.l2,
            training.history,
            at=shard.at,
        )
    )


def _n_rounds(plan: Plan, shards: list[Shard], steps_per_round: int | str) -> int:
    """Return the number of rounds in an epoch. In each, every worker has rows for a batch."""
    n_steps = max(ceil(shard.n_samples / plan.batch_size) for shard in shards)
    least = max(layer.min_rows for layer in plan.layers)
    most = min(shard.n_samples for shard in shards) // least
    return min(rounds_of_an_epoch(steps_per_round, n_steps), most)


def _check_batches(plan: Plan, shards: list[Shard]) -> None:
    """Refuse workers with too few rows for batch norm."""
    least = max(layer.min_rows for layer in plan.layers)
    fewest = min(shard.n_samples for shard in shards)
    if fewest < least:
        raise UsageError(
            f"batch_norm needs training batches of {least} rows or more, and one worker has "
            f"{fewest}. Rebalance the partitions, or set batch_norm=False."
        )


def _judge(
    rows: Rows, parts: tuple[BaseDeepEstimator, Model, Plan], numbers: Snapshot
) -> tuple[Judgment, float]:
    """Return the judgment of a network with some numbers, and its temperature."""
    deep, model, plan = parts
    model = replace(model, network=model.network.copy())
    model.network.restore(numbers)
    judgment = judge_for(deep, model, plan, rows).judge()
    return judgment, model.network.temperature


def _why_failed(
    rows: Rows, plan: Plan, model: Model, l2: float, history: dict[str, list]
) -> str | None:
    objective = Objective(model.network, model.target.loss, l2)
    batches = training_batches(plan, rows, model.inputs, model.target)
    state = TrainingState.seeded(0)
    return why_no_progress(Training(plan, objective, [model.network], batches, state, history))
