"""Mean, variance, dead and saturated units of each hidden layer."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..batches import cast
from ..estimators.architecture import build_network
from ..estimators.fitting import new_state
from ..layers import Activation, ActivationFunction, Layer
from .locate import copy_features, find_deep, is_fitted
from .tables import Table
from .watching import Watch, watched

__all__ = ["ActivationStatistics", "LayerActivations", "activation_statistics"]

_SATURATED = 0.97  # of the way from the center of the range to an end


@dataclass(frozen=True)
class LayerActivations:
    """What a hidden layer's units do over some rows.

    Attributes
    ----------
    layer, activation : str
        Such as ``"hidden 1"`` and ``"relu"``.
    n_units : int
    input_mean, input_variance : float
        Of the activation's inputs, over all rows and units.
    mean, variance : float
        Of its outputs.
    dead : float
        Fraction of units whose input lies above the activation's kink at zero for no row;
        nan for an activation without a kink, that is outside of the ReLU family (relu,
        leaky_relu, elu, selu).
    saturated : float
        Fraction of units whose output lies within 1.5 % of the range's width (for
        tanh ``|y| > 0.97``) of an end for half of the rows or more; nan for an activation
        without two bounds, that is for all but tanh and logistic.
    """

    layer: str
    activation: str
    n_units: int
    input_mean: float
    input_variance: float
    mean: float
    variance: float
    dead: float
    saturated: float


@dataclass(frozen=True, repr=False)
class ActivationStatistics(Table):
    """Result of :func:`activation_statistics`; prints as a table.

    Attributes
    ----------
    layers : list of LayerActivations
        One for each hidden layer, from the data up.
    n_rows : int
    fitted : bool
        Whether of the fitted network rather than of one at its first weights.
    """

    layers: list[LayerActivations]
    n_rows: int
    fitted: bool

    def _heading(self) -> str:
        return f"Activations {'after' if self.fitted else 'before'} training, {self.n_rows} rows"

    def _header(self) -> list[str]:
        names = "layer activation units input_mean input_variance mean variance dead saturated"
        return [name.replace("_", " ") for name in names.split()]

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                s.layer,
                s.activation,
                str(s.n_units),
                *(f"{v:.3g}" for v in (s.input_mean, s.input_variance, s.mean, s.variance)),
                *("" if np.isnan(v) else f"{v:.1%}" for v in (s.dead, s.saturated)),
            )
            for s in self.layers
        ]


class _Moments:
    """Mean and variance of numbers that come in blocks."""

    def __init__(self) -> None:
        self.n, self.mean, self._square = 0, 0.0, 0.0

    def add(self, x: np.ndarray) -> None:
        """Merge the moments of a block (Chan, Golub and LeVeque, 1979)."""
        mean = float(x.mean(dtype=np.float64))
        square = float(np.square(x - mean, dtype=np.float64).sum())
        shift, n = mean - self.mean, self.n + x.size
        self._square += square + shift**2 * self.n * x.size / n
        self.mean += shift * x.size / n
        self.n = n

    @property
    def variance(self) -> float:
        return self._square / self.n


class _Observer:
    """Sees the inputs and the outputs of one activation."""

    def __init__(self, name: str, activation: ActivationFunction, n_units: int) -> None:
        self.name, self.activation = name, activation
        self._input, self._output = _Moments(), _Moments()
        self._n_alive, self._n_saturated = np.zeros((2, n_units), int)

    def see_input(self, x: np.ndarray) -> None:
        self._input.add(x)
        if self.activation.kinks:
            self._n_alive += (x > self.activation.kinks[0]).sum(axis=0)

    def see_output(self, y: np.ndarray) -> None:
        self._output.add(y)
        if self.activation.bounds:
            low, high = self.activation.bounds
            distance = np.abs(y - (low + high) / 2) / ((high - low) / 2)
            self._n_saturated += (distance > _SATURATED).sum(axis=0)

    def summary(self, n_rows: int) -> LayerActivations:
        dead, saturated = self._n_alive == 0, 2 * self._n_saturated >= n_rows
        return LayerActivations(
            self.name,
            self.activation.name,
            dead.size,
            self._input.mean,
            self._input.variance,
            self._output.mean,
            self._output.variance,
            float(dead.mean()) if self.activation.kinks else np.nan,
            float(saturated.mean()) if self.activation.bounds else np.nan,
        )


def activation_statistics(estimator: Any, X: Any) -> ActivationStatistics:
    """Describe what the hidden units do over the rows of X.

    Initialization keeps the variance of the activations' inputs near one constant through
    the layers [1]_; a variance that grows or shrinks from layer to layer explodes or
    vanishes, and gradients with it. A dead ReLU unit is the same for all rows and learns
    nothing more from them; a saturated tanh or logistic unit learns slowly.

    Parameters
    ----------
    estimator : DeepClassifier or DeepRegressor
        Fitted or not, alone, in a Pipeline or in a search. A fitted network is looked at
        as it predicts; another at its first weights (of its ``random_state``), with
        batch norm over the rows of X as in training. Dropout is off. The steps of an
        unfitted pipeline are fitted on X alone, without y.
    X : array-like of shape (n_samples, n_features)

    Returns
    -------
    ActivationStatistics

    Raises
    ------
    TypeError
        When there is no deep estimator in ``estimator``.

    References
    ----------
    .. [1] He et al., "Delving deep into rectifiers", ICCV 2015, section 2.2.

    Examples
    --------
    >>> import numpy as np
    >>> from skdeep import DeepClassifier
    >>> from skdeep.diagnostics import activation_statistics
    >>> X = np.random.default_rng(0).normal(size=(500, 100))
    >>> model = DeepClassifier((500, 500), weight_init="he_normal", random_state=0)
    >>> [round(s.input_variance) for s in activation_statistics(model, X).layers]
    [2, 2]
    """
    fitted = is_fitted(find_deep(estimator)[0])
    deep, X = copy_features(estimator, X)
    network = deep._network if fitted else build_network(deep, X.shape[1], 1)
    observers: list[_Observer] = []

    def watch(name: str, layer: Layer, n_units: int) -> tuple[Watch, Watch] | None:
        if not isinstance(layer, Activation):
            return None
        observers.append(_Observer(name, layer.facts, n_units))
        return observers[-1].see_input, observers[-1].see_output

    with watched(network, watch):
        if fitted:
            network.predict(X)
        else:
            network.initialize(new_state(deep)["rng"])
            network.bind(X.shape[0], None, False).forward(cast(X, network.dtype))
    n_rows = X.shape[0]
    return ActivationStatistics([o.summary(n_rows) for o in observers], n_rows, fitted)
