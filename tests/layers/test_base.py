"""What every layer of the table must do."""

import numpy as np
import pytest

from skdeep.layers import Dropout
from tests.cases import LAYERS
from tests.helpers import FixedNoise, bind_alone, numerical_gradient, relative_error, scramble

every_layer = pytest.mark.parametrize("layer", [c.component for c in LAYERS.values()], ids=LAYERS)


def _bound(layer, x, share=None):
    """Return the network, the noise, ``forward`` on a copy of x, and ``backward``."""
    noise = FixedNoise()
    network, slot = bind_alone(layer, *x.shape, rng=noise.rng, share=share, dtype=x.dtype)
    scramble(network)
    forward, backward = layer.bind(slot)

    def run(x):
        noise.rewind()
        return forward(x.copy())

    return network, slot, run, backward


@pytest.mark.parametrize("share", [None, np.array([0.1, 0.2, 0.0, 0.3, 0.15, 0.25])])
@every_layer
def test_gradients_agree_with_two_sided_differences(rng, layer, share):
    x = rng.normal(size=(6, 4))
    network, _, run, backward = _bound(layer, x, share)
    direction = rng.normal(size=run(x).shape)

    def value():
        return float((direction * run(x)).sum())

    run(x)
    dx = backward(direction.copy()).copy()
    dtheta = network.grad.copy()
    assert relative_error(dx, numerical_gradient(value, x)) < 1e-7
    assert relative_error(dtheta, numerical_gradient(value, network.theta)) < 1e-7


@every_layer
def test_a_layer_keeps_its_dtype(rng, layer):
    x = rng.normal(size=(6, 4)).astype(np.float32)
    network, slot, run, backward = _bound(layer, x)
    y = run(x)
    assert y.dtype == np.float32
    assert backward(np.ones_like(y)).dtype == np.float32
    assert layer.bind_prediction(slot)(x.copy()).dtype == np.float32
    assert network.grad.dtype == np.float32


@every_layer
def test_prediction_changes_nothing_and_treats_rows_alone(rng, layer):
    x = rng.normal(size=(6, 4))
    network, slot, run, _ = _bound(layer, x)
    run(x)
    theta, running, _ = network.snapshot()
    y = layer.bind_prediction(slot)(x.copy()).copy()
    np.testing.assert_array_equal(network.theta, theta)
    np.testing.assert_array_equal(network.running, running)
    _, single = bind_alone(layer, 1, 4)
    for name in ("theta", "running"):
        for key, array in getattr(single, name).items():
            array[...] = getattr(slot, name)[key]
    one_by_one = [layer.bind_prediction(single)(row[None].copy())[0].copy() for row in x]
    # the order of the sums in a matrix product depends on its shape
    np.testing.assert_allclose(one_by_one, y, rtol=1e-13, atol=1e-15)


@every_layer
def test_a_second_pass_does_not_remember_the_first(rng, layer):
    x, other = rng.normal(size=(2, 6, 4))
    network, _, run, backward = _bound(layer, x)
    y = run(x).copy()
    dx, grad = backward(np.ones_like(y)).copy(), network.grad.copy()
    backward(3 * np.ones_like(run(other)))
    np.testing.assert_array_equal(run(x), y)
    np.testing.assert_array_equal(backward(np.ones_like(y)), dx)
    np.testing.assert_array_equal(network.grad, grad)


@every_layer
def test_shapes_follow_the_inputs(rng, layer):
    x = rng.normal(size=(6, 4))
    _, slot, run, _ = _bound(layer, x)
    assert run(x).shape == (6, layer.n_outputs(4))
    shapes = {name: parameter.shape for name, parameter in layer.parameters(4).items()}
    assert {name: array.shape for name, array in slot.theta.items()} == shapes
    assert {name: array.shape for name, array in slot.grad.items()} == shapes
    assert {name: array.shape for name, array in slot.running.items()} == layer.statistics(4)


def test_only_dropout_is_random(rng):
    x = rng.normal(size=(6, 4))
    for case in LAYERS.values():
        noise = FixedNoise()
        _, slot = bind_alone(case.component, 6, 4, rng=noise.rng)
        forward, _ = case.component.bind(slot)
        first, second = forward(x.copy()).copy(), forward(x.copy()).copy()
        assert np.array_equal(first, second) != isinstance(case.component, Dropout)


def test_weights_and_vectors_are_penalized_and_nothing_else():
    penalized = {
        name
        for case in LAYERS.values()
        for name, parameter in case.component.parameters(4).items()
        if parameter.penalized
    }
    assert penalized == {"weight", "0.weight", "vectors"}


@every_layer
def test_a_layer_leaves_its_input_alone_if_it_says_so(rng, layer):
    x = rng.normal(size=(6, 4))
    _, slot = bind_alone(layer, 6, 4, rng=rng)
    for forward in (layer.bind(slot)[0], layer.bind_prediction(slot)):
        given = x.copy()
        y = forward(given)
        untouched = np.array_equal(given, x) and not np.shares_memory(given, y)
        assert untouched or layer.overwrites_input
