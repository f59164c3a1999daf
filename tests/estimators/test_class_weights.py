"""What class_weight means, call after call."""

from copy import deepcopy

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.preprocessing import scale

from skdeep import DeepClassifier
from skdeep.estimators.inside import model_of


@pytest.fixture
def rare():
    """Three classes of 50, 25 and 10 rows."""
    X, y = load_iris(return_X_y=True)
    kept = np.r_[0:50, 50:75, 100:110]
    return scale(X)[kept], y[kept]


def warm(**hyperparameters):
    return DeepClassifier(
        (4,), max_epochs=3, early_stopping=False, warm_start=True, random_state=0,
        **hyperparameters,
    )  # fmt: skip


def assert_same_network(one, other):
    np.testing.assert_array_equal(model_of(one).network.theta, model_of(other).network.theta)


@pytest.mark.parametrize("before", [None, {1: 3.0}, "balanced"])
@pytest.mark.parametrize("now", [None, {1: 5.0}, "balanced"])
def test_a_warm_fit_takes_the_class_weights_of_now(rare, before, now):
    X, y = rare
    fitted = warm(class_weight=before).fit(X, y)
    weights = {
        "None": np.ones(3),
        "{1: 5.0}": np.array([1.0, 5.0, 1.0]),
        "balanced": 85 / 3 / np.array([50, 25, 10]),
    }[str(now)]
    by_hand = deepcopy(fitted).set_params(class_weight=None)
    by_hand.fit(X, y, None if now is None else weights[y])
    assert_same_network(fitted.set_params(class_weight=now).fit(X, y), by_hand)


def test_balanced_weights_of_a_warm_fit_are_those_of_its_rows(rare):
    X, y = rare
    fitted = warm(class_weight="balanced").fit(X, y)
    part = np.r_[0:20, 50:75, 75:85]
    weights = 55 / 3 / np.array([20, 25, 10])
    by_hand = deepcopy(fitted).set_params(class_weight=None).fit(X[part], y[part], weights[y[part]])
    assert_same_network(fitted.fit(X[part], y[part]), by_hand)


def test_validation_rows_take_the_balanced_weights_of_the_training_rows(rare):
    X, y = rare
    val = np.r_[0:10, 50:60, 75:85]
    weights = 85 / 3 / np.array([50, 25, 10])
    balanced = warm(class_weight="balanced").fit(X, y, X_val=X[val], y_val=y[val])
    by_hand = warm().fit(
        X, y, weights[y], X_val=X[val], y_val=y[val], sample_weight_val=weights[y[val]]
    )
    assert balanced.history_["val_loss"] == by_hand.history_["val_loss"]


def test_labels_whose_balanced_weights_overflow_are_an_error():
    y, weight = np.array([[1, 1, 1], [1, 0, 0]]), np.array([1e-300, 1.0])
    with pytest.raises(ValueError, match=r"must be finite\. Got inf\."):
        DeepClassifier((3,), class_weight="balanced").fit(np.ones((2, 3)), y, weight)
