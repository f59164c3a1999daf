import numpy as np
import pytest

from skdeep.layers import Dropout
from tests.helpers import bind_alone


def _bound(rate, shape, dtype=np.float64, seed=0):
    layer = Dropout(rate)
    _, slot = bind_alone(layer, *shape, rng=np.random.default_rng(seed), dtype=dtype)
    return slot, *layer.bind(slot)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_preserves_the_mean(rate):
    _, forward, _ = _bound(rate, (1000, 400))
    y = forward(np.ones((1000, 400)))
    # five standard errors of a mean of 400,000 draws of variance rate / (1 - rate)
    assert abs(y.mean() - 1) < 5 * np.sqrt(rate / (1 - rate) / y.size)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_it_drops_its_rate_and_scales_up_the_rest(rate):
    _, forward, _ = _bound(rate, (1000, 400))
    y = forward(np.ones((1000, 400)))
    # five standard errors of a fraction of 400,000 draws
    assert abs((y == 0).mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / y.size)
    # the rate is rounded to a multiple of 2**-16
    np.testing.assert_allclose(np.unique(y), [0, 1 / (1 - rate)], rtol=2.0**-16 / (1 - rate))


def test_each_step_draws_a_new_mask():
    _, forward, _ = _bound(0.5, (20, 10))
    masks = {(forward(np.ones((20, 10))) == 0).tobytes() for _ in range(10)}
    assert len(masks) == 10


def test_numbers_are_dropped_independently():
    _, forward, _ = _bound(0.5, (2000, 8))
    dropped = forward(np.ones((2000, 8))) == 0
    correlations = np.corrcoef(dropped, rowvar=False)[np.triu_indices(8, 1)]
    # five standard errors of a correlation of 2000 rows
    assert np.abs(correlations).max() < 5 / np.sqrt(2000)


def test_the_gradient_goes_through_the_same_mask():
    _, forward, backward = _bound(0.3, (20, 10))
    y = forward(np.ones((20, 10))).copy()
    np.testing.assert_array_equal(backward(np.ones((20, 10))), y)


def test_it_is_off_at_prediction(rng):
    layer = Dropout(0.5)
    _, slot = bind_alone(layer, 6, 4)
    x = rng.normal(size=(6, 4))
    np.testing.assert_array_equal(layer.bind_prediction(slot)(x.copy()), x)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1), (5, 7)])
@pytest.mark.parametrize("rate", [0.0, 1e-9, 0.5, 1 - 1e-9])
def test_any_shape_and_rate_works(shape, rate):
    _, forward, _ = _bound(rate, shape, np.float32)
    y = forward(np.ones(shape, np.float32))
    assert np.isfinite(y).all()
    if rate < 2.0**-17:  # rounds to zero
        np.testing.assert_array_equal(y, 1)


def test_the_mask_follows_from_the_seed():
    first, second, other = (
        _bound(0.5, (20, 10), seed=seed)[1](np.ones((20, 10))) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_training_without_a_random_generator_is_an_error():
    _, slot = bind_alone(Dropout(0.5), 6, 4, rng=None)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        Dropout(0.5).bind(slot)
    assert str(error.value) == (
        "Dropout(rate=0.5): training needs a random generator, but rng is None. "
        "Give Network.bind a numpy.random.Generator."
    )
