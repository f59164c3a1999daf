"""The objective of training: the mean loss plus the penalties on the weight matrices."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.linalg.blas import get_blas_funcs

from .batches import Batches
from .layers.base import Forward
from .losses import Evaluate, Loss
from .network import Network

__all__ = ["Objective", "bind_mean_loss", "mean_loss"]

Step = Callable[[np.ndarray, np.ndarray, np.ndarray | None], float]


@dataclass(frozen=True)
class Objective:
    """``J(theta) = (1/m) Σ loss + (l2/2m) Σ‖W‖²_F + (l1/m) Σ|W|``.

    With several members, the loss of a row is the mean of their losses.

    Attributes
    ----------
    network : Network
        Contains ``theta`` and receives ``grad``.
    loss : Loss
    l2, l1 : float
        Strengths of the penalties, already divided by m.
    """

    network: Network
    loss: Loss
    l2: float = 0.0
    l1: float = 0.0

    def bind(
        self, n_rows: int, rng: np.random.Generator | None = None, weighted: bool = False
    ) -> Step:
        """Return ``(x, target, weight) -> mean loss``, which also writes ``network.grad``.

        ``weight`` of shape (n_rows,) multiplies the loss of each row. None means 1 / n_rows.
        The gradient includes the penalties; the returned value does not.
        """
        network = self.network
        run = network.bind(n_rows, rng, weighted)
        evaluate = self.loss.bind_members(
            n_rows, network.n_members, network.n_outputs, network.dtype
        )
        add_penalties = self._bind_penalties()
        mean = run.share.copy()

        def step(x: np.ndarray, target: np.ndarray, weight: np.ndarray | None = None) -> float:
            if weight is None:
                weight = mean
            else:
                total = weight.sum()
                if total:
                    np.divide(weight, total, out=run.share)
                else:  # all weights are too small for the precision
                    run.share[...] = mean
            value, d_raw = evaluate(run.forward(x), target, weight)
            run.backward(d_raw)
            add_penalties()
            return value

        return step

    def penalty(self) -> float:
        """Return the value of the penalties at the current weights."""
        weights = self.network.theta[: self.network.n_weights]
        value = 0.0
        if self.l2:
            value += self.l2 / 2 * float(weights @ weights)
        if self.l1:
            value += self.l1 * float(np.abs(weights).sum())
        return value

    def _bind_penalties(self) -> Callable[[], None]:
        """Return the function ``grad_W += l2·W + l1·sign(W)``."""
        n = self.network.n_weights
        weights, dweights = self.network.theta[:n], self.network.grad[:n]
        axpy = get_blas_funcs("axpy", dtype=weights.dtype)  # overwrites its second argument
        l2, l1 = self.l2, self.l1
        signs = np.empty_like(weights) if l1 else weights

        def add() -> None:
            if l2:
                axpy(weights, dweights, a=l2)
            if l1:
                axpy(np.sign(weights, out=signs), dweights, a=l1)

        return add


def bind_mean_loss(network: Network, loss: Loss, batches: Batches) -> Callable[[], float]:
    """Return a function that computes the weighted mean loss of the current network."""

    @cache
    def bound(n_rows: int) -> tuple[Forward, Evaluate, np.ndarray]:
        evaluate = loss.bind(n_rows, network.n_outputs, network.dtype)
        return network.bind_prediction(n_rows), evaluate, np.full(n_rows, 1 / n_rows, network.dtype)

    def mean_loss() -> float:
        total = 0.0
        for x, target, weight in batches.epoch():
            predict, evaluate, mean = bound(len(target))
            raw = loss.pooled(predict(x), network.n_members)
            value, _ = evaluate(raw, target, mean if weight is None else weight)
            total += value * len(target)
        return total / len(batches.rows.y)

    return mean_loss


def mean_loss(network: Network, loss: Loss, batches: Batches) -> float:
    """Return the weighted mean loss of the network's predictions, without penalties."""
    return bind_mean_loss(network, loss, batches)()
