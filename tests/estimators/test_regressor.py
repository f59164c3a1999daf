"""DeepRegressor: its losses against closed forms, its target's units, its outputs."""

from copy import deepcopy

import numpy as np
import pytest
from sklearn.exceptions import DataConversionWarning

from skdeep import DeepRegressor


def test_the_prediction_has_the_shape_of_the_target(diabetes):
    X, y = diabetes
    model = DeepRegressor((4,), max_epochs=1)
    assert model.fit(X, y).predict(X).shape == (442,)
    assert model.fit(X, np.column_stack([y, y])).predict(X).shape == (442, 2)
    assert model.n_outputs_ == 2


def test_a_column_of_targets_is_taken_as_one_dimensional_with_a_warning(diabetes):
    X, y = diabetes
    model = DeepRegressor((4,), max_epochs=2, random_state=0)
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed"):
        column = deepcopy(model).fit(X, y[:, None])
    np.testing.assert_array_equal(column.predict(X), model.fit(X, y).predict(X))


@pytest.mark.parametrize("largest", [1.7e308, -1.1e300])
def test_a_target_near_the_largest_number_is_refused(largest):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        DeepRegressor((3,)).fit(np.eye(12), np.linspace(0, largest, 12))
    assert str(error.value) == (
        "DeepRegressor: y must lie between -1e300 and 1e300, where sums of it are finite. Got "
        f"values up to {abs(largest):g}. Divide y by a constant."
    )


def test_integer_targets_are_numbers(diabetes):
    X, y = diabetes
    model = DeepRegressor((4,), max_epochs=2, random_state=0)
    whole = deepcopy(model).fit(X, y.astype(int))
    np.testing.assert_array_equal(whole.predict(X), model.fit(X, y).predict(X))


def test_early_stopping_keeps_the_epoch_of_the_smallest_validation_loss(diabetes):
    X, y = diabetes
    model = DeepRegressor(
        (32,), early_stopping=True, learning_rate=0.03, n_iter_no_change=5, random_state=0
    ).fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])
    residuals = (y[300:] - model.predict(X[300:])) / y[:300].std()
    best = min(model.history_["val_loss"])
    assert np.mean(residuals**2) / 2 == pytest.approx(best, rel=1e-5)  # float32
    assert model.n_epochs_ < 200
    assert model.history_["val_loss"][model.best_epoch_] == best


def error_of(function, *args, **kwargs):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - callers compare the message
        function(*args, **kwargs)
    return str(error.value)


def test_a_negative_target_is_an_error_for_the_poisson_loss(diabetes):
    X, y = diabetes
    y = y.copy()
    y[3] = -2
    assert error_of(DeepRegressor(loss="poisson").fit, X, y) == (
        "DeepRegressor: loss='poisson' needs y >= 0 with at least one y > 0. Got a smallest "
        "value of -2.0 and a largest of 346.0."
    )


def test_nothing_but_zeros_are_an_error_for_the_poisson_loss(diabetes):
    X, _ = diabetes
    assert error_of(DeepRegressor(loss="poisson").fit, X, np.zeros(442)) == (
        "DeepRegressor: loss='poisson' needs y >= 0 with at least one y > 0. Got a smallest "
        "value of 0.0 and a largest of 0.0."
    )


def test_a_later_block_of_zero_counts_is_no_error(rng):
    X, y = rng.normal(size=(20, 2)), rng.poisson(2.0, size=20)
    model = DeepRegressor((3,), loss="poisson").partial_fit(X, y)
    model.partial_fit(X[:5], np.zeros(5))
    assert model.n_epochs_ == 2


def test_another_number_of_outputs_is_an_error(diabetes):
    X, y = diabetes
    model = DeepRegressor((3,)).partial_fit(X, np.column_stack([y, y]))
    expected = "DeepRegressor: y has 1 outputs, but had 2 before."
    assert error_of(model.partial_fit, X, y) == expected


def test_a_target_of_three_dimensions_is_an_error(diabetes):
    X, y = diabetes
    assert error_of(DeepRegressor().fit, X, y[:, None, None]) == (
        "DeepRegressor: y must have one or two dimensions. Got 3."
    )


def test_a_target_of_words_is_an_error(diabetes):
    X, _ = diabetes
    assert "could not convert string to float" in error_of(
        DeepRegressor().fit, X, np.full(442, "high")
    )
