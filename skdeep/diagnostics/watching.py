"""See what goes through the layers of a network, and what they are called."""

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
    """Let functions see the input and the output of layers in passes that are bound meanwhile.

    ``make_watches`` of (name, layer, number of columns of its input), called for each layer
    and for the layers inside layers, returns the two functions, or None to let it be.
    """
    chain = network.chain
    network.chain = clone(chain)  # whose layers are its own
    try:
        for name, layer, n_inputs in _all_layers(network):
            watches = make_watches(name, layer, n_inputs)
            if watches is not None:
                _watch(layer, *watches)
        yield
    finally:
        network.chain = chain


def _watch(layer: Layer, see_input: Watch, see_output: Watch) -> None:
    """Let a layer show its input and its output before they are overwritten."""
    bind = layer.bind

    def bind_watched(slot: Slot) -> tuple[Forward, Backward]:
        forward, backward = bind(slot)

        def forward_watched(x: np.ndarray) -> np.ndarray:
            see_input(x)
            y = forward(x)
            see_output(y)
            return y

        return forward_watched, backward

    setattr(layer, "bind", bind_watched)  # noqa: B010 - a method cannot be assigned otherwise


def _all_layers(network: Network) -> Iterator[tuple[str, Layer, int]]:
    """Go through all layers, those inside layers too: name, layer, columns of its input."""
    for name, layer, width in zip(
        layer_names(network), network.layers, network.widths[:-1], strict=True
    ):
        yield from _with_parts(name, layer, width)


def _with_parts(name: str, layer: Layer, n_inputs: int) -> Iterator[tuple[str, Layer, int]]:
    yield name, layer, n_inputs
    for part_name, part, width in layer.walk_parts(n_inputs):
        yield from _with_parts(f"{name}.{part_name}", part, width)


def layer_names(network: Network) -> list[str]:
    """Return ``hidden 1``, ..., ``output``: for each of the layers the one it belongs to.

    A hidden layer is its matrix, batch norm, activation and dropout together. What comes
    before the first of them is ``input``.
    """
    n_named = sum(layer.starts_layer for layer in network.layers)
    names, number = [], 0
    for layer in network.layers:
        number += layer.starts_layer
        hidden = f"hidden {number}" if number else "input"
        names.append(hidden if number < n_named else "output")
    return names
