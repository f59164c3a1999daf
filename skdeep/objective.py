"""What training minimizes: the mean loss plus the penalties on the weight matrices."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg.blas import get_blas_funcs

from .batches import Batches
from .layers.base import Forward
from .losses import Evaluate, Loss
from .network import Network

__all__ = ["Objective", "mean_loss"]

Step = Callable[[np.ndarray, np.ndarray, np.ndarray | None], float]


@dataclass(frozen=True)
class Objective:
    """``J(theta) = (1/m) Σ loss + (l2/2m) Σ‖W‖²_F + (l1/m) Σ|W|``.

    Attributes
    ----------
    network : Network
        Holds ``theta`` and receives ``grad``.
    loss : Loss
    l2, l1 : float
        Strengths of the penalties, already divided by m.
    """

    network: Network
    loss: Loss
    l2: float = 0.0
    l1: float = 0.0

    def bind(self, n_rows: int, rng=None, weighted: bool = False) -> Step:
        """Return ``(x, target, weight) -> data loss``, which also fills ``network.grad``.

        ``weight`` of shape (n_rows,) multiplies each row's loss; None is 1 / n_rows.
        """
        network = self.network
        run = network.bind(n_rows, rng, weighted)
        evaluate = self.loss.bind(n_rows, network.n_outputs, network.dtype)
        add_penalties = self._bind_penalties()
        mean = run.share.copy()

        def step(x, target, weight=None):
            if weight is None:
                weight = mean
            else:
                total = weight.sum()
                if total:
                    np.divide(weight, total, out=run.share)
                else:  # all of them are too small for the precision
                    run.share[...] = mean
            value, draw = evaluate(run.forward(x), target, weight)
            run.backward(draw)
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
        """Return ``grad_W += l2·W + l1·sign(W)``, each one pass over the weights."""
        n = self.network.n_weights
        weights, dweights = self.network.theta[:n], self.network.grad[:n]
        axpy = get_blas_funcs("axpy", dtype=weights.dtype)  # overwrites its second argument
        l2, l1 = self.l2, self.l1
        signs = np.empty_like(weights) if l1 else weights

        def add():
            if l2:
                axpy(weights, dweights, a=l2)
            if l1:
                axpy(np.sign(weights, out=signs), dweights, a=l1)

        return add


def mean_loss(network: Network, loss: Loss, batches: Batches) -> float:
    """Return the weighted mean loss of the network's predictions, without penalties."""
    bound: dict[int, tuple[Forward, Evaluate, np.ndarray]] = {}
    total = 0.0
    for x, target, weight in batches.epoch():
        n = len(target)
        if n not in bound:
            predict = network.bind_prediction(n)
            evaluate = loss.bind(n, network.n_outputs, network.dtype)
            bound[n] = predict, evaluate, np.full(n, 1 / n, network.dtype)
        predict, evaluate, mean = bound[n]
        value, _ = evaluate(predict(x), target, mean if weight is None else weight)
        total += value * n
    return total / batches.n_samples
