"""Data that cannot be right are a clear error; data that are merely odd work."""

import warnings
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes

from skdeep import DeepClassifier, DeepRegressor

BOTH = pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])


def error_of(function, *args, **kwargs):
    """Return the message of the ValueError that a call raises."""
    with pytest.raises(ValueError) as error:  # noqa: PT011 - callers compare the message
        function(*args, **kwargs)
    return str(error.value)


@BOTH
@pytest.mark.parametrize("method", ["predict", "partial_fit"])
def test_another_number_of_features_is_an_error(iris, estimator, method):
    X, y = iris
    model = estimator((3,), max_epochs=1).fit(X, y)
    data = (X[:, :3],) if method == "predict" else (X[:, :3], y)
    assert error_of(getattr(model, method), *data) == (
        f"X has 3 features, but {estimator.__name__} is expecting 4 features as input."
    )


@BOTH
def test_validation_rows_of_another_width_are_an_error(iris, estimator):
    X, y = iris
    assert error_of(estimator((3,)).fit, X, y, X_val=X[:, :3], y_val=y) == (
        f"X has 3 features, but {estimator.__name__} is expecting 4 features as input."
    )


@BOTH
def test_other_feature_names_are_an_error(iris, estimator):
    X, y = iris
    model = estimator((3,), max_epochs=1).fit(pd.DataFrame(X, columns=list("abcd")), y)
    message = error_of(model.predict, pd.DataFrame(X, columns=list("abce")))
    assert message == (
        "The feature names should match those that were passed during fit.\n"
        "Feature names unseen at fit time:\n- e\n"
        "Feature names seen at fit time, yet now missing:\n- d\n"
    )


@BOTH
def test_a_negative_weight_is_an_error(iris, estimator):
    X, y = iris
    weight = np.ones(len(y))
    weight[3] = -1
    assert error_of(estimator((3,)).fit, X, y, weight) == (
        "Negative values in data passed to `sample_weight`."
    )


@BOTH
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_weights_that_are_all_zero_are_an_error(iris, estimator, method):
    X, y = iris
    model = estimator((3,))
    message = error_of(getattr(model, method), X, y, sample_weight=np.zeros(len(y)))
    assert message == "Sample weights must contain at least one non-zero number."
    assert not hasattr(model, "coefs_")


@BOTH
def test_a_weight_that_is_nan_is_an_error(iris, estimator):
    X, y = iris
    weight = np.ones(len(y))
    weight[3] = np.nan
    assert error_of(estimator((3,)).fit, X, y, weight).startswith(
        "Input sample_weight contains NaN."
    )


@BOTH
def test_weights_of_another_length_are_an_error(iris, estimator):
    X, y = iris
    assert error_of(estimator((3,)).fit, X, y, np.ones(7)) == (
        "sample_weight.shape == (7,), expected (150,)!"
    )


@BOTH
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_weights_with_an_infinite_sum_are_an_error(iris, estimator, method):
    X, y = iris
    assert error_of(getattr(estimator((3,)), method), X, y, sample_weight=np.full(150, 1e308)) == (
        f"{estimator.__name__}: the sum of the rows' weights (sample_weight times class_weight) "
        "must be finite. Got inf. Divide the weights by a constant."
    )


@pytest.mark.parametrize(
    ("class_weight", "weight", "total"),
    [
        ({0: 1e307}, None, "inf"),
        ({0: 1e200}, 1e200, "inf"),
        ("balanced", 1e308, "nan"),
    ],
)
def test_class_weights_with_an_infinite_sum_are_an_error(iris, class_weight, weight, total):
    X, y = iris
    weight = None if weight is None else np.full(150, weight)
    assert error_of(DeepClassifier((3,), class_weight=class_weight).fit, X, y, weight) == (
        "DeepClassifier: the sum of the rows' weights (sample_weight times class_weight) must be "
        f"finite. Got {total}. Divide the weights by a constant."
    )


def test_the_largest_weights_with_a_finite_sum_weigh_as_others_do():
    X, y = load_diabetes(return_X_y=True)
    model = DeepRegressor((3,), max_epochs=3, random_state=0)
    ordinary = deepcopy(model).fit(X, y, np.ones(len(y))).predict(X)
    # the powers of two change no digit
    np.testing.assert_array_equal(model.fit(X, y, np.full(len(y), 2.0**1015)).predict(X), ordinary)


@BOTH
@pytest.mark.parametrize(("value", "named"), [(np.nan, "NaN"), (np.inf, "infinity")])
def test_a_target_that_is_not_finite_is_an_error(iris, estimator, value, named):
    X, y = iris
    y = y.astype(float)
    y[5] = value
    message = error_of(estimator((3,)).fit, X, y)
    assert message.startswith(f"Input y contains {named}")


@BOTH
def test_a_feature_that_is_nan_is_an_error_at_fit_and_predict(iris, estimator):
    X, y = iris
    broken = X.copy()
    broken[5, 1] = np.nan
    expected = f"{estimator.__name__}: the column 'x1' of X contains NaN. Missing numbers"
    model = estimator((3,), numerical_encoding=None, max_epochs=1)
    assert error_of(model.fit, broken, y).startswith(expected)
    model.fit(X, y)
    assert error_of(model.predict, broken).startswith(expected)


@BOTH
def test_no_rows_are_an_error(iris, estimator):
    X, y = iris
    assert error_of(estimator((3,)).fit, X[:0], y[:0]) == (
        "Found array with 0 sample(s) (shape=(0, 4)) while a minimum of 1 is required by "
        f"{estimator.__name__}."
    )


@BOTH
def test_no_features_are_an_error(iris, estimator):
    X, y = iris
    assert error_of(estimator((3,)).fit, X[:, :0], y) == (
        "Found array with 0 feature(s) (shape=(150, 0)) while a minimum of 1 is required by "
        f"{estimator.__name__}."
    )


@BOTH
def test_rows_of_different_lengths_are_an_error(estimator):
    assert error_of(estimator().fit, [[1, 2], [3]], [0, 1]) == (
        f"{estimator.__name__}: X must have the same number of values in each row. Got rows of "
        "different lengths."
    )


@BOTH
def test_no_target_is_an_error(iris, estimator):
    assert error_of(estimator((3,)).fit, iris[0], None) == (
        f"This {estimator.__name__} estimator requires y to be passed, but the target y is None."
    )


@BOTH
def test_a_target_of_another_length_is_an_error(iris, estimator):
    X, y = iris
    message = error_of(estimator((3,)).fit, X, y[:100])
    assert message == "Found input variables with inconsistent numbers of samples: [150, 100]"


@pytest.mark.parametrize("batch_norm", [False, True])
@BOTH
def test_huge_features_are_learned_from_or_a_clear_error(iris, estimator, batch_norm):
    X, y = iris
    model = estimator((3,), batch_norm=batch_norm, optimizer="sgd", random_state=0)
    try:
        model.fit(1e30 * X, y)
    except ValueError as error:
        message = str(error)
        assert message.startswith(f"{estimator.__name__}: the training ")
        assert message.endswith("Standardize X or lower learning_rate.")
        assert not hasattr(model, "coefs_")
    else:
        assert all(np.isfinite(weight).all() for weight in model.coefs_ + model.intercepts_)


@BOTH
def test_features_beyond_the_precision_are_an_error_at_fit_and_predict(iris, estimator):
    X, y = iris
    expected = "Input X contains infinity or a value too large for dtype('float32')."
    model = estimator((3,), numerical_encoding=None, max_epochs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of scikit-learn's check itself
        assert error_of(model.fit, 1e39 * X, y).startswith(expected)
        model.fit(X, y)
        assert error_of(model.predict, 1e39 * X).startswith(expected)
        infinite = np.full((1, 4), np.inf)
        assert error_of(model.predict, infinite).startswith("Input X contains infinity")


@pytest.mark.parametrize("factor", [1e30, 1e-30, 1e40])
def test_a_huge_or_tiny_target_is_learned_in_its_own_units(factor):
    X, y = load_diabetes(return_X_y=True)
    model = DeepRegressor((4,), max_epochs=3, random_state=0)
    plain = deepcopy(model).fit(X, y).predict(X)
    # the standardized targets differ by round-off in float32
    np.testing.assert_allclose(model.fit(X, factor * y).predict(X) / factor, plain, rtol=1e-3)


@BOTH
def test_an_unknown_optimizer_is_an_error_with_a_suggestion(iris, estimator):
    message = error_of(estimator(optimizer="adm").fit, *iris)
    assert message.startswith("Unknown optimizer 'adm'; expected one of 'adagrad', 'adam', ")
    assert message.endswith(" Did you mean 'adam'?")


@pytest.mark.parametrize(
    ("loss", "meant"), [("square_error", "squared_error"), ("pinball", "quantile")]
)
def test_an_unknown_loss_is_an_error_with_a_suggestion(iris, loss, meant):
    assert error_of(DeepRegressor(loss=loss).fit, *iris) == (
        "The 'loss' parameter of DeepRegressor must be a str among {'absolute_error', 'gamma', "
        "'gaussian', 'huber', 'poisson', 'quantile', 'squared_error'} or a Loss. Got "
        f"{loss!r} instead. Did you mean {meant!r}?"
    )


@BOTH
def test_an_unknown_hyperparameter_is_an_error(estimator):
    message = error_of(estimator().set_params, droput=0.1)
    assert message.startswith(f"Invalid parameter 'droput' for estimator {estimator.__name__}()")
