"""A model: the inputs, network and target that a fit creates."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import UsageError, is_int
from .inputs import INPUTS, Inputs
from .network import Network, Predict
from .targets import TARGETS, Target

__all__ = ["Model"]

_FEW_ROWS, _SMALL_NETWORK = 64, 1 << 18  # rows and parameters


@dataclass
class Model:
    """From rows of X to predictions: ``target.predict(network(inputs.encode(X)))``.

    Attributes
    ----------
    inputs : Inputs
        Encodes rows of X for the network.
    network : Network
        Computes raw outputs.
    target : Target
        Converts raw outputs to predictions.
    """

    inputs: Inputs
    network: Network
    target: Target
    # the last bound prediction of few rows, by their number, while no thread uses it
    _idle: dict[int, Predict] = field(default_factory=dict, init=False, repr=False, compare=False)

    def raw(self, X: Any) -> np.ndarray:
        """Return the raw outputs for rows of X, of shape (n_rows, n_outputs).

        With several members, they stand for the mean of the members' predictions.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            raw = self.target.loss.pooled(self._raw_of_members(X), self.network.n_members)
        return _check_finite(raw, X)

    def _raw_of_members(self, X: Any) -> np.ndarray:
        """Return the raw outputs of all members, of shape (n_rows, n_members · n_outputs)."""
        return self._outputs(self.network, X, self._idle)

    def _outputs(self, network: Network, X: Any, idle: dict[int, Predict]) -> np.ndarray:
        """Return the outputs of the network, or of its first layers.

        Some BLAS libraries round a row by its place among the others. Few rows of a small network
        are computed in float64 and then rounded: then their order makes no difference in float32.
        """
        n_rows = X.shape[0]
        if n_rows > _FEW_ROWS or network.theta.size > _SMALL_NETWORK:
            return network.predict(X, self.inputs.encode)
        predict = idle.pop(n_rows, None) or network.bind_predict(np.float64)
        outputs = predict(X, self.inputs.encode)
        idle.clear()
        idle[n_rows] = predict
        return outputs.astype(network.dtype, copy=False)

    def hidden(self, X: Any, layer: int) -> np.ndarray:
        """Return the output of a hidden layer, of shape (n_rows, n_members · n_units)."""
        part = self.network.first(self._end_of(layer))
        with np.errstate(over="ignore", invalid="ignore"):
            return _check_finite(self._outputs(part, X, {}), X)

    def _end_of(self, layer: int) -> int:
        """Return how many of the network's layers lead up to the end of a hidden layer."""
        starts = [i for i, each in enumerate(self.network.layers) if each.starts_layer]
        ends = starts[1:]  # a hidden layer ends where the next layer starts
        n = len(ends)
        if n == 0:
            raise UsageError("the network has no hidden layer. Fit it with hidden_layer_sizes.")
        if not is_int(layer) or not -n <= layer < n:
            raise UsageError(
                f"layer must be an integer from {-n} to {n - 1}: the network has {n} hidden "
                f"{'layer' if n == 1 else 'layers'}. Got {layer!r} instead."
            )
        return ends[layer]

    def predict(self, X: Any) -> np.ndarray:
        """Return the predictions for rows of X."""
        with np.errstate(over="ignore", invalid="ignore"):
            return _check_finite(self.target.predict(self.raw(X)), X)

    def predict_with_std(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return predictions for rows of X, and their standard deviations."""
        raw = self.raw(X)
        with np.errstate(over="ignore", invalid="ignore"):
            std = self.target.std(raw)
            return _check_finite(self.target.predict(raw), X), _check_finite(std, X)

    def predict_members(self, X: Any) -> np.ndarray:
        """Return what each member predicts, of shape (n_members, n_rows, ...)."""
        with np.errstate(over="ignore", invalid="ignore"):
            raw = _check_finite(self._raw_of_members(X), X)
            members = np.hsplit(raw, self.network.n_members)
            return _check_finite(np.stack([*map(self.target.averaged, members)]), X)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_idle": {}}  # bound functions are not saved

    def to_plain(self) -> dict[str, Any]:
        """Return the model as plain values and arrays, without classes of this package."""
        return {
            "inputs": (type(self.inputs).__name__, self.inputs.to_plain()),
            "network": self.network.__getstate__(),
            "target": self.target.to_plain(),
        }

    @classmethod
    def from_plain(cls, state: dict[str, Any], n_features: int) -> "Model":
        """Return the model of ``n_features`` columns for the values from ``to_plain``."""
        (kind_of_inputs, inputs), (kind, learned) = state["inputs"], state["target"]
        model = cls(
            INPUTS[kind_of_inputs].from_plain(inputs),
            Network.from_plain(state["network"]),
            TARGETS[kind].from_plain(learned),
        )
        model._check(n_features)
        return model

    def _check(self, n_features: int) -> None:
        """Refuse a saved state whose parts do not fit together."""
        counts = {
            "features": (n_features, self.inputs.n_features),
            "inputs": (self.inputs.n_encoded, self.network.n_inputs),
            "raw outputs": (self.target.n_outputs, self.network.n_outputs),
        }
        for what, (saved, needed) in counts.items():
            if saved != needed:
                raise UsageError(
                    f"the saved state does not fit together: {what} are {saved} by its "
                    f"attributes and {needed} by its network. Save it anew."
                )


def _check_finite(predicted: np.ndarray, X: Any) -> np.ndarray:
    """Return the predictions for X; raise an error if they are not finite."""
    if predicted.dtype.kind == "f" and not np.isfinite(predicted).all():
        raise UsageError(
            f"the predictions for X are not finite, with values of X up to "
            f"{max(X.max(), -X.min()):g}. Scale X as the training data was scaled."
        )
    return predicted
