"""Held-out data that training looks at after each epoch."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from numbers import Real
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
        Returns the score of the network as it stands. None stands for the D² Brier score
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
        return {
            "val_loss": loss,
            "val_score": score if self.score is None else _number(self.score()),
        }

    def _judge_logits(self, network: Network, loss: LogitLoss) -> tuple[float, float]:
        """Return the mean loss and the D² Brier score; calibrate the network before."""
        network.temperature, parts = 1.0, self._parts(network)
        if self.calibrates:
            parts = list(parts)
            network.temperature = fit_temperature(loss, parts, self.batches.total_weight)
        value, brier, total, count = 0.0, 0.0, 0.0, np.zeros(network.n_outputs)
        for raw, target, share in parts:
            raw = raw / network.temperature if self.calibrates else raw
            value += loss.bind(len(raw), raw.shape[1], raw.dtype)(raw, target, share)[0]
            brier += loss.brier(raw, target, share)
            total += share.sum(dtype=float)
            count += share.astype(float) @ target
        frequency = count / total
        at_frequencies = float(frequency @ (1 - frequency))  # the Brier score of knowing them
        return value, -brier if np.isclose(at_frequencies, 0) else 1 - brier / at_frequencies

    def _parts(self, network: Network) -> Iterable[Part]:
        """Yield raw outputs, targets and shares in the mean, by the batch."""
        n = self.batches.n_samples
        for x, target, weight in self.batches.epoch():
            one = np.full(len(target), 1 / len(target), network.dtype)
            share = (one if weight is None else weight) * (len(target) / n)
            yield network.predict(x), target, share


def _number(score: Any) -> Any:
    """Return what a scorer returned; raise if it is not a number."""
    is_single = hasattr(score, "item") and np.size(score) == 1
    if not isinstance(score.item() if is_single else score, Real):
        raise ValueError(f"scoring must return a number. Got {score!r} instead.")
    return score
