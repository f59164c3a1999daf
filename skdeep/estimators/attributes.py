"""Fitted attributes, computed from the network and the history."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..model import Model
from ..training import TrainingState
from .features import names_of

__all__ = ["FittedAttributes", "fitted_property"]


def fitted_property(read: Callable) -> property:
    """Return a property that raises ``NotFittedError`` before the estimator is fitted."""

    @wraps(read)
    def checked(self: Any) -> Any:
        check_is_fitted(self, "_model")
        return read(self)

    return property(checked)


def trained_property(read: Callable) -> property:
    """Return a fitted property that a copy for prediction does not have."""

    @fitted_property
    @wraps(read)
    def checked(self: Any) -> Any:
        if "_state" not in vars(self):
            raise AttributeError(
                f"{type(self).__name__}: {read.__name__} describes the training, which a copy made "
                "by for_prediction() has forgotten. Read it from the original."
            )
        return read(self)

    return checked


class FittedAttributes:
    """Fitted attributes that are computed from the network and ``history_``."""

    _model: Model
    _state: TrainingState
    _history: dict[str, list]

    @fitted_property
    def coefs_(self) -> list[np.ndarray]:
        """Weight matrix of each layer, of shape (n_in, n_out), or one for each member."""
        network = self._model.network
        found = [
            layer.weights(view) for layer, view in zip(network.layers, self._views(), strict=True)
        ]
        return [weights for weights in found if weights is not None]

    @fitted_property
    def intercepts_(self) -> list[np.ndarray]:
        """Bias vector of each layer, or one for each member. With batch norm, its beta."""
        names, k = ("bias", "beta"), self._model.network.n_members
        found = [view[name] for view in self._views() for name in names if name in view]
        return found if k == 1 else [bias.reshape(k, -1) for bias in found]

    @fitted_property
    def encoded_feature_names_(self) -> np.ndarray:
        """Names of the inputs of the first dense layer, in the order of the rows of coefs_[0]."""
        return np.array(self._model.inputs.names(names_of(self)), dtype=object)

    @fitted_property
    def embeddings_(self) -> dict[str, dict[Any, np.ndarray]]:
        """Learned vectors of the categories, by column and category; None is "other"."""
        tables = [view["vectors"] for view in self._views() if "vectors" in view]
        return self._model.inputs.embeddings(names_of(self), tables)

    def _views(self) -> list[dict[str, np.ndarray]]:
        return [theta for theta, _, _ in self._model.network.views]

    @fitted_property
    def n_outputs_(self) -> int:
        """Number of raw outputs of the network."""
        return self._model.network.n_outputs

    @fitted_property
    def n_members_(self) -> int:
        """Number of members."""
        return self._model.network.n_members

    @fitted_property
    def n_layers_(self) -> int:
        """Number of layers, including the input and the output layer."""
        return sum(layer.starts_layer for layer in self._model.network.layers) + 1

    @trained_property
    def history_(self) -> dict[str, list]:
        """One item for each epoch in each list."""
        return self._history

    @trained_property
    def loss_curve_(self) -> list[float]:
        """Training objective of each epoch."""
        return list(self._losses())

    def _losses(self) -> list[float]:
        """Return the list in ``history_``, not a copy."""
        return self.history_["objective"]

    @trained_property
    def validation_scores_(self) -> list[float] | None:
        """Validation score of each epoch, or None without validation data."""
        scores = self.history_["val_score"]
        return None if np.isnan(scores).all() else list(scores)

    @trained_property
    def n_epochs_(self) -> int:
        """Number of epochs trained."""
        return len(self.history_["epoch"])

    n_iter_ = n_epochs_

    @trained_property
    def best_epoch_(self) -> int:
        """Epoch, from 0, whose weights were kept; else that of the lowest training objective."""
        if self._state.best_epoch is not None:
            return self._state.best_epoch
        return int(np.argmin(losses)) if (losses := self._losses()) else 0

    @trained_property
    def loss_(self) -> float:
        """Training objective of the last epoch."""
        return losses[-1] if (losses := self._losses()) else float("nan")

    @trained_property
    def best_loss_(self) -> float:
        """Lowest training objective of all epochs."""
        return min(self._losses(), default=float("nan"))
