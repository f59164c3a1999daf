import numpy as np
import pytest

from skdeep.initializers import Orthogonal, VarianceScaling, make_initializer
from skdeep.layers import ACTIVATIONS, Activation, Dense
from skdeep.network import Network
from tests.cases import INITIALIZERS
from tests.helpers import predict

SHAPES = [(200, 160), (120, 240)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", INITIALIZERS)
def test_weights_have_mean_zero_and_the_variance_of_their_name(rng, name, shape):
    (variance,) = INITIALIZERS[name].options
    expected = variance(*shape)
    W = INITIALIZERS[name].component.draw(rng, shape)
    # five standard errors of a mean, and of a variance of normal draws (others have less)
    assert abs(W.mean()) < 5 * np.sqrt(expected / W.size)
    assert abs(W.var() / expected - 1) < 5 * np.sqrt(2 / W.size)


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name.endswith("uniform")])
def test_uniform_weights_fill_their_interval(rng, name):
    (variance,) = INITIALIZERS[name].options
    limit = np.sqrt(3 * variance(*SHAPES[0]))
    W = INITIALIZERS[name].component.draw(rng, SHAPES[0])
    assert np.abs(W).max() <= limit
    # the largest of 32,000 draws misses the limit by a 32,000th of it on average
    assert np.abs(W).max() > 0.999 * limit


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (6, 1)])
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_orthogonal_weights_have_all_singular_values_equal_to_the_gain(rng, shape, gain):
    W = Orthogonal(gain).draw(rng, shape)
    assert W.shape == shape
    # round-off of a small QR decomposition
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), gain, rtol=1e-13)


def test_orthogonal_draws_reflections_as_often_as_rotations(rng):
    determinants = [np.linalg.det(Orthogonal().draw(rng, (3, 3))) for _ in range(400)]
    # five standard deviations of a fair coin thrown 400 times
    assert abs(np.mean(np.array(determinants) > 0) - 0.5) < 5 * 0.5 / np.sqrt(400)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_same_seed_draws_the_same_weights(name):
    draw = INITIALIZERS[name].component.draw
    first, second, other = (draw(np.random.default_rng(seed), (4, 3)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def _signal_through_30_relu_layers(initializer, width=256):
    layers = [layer for _ in range(30) for layer in (Dense(width, True, initializer), RELU)]
    network = Network(layers, width, np.dtype(np.float64))
    network.initialize(np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(20, width))
    return np.sqrt(np.mean(predict(network, X) ** 2) / np.mean(X**2))


RELU = Activation("relu")


def test_he_initialization_keeps_the_signal_of_a_deep_relu_network():
    # ReLU halves the mean square, variance 2/n doubles it: its root changes by random drift only
    assert 0.1 < _signal_through_30_relu_layers(VarianceScaling(2.0)) < 10


def test_variance_one_over_n_makes_the_signal_of_a_deep_relu_network_vanish():
    # every layer halves the mean square: 2**-15 times the signal, less than a thousandth
    assert _signal_through_30_relu_layers(VarianceScaling(1.0)) < 1e-3


def test_variance_four_over_n_makes_the_signal_of_a_deep_relu_network_explode():
    # every layer doubles the mean square: 2**15 times the signal
    assert _signal_through_30_relu_layers(VarianceScaling(4.0)) > 1e3


def test_orthogonal_weights_keep_the_norm_through_a_deep_linear_network(rng):
    network = Network([Dense(20, True, Orthogonal()) for _ in range(50)], 20, np.dtype(np.float64))
    network.initialize(rng)
    X = rng.normal(size=(5, 20))
    # round-off of 50 products
    norms = np.linalg.norm(predict(network, X), axis=1)
    np.testing.assert_allclose(norms, np.linalg.norm(X, axis=1), rtol=1e-12)


@pytest.mark.parametrize(
    ("activation", "name"),
    [
        ("relu", "he_normal"),
        ("leaky_relu", "he_normal"),
        ("elu", "he_normal"),
        ("gelu", "he_normal"),
        ("silu", "he_normal"),
        ("mish", "he_normal"),
        ("softplus", "he_normal"),
        ("tanh", "xavier_normal"),
        ("logistic", "xavier_normal"),
        ("identity", "xavier_normal"),
        ("selu", "lecun_normal"),
    ],
)
def test_an_activation_has_the_initializer_that_suits_it(activation, name):
    expected = INITIALIZERS[name].component
    found = make_initializer(ACTIVATIONS[activation].initializer)
    assert found.get_params() == expected.get_params()


@pytest.mark.parametrize("name", INITIALIZERS)
def test_a_name_stands_for_its_initializer(name):
    assert repr(make_initializer(name)) == repr(INITIALIZERS[name].component)


def test_an_initializer_stands_for_itself():
    initializer = VarianceScaling(gain=1.5)
    assert make_initializer(initializer) is initializer


def test_an_invalid_initializer_is_an_error():
    with pytest.raises(ValueError, match="The 'gain' parameter of Orthogonal must be"):
        make_initializer(Orthogonal(gain=-1.0))


def test_an_unknown_weight_init_is_an_error():
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        make_initializer("he_norm")
    assert str(error.value) == (
        "Unknown weight_init 'he_norm'; expected one of 'auto', 'he_normal', 'he_uniform', "
        "'lecun_normal', 'lecun_uniform', 'orthogonal', 'xavier_normal', 'xavier_uniform'. "
        "Did you mean 'he_normal'?"
    )
