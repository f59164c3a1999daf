"""What each loss of a regressor finds, against closed forms and other libraries."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.linear_model import GammaRegressor, PoissonRegressor, Ridge

from skdeep import DeepRegressor
from tests.estimators.helpers import constant

NO_STEP = 1e-300  # a learning rate that moves nothing

LINEAR = {
    "hidden_layer_sizes": (),
    "optimizer": "lbfgs",
    "max_epochs": 1000,
    "n_iter_no_change": None,
    "dtype": "float64",
    "random_state": 0,
}


@pytest.mark.parametrize("standardize_target", [False, True])
@pytest.mark.parametrize("alpha", [0.1, 10.0])
def test_a_linear_network_is_ridge_regression(diabetes, alpha, standardize_target):
    X, y = diabetes
    ours = DeepRegressor(l2=alpha, standardize_target=standardize_target, **LINEAR).fit(X, y)
    ridge = Ridge(alpha).fit(X, y)
    # L-BFGS ends where the objective no longer falls in float64: half its digits
    np.testing.assert_allclose(ours.predict(X), ridge.predict(X), rtol=1e-6)


def test_a_weighted_linear_network_is_weighted_ridge_regression(diabetes, rng):
    X, y = diabetes
    weight = rng.uniform(0, 3, size=len(y))
    ours = DeepRegressor(l2=5.0, **LINEAR).fit(X, y, weight)
    ridge = Ridge(5.0).fit(X, y, weight)
    np.testing.assert_allclose(ours.predict(X), ridge.predict(X), rtol=1e-6)


def test_several_linear_outputs_are_ridge_regressions_at_their_mean_loss(diabetes, rng):
    X, y = diabetes
    Y = np.column_stack([y, 100 * rng.normal(size=len(y)), 3 * y + 1])
    ours = DeepRegressor(l2=6.0 / 3, **LINEAR).fit(X, Y)  # the mean over three outputs
    np.testing.assert_allclose(
        ours.predict(X), Ridge(6.0).fit(X, Y).predict(X), rtol=1e-5, atol=1e-4
    )


@pytest.mark.parametrize("standardize_target", [False, True])
def test_a_linear_network_with_the_poisson_loss_is_poisson_regression(rng, standardize_target):
    X = rng.normal(size=(300, 3))
    y = rng.poisson(np.exp(1 + X @ [0.5, -0.3, 0.0])).astype(float)
    alpha = 0.05
    theirs = PoissonRegressor(alpha=alpha, tol=1e-10, max_iter=1000).fit(X, y)
    # its penalty is not divided by the number of rows; dividing y by its mean divides the loss
    l2 = alpha * len(y) / (y.mean() if standardize_target else 1)
    ours = DeepRegressor(
        loss="poisson", l2=l2, standardize_target=standardize_target, **LINEAR
    ).fit(X, y)
    np.testing.assert_allclose(ours.coefs_[0][:, 0], theirs.coef_, atol=1e-5)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("standardize_target", [False, True])
def test_a_linear_network_with_the_gamma_loss_is_gamma_regression(
    rng, standardize_target, weighted
):
    X = rng.normal(size=(300, 3))
    y = np.exp(1 + X @ [0.5, -0.3, 0.0]) * rng.gamma(2.0, size=300)
    weight = rng.uniform(size=300) if weighted else np.ones(300)
    alpha = 0.05
    theirs = GammaRegressor(alpha=alpha, tol=1e-10, max_iter=1000).fit(X, y, weight)
    # its penalty is not divided by the number of rows; the loss has no unit
    l2 = alpha * weight.sum()
    ours = DeepRegressor(loss="gamma", l2=l2, standardize_target=standardize_target, **LINEAR).fit(
        X, y, weight
    )
    np.testing.assert_allclose(ours.coefs_[0][:, 0], theirs.coef_, atol=1e-5)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)


def test_the_squared_error_finds_the_mean(skewed):
    X, y = skewed
    # a step of the last epochs is far below a thousandth of the standard deviation
    assert constant("squared_error").fit(X, y).predict(X[:1]) == pytest.approx(
        y.mean(), abs=1e-3 * y.std()
    )


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_the_poisson_and_the_gamma_loss_find_the_mean(skewed, loss):
    X, y = skewed
    y = np.maximum(y, 1e-3)
    assert constant(loss).fit(X, y).predict(X[:1]) == pytest.approx(y.mean(), rel=1e-3)


def test_the_absolute_error_finds_the_median(skewed):
    X, y = skewed
    found = constant("absolute_error").fit(X, y).predict(X[:1])
    # about its minimum the objective is flat between the neighbors of the median
    assert np.sort(y)[97] <= found <= np.sort(y)[103]


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.8])
def test_the_quantile_loss_finds_the_quantile(skewed, quantile):
    X, y = skewed
    found = constant("quantile", quantile=quantile).fit(X, y).predict(X[:1])
    # three rows of 201 on either side
    assert np.mean(y <= found) == pytest.approx(quantile, abs=0.015)


def test_several_quantiles_are_found_in_one_fit(skewed):
    X, y = skewed
    levels = [0.8, 0.1, 0.5]
    found = constant("quantile", quantile=levels).fit(X, y).predict(X[:1])[0]
    # three rows of 201 on either side
    assert [np.mean(y <= each) for each in found] == pytest.approx(levels, abs=0.015)


def test_the_gaussian_loss_finds_mean_and_standard_deviation(skewed):
    X, y = skewed
    mean, std = constant("gaussian").fit(X, y).predict(X[:1], return_std=True)
    # a step of the last epochs is far below a thousandth of the standard deviation
    assert mean == pytest.approx(y.mean(), abs=1e-3 * y.std())
    assert std == pytest.approx(y.std(), rel=2e-3)


def test_the_quantile_loss_with_a_weight_finds_the_weighted_quantile(skewed, rng):
    X, y = skewed
    weight = np.where(y > np.median(y), 3.0, 1.0)
    found = constant("quantile", quantile=0.5).fit(X, y, weight).predict(X[:1])
    assert weight[y <= found].sum() / weight.sum() == pytest.approx(0.5, abs=0.02)


def test_the_huber_loss_is_smallest_at_what_it_finds(skewed):
    X, y = skewed
    t = (y - y.mean()) / y.std()

    def huber(center):
        r = np.abs(t - center)
        return np.where(r <= 1, r**2 / 2, r - 0.5).mean()

    best = minimize_scalar(huber, bounds=(-1, 1), method="bounded", options={"xatol": 1e-9}).x
    found = DeepRegressor(loss="huber", **LINEAR).fit(X, y).predict(X[:1])
    assert (found - y.mean()) / y.std() == pytest.approx(best, abs=1e-6)


def test_the_loss_reported_is_half_the_variance_left_unexplained(diabetes):
    X, y = diabetes
    options = {"early_stopping": False, "dtype": "float64"}
    model = DeepRegressor((4,), learning_rate=NO_STEP, max_epochs=1, **options).fit(X, y)
    # predictions do not move, so the loss is that of the fitted model
    residuals = (y - model.predict(X)) / y.std()
    assert model.loss_ == pytest.approx(np.mean(residuals**2) / 2, rel=1e-5)
