"""The Gaussian likelihood against SciPy, and the moments of a mixture."""

import numpy as np
import pytest
from scipy.stats import norm

from skdeep.losses import Gaussian


def _evaluate(raw, y, share):
    return Gaussian().bind(*raw.shape, raw.dtype)(raw, y, share)


def test_the_loss_is_minus_the_logarithm_of_the_normal_density(rng):
    raw, y, share = 2 * rng.normal(size=(30, 6)), rng.normal(size=(30, 3)), rng.dirichlet([1] * 30)
    mean, std = Gaussian().inverse_link(raw), Gaussian().std(raw)
    assert mean.shape == std.shape == (30, 3)
    expected = -share @ norm.logpdf(y, mean, std).mean(axis=1)
    # round-off of 90 terms
    assert _evaluate(raw, y, share)[0] == pytest.approx(expected, rel=1e-13)


def test_raw_outputs_of_zero_are_the_standard_normal_distribution():
    raw = np.zeros((1, 2))
    assert Gaussian().inverse_link(raw) == 0
    assert Gaussian().std(raw) == pytest.approx(1, rel=1e-15)


def test_the_gradient_vanishes_at_the_mean_and_the_deviation_of_the_rows(rng):
    y, share = rng.normal(3, 0.5, size=(40, 1)), np.full(40, 1 / 40)
    std = y.std() - 1e-3
    raw = np.tile([y.mean(), np.log(np.expm1(std)) - np.log(np.expm1(0.999))], (40, 1))
    _, d_raw = _evaluate(raw, y, share)
    # round-off of 40 terms
    np.testing.assert_allclose(d_raw.sum(axis=0), 0, atol=1e-14)


def test_several_members_predict_the_moments_of_their_mixture(rng):
    loss, raw = Gaussian(), rng.normal(size=(4, 3 * 2))
    parts = np.hsplit(raw, 3)
    means = np.array([loss.inverse_link(part) for part in parts])
    stds = np.array([loss.std(part) for part in parts])
    pooled = loss.pooled(raw, 3)
    # the law of total variance, in terms of second moments
    variance = (stds**2 + means**2).mean(axis=0) - means.mean(axis=0) ** 2
    np.testing.assert_allclose(loss.inverse_link(pooled), means.mean(axis=0), rtol=1e-14)
    # round-off of a logarithm and an exponential
    np.testing.assert_allclose(loss.std(pooled), np.sqrt(variance), rtol=1e-12)


def test_members_that_agree_predict_what_each_predicts(rng):
    loss, raw = Gaussian(), 3 * rng.normal(size=(20, 4))
    pooled = loss.pooled(np.hstack([raw] * 5), 5)
    np.testing.assert_allclose(loss.inverse_link(pooled), loss.inverse_link(raw), rtol=1e-14)
    np.testing.assert_allclose(loss.std(pooled), loss.std(raw), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_raw_outputs_have_a_finite_loss(dtype):
    raw = np.array([[0, -1e4], [0, 1e4], [1e4, 0], [1e4, -1e4]], dtype)
    y = np.zeros((4, 1), dtype)
    value, d_raw = _evaluate(raw, y, np.full(4, 0.25, dtype))
    assert np.isfinite(value)
    assert np.isfinite(d_raw).all()
    assert (Gaussian().std(raw) >= dtype(1e-3)).all()
    assert np.isfinite(Gaussian().pooled(np.hstack([raw, raw]), 2)).all()
