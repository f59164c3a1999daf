"""The loop over epochs: train, score, record, update the schedule, stop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import isfinite, nan, sqrt
from time import perf_counter
from typing import Any, ClassVar, Protocol

import numpy as np

from ..batches import Batches
from ..network import Network
from ..objective import Objective
from ..plan import Plan
from ..threads import blas_threads_for
from .divergence import check_network, diverged
from .history import EpochRow
from .iterations import iterate
from .judging import Judging, Judgment
from .outcome import Outcome
from .progress import Progress
from .state import TrainingState
from .steps import Steps
from .stopping import Stopping

__all__ = ["Listener", "Training", "take_pass"]

_NOT_JUDGED = Judgment(nan, nan)


class Listener(Protocol):
    """Is told when an epoch begins and ends."""

    def begin_epoch(self) -> None:
        """Do something when an epoch begins."""

    def end_epoch(self, row: EpochRow) -> bool:
        """Do something with the record of an epoch; return whether to stop."""


def take_pass(steps: Steps, start: float = 0.0, length: float = 1.0) -> Outcome:
    """Take the steps of one pass over the batches, which is ``length`` of an epoch."""
    started, total, n_samples = perf_counter(), 0.0, 0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for step in steps.epoch(start, length):
            total += step.loss * step.n_rows
            n_samples += step.n_rows
    loss = total / n_samples
    return Outcome(loss, step.learning_rate, step.layer_norms, perf_counter() - started)


@dataclass
class Training:
    """Trains a network, one epoch at a time.

    Attributes
    ----------
    plan : Plan
    objective : Objective
        Contains the network in training.
    networks : list of Network
        The network in training, and the one that receives its average if there is one. The last
        one is kept.
    batches : Batches
    state : TrainingState
    history : dict of str to list
        Receives a row for each epoch.
    judge : Judging or None
        None without validation rows.
    changed : dict
        Hyperparameters with other values than in the last call.
    is_over : bool
        Whether the scores or the listener have stopped the training.
    interrupts : tuple of exception types
        End the training, and the best epoch so far is kept.
    """

    interrupts: ClassVar[tuple[type[BaseException], ...]] = (KeyboardInterrupt,)

    plan: Plan
    objective: Objective
    networks: list[Network]
    batches: Batches
    state: TrainingState
    history: dict[str, list]
    judge: Judging | None = None
    changed: dict[str, Any] = field(default_factory=dict)
    is_over: bool = False

    @property
    def largest_product(self) -> int:
        """Number of multiplications in the largest matrix product of a step."""
        return max(self.batches.sizes) * self.objective.network.largest_matrix

    def run(self, listener: Listener) -> bool:
        """Train until the last epoch of the plan, or until the scores or the listener stop it.

        After an interrupt, the best epoch so far is restored.

        Parameters
        ----------
        listener : Listener

        Returns
        -------
        bool
            Whether the training ended without an interrupt.
        """
        plan = self.plan
        stopping = Stopping(plan.n_iter_no_change, plan.tol, plan.stops_early)
        progress = Progress(self.networks, plan.schedule, self.state, self.history, stopping)
        if self.state.pause is not None:
            progress.go_on(self.state.pause)
        train = self.by_steps if plan.optimizer.takes_steps else self.by_iterations
        threads = blas_threads_for(self.largest_product)
        try:
            with threads:
                train(listener.begin_epoch, partial(self._end_epoch, listener, progress))
            if plan.pauses:
                progress.pause(self.is_over)
            progress.finish()
        except self.interrupts:
            progress.settle()
            return False
        finally:
            threads.lift()  # again, because an interrupt can end the first call early
        return True

    def by_steps(self, begin: Callable[[], None], end: Callable[[Outcome], bool]) -> None:
        """Train with steps: each epoch is one pass over the batches."""
        steps = Steps(self.plan, self.objective, self.networks, self.batches, self.state)
        for _ in range(self.plan.n_epochs):
            begin()
            if end(take_pass(steps)):
                return

    def by_iterations(self, begin: Callable[[], None], end: Callable[[Outcome], bool]) -> None:
        """Train with iterations of the optimizer, each of which is an epoch."""
        iterate(self.plan, self.objective, self.batches, self.state, begin, end)

    def _end_epoch(self, listener: Listener, progress: Progress, outcome: Outcome) -> bool:
        """Score and record an epoch; return whether to stop."""
        with np.errstate(over="ignore", invalid="ignore"):
            objective = outcome.loss + self.objective.penalty()
            norm = sqrt(sum(n * n for n in outcome.layer_norms))
            self._check_finite(objective, norm)
        judgment = _NOT_JUDGED if self.judge is None else self.judge.judge()
        row = EpochRow(
            epoch=self.state.epoch,
            learning_rate=outcome.learning_rate,
            train_loss=outcome.loss,
            objective=objective,
            val_loss=judgment.loss,
            val_score=judgment.score,
            gradient_norm=norm,
            layer_gradient_norms=outcome.layer_norms,
            seconds=outcome.seconds,
            changed=self.changed,
        )
        stop = progress.add(
            row,
            loss=row.objective if self.judge is None else row.val_loss,
            score=row.val_score if self.plan.stops_early else -row.objective,
        )
        self.changed = {}
        self.is_over = listener.end_epoch(row) or stop
        return self.is_over

    def _check_finite(self, objective: float, norm: float) -> None:
        """Raise an error if a number of the epoch is infinite or nan."""
        for what, value in {"objective": objective, "gradient's norm": norm}.items():
            if not isfinite(value):
                raise diverged(self.plan, self.state, what, value)
        for network in self.networks:
            check_network(network, self.batches, self.plan, self.state)
