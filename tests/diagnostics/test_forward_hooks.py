import numpy as np
import pytest

from skdeep.diagnostics.differences import bind_value, compare, relative_error
from skdeep.diagnostics.forward_hooks import layer_names, watched
from skdeep.layers import Activation, BatchNorm, Chain, Dropout
from skdeep.losses import AbsoluteError, SquaredError
from skdeep.network import Network
from skdeep.objective import Objective
from tests.helpers import dense, predict, scramble
from tests.own_layers import Residual, Scale

RELU = Activation("relu")


def _network(*layers, n_inputs=4):
    network = Network(layers, n_inputs, np.float64)
    network.initialize(np.random.default_rng(0))
    scramble(network)
    return network


def _residual_network():
    block = Residual([dense(5), RELU, Chain([dense(5), RELU]), dense(6)])
    return _network(BatchNorm(), dense(6), RELU, block, RELU, Dropout(0.1), dense(2))


def test_a_residual_block_is_one_hidden_layer():
    hidden = ["hidden 1"] * 2 + ["hidden 2"] * 3
    assert layer_names(_residual_network()) == ["input", *hidden, "output"]


def test_layers_inside_layers_are_watched_each_on_its_own(rng):
    network = _residual_network()
    seen = {}

    def watch(name, layer, n_inputs):
        if not isinstance(layer, Activation):
            return None
        seen[name, n_inputs] = pair = []
        return lambda x: pair.append(x.copy()), lambda y: pair.append(y.copy())

    with watched(network, watch):
        predict(network, rng.normal(size=(9, 4)))
    # one object stands in all four places
    assert list(seen) == [("hidden 1", 6), ("hidden 2.1", 5), ("hidden 2.2.1", 5), ("hidden 2", 6)]
    for x, y in seen.values():
        np.testing.assert_array_equal(y, np.maximum(x, 0))


def test_a_network_is_watched_no_longer_than_asked_for(rng):
    network = _residual_network()
    chain, seen = network.chain, []
    with pytest.raises(ZeroDivisionError), watched(network, lambda *about: 1 / 0):
        pass
    with watched(network, lambda *about: (seen.append, seen.append)):
        pass
    predict(network, rng.normal(size=(9, 4)))
    assert network.chain is chain
    assert seen == []


def test_kinks_inside_a_residual_block_are_noticed(rng):
    network = _network(dense(3), Residual([dense(3), RELU]), dense(1))
    X, Y = rng.normal(size=(7, 4)), rng.normal(size=(7, 1))
    objective = Objective(network, SquaredError())
    value = bind_value(objective, X, Y, None)
    _, before = value()
    assert [sides.shape for sides in before] == [(7, 3)]
    network.views[1][0]["0.bias"] -= 100
    _, after = value()
    assert not after[0].any()


def test_a_layer_of_a_user_can_declare_a_kink(rng):
    class Absolute(Scale):
        kinks = (0.0,)

    network = _network(dense(3), Absolute(), dense(1))
    value = bind_value(Objective(network, SquaredError()), np.ones((2, 4)), np.ones((2, 1)), None)
    assert len(value()[1]) == 1


def test_the_kinks_of_the_loss_are_noticed(rng):
    network = _network(dense(1))
    X = rng.normal(size=(7, 4))
    value = bind_value(Objective(network, AbsoluteError()), X, predict(network, X) + 1, None)
    (sides,) = value()[1]
    assert not sides.any()
    network.views[0][0]["bias"] += 2
    (sides,) = value()[1]
    assert sides.all()


def test_the_gradient_of_a_residual_network_passes_the_check(rng):
    network = _network(dense(6), Residual([BatchNorm(), RELU, dense(6)]), dense(2))
    X, Y = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))
    objective = Objective(network, SquaredError(), l2=0.1)
    objective.bind(9)(X, Y)
    value = bind_value(objective, X, Y, None)
    pair = compare(value, network.theta, network.grad, 1.0, 1e-5, rng)
    kept = pair[:, ~np.isnan(pair[1])]
    assert kept.shape[1] > network.theta.size / 2
    assert relative_error(kept, 0.0) < 1e-7
