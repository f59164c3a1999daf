import numpy as np
import pytest

from skdeep.optimizers import LBFGS


def _quadratic(rng, n=12):
    """Return a convex quadratic's value and gradient, and its minimizer."""
    M = rng.normal(size=(n, n))
    H, b = M @ M.T + np.eye(n), rng.normal(size=n)
    return lambda x: (x @ H @ x / 2 - b @ x, H @ x - b), np.linalg.solve(H, b)


def test_it_finds_the_minimum_of_a_quadratic(rng):
    function, minimizer = _quadratic(rng)
    theta = LBFGS().minimize(function, np.zeros(12), 500, lambda x: False)
    # a gradient of round-off size, times the inverse of a smallest curvature of one or more
    np.testing.assert_allclose(theta, minimizer, rtol=1e-6, atol=1e-8)


def test_after_is_told_of_each_iterate_which_never_goes_uphill(rng):
    function, _ = _quadratic(rng)
    values = [function(np.zeros(12))[0]]
    LBFGS().minimize(function, np.zeros(12), 8, lambda x: values.append(function(x)[0]))
    assert len(values) == 9
    assert (np.diff(values) < 0).all()


def test_after_can_end_it(rng):
    function, _ = _quadratic(rng)
    seen = []

    def after(theta):
        seen.append(theta.copy())
        return len(seen) == 3

    theta = LBFGS().minimize(function, np.zeros(12), 100, after)
    assert len(seen) == 3
    np.testing.assert_array_equal(theta, seen[-1])


def test_max_iter_limits_the_iterations(rng):
    function, _ = _quadratic(rng)
    seen = []
    LBFGS(max_iter=4).minimize(function, np.zeros(12), 100, seen.append)
    assert len(seen) == 4


def test_a_longer_history_needs_no_more_iterations(rng):
    function, _ = _quadratic(rng)
    iterations = []
    for history in (1, 12):
        seen = []
        LBFGS(history=history).minimize(function, np.zeros(12), 500, seen.append)
        iterations.append(len(seen))
    assert iterations[1] < iterations[0]


def test_a_stop_iteration_of_after_is_not_taken_for_an_end(rng):
    function, _ = _quadratic(rng)

    def after(theta):
        raise StopIteration("mine")

    with pytest.raises(StopIteration, match=r"^mine$"):
        LBFGS().minimize(function, np.zeros(12), 100, after)
