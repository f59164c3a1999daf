import numpy as np
import pytest

from skdeep.training.outcome import largest, layer_norms, norm_of
from tests.helpers import make_network


@pytest.mark.parametrize(
    ("dtype", "scale"),
    [(np.float32, 1.0), (np.float32, 1e25), (np.float64, 1.0), (np.float64, 1e200)],
)
def test_the_norm_is_right_where_its_square_overflows(dtype, scale):
    vector = (scale * np.array([3.0, 4.0])).astype(dtype)
    with np.errstate(over="ignore"):
        assert norm_of(vector) == pytest.approx(5 * scale, rel=1e-6)  # float32


def test_the_norm_of_what_is_not_finite_is_not_finite():
    assert norm_of(np.array([1.0, np.inf])) == np.inf
    assert np.isnan(norm_of(np.array([1.0, np.nan])))


def test_the_largest_magnitude():
    assert largest(np.array([1.0, -3.0, 2.0])) == 3.0
    assert largest(np.array([])) == 0.0
    assert np.isnan(largest(np.array([1.0, np.nan, np.inf])))


@pytest.mark.parametrize("may_be_huge", [False, True])
def test_each_layer_with_parameters_has_a_norm(rng, may_be_huge):
    network = make_network(hidden=(6,), batch_norm=True)
    network.grad[...] = rng.normal(size=network.grad.size)
    expected = [
        np.sqrt(sum((part**2).sum() for part in grad.values()))
        for _, grad, _ in network.views
        if grad
    ]
    # round-off of sums of tens of terms
    np.testing.assert_allclose(layer_norms(network, may_be_huge), expected, rtol=1e-13)
    assert len(expected) == 3
