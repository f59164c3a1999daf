"""Classes that cannot be learned are refused, by name."""

import numpy as np
import pandas as pd
import pytest

from skdeep import DeepClassifier, DeepRegressor

BOTH = pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])


def error_of(function, *args, **kwargs):
    """Return the message of the ValueError that a call raises."""
    with pytest.raises(ValueError) as error:  # noqa: PT011 - callers compare the message
        function(*args, **kwargs)
    return str(error.value)


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
        "DeepClassifier: y_val contains the classes [2], which are not among those of y, [0, 1]."
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


def test_a_single_number_in_place_of_classes_is_an_error(iris):
    X, _ = iris
    assert error_of(DeepClassifier((3,)).fit, X, 3) == (
        "y should be a 1d array, got an array of shape () instead."
    )


def test_labels_where_validation_needs_classes_are_an_error(iris):
    X, y = iris
    assert error_of(DeepClassifier((3,)).fit, X, y, X_val=X, y_val=np.eye(3, dtype=int)[y]) == (
        "DeepClassifier: y_val is an indicator matrix of 3 labels, and y has 3 classes."
    )


def test_classes_where_validation_needs_labels_are_an_error(iris):
    X, y = iris
    labels = np.eye(3, dtype=int)[y]
    assert error_of(DeepClassifier((3,)).fit, X, labels, X_val=X, y_val=y) == (
        "DeepClassifier: y_val must be an indicator matrix of 3 labels, as y is. Got one class for "
        "each row."
    )


def test_another_number_of_labels_in_the_validation_data_is_an_error(iris):
    X, y = iris
    labels = np.eye(3, dtype=int)[y]
    assert error_of(DeepClassifier((3,)).fit, X, labels, X_val=X, y_val=labels[:, :2]) == (
        "DeepClassifier: y_val is an indicator matrix of 2 labels, and y has 3 labels."
    )
