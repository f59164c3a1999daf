"""What a classifier minimizes, and what weights mean in it."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import scale

from skdeep import DeepClassifier
from tests.estimators.helpers import assert_same_network, small, untrained


@pytest.mark.parametrize("load", [load_breast_cancer, load_iris, load_wine])
@pytest.mark.parametrize("C", [0.1, 1.0])
def test_without_hidden_layers_the_solution_is_that_of_logistic_regression(load, C):
    X, y = load(return_X_y=True)
    X = scale(X)
    expected = LogisticRegression(C=C, tol=1e-8, max_iter=10_000).fit(X, y)
    estimator = DeepClassifier(
        (),
        l2=1 / C,
        optimizer="nesterov",
        learning_rate=0.3 if len(np.unique(y)) > 2 else 0.5,
        batch_size="full",
        max_epochs=4000,
        tol=0,
        n_iter_no_change=None,
        dtype="float64",
        random_state=0,
    ).fit(X, y)
    # both stop where the gradient is below 1e-8 and the curvature is at least l2/m > 1e-3
    np.testing.assert_allclose(estimator.coefs_[0].T, expected.coef_, atol=1e-4)
    probabilities = expected.predict_proba(X)
    np.testing.assert_allclose(estimator.predict_proba(X), probabilities, atol=1e-4)


@pytest.mark.parametrize("batch_size", [10, 30, 60])
@pytest.mark.parametrize("weight", [1.0, 2.0])
def test_the_strength_of_the_penalty_does_not_depend_on_the_batch_size(batch_size, weight):
    # Without features the loss has no gradient by the weights: only the penalty moves them,
    # by the same share at every step, m = 60 · weight.
    X, y = np.zeros((60, 4)), np.arange(60) % 3
    fixed = {"hidden_layer_sizes": (), "random_state": 0, "dtype": "float64"}
    start = untrained(X, y, hidden_layer_sizes=()).coefs_[0]
    estimator = DeepClassifier(
        **fixed, l2=9.0, optimizer="sgd", learning_rate=0.5, max_epochs=4, batch_size=batch_size
    ).fit(X, y, np.full(60, weight))
    n_steps = 4 * 60 // batch_size
    expected = start * (1 - 0.5 * 9.0 / (60 * weight)) ** n_steps
    np.testing.assert_allclose(estimator.coefs_[0], expected, rtol=1e-12)  # round-off


@pytest.mark.parametrize("batch_size", [10, 60])
def test_l1_moves_each_weight_by_the_same_step_towards_zero(batch_size):
    X, y = np.zeros((60, 4)), np.arange(60) % 3
    options = {"hidden_layer_sizes": (), "weight_init": "he_normal"}  # far from zero
    start = untrained(X, y, **options).coefs_[0]
    options |= {"dtype": "float64", "optimizer": "sgd", "learning_rate": 1e-3}
    estimator = small(**options, l1=6.0, batch_size=batch_size).fit(X, y)
    n_steps = 5 * 60 // batch_size
    expected = start - n_steps * 1e-3 * 6.0 / 60 * np.sign(start)
    assert np.abs(start).min() > n_steps * 1e-4  # none gets to zero
    np.testing.assert_allclose(estimator.coefs_[0], expected, rtol=1e-10)  # round-off


def test_the_reported_loss_is_the_mean_plus_the_penalties(iris):
    X, y = iris
    estimator = untrained(X, y, l2=3.0, l1=2.0)
    penalty = sum(3.0 / 2 * (W**2).sum() + 2.0 * np.abs(W).sum() for W in estimator.coefs_)
    expected = log_loss(y, estimator.predict_proba(X)) + penalty / len(y)
    assert estimator.loss_ == pytest.approx(expected, rel=1e-12)  # round-off


@pytest.mark.parametrize("classes", [[0, 1], [0, 1, 2]], ids=["binary", "multiclass"])
def test_label_smoothing_mixes_the_targets_with_the_uniform_distribution(classes, iris):
    kept = np.isin(iris[1], classes)
    X, y = iris[0][kept], iris[1][kept]
    estimator = untrained(X, y, label_smoothing=0.3)
    target = 0.7 * np.eye(len(classes))[y] + 0.3 / len(classes)
    expected = -(target * estimator.predict_log_proba(X)).sum(axis=1).mean()
    assert estimator.loss_ == pytest.approx(expected, rel=1e-12)  # round-off


def test_label_smoothing_of_several_labels_mixes_each_with_one_half(iris):
    X, y = iris
    labels = np.column_stack([y > 0, y > 1, y % 2]).astype(int)
    estimator = untrained(X, labels, label_smoothing=0.3)
    target, p = 0.7 * labels + 0.15, estimator.predict_proba(X)
    expected = -(target * np.log(p) + (1 - target) * np.log(1 - p)).sum(axis=1).mean()
    assert estimator.loss_ == pytest.approx(expected, rel=1e-12)  # round-off


@pytest.mark.parametrize("extras", [{}, {"batch_norm": True}, {"l2": 1.0}], ids=str)
def test_a_weight_of_two_is_a_row_given_twice_to_the_last_bit(iris, extras):
    X, y = iris
    weight = 1 + np.arange(len(y)) % 2
    weighted = small(**extras).fit(X, y, weight)
    repeated = small(**extras, batch_size="full").fit(np.repeat(X, weight, 0), np.repeat(y, weight))
    assert_same_network(weighted, repeated)


@pytest.mark.parametrize("extras", [{}, {"batch_norm": True}, {"l2": 1.0}], ids=str)
def test_a_weight_of_zero_is_a_row_left_out_to_the_last_bit(iris, extras):
    X, y = iris
    kept = np.arange(len(y)) % 3 > 0
    weighted = small(**extras).fit(X, y, kept.astype(float))
    assert_same_network(weighted, small(**extras).fit(X[kept], y[kept]))


@pytest.mark.parametrize("extras", [{}, {"dropout": 0.2}, {"batch_norm": True}])
def test_rows_of_weight_zero_make_the_network_of_removed_rows_in_mini_batches_too(extras, iris):
    (X, y), kept = iris, np.arange(150) % 3 > 0
    options = {"batch_size": 16, "early_stopping": True, **extras}
    weighted = small(**options).fit(X, y, kept.astype(float))
    assert_same_network(weighted, small(**options).fit(X[kept], y[kept], np.ones(kept.sum())))


def test_equal_weights_change_nothing_without_a_penalty(iris):
    X, y = iris
    plain = small(batch_size=32, dtype="float64").fit(X, y)
    weighted = small(batch_size=32, dtype="float64").fit(X, y, np.full(len(y), 4.0))
    for values, other in zip(plain.coefs_, weighted.coefs_, strict=True):
        np.testing.assert_allclose(values, other, rtol=1e-9)  # round-off over 25 steps


def test_class_weights_are_sample_weights_by_class(iris):
    X, y = iris
    by_class = {0: 1.0, 1: 3.0, 2: 0.5}
    weight = np.array([by_class[label] for label in y])
    assert_same_network(small(class_weight=by_class).fit(X, y), small().fit(X, y, weight))


def test_class_weights_go_by_the_labels_that_the_user_gave(iris):
    X, y = iris
    names = np.array(["c", "a", "b"])[y]
    weight = np.where(names == "c", 4.0, 1.0)
    assert_same_network(small(class_weight={"c": 4.0}).fit(X, names), small().fit(X, names, weight))


def test_balanced_class_weights_give_every_class_the_same_total(iris):
    X, y = iris[0][:120], iris[1][:120]
    weight = 120 / (3 * np.bincount(y))[y]
    assert_same_network(small(class_weight="balanced").fit(X, y), small().fit(X, y, weight))
