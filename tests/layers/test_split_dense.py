import numpy as np
import pytest
from scipy.sparse import csr_array

from skdeep.initializers import VarianceScaling
from skdeep.layers import SplitDense
from skdeep.network import Network
from tests.helpers import bind_alone

LAYER = SplitDense(3, initializer=VarianceScaling(), n_members=5)


def test_each_member_multiplies_the_columns_by_its_adapter(rng):
    _, slot = bind_alone(LAYER, 6, 4)
    W, b, R = (slot.theta[name] for name in ("weight", "bias", "adapter"))
    b[:], R[:] = rng.normal(size=b.shape), rng.normal(size=R.shape)
    forward, _ = LAYER.bind(slot)
    x = rng.normal(size=(6, 4))
    y = forward(x).reshape(6, 5, 3)
    for j in range(5):
        # the order of the sums in a matrix product is its own affair
        np.testing.assert_allclose(y[:, j], (x * R[:, j]) @ W + b.reshape(5, 3)[j], rtol=1e-13)


def test_its_weights_are_those_of_each_member(rng):
    _, slot = bind_alone(LAYER, 6, 4)
    slot.theta["adapter"][:] = rng.normal(size=(4, 5))
    weights = LAYER.weights(slot.theta)
    assert weights.shape == (5, 4, 3)
    for j in range(5):
        expected = slot.theta["adapter"][:, [j]] * slot.theta["weight"]
        np.testing.assert_array_equal(weights[j], expected)


def test_the_adapters_start_at_plus_or_minus_one_and_differ():
    network = Network([SplitDense(3, initializer=VarianceScaling(), n_members=8)], 100, np.float64)
    network.initialize(np.random.default_rng(0))
    adapters = network.views[0][0]["adapter"]
    np.testing.assert_array_equal(np.abs(adapters), 1)
    assert len(np.unique(adapters, axis=1).T) == 8
    assert abs(adapters.mean()) < 0.2  # five standard errors of 800 signs


def test_the_biases_of_the_members_differ():
    layer = SplitDense(3, initializer=VarianceScaling(), bias_limit=1.0, n_members=5)
    _, slot = bind_alone(layer, 6, 4)
    assert len(np.unique(slot.theta["bias"])) == 15
    assert np.abs(slot.theta["bias"]).max() <= 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_rows_give_the_numbers_of_dense_ones(rng, dtype):
    network = Network([LAYER], 4, dtype)
    network.initialize(np.random.default_rng(0))
    x = (rng.normal(size=(6, 4)) * rng.integers(2, size=(6, 4))).astype(dtype)
    dy = rng.normal(size=(6, 15)).astype(dtype)
    found = []
    for rows in (x, csr_array(x)):
        run = network.bind(6, None, weighted=False)
        y = run.forward(rows).copy()
        run.backward(dy.copy())
        found.append((y, network.grad.copy()))
    (y, grad), (sparse_y, sparse_grad) = found
    tolerance = 20 * np.finfo(dtype).eps
    np.testing.assert_allclose(sparse_y, y, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(sparse_grad, grad, rtol=tolerance, atol=tolerance)
