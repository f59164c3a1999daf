"""A network of layers that a user wrote."""

import numpy as np
import pytest

from skdeep.losses import SquaredError
from skdeep.network import Network
from skdeep.objective import Objective
from skdeep.optimizers import SGD, AdamW
from tests.helpers import (
    dense,
    numerical_gradient,
    predict,
    relative_error,
    restored,
    scramble,
)
from tests.own_layers import Scale, residual_network


def _train(network, X, Y, n_steps=1, optimizer=None):
    """Take steps over all rows; return the loss before each."""
    objective = Objective(network, SquaredError())
    step = objective.bind(len(X), np.random.default_rng(0))
    optimizer = optimizer or SGD()
    state = optimizer.initial_state(network.theta)
    update = optimizer.bind(network.theta, network.grad, state, network.n_weights)
    losses = []
    for _ in range(n_steps):
        losses.append(step(X, Y))
        update(0.05)
    return losses


def test_a_network_with_a_residual_block_has_the_gradient_of_differences(rng):
    network = residual_network()
    scramble(network)
    X, Y = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))
    step = Objective(network, SquaredError(), l2=0.1, l1=0.01).bind(9)
    step(X, Y)
    gradient = network.grad.copy()
    objective = Objective(network, SquaredError(), l2=0.1, l1=0.01)
    value = lambda: step(X, Y) + objective.penalty()  # noqa: E731
    assert relative_error(gradient, numerical_gradient(value, network.theta)) < 1e-7


def test_a_network_with_a_residual_block_learns(rng):
    X = rng.normal(size=(60, 4))
    losses = _train(residual_network(), X, np.sin(X[:, :2]), 200)
    assert losses[-1] < 0.05 * losses[0]


class Cleared(Scale):
    """A layer without ``bind_prediction``, whose ``bind`` prepares its gradient."""

    def bind(self, slot):
        slot.grad["factor"].fill(0)
        return super().bind(slot)


def test_prediction_in_another_precision_changes_no_weights(rng):
    network = Network([dense(5), Cleared(2.0)], 4, np.float32)
    network.initialize(np.random.default_rng(0))
    X = rng.normal(size=(9, 4))
    rows = lambda X, rows, dtype: X[rows].astype(dtype)  # noqa: E731
    precise = network.predict(X, rows, np.float64)
    assert precise.dtype == np.float64
    np.testing.assert_allclose(network.predict(X, rows), precise, rtol=1e-5, atol=1e-6)


@restored
def test_a_trained_network_of_own_layers_is_restored(rng, restore):
    network = residual_network()
    X = rng.normal(size=(30, 4))
    Y = np.sin(X[:, :2])
    _train(network, X, Y, 5)
    again = restore(network)
    np.testing.assert_array_equal(predict(again, X), predict(network, X))
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in network.layers]
    assert all(a is not b for a, b in zip(again.layers, network.layers, strict=True))
    assert _train(again, X, Y, 5) == _train(network, X, Y, 5)
    np.testing.assert_array_equal(again.theta, network.theta)
    np.testing.assert_array_equal(again.running, network.running)


def test_a_snapshot_of_a_network_with_a_residual_block_can_be_put_back(rng):
    network = residual_network()
    X = rng.normal(size=(30, 4))
    _train(network, X, np.sin(X[:, :2]), 5)
    kept, raw = network.snapshot(), predict(network, X)
    _train(network, X, np.sin(X[:, :2]), 5)
    assert not np.array_equal(predict(network, X), raw)
    network.restore(kept)
    np.testing.assert_array_equal(predict(network, X), raw)


def test_the_statistics_of_a_layer_inside_a_layer_are_forgotten(rng):
    network = residual_network()
    X = rng.normal(size=(30, 4))
    _train(network, X, np.sin(X[:, :2]), 5)
    mass = network.views[2][2]["1.mass"]
    assert mass == pytest.approx(1 - 0.9**5)
    network.forget_statistics()
    assert mass == 0


def test_penalized_parameters_come_first_wherever_they_are(rng):
    network = residual_network()
    weights = [
        view.ravel()
        for views, _, _ in network.views
        for name, view in views.items()
        if name.endswith("weight")
    ]
    assert network.n_weights == 4 * 6 + 6 * 6 + 6 * 6 + 6 * 2
    np.testing.assert_array_equal(np.concatenate(weights), network.theta[: network.n_weights])


def test_a_layer_says_itself_which_of_its_parameters_are_penalized(rng):
    class Reversed(Scale):
        def parameters(self, n_inputs):
            return {"factor": super().parameters(n_inputs)["factor"]._replace(penalized=True)}

    network = Network([dense(3), Reversed(), dense(2)], 4, np.float64)
    network.initialize(rng)
    assert network.n_weights == 4 * 3 + 3 + 3 * 2
    X = rng.normal(size=(9, 4))
    # a step of no gradient: decay alone moves a weight
    _train(network, X, predict(network, X), 1, AdamW(weight_decay=0.5))
    np.testing.assert_allclose(network.views[1][0]["factor"], 1 - 0.05 * 0.5, rtol=1e-12)
