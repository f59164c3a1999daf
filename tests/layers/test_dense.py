import numpy as np
import pytest

from skdeep.initializers import VarianceScaling
from skdeep.layers import Dense
from skdeep.network import Network
from tests.helpers import bind_alone


def test_it_computes_x_w_plus_b_and_the_gradients_of_the_docstring(rng):
    layer = Dense(3, True, VarianceScaling())
    _, slot = bind_alone(layer, 6, 4)
    W, b = slot.theta["weight"], slot.theta["bias"]
    b[:] = rng.normal(size=3)
    forward, backward = layer.bind(slot)
    x, dy = rng.normal(size=(6, 4)), rng.normal(size=(6, 3))
    # the order of the sums in a matrix product is its own affair
    np.testing.assert_allclose(forward(x), x @ W + b, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(backward(dy), dy @ W.T, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(slot.grad["weight"], x.T @ dy, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(slot.grad["bias"], dy.sum(axis=0), rtol=1e-13, atol=1e-15)


def test_members_share_the_weights_and_have_their_own_biases(rng):
    layer = Dense(3, True, VarianceScaling(), n_members=2)
    _, slot = bind_alone(layer, 6, 8)
    W, b = slot.theta["weight"], slot.theta["bias"]
    b[:] = rng.normal(size=6)
    forward, backward = layer.bind(slot)
    x, dy = rng.normal(size=(6, 8)), rng.normal(size=(6, 6))
    y, dx = forward(x), backward(dy)
    for of_x, of_y in [(slice(4), slice(3)), (slice(4, 8), slice(3, 6))]:
        np.testing.assert_allclose(y[:, of_y], x[:, of_x] @ W + b[of_y], rtol=1e-13)
        np.testing.assert_allclose(dx[:, of_x], dy[:, of_y] @ W.T, rtol=1e-13)
    expected = x[:, :4].T @ dy[:, :3] + x[:, 4:].T @ dy[:, 3:]
    np.testing.assert_allclose(slot.grad["weight"], expected, rtol=1e-13)
    np.testing.assert_allclose(slot.grad["bias"], dy.sum(axis=0), rtol=1e-13)


def test_the_bias_starts_at_zero_and_the_weight_at_its_draw():
    initializer = VarianceScaling(1.0)
    network = Network([Dense(3, True, initializer)], 4, np.dtype(np.float64))
    network.theta.fill(9)
    network.initialize(np.random.default_rng(8))
    theta, _, _ = network.views[0]
    expected = initializer.draw(np.random.default_rng(8), (4, 3))
    np.testing.assert_array_equal(theta["weight"], expected)
    np.testing.assert_array_equal(theta["bias"], 0)


def test_without_bias_it_has_one_parameter():
    assert list(Dense(3, bias=False).parameters(4)) == ["weight"]


def test_the_first_layer_leaves_the_data_alone_and_gives_it_no_gradient(rng):
    network = Network([Dense(3, True, VarianceScaling())], 4, np.dtype(np.float64))
    x = rng.normal(size=(6, 4))
    x.flags.writeable = False
    slots = network._slots(network.views, 6, np.ones(6), False, None)
    (pair,) = [layer.bind(slot) for layer, slot in slots]
    forward, backward = pair
    forward(x)
    assert backward(np.ones((6, 3))) is None


def test_first_weights_without_an_initializer_are_an_error():
    network = Network([Dense(3)], 4, np.float64)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        network.initialize(np.random.default_rng(0))
    assert str(error.value) == (
        "Dense(n_units=3): initializer=None cannot draw the initial weights. "
        "Give an initializer, such as VarianceScaling()."
    )
