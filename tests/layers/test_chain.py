import numpy as np
import pytest

from skdeep.initializers import VarianceScaling
from skdeep.layers import (
    Activation,
    BatchNorm,
    Chain,
    Dense,
    Dropout,
    SeparateDense,
    SplitDense,
)
from skdeep.network import Network
from tests.helpers import (
    FixedNoise,
    bind_alone,
    numerical_gradient,
    predict,
    relative_error,
    scramble,
)
from tests.own_layers import Residual, Scale, Sum

INIT = VarianceScaling(1.0)


def _dense(n_units):
    return Dense(n_units, initializer=INIT)


NESTED = {
    "residual": Residual([_dense(5), BatchNorm(), Activation("tanh"), Dropout(0.3), _dense(4)]),
    "residual that starts in place": Residual([Activation("tanh"), _dense(4), Scale()]),
    "residual of nothing": Residual([]),
    "sum": Sum(Chain([_dense(3), Activation("gelu")]), _dense(3)),
    "sum of layers in place": Sum(Activation("tanh"), Scale()),
    "residual of a sum of residuals": Residual(
        [Sum(Residual([BatchNorm(), _dense(4)]), Residual([Scale(1.5)]))]
    ),
}
every_nested = pytest.mark.parametrize("layer", NESTED.values(), ids=NESTED)


@every_nested
def test_gradients_of_layers_made_of_layers_agree_with_differences(rng, layer):
    noise, x = FixedNoise(), rng.normal(size=(6, 4))
    network, slot = bind_alone(layer, 6, 4, rng=noise.rng)
    scramble(network)
    forward, backward = layer.bind(slot)

    def run():
        noise.rewind()
        return forward(x.copy())

    direction = rng.normal(size=run().shape)
    run()
    dx = backward(direction.copy()).copy()
    dtheta = network.grad.copy()

    def value():
        return float((direction * run()).sum())

    assert relative_error(dx, numerical_gradient(value, x)) < 1e-7
    assert relative_error(dtheta, numerical_gradient(value, network.theta)) < 1e-7


@every_nested
def test_gradients_do_not_depend_on_being_first(rng, layer):
    X, d_raw = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
    gradients = []
    for before in ([], [Scale()]):  # a factor of one, before which nothing is first
        network = Network([*before, layer, _dense(2)], 4, np.float64)
        network.initialize(np.random.default_rng(0))
        bound = network.bind(6, np.random.default_rng(1), False)
        bound.forward(X)
        bound.backward(d_raw.copy())
        views = network.views[len(before) :]
        gradients.append(np.concatenate([g.ravel() for _, v, _ in views for g in v.values()]))
    np.testing.assert_array_equal(*gradients)


def test_a_chain_computes_what_its_layers_compute_in_a_network(rng):
    layers = [_dense(5), BatchNorm(), Activation("tanh"), Dropout(0.3), _dense(3)]
    X, d_raw = rng.normal(size=(6, 4)), rng.normal(size=(6, 3))
    found = []
    for network in (Network(layers, 4, np.float64), Network([Chain(layers)], 4, np.float64)):
        network.initialize(np.random.default_rng(0))
        bound = network.bind(6, np.random.default_rng(1), False)
        raw = bound.forward(X).copy()
        bound.backward(d_raw.copy())
        vectors = network.theta, network.grad, network.running
        found.append([raw, *(v.copy() for v in vectors), predict(network, X)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_named_parameters_nest():
    layer = Residual([_dense(3), Chain([BatchNorm(), Sum(_dense(4), _dense(4))])])
    assert {name: p.penalized for name, p in layer.parameters(4).items()} == {
        "0.weight": True,
        "0.bias": False,
        "1.0.gamma": False,
        "1.0.beta": False,
        "1.1.left.weight": True,
        "1.1.left.bias": False,
        "1.1.right.weight": True,
        "1.1.right.bias": False,
    }
    assert layer.parameters(4)["1.1.left.weight"].shape == (3, 4)
    assert layer.statistics(4) == {"1.0.mean": (3,), "1.0.var": (3,), "1.0.mass": (1,)}


def test_a_layer_made_of_layers_needs_the_rows_that_its_parts_need():
    assert Residual([_dense(4), Activation("tanh")]).min_rows == 1
    assert Residual([_dense(4), Chain([BatchNorm()])]).min_rows == 2


def test_the_label_of_a_layer_made_of_layers_holds_those_of_its_parts():
    layer = Residual([_dense(8), BatchNorm(), Activation("relu"), Dropout(0.1), _dense(4)])
    assert layer.label == "Residual(-> 8 batch_norm relu -> 4)"
    assert Sum(Scale(), Dropout(0.1)).label == "Sum(Scale)"


def test_a_chain_of_no_layers_is_the_identity(rng):
    x = rng.normal(size=(6, 4))
    _, slot = bind_alone(Chain([]), 6, 4)
    forward, backward = Chain([]).bind(slot)
    assert forward(x) is x
    assert backward(x) is x
    assert Chain([]).n_outputs(4) == 4


def test_a_chain_of_something_else_is_an_error():
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        Chain([Activation("tanh"), "relu"]).validate()
    assert str(error.value) == (
        "The 'layers' parameter of Chain must be a list of layers. "
        "Got [Activation(name='tanh'), 'relu'] instead."
    )


@pytest.mark.parametrize("layer", [Chain([Dropout(2.0)]), Sum(Scale(), Dropout(2.0))], ids=repr)
def test_a_bad_hyperparameter_of_a_part_is_an_error(layer):
    with pytest.raises(ValueError, match="The 'rate' parameter of Dropout must be a float"):
        layer.validate()


def test_a_chain_has_the_members_of_its_last_layer():
    split, last = SplitDense(3, n_members=2), SeparateDense(1, n_members=2)
    assert Chain([split, last]).n_members == 2
    assert Chain([]).n_members == 1
    assert Network([Chain([split, last])], 4, np.float64).n_outputs == 1
