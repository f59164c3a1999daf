"""Observe the inputs and outputs of the layers of a network, and name the layers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from sklearn.base import clone

from ..layers import Layer, Slot
from ..layers.base import Backward, Forward
from ..network import Network

__all__ = ["Watch", "layer_names", "watched"]

Watch = Callable[[np.ndarray], None]


@contextmanager
def watched(
    network: Network, make_watches: Callable[[str, Layer, int], tuple[Watch, Watch] | None]
) -> Iterator[None]:
    """Observe the inputs and outputs of layers in every pass that is bound in the context.

    ``make_watches`` is called with (name, layer, number of input columns) for each layer,
    including layers inside layers. It returns two functions, for the input and the output, or
    None to ignore the layer.
    """
    chain = network.chain
    network.chain = clone(chain)  # with layers of its own
    try:
        for name, layer, n_inputs in _all_layers(network):
            watches = make_watches(name, layer, n_inputs)
            if watches is not None:
                _watch(layer, *watches)
        yield
    finally:
        network.chain = chain


def _watch(layer: Layer, see_input: Watch, see_output: Watch) -> None:
    """Pass the input and the output of a layer to functions, before they are overwritten."""
    bind, bind_prediction = layer.bind, layer.bind_prediction
    watched_already: list[Forward] = []  # bind_prediction may use bind

    def watch(forward: Forward) -> Forward:
        def forward_watched(x: np.ndarray) -> np.ndarray:
            see_input(x)
            y = forward(x)
            see_output(y)
            return y

        if forward in watched_already:
            return forward
        watched_already.append(forward_watched)
        return forward_watched

    def bind_watched(slot: Slot) -> tuple[Forward, Backward]:
        forward, backward = bind(slot)
        return watch(forward), backward

    layer.__dict__.update(
        bind=bind_watched, bind_prediction=lambda slot: watch(bind_prediction(slot))
    )


def _all_layers(network: Network) -> Iterator[tuple[str, Layer, int]]:
    """Yield (name, layer, number of input columns) for all layers and the layers inside them."""
    for name, layer, width in zip(
        layer_names(network), network.layers, network.widths[:-1], strict=True
    ):
        yield from _with_parts(name, layer, width)


def _with_parts(name: str, layer: Layer, n_inputs: int) -> Iterator[tuple[str, Layer, int]]:
    yield name, layer, n_inputs
    for part_name, part, width in layer.walk_parts(n_inputs):
        yield from _with_parts(f"{name}.{part_name}", part, width)


def layer_names(network: Network) -> list[str]:
    """Return ``hidden 1``, ..., ``output``: the name for each layer of the network.

    The matrix, batch norm, activation and dropout of a hidden layer have the same name. Layers
    before the first matrix are called ``input``.
    """
    n_named = sum(layer.starts_layer for layer in network.layers)
    names, number = [], 0
    for layer in network.layers:
        number += layer.starts_layer
        hidden = f"hidden {number}" if number else "input"
        names.append(hidden if number < n_named else "output")
    return names
