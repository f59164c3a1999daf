import numpy as np
import pytest

from skdeep.initializers import INITIALIZERS
from skdeep.layers import ACTIVATIONS, Activation
from tests.helpers import bind_alone

every_activation = pytest.mark.parametrize("name", ACTIVATIONS)


def _value_and_slope(name, x):
    layer = Activation(name)
    _, slot = bind_alone(layer, len(x), 1, dtype=x.dtype)
    forward, backward = layer.bind(slot)
    y = forward(x[:, None].copy())
    return y[:, 0], backward(np.ones_like(y))[:, 0]


@every_activation
def test_values_and_slopes_are_pytorchs(name, torch_values):
    y, slope = _value_and_slope(name, torch_values["grid"])
    expected_y, expected_slope = torch_values[f"activation {name}"]
    # a few units of round-off; in the tails PyTorch takes differences of numbers near one
    np.testing.assert_allclose(y, expected_y, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(slope, expected_slope, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@every_activation
def test_prediction_has_the_values_of_training(name, dtype):
    x = np.concatenate([np.linspace(-9, 9, 97), [-1e18, -1e4, -100, 100, 1e4, 1e18]]).astype(dtype)
    _, slot = bind_alone(Activation(name), len(x), 1, dtype=x.dtype)
    y = Activation(name).bind_prediction(slot)(x[:, None].copy())[:, 0]
    # mish multiplies x by a difference of two numbers near 1, rounded in another order
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(y, _value_and_slope(name, x)[0], rtol=4 * eps, atol=16 * eps)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@every_activation
def test_very_large_inputs_give_finite_values(name, dtype):
    x = np.array([-1e18, -1e4, -100, -30, 30, 100, 1e4, 1e18], dtype)
    y, slope = _value_and_slope(name, x)
    assert np.isfinite(y).all()
    assert np.isfinite(slope).all()
    # the tails are lines, to the precision of float32
    expected = {"logistic": (0, 0), "tanh": (0, 0), "identity": (1, 1), "leaky_relu": (0.01, 1)}
    left, right = expected.get(name, (0, 1.0507009873554805 if name == "selu" else 1))
    np.testing.assert_allclose(slope[[0, 1, 2]], left, atol=1e-6)
    np.testing.assert_allclose(slope[[5, 6, 7]], right, atol=1e-6)


def test_selu_keeps_mean_zero_and_variance_one(rng):
    y, _ = _value_and_slope("selu", rng.normal(size=400_000))
    # the defining property; five standard errors of 400,000 draws, whose fourth moment is small
    assert abs(y.mean()) < 0.01
    assert abs(y.var() - 1) < 0.02


@every_activation
def test_an_activation_has_the_kinks_that_it_declares(name):
    grid, h = np.linspace(-6, 6, 2001) + 1e-4, 1e-6  # no point of it is a kink of ours
    _, below = _value_and_slope(name, grid - h)
    _, above = _value_and_slope(name, grid + h)
    second = (above - below) / (2 * h)
    step = np.diff(grid)[0]
    slope_jumps = np.flatnonzero(np.abs(np.diff((above + below) / 2)) > 0.1)
    # a smooth second derivative moves by its own third derivative (below 2) times the step
    second_jumps = np.flatnonzero(np.abs(np.diff(second)) > 10 * step)
    jumps = {round(float(grid[i]), 1) for i in [*slope_jumps, *second_jumps]}
    assert {abs(jump) for jump in jumps} == set(ACTIVATIONS[name].kinks)


@every_activation
def test_an_activation_has_the_bounds_that_it_declares(name):
    y, _ = _value_and_slope(name, np.array([-1e6, 1e6]))
    bounds = (y[0], y[1]) if np.abs(y).max() < 10 else None
    assert bounds == ACTIVATIONS[name].bounds


@every_activation
def test_the_initializer_of_an_activation_exists(name):
    assert ACTIVATIONS[name].initializer in INITIALIZERS


def test_an_unknown_activation_is_an_error():
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        Activation("rleu").validate()
    assert str(error.value) == (
        "Unknown activation 'rleu'; expected one of 'elu', 'gelu', 'identity', 'leaky_relu', "
        "'logistic', 'mish', 'relu', 'selu', 'silu', 'softplus', 'tanh'. Did you mean 'relu'?"
    )
