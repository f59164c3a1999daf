"""Held-out data that training looks at after each epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..batches import Batches
from ..losses import Loss
from ..network import Network
from ..objective import mean_loss

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
    """

    batches: Batches
    loss: Loss
    score: Callable[[], float] | None

    def evaluate(self, network: Network) -> dict[str, Any]:
        """Return ``val_loss``, without penalties, and ``val_score``, higher is better."""
        with np.errstate(over="ignore", invalid="ignore"):
            loss = mean_loss(network, self.loss, self.batches)
        return {"val_loss": loss, "val_score": -loss if self.score is None else self.score()}
