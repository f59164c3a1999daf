"""Layers as ONNX nodes, in float32.

``LAYERS`` has a converter for each type of layer: ``convert(graph, layer, slot, x) -> y``. The slot
is the place of the layer in its network, as ``bind`` gets it.
"""

from typing import Any

import numpy as np

from ..base import UsageError
from ..layers import (
    Activation,
    BatchNorm,
    Chain,
    Dense,
    Dropout,
    Embed,
    Layer,
    SeparateDense,
    Slot,
    SplitDense,
)
from ..network import Network
from .affine import affine, scale_and_shift
from .graph import Graph
from .tables import Table, converter_of

__all__ = ["ACTIVATIONS", "LAYERS", "layer_nodes", "network_nodes"]


def network_nodes(graph: Graph, network: Network, x: str) -> str:
    """Add the nodes of a network and its temperature, and return the raw outputs.

    Parameters
    ----------
    graph : Graph
    network : Network
    x : str
        The encoded rows, of shape (n_rows, n_inputs).

    Returns
    -------
    str
        Of shape (n_rows, n_members · n_outputs).
    """
    theta: dict[str, np.ndarray] = {}
    running: dict[str, np.ndarray] = {}
    for i, (own, _, statistics) in enumerate(network.views):
        theta |= {f"{i}.{name}": view for name, view in own.items()}
        running |= {f"{i}.{name}": view for name, view in statistics.items()}
    slot = Slot(
        n_rows=0,
        n_inputs=network.n_inputs,
        dtype=network.dtype,
        theta=theta,
        grad={},
        running=running,
        share=np.empty(0),
        weighted=False,
        rng=None,
        first=True,
    )
    raw = layer_nodes(graph, network.chain, slot, x)
    if network.temperature == 1:
        return raw
    return scale_and_shift(graph, raw, np.array(1 / network.temperature), np.array(0.0))


def layer_nodes(graph: Graph, layer: Layer, slot: Slot, x: str) -> str:
    """Add the nodes of a layer, and return its output.

    Parameters
    ----------
    graph : Graph
    layer : Layer
    slot : Slot
        The place of the layer in its network.
    x : str
        Its input.

    Returns
    -------
    str
    """
    return converter_of(LAYERS, "LAYERS", layer)(graph, layer, slot, x)


def _chain(graph: Graph, layer: Chain, slot: Slot, x: str) -> str:
    for part, place in layer.part_slots(slot):
        x = layer_nodes(graph, part, place, x)
    return x


def _dense(graph: Graph, layer: Dense, slot: Slot, x: str) -> str:
    """y_j = x_j W + b_j, or x_j W_j + b_j."""
    return affine(graph, x, slot.theta["weight"], _bias(layer, slot))


def _split_dense(graph: Graph, layer: SplitDense, slot: Slot, x: str) -> str:
    """y_j = (x ∘ R_j) W + b_j, with the weights diag(R_j) W of all members side by side."""
    folded = slot.theta["adapter"][:, :, None] * slot.theta["weight"][:, None]
    return affine(graph, x, folded.reshape(len(folded), -1), _bias(layer, slot))


def _bias(layer: Dense, slot: Slot) -> np.ndarray:
    return slot.theta.get("bias", np.zeros(layer.n_outputs(slot.n_inputs)))


def _batch_norm(graph: Graph, layer: BatchNorm, slot: Slot, x: str) -> str:
    """y = gamma (x - mean) / √(var + ε) + beta."""
    theta, running = (
        {name: view.astype(float) for name, view in views.items()}
        for views in (slot.theta, slot.running)
    )
    scale = theta["gamma"] / np.sqrt(running["var"] + layer.epsilon)
    return scale_and_shift(graph, x, scale, theta["beta"] - running["mean"] * scale)


def _dropout(graph: Graph, layer: Dropout, slot: Slot, x: str) -> str:
    return x


def _embed(graph: Graph, layer: Embed, slot: Slot, x: str) -> str:
    """y = [x_1, ..., e_c(x_c), ...]; the last columns of x are places from 0 to "other"."""
    n, c = slot.n_inputs, len(layer.sizes)
    starts = np.array(layer.starts[:-1], dtype=np.int64)
    places = graph.cast(graph.columns(x, np.arange(n - c, n)), np.int64)
    rows = graph.node("Add", places, starts)
    vectors = graph.node("Gather", slot.theta["vectors"].astype(np.float32), rows, axis=0)
    embedded = graph.reshape(vectors, -1, c * layer.n_dims)
    return graph.concat([graph.columns(x, np.arange(n - c)), embedded]) if n > c else embedded


def _activation(graph: Graph, layer: Activation, slot: Slot, x: str) -> str:
    if layer.name not in ACTIVATIONS:
        raise UsageError(
            f"the activation {layer.name!r} has no conversion to ONNX. Write one, and add it to "
            f"the table: skdeep.onnx.ACTIVATIONS[{layer.name!r}] = convert."
        )
    return ACTIVATIONS[layer.name](graph, x)


LAYERS: Table = {
    Activation: _activation,
    BatchNorm: _batch_norm,
    Chain: _chain,
    Dense: _dense,
    Dropout: _dropout,
    Embed: _embed,
    SeparateDense: _dense,
    SplitDense: _split_dense,
}


def _gelu(graph: Graph, x: str) -> str:
    """y = x (1 + erf(x / √2)) / 2."""
    erf = graph.node("Erf", graph.node("Mul", x, np.float32(np.sqrt(0.5))))
    half = graph.node("Mul", x, np.float32(0.5))
    return graph.node("Mul", half, graph.node("Add", erf, np.float32(1)))


def _mish(graph: Graph, x: str) -> str:
    """y = x (1 - 2 / ((eˣ + 1)² + 1)). Softplus and Tanh take 17 times as long in onnxruntime."""
    one = graph.constant(np.float32(1))
    exponential = graph.node("Exp", graph.node("Min", x, np.float32(43)))  # e²ˣ is finite
    root = graph.node("Add", exponential, one)
    square = graph.node("Add", graph.node("Mul", root, root), one)
    factor = graph.node("Sub", one, graph.node("Div", np.float32(2), square))
    return graph.node("Mul", x, factor)


ACTIVATIONS: dict[str, Any] = {
    "identity": lambda graph, x: x,
    "logistic": lambda graph, x: graph.node("Sigmoid", x),
    "tanh": lambda graph, x: graph.node("Tanh", x),
    "relu": lambda graph, x: graph.node("Relu", x),
    "leaky_relu": lambda graph, x: graph.node("LeakyRelu", x, alpha=0.01),
    "elu": lambda graph, x: graph.node("Elu", x),
    "selu": lambda graph, x: graph.node("Selu", x),
    "gelu": _gelu,
    "silu": lambda graph, x: graph.node("Mul", x, graph.node("Sigmoid", x)),
    "mish": _mish,
    "softplus": lambda graph, x: graph.node("Softplus", x),
}
