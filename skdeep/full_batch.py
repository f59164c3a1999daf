"""Training by L-BFGS: every evaluation sees the whole data set."""

from dataclasses import dataclass
from math import isfinite
from time import perf_counter

import numpy as np

from .training import AfterEpoch, BeforeEpoch, Training, layer_norms

__all__ = ["FullBatchTraining"]


@dataclass
class FullBatchTraining(Training):
    """A training whose epochs are the iterations of an :class:`~skdeep.LBFGS` optimizer."""

    def __post_init__(self):
        if len(self.batches.sizes) > 1:
            raise ValueError(f"L-BFGS needs the full batch. Got {len(self.batches.sizes)} batches.")
        (size,) = self.batches.sizes
        self._step = self.objective.bind(size, None, self.batches.weight is not None)
        ((self._x, self._target, self._weight),) = self.batches.epoch()

    def run(self, n_epochs: int, before: BeforeEpoch, after: AfterEpoch) -> None:
        """Iterate up to ``n_epochs`` times; ``after`` counts each, and may end it."""
        network, n_iterations = self.objective.network, 0
        started = perf_counter()
        loss = float("nan")

        def value_and_gradient(theta):
            nonlocal loss
            network.theta[...] = theta
            network.forget_statistics()  # the batch is the data: its statistics are the ones
            loss = self._step(self._x, self._target, self._weight)
            if not isfinite(loss):
                raise self._not_finite("loss", loss)
            return loss + self.objective.penalty(), network.grad.astype(np.float64)

        def after_iteration(theta):
            nonlocal started, n_iterations
            row = self._row(float("nan"), loss, layer_norms(network))
            n_iterations += 1
            self.state["step"] += 1
            row["seconds"] = perf_counter() - started
            before()  # only now is it sure that there is another iteration
            stop = after(row) or n_iterations == n_epochs
            started = perf_counter()
            return stop

        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            start = network.theta.astype(np.float64)
            end = self.optimizer.minimize(value_and_gradient, start, n_epochs, after_iteration)
            value_and_gradient(end)  # a line search that failed leaves theta elsewhere
            if n_iterations == 0:  # it began at the minimum
                after_iteration(end)
