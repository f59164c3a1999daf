"""Each layer, as nodes and as NumPy."""

import numpy as np
import pytest

from skdeep.layers import ACTIVATIONS, Activation, BatchNorm, Dense, SeparateDense
from skdeep.layers import LAYERS as KNOWN
from skdeep.network import Network
from skdeep.onnx import LAYERS, Graph, layer_nodes
from skdeep.onnx.layers import ACTIVATIONS as CONVERTED
from skdeep.onnx.layers import network_nodes
from tests import cases
from tests.helpers import dense, predict, refusal, scramble
from tests.onnx.helpers import ROUNDING, run
from tests.own_layers import Residual, Scale

pytest.importorskip("onnxruntime")


def _nodes(network):
    graph = Graph()
    return graph, network_nodes(graph, network, "x")


def _network(*layers, n_inputs=10, seed=0):
    """Return a network with statistics of its own, as after training."""
    network = Network(layers, n_inputs, np.float32)
    rng = np.random.default_rng(seed)
    network.initialize(rng)
    scramble(network)
    network.running[...] = rng.uniform(0.5, 2, network.running.shape)
    return network


def _assert_same(network, x):
    graph, y = _nodes(network)
    np.testing.assert_allclose(
        run(graph, {"x": x}, y), predict(network, x), rtol=ROUNDING, atol=ROUNDING
    )
    return [node.op for node in graph.nodes]


@pytest.mark.parametrize("case", cases.LAYERS.values(), ids=cases.LAYERS)
def test_a_layer_computes_the_same(case, rng):
    x = rng.integers(3, size=(20, 10)).astype(np.float32)  # also places of categories
    _assert_same(_network(case.component), x)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_computes_the_same_far_from_zero(name):
    x = np.linspace(-100, 100, 2001, dtype=np.float32)[:, None]
    _assert_same(_network(Activation(name), n_inputs=1), x)


def test_every_activation_has_nodes():
    assert CONVERTED.keys() == ACTIVATIONS.keys()


def test_batch_norm_and_temperature_become_part_of_the_weights(rng):
    network = _network(dense(5), BatchNorm(), Activation("relu"), dense(3))
    network.temperature = 1.7
    x = rng.normal(size=(20, 10)).astype(np.float32)
    assert _assert_same(network, x) == ["Gemm", "Relu", "Gemm", "Identity"]


@pytest.mark.parametrize("temperature", [1.0, 1.7])
def test_batch_norm_of_members_that_share_weights_stays_a_scale_and_a_shift(rng, temperature):
    hidden = (Dense(n, bias=False, initializer=dense(n).initializer, n_members=2) for n in (4, 5))
    last = SeparateDense(3, initializer=dense(3).initializer, n_members=2)
    network = _network(*hidden, BatchNorm(), Activation("tanh"), last)
    network.temperature = temperature
    ops = _assert_same(network, rng.normal(size=(20, 10)).astype(np.float32))
    assert ops.count("Mul") == 1  # of the batch norm; the temperature needs none


def test_weights_that_another_node_needs_are_not_changed(rng):
    """The block adds what it was given, and begins with batch norm."""

    def residual(graph, layer, slot, x):
        y = x
        for part, place in layer.part_slots(slot):
            y = layer_nodes(graph, part, place, y)
        return graph.node("Add", x, y)

    LAYERS[Residual] = residual
    try:
        network = _network(dense(6), Residual([BatchNorm(), Activation("tanh"), dense(6)]))
        _assert_same(network, rng.normal(size=(20, 10)).astype(np.float32))
    finally:
        del LAYERS[Residual]


def test_a_layer_of_ones_own_is_exported_by_its_converter(rng):
    def scale(graph, layer, slot, x):
        return graph.node("Mul", x, slot.theta["factor"])

    LAYERS[Scale] = scale
    try:
        _assert_same(_network(dense(4), Scale(2.0)), rng.normal(size=(20, 10)).astype(np.float32))
    finally:
        del LAYERS[Scale]


@pytest.mark.parametrize("layer", [Scale(2.0), Residual([dense(10)])], ids=["layer", "subclass"])
def test_a_layer_without_a_converter_is_named(layer):
    """A subclass of a layer may compute something else."""
    kind = type(layer).__name__
    assert refusal(lambda: _nodes(_network(layer))) == (
        f"{layer!r} has no conversion to ONNX. Write one, and add it to the table: "
        f"skdeep.onnx.LAYERS[{kind}] = convert."
    )


def test_an_activation_without_a_converter_is_named(monkeypatch):
    monkeypatch.delitem(CONVERTED, "tanh")
    assert refusal(lambda: _nodes(_network(Activation("tanh")))) == (
        "the activation 'tanh' has no conversion to ONNX. Write one, and add it to the table: "
        "skdeep.onnx.ACTIVATIONS['tanh'] = convert."
    )


def test_every_layer_of_the_package_has_nodes():
    assert set(KNOWN.values()) == set(LAYERS)
