"""Training with an optimizer that takes no steps: each evaluation uses the whole data set."""

from collections.abc import Callable
from math import isfinite, nan
from time import perf_counter

import numpy as np

from ..batches import Batches
from ..objective import Objective
from ..plan import Plan
from .divergence import diverged
from .outcome import Outcome, layer_norms
from .state import TrainingState

__all__ = ["iterate"]


def iterate(
    plan: Plan,
    objective: Objective,
    batches: Batches,
    state: TrainingState,
    begin: Callable[[], None],
    end: Callable[[Outcome], bool],
) -> None:
    """Let the optimizer minimize the objective. Each of its iterations is an epoch.

    Parameters
    ----------
    plan : Plan
        Its optimizer is :class:`~skdeep.LBFGS`, and its batch contains all rows.
    objective : Objective
    batches : Batches
    state : TrainingState
    begin : callable
        ``() -> None``, called after each iteration, before ``end``. Only then is it certain that
        there was another iteration.
    end : callable
        ``Outcome -> bool``; records an iteration and returns whether to stop.
    """
    network, n_iterations = objective.network, 0
    ((x, target, weight),) = batches.epoch()
    step = objective.bind(len(target), None, weight is not None)
    started, loss = perf_counter(), nan

    def value_and_gradient(theta: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal loss
        network.theta[...] = theta
        network.forget_statistics()  # the batch is the whole data set, so its statistics are exact
        loss = step(x, target, weight)
        if not isfinite(loss):
            raise diverged(plan, state, "loss", loss)
        return loss + objective.penalty(), network.grad.astype(np.float64)

    def after_iteration(theta: np.ndarray) -> bool:
        nonlocal started, n_iterations
        outcome = Outcome(loss, nan, layer_norms(network), perf_counter() - started)
        n_iterations += 1
        state.step += 1
        begin()
        stop = end(outcome) or n_iterations == plan.n_epochs
        started = perf_counter()
        return stop

    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        start = network.theta.astype(np.float64)
        minimum = plan.optimizer.minimize(value_and_gradient, start, plan.n_epochs, after_iteration)
        value_and_gradient(minimum)  # a failed line search leaves another theta
        if n_iterations == 0:  # the start was the minimum
            after_iteration(minimum)
