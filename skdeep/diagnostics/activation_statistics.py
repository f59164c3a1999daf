"""Mean, variance, dead and saturated units of each hidden layer."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..estimators.inside import is_fitted, network_on
from ..layers import Activation, ActivationFunction, Layer
from .forward_hooks import Watch, watched
from .locate import find_deep
from .tables import Table

__all__ = ["ActivationStatistics", "LayerActivations", "activation_statistics"]

_SATURATED = 0.97  # distance from the center of the range, as a fraction of half its width


@dataclass(frozen=True)
class LayerActivations:
    """Statistics of the activations of a hidden layer over some rows.

    Attributes
    ----------
    layer, activation : str
        Such as ``"hidden 1"`` and ``"relu"``.
    n_units : int
    input_mean, input_variance : float
        Mean and variance of the activation's inputs, over all rows and units.
    mean, variance : float
        Mean and variance of its outputs.
    dead : float
        Fraction of units, in [0, 1], whose input is at most 0 (the kink of the activation) for
        all rows. nan for an activation without a kink. relu, leaky_relu, elu and selu have one.
    saturated : float
        Fraction of units, in [0, 1], whose output is near a bound for at least half of the
        rows. Near means within 1.5 % of the range (for tanh, ``|y| > 0.97``). nan for an
        activation without two bounds. tanh and logistic have them.
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
    """Result of :func:`activation_statistics`. It prints as a table.

    Attributes
    ----------
    layers : list of LayerActivations
        One for each hidden layer, from the first to the last.
    n_rows : int
        Number of rows of X.
    fitted : bool
        Whether the network was fitted. Otherwise it had its initial weights.
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
    """Mean and variance of numbers that are added in blocks."""

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
    """Collects the inputs and outputs of one activation."""

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
    """Compute statistics of the hidden units over the rows of X.

    A good initialization keeps the variance of the activations' inputs almost constant over the
    layers [1]_. If the variance increases or decreases from layer to layer, signals and
    gradients explode or vanish. The output of a dead ReLU unit is 0 for all rows, and the unit
    learns nothing from them. A saturated tanh or logistic unit learns slowly.

    Parameters
    ----------
    estimator : DeepClassifier or DeepRegressor
        Fitted or not. Or a Pipeline or a search that contains one. A fitted network is used as
        in prediction. An unfitted network gets its initial weights (from ``random_state``), and
        batch norm uses the rows of X as in training. Dropout is off. The steps of an unfitted
        pipeline are fitted on X without y.
    X : array-like of shape (n_samples, n_features)

    Returns
    -------
    ActivationStatistics

    Raises
    ------
    TypeError
        If ``estimator`` contains no DeepClassifier or DeepRegressor.

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
    deep, X = find_deep(estimator, X)
    network, inputs, X = network_on(deep, X)
    fitted, n_rows = is_fitted(deep), X.shape[0]
    observers: list[_Observer] = []

    def watch(name: str, layer: Layer, n_units: int) -> tuple[Watch, Watch] | None:
        if not isinstance(layer, Activation):
            return None
        observers.append(_Observer(name, layer.facts, n_units))
        return observers[-1].see_input, observers[-1].see_output

    with watched(network, watch):
        if fitted:
            network.predict(X, inputs.encode)
        else:
            x = inputs.encode(X, slice(n_rows), network.dtype)
            network.bind(n_rows, None, False).forward(x)
    return ActivationStatistics([o.summary(n_rows) for o in observers], n_rows, fitted)
