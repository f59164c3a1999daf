import numpy as np
import pytest

from skdeep.layers import Embed
from skdeep.layers.embed import _INITIAL_DEVIATION
from tests.helpers import bind_alone

LAYER = Embed([2, 3], 4)
N_BEFORE = 2  # columns before the places


@pytest.fixture(name="x")
def rows(rng):
    """Two columns of numbers, and places that include "other"."""
    numbers = rng.normal(size=(30, N_BEFORE))
    return np.column_stack([numbers, rng.integers(3, size=30), rng.integers(4, size=30)])


def _one_hot(x):
    """Return for each column of places the 1 in the row of ``vectors`` that it uses."""
    return np.eye(7)[x[:, -2].astype(int)], np.eye(7)[3 + x[:, -1].astype(int)]


def _bound(x, layer=LAYER):
    _, slot = bind_alone(layer, *x.shape, dtype=x.dtype)
    return slot, *layer.bind(slot)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_places_become_the_product_of_one_hot_rows_and_vectors(x, dtype):
    x = x.astype(dtype)
    slot, forward, _ = _bound(x)
    vectors = slot.theta["vectors"]
    expected = np.hstack([x[:, :N_BEFORE], *(ones @ vectors for ones in _one_hot(x))])
    np.testing.assert_array_equal(forward(x), expected.astype(dtype))
    np.testing.assert_array_equal(LAYER.bind_prediction(slot)(x), expected.astype(dtype))


def test_the_gradient_of_a_vector_is_the_sum_over_the_rows_of_its_category(rng, x):
    slot, forward, backward = _bound(x)
    dy = rng.normal(size=forward(x).shape)
    first, second = _one_hot(x)
    expected = first.T @ dy[:, N_BEFORE:6] + second.T @ dy[:, 6:]
    dx = backward(dy.copy())
    # the sums have another order
    np.testing.assert_allclose(slot.grad["vectors"], expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(dx[:, :N_BEFORE], dy[:, :N_BEFORE])
    np.testing.assert_array_equal(dx[:, N_BEFORE:], 0)


def test_a_category_without_a_row_has_no_gradient(x):
    x[:, -1] = 1
    slot, forward, backward = _bound(x)
    backward(np.ones_like(forward(x)))
    np.testing.assert_array_equal(slot.grad["vectors"][[3, 5, 6]], 0)
    np.testing.assert_array_equal(slot.grad["vectors"][4], len(x))


def test_the_first_layer_of_a_network_returns_no_gradient_of_the_data(x):
    _, slot = bind_alone(LAYER, *x.shape)
    slot.first = True
    forward, backward = LAYER.bind(slot)
    assert backward(np.ones_like(forward(x))) is None
    assert slot.grad["vectors"].sum() == 4 * 2 * len(x)


def test_vectors_start_at_random_and_those_of_other_at_zero():
    layer = Embed([400, 500], 4)
    _, slot = bind_alone(layer, 1, 2)
    vectors = slot.theta["vectors"]
    assert vectors.shape == (902, 4)
    np.testing.assert_array_equal(vectors[[400, 901]], 0)
    drawn = np.delete(vectors, [400, 901], axis=0) / _INITIAL_DEVIATION
    # five standard errors of the mean and of the variance of normal numbers
    assert abs(drawn.mean()) < 5 / np.sqrt(drawn.size)
    assert abs(drawn.var() - 1) < 5 * np.sqrt(2 / drawn.size)


@pytest.mark.parametrize("place", [-1, -1e9, 2, 3, 1e9])
def test_a_number_outside_of_the_range_is_other(place):
    layer = Embed([2], 4)
    x = np.array([[place], [0.0], [1.0]])
    slot, forward, backward = _bound(x, layer)
    slot.theta["vectors"][...] = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(forward(x), slot.theta["vectors"][[2, 0, 1]])
    backward(np.arange(12.0).reshape(3, 4))
    np.testing.assert_array_equal(slot.grad["vectors"], np.arange(12).reshape(3, 4)[[1, 2, 0]])


def test_places_may_be_all_there_is():
    x = np.array([[1.0, 0], [0, 2]])
    slot, forward, _ = _bound(x)
    vectors = slot.theta["vectors"]
    np.testing.assert_array_equal(forward(x), np.hstack([vectors[[1, 0]], vectors[[3, 5]]]))


def test_its_label_has_the_numbers_of_categories():
    assert LAYER.label == "embed(2, 3)"
    assert LAYER.n_outputs(4) == 10
