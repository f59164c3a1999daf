"""A training that fails is an error that leaves the estimator as it was."""

import re
import warnings

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skdeep import DeepClassifier, DeepRegressor
from tests.estimators.helpers import brief
from tests.helpers import error_of

DIVERGENCE = re.compile(
    r"DeepClassifier: the training (loss|gradient's norm) became (nan|inf) at epoch \d+, step \d+ "
    r"\(learning_rate=(1e\+30|0\.005)\)\. Standardize X or lower learning_rate\."
)


wild_scales = pytest.mark.filterwarnings("ignore:.* numbers are used as they are:UserWarning")


@wild_scales
@pytest.mark.parametrize("validation", [{}, {"early_stopping": True}], ids=str)
@pytest.mark.parametrize(
    ("hyperparameters", "scale"), [({"learning_rate": 1e30}, 1.0), ({}, 1e30)], ids=str
)
def test_a_loss_that_diverges_is_an_error_with_a_remedy(hyperparameters, scale, validation, data):
    X, y = data
    estimator = brief(**hyperparameters, **validation, numerical_encoding=None, random_state=0)
    assert DIVERGENCE.fullmatch(error_of(lambda: estimator.fit(scale * X, y)))


@wild_scales
@pytest.mark.parametrize("batch_size", [32, "full"])
@pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
def test_a_batch_variance_that_overflows_is_an_error_that_leaves_all_as_it_was(
    estimator, batch_size, data
):
    X, y = data
    model = estimator((8,), batch_norm=True, batch_size=batch_size, max_epochs=3, random_state=0)
    model.set_params(numerical_encoding=None)
    before = model.fit(X, y).predict(X)
    spoiled = X.copy()
    spoiled[7, 2] = 1e20
    assert re.fullmatch(
        rf"{estimator.__name__}: the training batch-norm statistics' maximum became (inf|nan) at "
        r"epoch 0, step [12] \(learning_rate=0\.005\), with values of X up to 1e\+20\. "
        r"Standardize X or lower learning_rate\.",
        error_of(lambda: model.fit(spoiled, y)),
    )
    np.testing.assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize("attempt", ["bad value", "bad data", "divergence"])
def test_a_failed_fit_leaves_the_fitted_model_as_it_was(attempt, data):
    X, y = data
    estimator = brief(random_state=0).fit(X, y)
    before = estimator.predict_proba(X)
    history = {name: list(values) for name, values in estimator.history_.items()}
    other = np.hstack([X, X]), y + 3
    if attempt == "bad value":
        estimator.set_params(activation="rleu")
    elif attempt == "bad data":
        other = other[0], other[1][:5]
    else:
        estimator.set_params(learning_rate=1e30)
    error_of(lambda: estimator.fit(*other))
    assert estimator.n_features_in_ == 4
    assert estimator.classes_.tolist() == [0, 1]
    assert estimator.history_ == history
    np.testing.assert_array_equal(estimator.predict_proba(X), before)


def test_a_failed_first_fit_leaves_the_estimator_unfitted(data):
    estimator = brief(learning_rate=1e30)
    error_of(lambda: estimator.fit(*data))
    error_of(lambda: estimator.predict(data[0]), NotFittedError)


def test_a_failed_warm_start_can_be_resumed_as_if_it_had_not_been(data):
    steady, failing = (brief(warm_start=True, random_state=0).fit(*data) for _ in range(2))
    error_of(lambda: failing.set_params(learning_rate=1e30).fit(*data))
    failing.set_params(learning_rate=steady.learning_rate)
    for estimator in (steady, failing):
        estimator.fit(*data)
    for weights, same in zip(steady.coefs_, failing.coefs_, strict=True):
        np.testing.assert_array_equal(weights, same)


def test_predictions_far_outside_the_data_are_finite_and_silent(data):
    X, y = data
    estimator = brief(random_state=0).fit(X, y)
    far = X / np.abs(X).max() * 1e30
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for values in (
            estimator.predict_proba(far),
            estimator.predict_log_proba(far),
            estimator.decision_function(far),
        ):
            assert np.isfinite(values).all()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_rows_whose_outputs_overflow_are_an_error_that_names_x(n_classes, data):
    X = np.tile(data[0], (2, 1))  # more rows than are predicted in float64
    estimator = brief(random_state=0).fit(X, np.arange(120) % n_classes)
    far = X / np.abs(X).max() * 3e38
    expected = (
        "DeepClassifier: the predictions for X are not finite, with values of X up to 3e+38. Scale "
        "X as the training data was scaled."
    )
    for predict in (
        estimator.predict,
        estimator.predict_proba,
        estimator.predict_log_proba,
        estimator.decision_function,
    ):
        assert error_of(lambda predict=predict: predict(far)) == expected


@pytest.mark.parametrize(
    ("loss", "largest", "dtype"),
    [("squared_error", 1e308, "float64"), ("poisson", 1e30, "float32")],
)
def test_rows_whose_predicted_numbers_overflow_are_an_error_too(loss, largest, dtype, data):
    X, y = data
    estimator = DeepRegressor((8, 8), loss=loss, max_epochs=3, dtype=dtype, random_state=0)
    estimator.fit(X, y)
    far = X / X.max() * largest
    assert error_of(lambda: estimator.predict(np.clip(far, -largest, largest))) == (
        f"DeepRegressor: the predictions for X are not finite, with values of X up to {largest:g}. "
        "Scale X as the training data was scaled."
    )
