"""From an estimator's hyperparameters to the layers of its network."""

from numbers import Integral, Real

import numpy as np

from ..base import Interval, InvalidParameterError, listed, plain
from ..initializers import VarianceScaling, make_initializer
from ..layers import ACTIVATIONS, Activation, BatchNorm, Dense, Dropout, Layer
from ..network import Network

__all__ = ["build_network", "check_layers", "describe", "hidden_sizes"]


def build_network(estimator, n_inputs: int, n_outputs: int) -> Network:
    """Return the network that an estimator describes, its numbers not yet drawn."""
    sizes = hidden_sizes(estimator)
    activations = _per_layer(estimator, "activation", len(sizes))
    norms = _per_layer(estimator, "batch_norm", len(sizes))
    rates = _per_layer(estimator, "dropout", len(sizes))
    if isinstance(estimator.activation, str):  # checked also where there is no hidden layer
        Activation(estimator.activation).validate()
    layers: list[Layer] = []
    for size, activation, norm, rate in zip(sizes, activations, norms, rates, strict=True):
        layers += _hidden_layer(estimator, size, activation, norm, rate)
    layers.append(Dense(n_outputs, initializer=_output_initializer(estimator)))
    return Network(layers, n_inputs, np.dtype(estimator.dtype))


def _hidden_layer(estimator, size, activation, norm, rate) -> list[Layer]:
    """Return dense, batch norm, activation and dropout, as far as they are wanted."""
    function = Activation(activation).validate()
    initializer = make_initializer(estimator.weight_init, ACTIVATIONS[activation].initializer)
    bias_limit = 1.0 if estimator.weight_init == "auto" else 0.0  # kinks all over the data
    layers: list[Layer] = [Dense(size, not norm, initializer, bias_limit)]
    if norm:
        layers.append(norm if isinstance(norm, BatchNorm) else BatchNorm())
    layers.append(function)
    if rate:
        layers.append(Dropout(rate))
    return layers


def _output_initializer(estimator):
    """Return the last layer's start; ``"auto"`` begins close to one prediction for all rows."""
    if estimator.weight_init == "auto":
        return VarianceScaling(gain=0.01)
    return make_initializer(estimator.weight_init)


def hidden_sizes(estimator) -> list[int]:
    """Return ``hidden_layer_sizes`` as a list of positive integers."""
    sizes = plain(listed(estimator.hidden_layer_sizes))
    sizes = list(sizes) if isinstance(sizes, list | tuple) else [sizes]
    if not all(map(_SIZE.is_satisfied_by, sizes)):
        raise _bad_value(estimator, "hidden_layer_sizes", "a sequence of integers > 0")
    return sizes


def check_layers(estimator) -> None:
    """Raise a ``ValueError`` for values that are not such as each hidden layer needs."""
    n_hidden = len(hidden_sizes(estimator))
    for name in _EXPECTED:
        _per_layer(estimator, name, n_hidden)


_SIZE = Interval(Integral, 1, None, closed="left")
_RATE = Interval(Real, 0, 1, closed="left")
_EXPECTED = {
    "activation": ("a str", lambda value: isinstance(value, str)),
    "batch_norm": ("a bool or a BatchNorm", lambda value: isinstance(value, bool | BatchNorm)),
    "dropout": (str(_RATE), _RATE.is_satisfied_by),
}


def _per_layer(estimator, name: str, n_hidden: int) -> list:
    """Return the value of a hyperparameter for each hidden layer."""
    value = plain(listed(getattr(estimator, name)))
    values = list(value) if isinstance(value, list | tuple) else [value] * n_hidden
    if len(values) != n_hidden:
        raise ValueError(
            f"{type(estimator).__name__}: {name}={getattr(estimator, name)!r} has {len(values)} "
            f"values for {n_hidden} hidden layers. Give one value, or one for each hidden layer."
        )
    expected, is_valid = _EXPECTED[name]
    if not all(map(is_valid, values)):
        raise _bad_value(estimator, name, f"{expected} for each hidden layer")
    return values


def _bad_value(estimator, name: str, expected: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"The {name!r} parameter of {type(estimator).__name__} must be {expected}. "
        f"Got {getattr(estimator, name)!r} instead."
    )


def describe(network: Network) -> str:
    """Return a line such as ``float32: 64 -> 128 batch_norm relu -> 10``; dropout is not in it."""
    start = f"{network.dtype}: {network.n_inputs}"
    return " ".join([start, *(layer.label for layer in network.layers if layer.label)])
