import numpy as np
import pytest

from skdeep.diagnostics import ewma


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.98])
def test_averages_follow_the_recursion(beta, rng):
    x = rng.normal(size=(40, 3))
    v, expected = 0.0, []
    for t, value in enumerate(x, 1):
        v = beta * v + (1 - beta) * value
        expected.append((v, v / (1 - beta**t)))
    raw, corrected = map(np.array, zip(*expected, strict=True))
    np.testing.assert_allclose(ewma(x, beta, bias_correction=False), raw, rtol=1e-12)
    np.testing.assert_allclose(ewma(x, beta), corrected, rtol=1e-12)
    np.testing.assert_allclose(ewma(x[:, 1].tolist(), beta), corrected[:, 1], rtol=1e-12)


@pytest.mark.parametrize(("beta", "days"), [(0.9, 10), (0.98, 50), (0.5, 2)])
def test_beta_averages_over_about_that_many_days(beta, days):
    # on a line the average lags behind by the mean age of its weights, β / (1 - β) = days - 1
    temperatures = 40.0 + 0.1 * np.arange(2000)
    lag = (temperatures - ewma(temperatures, beta))[-1] / 0.1
    assert lag == pytest.approx(days - 1)


def test_the_corrected_average_of_a_constant_is_the_constant():
    np.testing.assert_allclose(ewma(np.full(200, 7.0), 0.98), 7.0, rtol=1e-12)
    uncorrected = ewma(np.full(200, 7.0), 0.98, bias_correction=False)
    np.testing.assert_allclose(uncorrected, 7 * (1 - 0.98 ** np.arange(1, 201)))


def test_a_nan_stays_and_nothing_gives_nothing():
    assert np.isnan(ewma([1.0, np.nan, 1.0])).tolist() == [False, True, True]
    assert ewma([]).shape == (0,)


@pytest.mark.parametrize("beta", [1.0, -0.1, "0.9", None])
def test_bad_betas_are_refused(beta):
    with pytest.raises(ValueError, match="beta") as error:
        ewma([1.0], beta)
    assert str(error.value) == (
        "The 'beta' parameter of ewma must be a float in the range [0.0, 1.0). "
        f"Got {beta!r} instead."
    )


def test_a_number_is_refused():
    with pytest.raises(ValueError, match=r"^ewma averages along an axis. Got the number 3.0"):
        ewma(3.0)
