"""Several quantiles in one loss."""

import numpy as np
import pytest
from sklearn.metrics import mean_pinball_loss

from skdeep.losses import Quantile

LEVELS = [0.8, 0.1, 0.4]


def _value(loss, raw, y):
    share = np.full(len(raw), 1 / len(raw))
    return loss.bind(*raw.shape, raw.dtype)(raw, y, share)[0]


def test_predictions_never_cross_whatever_the_raw_outputs(rng):
    raw = 5 * rng.normal(size=(200, 6))  # of two numbers
    predicted = Quantile(LEVELS).inverse_link(raw)
    assert predicted.shape == (200, 2, 3)
    ascending = predicted[:, :, np.argsort(LEVELS)]
    assert (np.diff(ascending, axis=2) >= 0).all()
    np.testing.assert_array_equal(ascending, np.sort(raw.reshape(200, 2, 3), axis=2))


def test_outputs_in_order_are_the_predictions(rng):
    ascending = np.sort(rng.normal(size=(5, 3)), axis=1)
    raw = ascending[:, [2, 0, 1]]  # in the order of the levels
    np.testing.assert_array_equal(Quantile(LEVELS).inverse_link(raw)[:, 0], raw)


def test_the_loss_is_scikit_learns_mean_over_the_quantiles(rng):
    raw, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 1))
    expected = np.mean([mean_pinball_loss(y, raw[:, i], alpha=q) for i, q in enumerate(LEVELS)])
    # round-off of 90 terms
    assert _value(Quantile(LEVELS), raw, y) == pytest.approx(expected, rel=1e-13)


def test_sorted_outputs_are_never_worse(rng):
    loss = Quantile(LEVELS)
    for _ in range(50):
        raw, y = rng.normal(size=(1, 6)), rng.normal(size=(1, 2))
        # round-off of six terms
        assert _value(loss, loss.pooled(raw, 1), y) <= _value(loss, raw, y) + 1e-15


def test_members_are_sorted_before_they_are_averaged(rng):
    loss, raw = Quantile([0.1, 0.9]), rng.normal(size=(7, 6))
    members = np.sort(raw.reshape(7, 3, 2), axis=2)
    np.testing.assert_allclose(loss.pooled(raw, 3), members.mean(axis=1), rtol=1e-14)


def test_one_quantile_in_a_sequence_is_that_quantile_with_an_axis_of_its_own(rng):
    raw, y = rng.normal(size=(9, 2)), rng.normal(size=(9, 2))
    assert _value(Quantile([0.3]), raw, y) == _value(Quantile(0.3), raw, y)
    np.testing.assert_array_equal(Quantile([0.3]).inverse_link(raw), raw[:, :, None])


def test_an_array_of_quantiles_is_a_sequence(rng):
    raw = rng.normal(size=(9, 3))
    loss = Quantile(np.array(LEVELS)).validate()
    np.testing.assert_array_equal(loss.inverse_link(raw), Quantile(LEVELS).inverse_link(raw))
