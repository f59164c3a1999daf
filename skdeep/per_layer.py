"""Hyperparameters that can be given for each hidden layer."""

from collections.abc import Callable
from numbers import Real
from typing import Any, NamedTuple

from .base import BadValueError, Interval, UsageError
from .layers import BatchNorm

__all__ = ["HiddenLayer", "hidden_layers", "hidden_sizes"]


class HiddenLayer(NamedTuple):
    """What hyperparameters say of a hidden layer."""

    size: int
    activation: str
    batch_norm: bool | BatchNorm
    dropout: float


def hidden_layers(given: Any) -> list[HiddenLayer]:
    """Return what hyperparameters say of each hidden layer, or raise an error for invalid ones."""
    sizes = hidden_sizes(given)
    values = [_of_each_layer(given, name, len(sizes)) for name in _EXPECTED]
    return [HiddenLayer(*of) for of in zip(sizes, *values, strict=True)]


def hidden_sizes(given: Any) -> list[int]:
    """Return ``hidden_layer_sizes`` as a list of positive integers."""
    sizes = given.hidden_layer_sizes
    sizes = list(sizes) if isinstance(sizes, list | tuple) else [sizes]
    if not all(type(size) is int and size > 0 for size in sizes):
        raise BadValueError(
            "hidden_layer_sizes", "a sequence of integers > 0", given.hidden_layer_sizes
        )
    return sizes


_RATE = Interval(Real, 0, 1, closed="left")
_EXPECTED: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "activation": ("a str", lambda value: isinstance(value, str)),
    "batch_norm": ("a bool or a BatchNorm", lambda value: isinstance(value, bool | BatchNorm)),
    "dropout": (str(_RATE), lambda value: type(value) in (int, float) and 0 <= value < 1),
}


def _of_each_layer(given: Any, name: str, n_hidden: int) -> list[Any]:
    """Return the value of a hyperparameter for each hidden layer."""
    value = getattr(given, name)
    values = list(value) if isinstance(value, list | tuple) else [value] * n_hidden
    if len(values) != n_hidden:
        raise UsageError(
            f"{name}={value!r} has {len(values)} value{'' if len(values) == 1 else 's'}, and the "
            f"number of hidden layers is {n_hidden}. Give one value, or one for each hidden layer."
        )
    expected, is_valid = _EXPECTED[name]
    if not all(map(is_valid, values)):
        raise BadValueError(name, f"{expected} for each hidden layer", value)
    return values
