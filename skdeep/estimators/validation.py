"""Held-out data that training looks at after each epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..batches import Batches
from ..losses import Loss
from ..network import Network
from ..objective import mean_loss
from ..temperature import fit_temperature

__all__ = ["Validation"]


@dataclass(frozen=True)
class Validation:
    """Rows apart from the training set, and how to judge a network on them.

    Attributes
    ----------
    batches : Batches
        The held-out rows.
    loss : Loss
    score : callable or None
        Returns the score of the network as it stands; None stands for minus the loss.
    calibrates : bool
        Whether the network's temperature is set to what fits these rows best.
    """

    batches: Batches
    loss: Loss
    score: Callable[[], float] | None
    calibrates: bool

    def evaluate(self, network: Network) -> dict[str, Any]:
        """Return ``val_loss``, without penalties, and ``val_score``, higher is better.

        Both are of the network at its temperature.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            if self.calibrates:
                loss = self._calibrate(network)
            else:
                loss = mean_loss(network, self.loss, self.batches)
        return {"val_loss": loss, "val_score": -loss if self.score is None else self.score()}

    def _calibrate(self, network: Network) -> float:
        """Set the network's temperature, and return the mean loss at it."""
        network.temperature, n = 1.0, self.batches.n_samples
        parts = []
        for x, target, weight in self.batches.epoch():
            one = np.full(len(target), 1 / len(target), network.dtype)
            share = (one if weight is None else weight) * (len(target) / n)
            parts.append((network.predict(x), target, share))
        network.temperature, loss = fit_temperature(self.loss, parts, self.batches.total_weight)
        return loss
