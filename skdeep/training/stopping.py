"""Decide when to stop and which epoch to keep."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Stopping"]


@dataclass
class Stopping:
    """Early stopping by a score. Higher is better.

    Attributes
    ----------
    patience : int or None
        Stop after this number of consecutive epochs without improvement. None never stops.
    tol : float
        A score is an improvement if it is more than ``tol`` above the last improvement.
    keeps_best : bool
        Whether the best epoch is restored at the end of the training.
    snapshot : callable or None
        Called at each new best epoch. Its result is stored as ``best``.
    """

    patience: int | None
    tol: float
    keeps_best: bool = False
    snapshot: Callable[[], Any] | None = None
    best: Any = None
    best_score: float = field(default=float("-inf"))
    _reference: float = field(default=float("-inf"))
    _epochs_without: int = 0

    def seen(self) -> dict[str, Any]:
        """Return what was seen so far, for another object with the same hyperparameters."""
        hyperparameters = ("patience", "tol", "keeps_best", "snapshot")
        return {name: value for name, value in vars(self).items() if name not in hyperparameters}

    def go_on(self, seen: dict[str, Any]) -> None:
        """Continue after what another object has seen."""
        vars(self).update(seen)

    def should_stop(self, score: float) -> bool:
        """Record the score of an epoch; return whether to stop. nan is no improvement."""
        if score > self.best_score:
            if self.snapshot is not None:
                self.best = self.snapshot()
            self.best_score = score  # last: after an interrupt, repeating the call completes it
        if score > self._reference + self.tol:
            self._reference, self._epochs_without = score, 0
        else:
            self._epochs_without += 1
        return self.patience is not None and self._epochs_without >= self.patience
