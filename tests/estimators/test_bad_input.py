"""Data that cannot be right are a clear error; data that are merely odd work."""

import warnings
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.preprocessing import scale

from skdeep import DeepClassifier, DeepRegressor

BOTH = pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    return scale(X), y


def error_of(function, *args, **kwargs):
    """Return the message of the ValueError that a call raises."""
    with pytest.raises(ValueError) as error:  # noqa: PT011 - callers compare the message
        function(*args, **kwargs)
    return str(error.value)


# -- classes ------------------------------------------------------------------


def test_a_class_that_was_not_announced_is_an_error(iris):
    X, y = iris
    model = DeepClassifier((3,)).partial_fit(X, y, classes=[0, 1, 2])
    before = model.coefs_[0].copy()
    message = error_of(model.partial_fit, X[:2], [2, 7])
    assert message == (
        "DeepClassifier: y contains the classes [7], which are not among [0, 1, 2]. Give every "
        "class at the first call: in y to fit, or by classes= to partial_fit."
    )
    np.testing.assert_array_equal(model.coefs_[0], before)
    assert model.n_epochs_ == 1


def test_an_unannounced_class_in_the_first_call_is_an_error_that_leaves_it_unfitted(iris):
    X, y = iris
    model = DeepClassifier((3,))
    assert error_of(model.partial_fit, X, y, classes=[0, 1]) == (
        "DeepClassifier: y contains the classes [2], which are not among [0, 1]. Give every class "
        "at the first call: in y to fit, or by classes= to partial_fit."
    )
    assert not hasattr(model, "classes_")


def test_words_where_numbers_were_announced_are_an_error(iris):
    X, y = iris
    model = DeepClassifier((3,)).partial_fit(X, y)
    message = error_of(model.partial_fit, X[:2], ["a", "b"])
    assert message == (
        "DeepClassifier: y contains the classes ['a', 'b'], which are not among [0, 1, 2]. Give "
        "every class at the first call: in y to fit, or by classes= to partial_fit."
    )


@pytest.mark.parametrize("options", [{}, {"classes": [0, 1]}], ids=str)
def test_partial_fit_without_a_target_is_an_error(options):
    assert error_of(DeepClassifier((3,)).partial_fit, [[1.0], [2.0]], None, **options) == (
        "This DeepClassifier estimator requires y to be passed, but the target y is None."
    )


@pytest.mark.parametrize("n_classes", [3, 12])
@pytest.mark.parametrize(("before", "now"), [(int, str), (str, int)])
def test_words_and_numbers_are_never_the_same_class(before, now, n_classes, rng):
    X, y = rng.normal(size=(60, 3)), np.arange(60) % n_classes
    model = DeepClassifier((3,)).partial_fit(X, y.astype(before))
    known = np.unique(y.astype(before)).tolist()
    assert error_of(model.partial_fit, X[1:2], y[1:2].astype(now)) == (
        f"DeepClassifier: y contains the classes {[now(1)]}, which are not among {known}. Give "
        "every class at the first call: in y to fit, or by classes= to partial_fit."
    )


@BOTH
@pytest.mark.parametrize("dtype", ["Int64", "Float64", "boolean", "string", "category"])
def test_a_missing_value_in_a_series_of_targets_is_an_error(dtype, estimator, rng):
    y = pd.Series(["0", "1"] * 30) if dtype == "string" else pd.Series([0, 1] * 30)
    y = y.astype(dtype)
    y[3] = pd.NA
    assert error_of(estimator((3,)).fit, rng.normal(size=(60, 2)), y).startswith(
        "Input y contains NaN."
    )


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_missing_word_is_an_error(missing, rng):
    y = np.array(["a", "b"] * 30, dtype=object)
    y[3] = missing
    assert error_of(DeepClassifier((3,)).fit, rng.normal(size=(60, 2)), y) == (
        "Input y contains NaN."
    )


def test_other_classes_at_a_later_call_are_an_error(iris):
    X, y = iris
    model = DeepClassifier((3,)).partial_fit(X, y, classes=[0, 1, 2])
    assert error_of(model.partial_fit, X, y, classes=[0, 1, 2, 3]) == (
        "DeepClassifier: classes=[0, 1, 2, 3] differ from those of the first call to partial_fit, "
        "[0, 1, 2]."
    )


def test_a_validation_class_that_training_lacks_is_an_error(iris):
    X, y = iris
    kept = y < 2
    assert error_of(DeepClassifier((3,)).fit, X[kept], y[kept], X_val=X, y_val=y) == (
        "DeepClassifier: y contains the classes [2], which are not among [0, 1]. Give every class "
        "at the first call: in y to fit, or by classes= to partial_fit."
    )


def test_labels_where_classes_were_before_are_an_error(iris):
    X, y = iris
    model = DeepClassifier((3,)).partial_fit(X, y)
    message = error_of(model.partial_fit, X, np.eye(3, dtype=int)[y])
    assert message.startswith("DeepClassifier: y ")


def test_numbers_are_no_classes(iris):
    X, _ = iris
    assert error_of(DeepClassifier((3,)).fit, X, X[:, 0]) == (
        "Unknown label type: continuous. Maybe you are trying to fit a classifier, which expects "
        "discrete classes on a regression target with continuous values."
    )


# -- features -----------------------------------------------------------------


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


# -- weights ------------------------------------------------------------------


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
        f"{estimator.__name__}: the sum of the sample weights must be finite. Got inf. Give "
        "smaller weights."
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
        f"DeepClassifier: the sum of the sample weights must be finite. Got {total}. Give smaller "
        "weights."
    )


def test_the_largest_weights_with_a_finite_sum_weigh_as_others_do():
    X, y = load_diabetes(return_X_y=True)
    model = DeepRegressor((3,), max_epochs=3, random_state=0)
    ordinary = deepcopy(model).fit(X, y, np.ones(len(y))).predict(X)
    # the powers of two change no digit
    np.testing.assert_array_equal(model.fit(X, y, np.full(len(y), 2.0**1015)).predict(X), ordinary)


# -- the validation split -----------------------------------------------------


def test_a_held_out_part_too_small_for_its_classes_is_an_error(iris):
    X, y = iris
    model = DeepClassifier((3,), early_stopping=True, validation_fraction=0.1)
    assert error_of(model.fit, X[::10], y[::10]) == (
        "DeepClassifier: early_stopping cannot hold out validation_fraction=0.1 of 15 samples: "
        "a part of 2 cannot hold 3 classes. Give more samples, another validation_fraction, "
        "X_val and y_val, or early_stopping='auto'."
    )


def test_a_class_of_one_row_cannot_be_split(iris):
    X, y = iris
    y = y.copy()
    y[0] = 9
    message = error_of(DeepClassifier((3,), early_stopping=True).fit, X, y)
    assert message.startswith(
        "DeepClassifier: early_stopping cannot hold out validation_fraction=0.1 of 150 samples: "
    )
    assert message.endswith(
        "Give more samples, another validation_fraction, X_val and y_val, or early_stopping='auto'."
    )


# -- values -------------------------------------------------------------------


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
    expected = f"Input X contains NaN.\n{estimator.__name__} does not accept missing values"
    assert error_of(estimator((3,)).fit, broken, y).startswith(expected)
    model = estimator((3,), max_epochs=1).fit(X, y)
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
    model = estimator((3,), max_epochs=1).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of scikit-learn's check itself
        assert error_of(estimator((3,)).fit, 1e39 * X, y).startswith(expected)
        if estimator is DeepClassifier:
            assert error_of(model.predict, 1e39 * X).startswith(expected)


def test_a_regressor_predicts_in_float64_what_is_beyond_float32(iris):
    X, y = iris
    model = DeepRegressor((3,), max_epochs=1).fit(X, y)
    assert np.isfinite(model.predict(1e39 * X)).all()
    infinite = np.full((1, 4), np.inf)
    assert error_of(model.predict, infinite).startswith("Input X contains infinity")


@pytest.mark.parametrize("factor", [1e30, 1e-30, 1e40])
def test_a_huge_or_tiny_target_is_learned_in_its_own_units(factor):
    X, y = load_diabetes(return_X_y=True)
    model = DeepRegressor((4,), max_epochs=3, random_state=0)
    plain = deepcopy(model).fit(X, y).predict(X)
    # the standardized targets differ by round-off in float32
    np.testing.assert_allclose(model.fit(X, factor * y).predict(X) / factor, plain, rtol=1e-3)


# -- odd but right ------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_one_row_works(iris, estimator, optimizer):
    X, _ = iris
    model = estimator(
        (3,), activation="tanh", optimizer=optimizer, learning_rate=0.03, random_state=0
    ).fit(X[:1], [5])
    assert model.predict(X).shape == (150,)
    # the one class; or a number near, where training stopped for want of progress
    assert model.predict(X[:1])[0] == pytest.approx(5, abs=0.2)


@BOTH
def test_one_row_at_a_time_works(iris, estimator):
    X, y = iris
    model = estimator((3,))
    options = {"classes": [0, 1, 2]} if estimator is DeepClassifier else {}
    for i in range(0, 150, 30):
        model.partial_fit(X[i : i + 1], y[i : i + 1], **options)
    assert model.n_epochs_ == 5
    assert np.isfinite(model.loss_curve_).all()


@BOTH
def test_one_feature_works(iris, estimator):
    X, y = iris
    model = estimator((8,), "tanh", learning_rate=0.03, max_epochs=60, random_state=0)
    assert model.fit(X[:, 2:3], y).score(X[:, 2:3], y) > 0.7  # the petals' length tells


@BOTH
@pytest.mark.parametrize("batch_norm", [False, True])
def test_constant_features_work(iris, estimator, batch_norm):
    X, y = iris
    model = estimator((3,), batch_norm=batch_norm, max_epochs=3)
    predicted = model.fit(np.full_like(X, 7), y).predict(np.full_like(X, 7))
    assert np.ptp(predicted) < 1e-5  # float32 rows of a product round alike, or nearly so
    assert np.isfinite(model.loss_curve_).all()


@pytest.mark.parametrize(
    "options",
    [{}, {"optimizer": "lbfgs"}, {"early_stopping": True}, {"class_weight": "balanced"}],
)
def test_one_class_works(iris, options):
    X, _ = iris
    model = DeepClassifier((3,), max_epochs=3, **options).fit(X, np.full(150, "a"))
    assert set(model.predict(X)) == {"a"}
    assert model.predict_proba(X).shape == (150, 1)
    assert model.n_epochs_ >= 1


@BOTH
def test_integers_booleans_and_lists_work(iris, estimator):
    X, y = iris
    whole = (10 * X).astype(int)
    model = estimator((3,), max_epochs=2, random_state=0)
    expected = deepcopy(model).fit(whole.astype(float), y).predict(whole)
    np.testing.assert_array_equal(deepcopy(model).fit(whole, y).predict(whole), expected)
    in_lists = deepcopy(model).fit(whole.tolist(), y.tolist()).predict(whole.tolist())
    np.testing.assert_array_equal(in_lists, expected)
    assert model.fit(X > 0, y).predict(X > 0).shape == (150,)


@BOTH
def test_a_read_only_array_is_left_alone(iris, estimator):
    X, y = (array.copy() for array in iris)
    X.flags.writeable = y.flags.writeable = False
    assert estimator((3,), batch_norm=True, max_epochs=2).fit(X, y).n_epochs_ == 2


# -- names --------------------------------------------------------------------


@BOTH
def test_an_unknown_optimizer_is_an_error_with_a_suggestion(iris, estimator):
    message = error_of(estimator(optimizer="adm").fit, *iris)
    assert message.startswith("Unknown optimizer 'adm'; expected one of 'adagrad', 'adam', ")
    assert message.endswith(" Did you mean 'adam'?")


def test_an_unknown_loss_is_an_error(iris):
    message = error_of(DeepRegressor(loss="square_error").fit, *iris)
    assert message.startswith("The 'loss' parameter of DeepRegressor must be a str among {")
    assert message.endswith("Got 'square_error' instead.")


@BOTH
def test_an_unknown_hyperparameter_is_an_error(estimator):
    message = error_of(estimator().set_params, droput=0.1)
    assert message.startswith(f"Invalid parameter 'droput' for estimator {estimator.__name__}()")
