"""Validation rows, on which a network is scored after each epoch."""

from collections.abc import Callable, Iterable
from functools import partial
from numbers import Real
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..batches import Batches
from ..losses import LogitLoss, Loss
from ..network import Network
from ..objective import bind_mean_loss
from ..temperature import Part, fit_temperature

__all__ = ["Judge", "Judging", "Judgment"]


class Judgment(NamedTuple):
    """Loss and score of a network on the validation rows, at its temperature.

    Attributes
    ----------
    loss : float
        Mean loss, without penalties.
    score : float
        Validation score. Higher is better.
    """

    loss: float
    score: float


class Judging(Protocol):
    """Judges the network that is kept, as :class:`Judge` does."""

    def judge(self) -> Judgment:
        """Return loss and score of the current network; calibrate it first if required."""


class Judge:
    """Computes loss and score of a network on validation rows.

    Parameters
    ----------
    network : Network
        The network that is kept.
    batches : Batches
        The validation rows.
    loss : Loss
    score : callable or None
        Returns the score of the current network. None means the D² Brier score if the raw
        outputs are logits, and minus the loss otherwise.
    calibrates : bool
        Whether to fit the temperature of the network to these rows.
    """

    def __init__(
        self,
        network: Network,
        batches: Batches,
        loss: Loss,
        score: Callable[[], float] | None,
        calibrates: bool,
    ):
        self.network, self.batches, self.loss = network, batches, loss
        self.score, self.calibrates = score, calibrates
        if isinstance(loss, LogitLoss):
            self._predict = network.bind_predict()
            self._loss_and_score: Callable[[], tuple[float, float]] = partial(
                self._judge_logits, loss
            )
        else:
            self._mean_loss = bind_mean_loss(network, loss, batches)
            self._loss_and_score = self._judge_numbers

    def judge(self) -> Judgment:
        """Return loss and score of the current network; calibrate it first if required."""
        with np.errstate(over="ignore", invalid="ignore"):
            loss, score = self._loss_and_score()
        return Judgment(loss, score if self.score is None else _number(self.score()))

    def _judge_numbers(self) -> tuple[float, float]:
        """Return the mean loss, and minus the mean loss as the score."""
        loss = self._mean_loss()
        return loss, -loss

    def _judge_logits(self, loss: LogitLoss) -> tuple[float, float]:
        """Return the mean loss and the D² Brier score; calibrate the network first if required."""
        network, parts = self.network, self._parts()
        if self.calibrates:
            parts = list(parts)
            m = self.batches.rows.total_weight
            network.temperature = fit_temperature(loss, parts, m, network.n_members)
        value, brier, total, count = 0.0, 0.0, 0.0, np.zeros(network.n_outputs)
        for raw, target, share in parts:
            raw = raw / network.temperature if self.calibrates else raw
            raw = loss.pooled(raw, network.n_members)
            value += loss.bind(len(raw), raw.shape[1], raw.dtype)(raw, target, share)[0]
            brier += loss.brier(raw, target, share)
            total += share.sum(dtype=float)
            count += share.astype(float) @ target
        frequency = count / total
        at_frequencies = float(frequency @ (1 - frequency))  # Brier score of the class frequencies
        return value, -brier if np.isclose(at_frequencies, 0) else 1 - brier / at_frequencies

    def _parts(self) -> Iterable[Part]:
        """Yield raw outputs at temperature 1, targets and weights in the mean, for each batch."""
        network, n = self.network, len(self.batches.rows.y)
        network.temperature = 1.0
        for x, target, weight in self.batches.epoch():
            one = np.full(len(target), 1 / len(target), network.dtype)
            share = (one if weight is None else weight) * (len(target) / n)
            yield self._predict(x, _as_they_are), target, share


def _as_they_are(x: Any, rows: slice, dtype: np.dtype) -> Any:
    """Return rows that are already encoded."""
    return x[rows]


def _number(score: Any) -> Any:
    """Return the result of a scorer; raise an error if it is not a number."""
    is_single = hasattr(score, "item") and np.size(score) == 1
    if not isinstance(score.item() if is_single else score, Real):
        raise ValueError(f"scoring must return a number. Got {score!r} instead.")
    return score
