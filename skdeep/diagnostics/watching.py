"""See what goes through the activations of a network, and what its layers are called."""

from collections.abc import Callable

import numpy as np

from ..layers import Activation, Dense
from ..network import Network

__all__ = ["layer_names", "watch_activations"]

Watch = Callable[[np.ndarray], None]


class WatchedActivation(Activation):
    """An activation that shows its input and its output before they are overwritten."""

    def __init__(self, name, see_input, see_output):
        super().__init__(name)
        self.see_input = see_input
        self.see_output = see_output

    def bind(self, slot):
        forward, backward = super().bind(slot)

        def watched(x):
            self.see_input(x)
            y = forward(x)
            self.see_output(y)
            return y

        return watched, backward


def watch_activations(
    network: Network, make_watches: Callable[[str, str, int], tuple[Watch, Watch] | None]
) -> None:
    """Let functions see the input and the output of activations in passes bound from now on.

    ``make_watches`` of (name of the layer, name of the activation, number of units)
    returns the two functions, or None to let an activation be.
    """
    names = layer_names(network)
    for i, layer in enumerate(network.layers):
        if isinstance(layer, Activation):
            watches = make_watches(names[i], layer.name, network.widths[i])
            if watches is not None:
                network.layers[i] = WatchedActivation(layer.name, *watches)


def layer_names(network: Network) -> list[str]:
    """Return ``hidden 1``, ..., ``output``: for each of the layers the one it belongs to.

    A hidden layer is its matrix, batch norm, activation and dropout together.
    """
    n_dense = sum(isinstance(layer, Dense) for layer in network.layers)
    names, number = [], 0
    for layer in network.layers:
        number += isinstance(layer, Dense)
        names.append(f"hidden {number}" if number < n_dense else "output")
    return names
