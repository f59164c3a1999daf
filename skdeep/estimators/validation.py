"""Held-out data that training looks at after each epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from ..batches import Batches
from ..losses import LogitLoss, Loss
from ..network import Network
from ..objective import mean_loss
from ..temperature import Part, fit_temperature

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
        Returns the score of the network as it stands. None stands for minus the Brier score
        where the raw output are logits, and for minus the loss elsewhere.
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
            if isinstance(self.loss, LogitLoss):
                loss, score = self._judge_logits(network, self.loss)
            else:
                loss = mean_loss(network, self.loss, self.batches)
                score = -loss
        return {"val_loss": loss, "val_score": score if self.score is None else self.score()}

    def _judge_logits(self, network: Network, loss: LogitLoss) -> tuple[float, float]:
        """Return the mean loss and minus the Brier score; calibrate the network before."""
        network.temperature = 1.0
        parts = self._parts(network)
        if self.calibrates:
            network.temperature, value = fit_temperature(loss, parts, self.batches.total_weight)
        else:
            value = 0.0
            for raw, target, share in parts:
                value += loss.bind(len(raw), raw.shape[1], raw.dtype)(raw, target, share)[0]
        if not isfinite(value):
            return value, -value
        t = network.temperature
        return value, -sum(loss.brier(raw / t, target, share) for raw, target, share in parts)

    def _parts(self, network: Network) -> list[Part]:
        """Return raw outputs, targets and shares in the mean for all rows, by the batch."""
        parts, n = [], self.batches.n_samples
        for x, target, weight in self.batches.epoch():
            one = np.full(len(target), 1 / len(target), network.dtype)
            share = (one if weight is None else weight) * (len(target) / n)
            parts.append((network.predict(x), target, share))
        return parts
