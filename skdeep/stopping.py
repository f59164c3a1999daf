"""When to stop, and which epoch to keep."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Stopping"]


@dataclass
class Stopping:
    """Watches a score, an epoch at a time; higher is better.

    Attributes
    ----------
    patience : int or None
        Stop after exactly this many epochs in a row without progress; None never stops.
    tol : float
        Progress is a score above the last one that was progress by more than ``tol``.
    keeps_best : bool
        Whether the training goes back to the best epoch at its end.
    snapshot : callable or None
        Called at each new best epoch; what it returns is kept as ``best``.
    """

    patience: int | None
    tol: float
    keeps_best: bool = False
    snapshot: Callable[[], Any] | None = None
    best: Any = None
    best_score: float = field(default=float("-inf"))
    _reference: float = field(default=float("-inf"))
    _epochs_without: int = 0

    def should_stop(self, score: float) -> bool:
        """Take note of an epoch's score. A nan is no progress."""
        if score > self.best_score:
            if self.snapshot is not None:
                self.best = self.snapshot()
            self.best_score = score  # last: after an interrupt, repeating the call completes it
        if score > self._reference + self.tol:
            self._reference, self._epochs_without = score, 0
        else:
            self._epochs_without += 1
        return self.patience is not None and self._epochs_without >= self.patience
