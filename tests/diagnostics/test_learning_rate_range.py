import copy

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier, DeepRegressor
from skdeep.diagnostics import ewma, find_learning_rate
from skdeep.estimators.inside import model_of


@pytest.fixture
def data(rng):
    X = rng.normal(size=(300, 4))
    return X, X @ [1.0, -2.0, 0.5, 0.0]


def test_learning_rates_grow_by_a_constant_factor(data):
    found = find_learning_rate(
        DeepRegressor((8,), random_state=0),
        *data,
        min_learning_rate=1e-5,
        max_learning_rate=1e-2,
        n_steps=31,
    )
    np.testing.assert_allclose(found.learning_rates, 1e-5 * 10 ** (np.arange(31) / 10))
    assert len(found.losses) == 31
    assert not found.diverged
    np.testing.assert_array_equal(found.smoothed_losses, ewma(found.losses))


def test_the_losses_are_those_of_gradient_descent_with_growing_rates(data):
    X, y = data
    model = DeepRegressor(
        (),
        optimizer="sgd",
        batch_size="full",
        standardize_target=False,
        weight_init="orthogonal",
        dtype="float64",
        random_state=0,
    )
    found = find_learning_rate(model, X, y, n_steps=20, max_learning_rate=0.1)
    weight = model.set_params(max_epochs=1, learning_rate=1e-300).fit(X, y).coefs_[0][:, 0]
    bias = 0.0
    for rate, loss in zip(found.learning_rates, found.losses, strict=True):
        r = X @ weight + bias - y
        assert loss == pytest.approx(np.mean(r**2) / 2)
        weight, bias = weight - rate * X.T @ r / len(y), bias - rate * r.mean()


def test_rates_that_diverge_end_the_test_and_the_suggestion_lies_well_below(data):
    X, y = data
    model = DeepRegressor((), optimizer="sgd", batch_size="full", random_state=0)
    found = find_learning_rate(model, X, y, max_learning_rate=1e3, n_steps=200)
    assert found.diverged
    assert len(found.losses) < 200
    assert found.smoothed_losses[-1] > 4 * found.losses[0]
    lowest = np.argmin(found.smoothed_losses)
    assert found.suggestion == found.learning_rates[lowest] / 10
    # gradient descent on a quadratic diverges beyond 2 / (largest eigenvalue of XᵀX/m)
    limit = 2 / np.linalg.eigvalsh(np.cov(X.T))[-1]
    assert limit / 100 < found.suggestion < limit


def test_a_loss_that_only_grows_has_no_suggestion(data):
    X, y = data
    model = DeepRegressor((), optimizer="sgd", batch_size="full", random_state=0)
    found = find_learning_rate(
        model, X, y, min_learning_rate=50.0, max_learning_rate=100.0, n_steps=10
    )
    assert np.isnan(found.suggestion)
    assert found.diverged


@pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
def test_data_on_which_no_loss_is_finite_are_an_error(data, estimator):
    X, y = data
    model = estimator((8,), numerical_encoding=None, random_state=0)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        find_learning_rate(model, X / np.abs(X).max() * 3e38, y > 0)
    assert str(error.value) == (
        "find_learning_rate: the loss of the untrained network is nan, so that no learning rate "
        "can be tried. Standardize X."
    )


def test_the_estimator_is_left_as_it_was(data):
    X, y = data
    model = DeepRegressor((6,), batch_norm=True, max_epochs=2, random_state=0).fit(X, y)
    before = copy.deepcopy(model)
    find_learning_rate(model, X, y, n_steps=20)
    np.testing.assert_array_equal(model_of(model).network.theta, model_of(before).network.theta)
    assert model.history_ == before.history_
    assert model.get_params() == before.get_params()
    unfitted = DeepRegressor((6,))
    find_learning_rate(unfitted, X, y, n_steps=20)
    assert vars(unfitted) == vars(DeepRegressor((6,)))


def test_a_fitted_estimator_is_tested_from_its_first_weights(data):
    X, y = data
    model = DeepRegressor((6,), random_state=0, max_epochs=20)
    before = find_learning_rate(model, X, y, n_steps=15)
    after = find_learning_rate(model.fit(X, y), X, y, n_steps=15)
    np.testing.assert_array_equal(before.losses, after.losses)


def test_it_works_in_a_pipeline_with_weights_dropout_and_classes(data, rng):
    X, y = data
    model = make_pipeline(
        StandardScaler(),
        DeepClassifier((8,), dropout=0.2, clip_norm=1.0, lr_schedule="cosine", random_state=0),
    )
    found = find_learning_rate(model, 1e3 * X, y > 0, sample_weight=rng.random(300))
    assert found.suggestion > found.learning_rates[0]
    assert np.isfinite(found.losses).all()


def test_lbfgs_is_refused(data):
    with pytest.raises(ValueError, match="lbfgs") as error:
        find_learning_rate(DeepRegressor(optimizer="lbfgs"), *data)
    assert str(error.value) == (
        "find_learning_rate: optimizer='lbfgs' sets its own step lengths. Take another optimizer."
    )


@pytest.mark.parametrize(("least", "most"), [(0.0, 1.0), (1.0, 1.0), (1e-3, np.inf), ("a", 1)])
def test_bad_ranges_are_refused(least, most, data):
    with pytest.raises(ValueError, match="min_learning_rate") as error:
        find_learning_rate(DeepRegressor(), *data, min_learning_rate=least, max_learning_rate=most)
    assert str(error.value) == (
        "find_learning_rate needs 0 < min_learning_rate < max_learning_rate < inf. Got "
        f"{least!r} and {most!r} instead."
    )


def test_too_few_steps_are_refused(data):
    with pytest.raises(ValueError, match="n_steps") as error:
        find_learning_rate(DeepRegressor(), *data, n_steps=9)
    assert str(error.value) == (
        "The 'n_steps' parameter of find_learning_rate must be an int in the range [10, inf). "
        "Got 9 instead."
    )
