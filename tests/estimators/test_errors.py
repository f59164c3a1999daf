"""What a user reads when a hyperparameter or the data cannot be right."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from tests.estimators.helpers import brief
from tests.helpers import error_of


@pytest.mark.parametrize("encoding", ["auto", None])
def test_infinite_features_are_refused_by_fit_and_predict(encoding, data):
    X, y = data
    bad = X.copy()
    bad[3, 2] = np.inf
    estimator = brief(numerical_encoding=encoding).fit(X, y)
    dtype = X.dtype if encoding else np.dtype("float32")
    problem = f"Input X contains infinity or a value too large for {dtype!r}."
    for call in (lambda: estimator.fit(bad, y), lambda: estimator.predict(bad)):
        assert error_of(call) == problem


@pytest.mark.parametrize("options", [{"numerical_encoding": None}, {"hidden_layer_sizes": ()}])
def test_missing_numbers_are_refused_where_numbers_are_used_as_they_are(options, data):
    X, y = data
    bad = X.copy()
    bad[3, 2] = np.nan
    estimator = brief(**options).fit(X, y)
    for call in (lambda: estimator.fit(bad, y), lambda: estimator.predict(bad)):
        assert error_of(call) == (
            "DeepClassifier: the column 'x2' of X contains NaN. Missing numbers are accepted if X "
            "is dense and numerical_encoding is not None, as in a network with hidden layers by "
            "default. Impute them, or set numerical_encoding='standardize'."
        )


def test_missing_targets_are_refused(data):
    X, y = data
    message = error_of(lambda: brief().fit(X, np.where(y == 1, np.nan, 0.0)))
    assert message.startswith("Input y contains NaN.")


def test_continuous_targets_are_refused(data):
    X, _ = data
    assert error_of(lambda: brief().fit(X, X[:, 0])).startswith("Unknown label type: continuous.")


def test_a_wrong_number_of_features_is_told(data):
    X, y = data
    estimator = brief().fit(X, y)
    expected = "X has 2 features, but DeepClassifier is expecting 4 features as input."
    assert error_of(lambda: estimator.predict(X[:, :2])) == expected
    assert error_of(lambda: brief().fit(X, y, X_val=X[:, :2], y_val=y)) == expected


def test_lengths_that_differ_are_told(data):
    X, y = data
    expected = "Found input variables with inconsistent numbers of samples: [60, 5]"
    assert error_of(lambda: brief().fit(X, y[:5])) == expected
    assert error_of(lambda: brief().fit(X, y, X_val=X, y_val=y[:5])) == expected
    assert error_of(lambda: brief().fit(X, y, np.ones(5))) == (
        "sample_weight.shape == (5,), expected (60,)!"
    )


def test_predicting_before_fitting_is_an_error(data):
    assert error_of(lambda: brief().predict(data[0]), NotFittedError) == (
        "This DeepClassifier instance is not fitted yet. Call 'fit' with appropriate arguments "
        "before using this estimator."
    )


def test_negative_weights_are_refused(data):
    weight = np.where(np.arange(60) == 3, -1.0, 1.0)
    assert error_of(lambda: brief().fit(*data, weight)) == (
        "Negative values in data passed to `sample_weight`."
    )


def test_weights_that_are_all_zero_are_refused(data):
    assert error_of(lambda: brief().fit(*data, np.zeros(60))) == (
        "Sample weights must contain at least one non-zero number."
    )


def test_class_weights_that_leave_nothing_are_refused(data):
    assert error_of(lambda: brief(class_weight={0: 0.0, 1: 0.0}).fit(*data)) == (
        "DeepClassifier: all sample weights are zero. Give at least one row a positive weight."
    )


@pytest.mark.parametrize("weight", [-1.0, np.nan, "a", None, "2", [1.0]])
def test_class_weights_that_are_no_number_from_zero_up_are_refused(weight, data):
    assert error_of(lambda: brief(class_weight={0: weight}).fit(*data)) == (
        "DeepClassifier: class_weight must give numbers >= 0 to some of the classes [0, 1]. Got "
        f"{ {0: weight} } instead."
    )


@pytest.mark.parametrize("l2", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_early_stopping_refuses_weights_that_leave_a_part_of_the_split_without_any(seed, l2, data):
    # whichever part the one row with a weight falls into, the other part has none
    weight = np.where(np.arange(60) == 5, 1.0, 0.0)
    estimator = brief(early_stopping=True, random_state=seed, l2=l2)
    message = error_of(lambda: estimator.fit(*data, weight))
    assert message.startswith("DeepClassifier: ")


def test_x_val_and_y_val_belong_together(data):
    X, y = data
    message = "DeepClassifier: X_val and y_val belong together. Got only {}."
    assert error_of(lambda: brief().fit(X, y, X_val=X)) == message.format("X_val")
    assert error_of(lambda: brief().fit(X, y, y_val=y)) == message.format("y_val")


def test_weights_of_validation_data_need_validation_data(data):
    message = error_of(lambda: brief().fit(*data, sample_weight_val=np.ones(60)))
    assert "sample_weight_val" in message


def test_classes_that_only_validation_data_has_are_refused(data):
    X, y = data
    assert error_of(lambda: brief().fit(X, y, X_val=X, y_val=y + 1)) == (
        "DeepClassifier: y_val contains the classes [2], which are not among those of y, [0, 1]."
    )


def test_too_few_samples_to_hold_some_out_are_told_with_a_remedy(data):
    X, y = data
    message = error_of(lambda: brief(early_stopping=True).fit(X[:3], y[:3]))
    assert message.startswith(
        "DeepClassifier: early_stopping cannot hold out validation_fraction=0.1 of 3 samples: "
    )
    assert message.endswith(
        "Give more samples, another validation_fraction, X_val and y_val, or early_stopping='auto'."
    )


def test_an_indicator_matrix_holds_zeros_and_ones(data):
    X, y = data
    assert error_of(lambda: brief().fit(X, np.column_stack([y, y]) * 2 - 1)) == (
        "DeepClassifier: y must be an indicator matrix of 0 and 1, a column for each label. Got "
        "the values [-1, 1]."
    )


def test_tiny_and_huge_weights_weigh_as_others_do(data):
    estimator = brief(random_state=0, numerical_encoding=None)
    expected = estimator.fit(*data, np.ones(60)).predict_proba(data[0])
    for scale in (1e-50, 1e40):
        scaled = estimator.fit(*data, np.full(60, scale)).predict_proba(data[0])
        # weights are divided by their mean before they are cast
        np.testing.assert_array_equal(scaled, expected)


def test_batches_of_nothing_but_negligible_weights_train_with_batch_norm(rng):
    X = rng.normal(size=(96, 4))
    weight = np.where(np.arange(96) < 32, 1e-60, 1.0)  # the whole first batch is 0 in float32
    model = brief(batch_norm=True, batch_size=32, shuffle=False, random_state=0)
    losses = model.fit(X, X[:, 0] > 0, weight).loss_curve_
    assert losses[-1] < losses[0]
    assert np.isfinite(model.predict_proba(X)).all()
