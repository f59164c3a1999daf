"""Convert layers to plain values and back."""

from typing import Any

from ..base import unknown_name
from .activations import Activation
from .base import Layer
from .batch_norm import BatchNorm
from .chain import Chain
from .dense import Dense
from .dropout import Dropout
from .embed import Embed
from .separate_dense import SeparateDense
from .split_dense import SplitDense

__all__ = ["LAYERS", "PlainLayer", "from_plain", "to_plain"]

PlainLayer = tuple[str | type[Layer], dict[str, Any]]

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Activation,
        BatchNorm,
        Chain,
        Dense,
        Dropout,
        Embed,
        SeparateDense,
        SplitDense,
    )
}


def to_plain(layer: Layer) -> PlainLayer:
    """Return the values of a layer that prediction needs.

    Parameters
    ----------
    layer : Layer

    Returns
    -------
    (str or type, dict)
        The name of the class if it belongs to this package, else the class itself, which is
        pickled by reference; and the hyperparameters. A layer among them is
        ``{"layer": ...}``.
    """
    kind = type(layer)
    known = LAYERS.get(kind.__name__) is kind
    hyperparameters = {name: _plain(value) for name, value in layer.to_plain().items()}
    return (kind.__name__ if known else kind), hyperparameters


def from_plain(plain: PlainLayer) -> Layer:
    """Return the layer for the values from ``to_plain``."""
    kind, hyperparameters = plain
    return _class(kind)(**{name: _restored(value) for name, value in hyperparameters.items()})


def _class(kind: str | type[Layer]) -> type[Layer]:
    if isinstance(kind, str):
        if kind not in LAYERS:
            raise unknown_name("layer", kind, LAYERS)
        return LAYERS[kind]
    if not issubclass(kind, Layer):
        raise TypeError(f"Expected a subclass of Layer. Got {kind!r} instead.")
    return kind


def _plain(value: Any) -> Any:
    """Return a hyperparameter with its layers as plain values."""
    if isinstance(value, Layer):
        return {"layer": to_plain(value)}
    return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value


def _restored(value: Any) -> Any:
    """Return the hyperparameter for the values from ``_plain``."""
    if isinstance(value, dict) and list(value) == ["layer"]:
        return from_plain(value["layer"])
    return type(value)(map(_restored, value)) if type(value) in (list, tuple) else value
