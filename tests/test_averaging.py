import pickle

import numpy as np
import pytest

from skdeep.averaging import bind_average


@pytest.mark.parametrize("size", [3, 3 * 8192 + 5])
@pytest.mark.parametrize("beta", [0.5, 0.9, 0.999])
def test_the_average_is_the_weighted_mean_of_the_values_so_far(rng, beta, size):
    path = rng.normal(size=(12, size))
    value, average = np.empty(size), np.full(size, 7.0)
    update = bind_average([value], [average], {"mass": 0.0}, beta)
    for t in range(len(path)):
        value[...] = path[t]
        update()
        weights = beta ** np.arange(t, -1, -1)
        # round-off of a dozen updates of numbers near one, divided by a mass of 0.001 or more
        np.testing.assert_allclose(average, weights @ path[: t + 1] / weights.sum(), atol=1e-12)


def test_the_average_of_a_constant_is_the_constant_from_the_first_step_on():
    value, average, state = np.full(4, 3.0), np.zeros(4), {"mass": 0.0}
    update = bind_average([value], [average], state, 0.99)
    for _ in range(5):
        update()
        np.testing.assert_array_equal(average, value)


def test_several_vectors_are_averaged_with_one_mass(rng):
    values = [rng.normal(size=3), rng.normal(size=0), rng.normal(size=5)]
    averages = [np.zeros_like(value) for value in values]
    state = {"mass": 0.0}
    update = bind_average(values, averages, state, 0.9)
    update()
    update()
    # round-off of two updates
    assert state["mass"] == pytest.approx(1 - 0.9**2, rel=1e-15)
    for value, average in zip(values, averages, strict=True):
        np.testing.assert_allclose(average, value, rtol=1e-15)


def test_averaging_goes_on_from_its_pickled_state(rng):
    path = rng.normal(size=(6, 4)).astype(np.float32)
    value, average, state = np.empty(4, np.float32), np.zeros(4, np.float32), {"mass": 0.0}
    update = bind_average([value], [average], state, 0.8)
    for t in range(6):
        if t == 3:
            other, other_state = pickle.loads(pickle.dumps((average, state)))
            go_on = bind_average([value], [other], other_state, 0.8)
        value[...] = path[t]
        update()
        if t >= 3:
            go_on()
    assert average.dtype == np.float32
    np.testing.assert_array_equal(other, average)
    assert other_state == state
