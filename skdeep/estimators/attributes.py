"""What a fitted estimator tells of its training, read off the network and the history."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..network import Network

__all__ = ["FittedAttributes", "fitted_property"]


def fitted_property(read: Callable) -> property:
    """Return a property that raises ``NotFittedError`` before the estimator is fitted."""

    @wraps(read)
    def checked(self):
        check_is_fitted(self, "_network")
        return read(self)

    return property(checked)


class FittedAttributes:
    """Fitted attributes that follow from the network and ``history_``."""

    _network: Network
    _state: dict[str, Any]
    history_: dict[str, list]

    @fitted_property
    def coefs_(self) -> list[np.ndarray]:
        """Weight matrices, one a layer, of shape (n_in, n_out)."""
        return [view["weight"] for view in self._views() if "weight" in view]

    @fitted_property
    def intercepts_(self) -> list[np.ndarray]:
        """Bias vectors, one a layer; a batch-normalized layer's is batch norm's beta."""
        names = ("bias", "beta")
        return [view[name] for view in self._views() for name in names if name in view]

    def _views(self) -> list[dict[str, np.ndarray]]:
        return [theta for theta, _, _ in self._network.views]

    @fitted_property
    def loss_curve_(self) -> list[float]:
        """Training objective of each epoch."""
        return self.history_["train_loss"]

    @fitted_property
    def validation_scores_(self) -> list[float] | None:
        """Validation score of each epoch, or None without validation data."""
        scores = self.history_["val_score"]
        return None if np.isnan(scores).all() else scores

    @fitted_property
    def n_epochs_(self) -> int:
        """Number of epochs trained."""
        return len(self.history_["epoch"])

    n_iter_ = n_epochs_

    @fitted_property
    def best_epoch_(self) -> int:
        """Epoch, from 0, whose weights were kept, or else of the lowest training objective."""
        if "best_epoch" in self._state:
            return self._state["best_epoch"]
        return int(np.argmin(self.loss_curve_)) if self.loss_curve_ else 0

    @fitted_property
    def loss_(self) -> float:
        """Training objective of the last epoch."""
        return self.loss_curve_[-1] if self.loss_curve_ else float("nan")

    @fitted_property
    def best_loss_(self) -> float:
        """Lowest training objective of any epoch."""
        return min(self.loss_curve_, default=float("nan"))
