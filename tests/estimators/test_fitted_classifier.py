"""A fitted classifier: copies, predictions, and what leaves them alone."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.estimators.helpers import assert_same_network, small


def restored_by_pickle(estimator):
    return pickle.loads(pickle.dumps(estimator))


RESTORED_BY = pytest.mark.parametrize(
    "restored", [restored_by_pickle, copy.deepcopy], ids=["pickle", "deepcopy"]
)


@RESTORED_BY
def test_a_restored_estimator_predicts_alike(iris, restored):
    estimator = small(batch_norm=True, dropout=0.2, early_stopping=True).fit(*iris)
    twin = restored(estimator)
    np.testing.assert_array_equal(twin.predict_proba(iris[0]), estimator.predict_proba(iris[0]))
    assert_same_network(estimator, twin)


@RESTORED_BY
@pytest.mark.parametrize("extras", [{}, {"weight_averaging": 0.9}], ids=str)
def test_a_restored_estimator_trains_on_as_the_original_does(iris, restored, extras):
    estimator = small(batch_norm=True, dropout=0.2, batch_size=32, warm_start=True, **extras)
    twin = restored(estimator.fit(*iris))
    before = estimator.coefs_[0].copy()
    assert_same_network(estimator.fit(*iris), twin.fit(*iris))
    assert not np.array_equal(before, estimator.coefs_[0])


@RESTORED_BY
def test_training_a_restored_estimator_leaves_the_original_alone(iris, restored):
    estimator = small(warm_start=True).fit(*iris)
    before = estimator.predict_proba(iris[0])
    restored(estimator).fit(*iris)
    np.testing.assert_array_equal(estimator.predict_proba(iris[0]), before)


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "float32"},
        {"class_weight": "balanced"},
        {"label_smoothing": 0.5},
        {"hidden_layer_sizes": (3,), "activation": "relu"},
        {"batch_norm": True, "dropout": 0.5},
    ],
    ids=str,
)
def test_no_hyperparameter_changes_a_prediction(iris, change):
    X, y = iris
    model = small(dtype="float64").fit(X, y)
    expected = model.predict_proba(X)
    np.testing.assert_array_equal(model.set_params(**change).predict_proba(X), expected)


def test_predicting_changes_nothing(iris):
    X, _ = iris
    estimator = small(batch_norm=True, dropout=0.2, weight_averaging=0.9).fit(*iris)
    X_before, before = X.copy(), pickle.dumps(estimator)
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        getattr(estimator, method)(X)
    assert pickle.dumps(estimator) == before
    np.testing.assert_array_equal(X, X_before)


def test_predictions_from_several_threads_are_those_of_one(iris):
    estimator = small(hidden_layer_sizes=(64, 64), batch_norm=True, dropout=0.2).fit(*iris)
    rng = np.random.default_rng(0)
    tasks = [rng.normal(size=(n, 4)) for n in (1, 50, 400, 3000)] * 8
    expected = [estimator.predict_proba(X) for X in tasks]
    with ThreadPoolExecutor(4) as pool:
        for proba, same in zip(pool.map(estimator.predict_proba, tasks), expected, strict=True):
            np.testing.assert_array_equal(proba, same)
