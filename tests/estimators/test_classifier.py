import numpy as np
import pytest

from tests.estimators.helpers import assert_same_network, batch_sizes, small, untrained


def test_probabilities_of_two_classes_sum_to_one_and_follow_the_logit(iris):
    X, y = iris[0][:100], iris[1][:100]
    estimator = small(dtype="float64").fit(X, y)
    logit, proba = estimator.decision_function(X), estimator.predict_proba(X)
    assert logit.shape == (100,)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(proba[:, 1], 1 / (1 + np.exp(-logit)), rtol=1e-13)  # round-off


def test_string_labels_learn_and_predict_as_numbers_do(iris):
    X, y = iris
    names = np.array(["a", "b", "c"])
    options = {"early_stopping": True, "scoring": "balanced_accuracy"}
    by_number, by_name = small(**options).fit(X, y), small(**options).fit(X, names[y])
    assert_same_network(by_number, by_name)
    assert by_name.classes_.tolist() == ["a", "b", "c"]
    assert by_name.validation_scores_ == by_number.validation_scores_
    np.testing.assert_array_equal(by_name.predict(X), names[by_number.predict(X)])


@pytest.mark.parametrize("label", [0, 7, "a"])
def test_one_class_is_predicted_with_probability_one(iris, label):
    X, _ = iris
    estimator = small(early_stopping=True, scoring="accuracy").fit(X, np.full(150, label))
    assert estimator.classes_.tolist() == [label]
    assert (estimator.predict(X) == label).all()
    np.testing.assert_array_equal(estimator.predict_proba(X), np.ones((150, 1)))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_one_class_leaves_nothing_to_learn(iris, smoothing):
    X, y = iris[0], np.zeros(150)
    trained = small(label_smoothing=smoothing, dtype="float64").fit(X, y)
    assert trained.loss_curve_ == [0] * 5
    assert_same_network(trained, untrained(X, y))


def test_several_labels_come_out_in_the_form_that_scikit_learn_expects(iris):
    X, y = iris
    labels = np.column_stack([y > 0, y > 1, y == 1]).astype(int)
    estimator = small(early_stopping=True, scoring="f1_macro").fit(X, labels)
    proba, log_proba = estimator.predict_proba(X), estimator.predict_log_proba(X)
    assert proba.shape == log_proba.shape == estimator.decision_function(X).shape == (150, 3)
    assert estimator.classes_.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(estimator.predict(X), (proba > 0.5).astype(int))
    np.testing.assert_allclose(np.exp(log_proba), proba, rtol=1e-5)  # float32


def test_the_labels_of_a_multilabel_target_do_not_touch_one_another_without_hidden_layers(iris):
    X, y = iris
    labels = np.column_stack([y > 0, y > 1]).astype(int)
    options = {"hidden_layer_sizes": (), "dtype": "float64", "weight_init": "orthogonal"}
    options |= {"optimizer": "nesterov", "learning_rate": 0.3, "l2": 10.0, "max_epochs": 500}
    options |= {"n_iter_no_change": None, "batch_size": "full"}
    together = small(**options).fit(X, labels)
    for i in range(2):
        alone = small(**options).fit(X, labels[:, i])
        # both are at the one minimum of a problem whose curvature is at least l2/m = 0.07
        np.testing.assert_allclose(together.coefs_[0][:, [i]], alone.coefs_[0], atol=1e-8)


def test_logarithms_of_probabilities_are_finite_where_probabilities_are_zero(iris):
    X, y = iris
    estimator = small(max_epochs=50, learning_rate=0.05).fit(X, y)
    far = 1e4 * X
    proba, log_proba = estimator.predict_proba(far), estimator.predict_log_proba(far)
    assert (proba == 0).any()
    assert np.isfinite(log_proba).all()


@pytest.mark.parametrize(
    ("n_rows", "sizes"),
    [(64, [32, 32]), (65, [32, 33]), (79, [32, 47]), (80, [32, 32, 16]), (96, [32, 32, 32])],
)
def test_batch_norm_never_sees_less_than_half_a_batch(n_rows, sizes, iris):
    X, y = iris
    estimator = small(batch_norm=True, batch_size=32, max_epochs=1)
    assert batch_sizes(estimator, X[:n_rows], y[:n_rows]) == sizes
