"""Held-out rows: which they are, when they end the training, and which epoch they keep."""

import numpy as np
import pytest
from sklearn.metrics import d2_brier_score, log_loss
from sklearn.model_selection import train_test_split

from tests.estimators.helpers import assert_same_network, overfitting, small


def test_early_stopping_returns_the_weights_of_the_best_epoch(noise):
    X, X_val, y, y_val = train_test_split(*noise, random_state=0)
    estimator = overfitting(batch_norm=True).fit(X, y, X_val=X_val, y_val=y_val)
    scores = estimator.validation_scores_
    assert estimator.best_epoch_ == np.argmax(scores) < len(scores) - 1
    proba = estimator.predict_proba(X_val)
    score = d2_brier_score(y_val, proba, labels=estimator.classes_)
    assert score == pytest.approx(max(scores), rel=1e-12)  # round-off
    loss = estimator.history_["val_loss"][estimator.best_epoch_]
    assert log_loss(y_val, proba) == pytest.approx(loss, rel=1e-12)


def test_early_stopping_returns_the_averaged_weights_of_the_best_epoch(noise):
    X, X_val, y, y_val = train_test_split(*noise, random_state=0)
    estimator = overfitting(weight_averaging=0.9).fit(X, y, X_val=X_val, y_val=y_val)
    scores = estimator.validation_scores_
    assert np.argmax(scores) < len(scores) - 1
    proba = estimator.predict_proba(X_val)
    score = d2_brier_score(y_val, proba, labels=estimator.classes_)
    assert score == pytest.approx(max(scores), rel=1e-12)  # round-off


def test_without_early_stopping_validation_data_is_watched_and_the_last_weights_kept(noise):
    X, X_val, y, y_val = train_test_split(*noise, random_state=0)
    watched = overfitting(early_stopping=False).fit(X, y, X_val=X_val, y_val=y_val)
    assert_same_network(watched, overfitting(early_stopping=False).fit(X, y))
    loss = log_loss(y_val, watched.predict_proba(X_val))
    assert watched.history_["val_loss"][-1] == pytest.approx(loss, rel=1e-12)  # round-off


@pytest.mark.parametrize("patience", [1, 4])
@pytest.mark.parametrize("early_stopping", [True, False])
def test_training_stops_after_exactly_n_iter_no_change_epochs(iris, patience, early_stopping):
    # no epoch after the first gets better by tol
    estimator = small(
        early_stopping=early_stopping, n_iter_no_change=patience, tol=1e6, max_epochs=20
    ).fit(*iris)
    assert estimator.n_epochs_ == estimator.n_iter_ == 1 + patience


def test_without_n_iter_no_change_training_runs_all_its_epochs(iris):
    estimator = small(early_stopping=True, n_iter_no_change=None, tol=1e6, max_epochs=20)
    assert estimator.fit(*iris).n_epochs_ == 20


class Watcher:
    """A scorer that remembers what it was shown."""

    def __init__(self, scores=None):
        self.scores, self.seen = scores, []

    def __call__(self, estimator, X, y):
        self.seen.append((X, y, estimator.predict_proba(X)))
        return 0.0 if self.scores is None else self.scores[len(self.seen) - 1]


def test_early_stopping_holds_out_the_same_share_of_every_class(iris):
    # 100, 40 and 10 rows of three classes, named by strings
    y = np.repeat(["a", "b", "c"], [100, 40, 10])
    watcher = Watcher()
    small(early_stopping=True, validation_fraction=0.2, scoring=watcher).fit(iris[0], y)
    assert np.unique(watcher.seen[0][1], return_counts=True)[1].tolist() == [20, 8, 2]


@pytest.mark.parametrize("early_stopping", ["auto", True])
@pytest.mark.parametrize("seed", range(5))
def test_a_class_of_two_rows_is_never_held_out_as_a_whole(early_stopping, seed, rng):
    X, y = rng.normal(size=(80, 3)), np.repeat(["common", "rare"], [78, 2])
    watcher = Watcher()
    small(
        early_stopping=early_stopping, validation_fraction=0.9, max_epochs=1, scoring=watcher,
        random_state=seed,
    ).fit(X, y)  # fmt: skip
    assert watcher.seen[0][1].tolist().count("rare") == 1
    assert len(watcher.seen[0][1]) == 72


@pytest.mark.parametrize("seed", range(20))
def test_a_class_of_one_row_is_trained_on(seed, rng):
    X, y = rng.normal(size=(80, 3)), np.r_[np.arange(70) % 2, 2:12]
    watcher = Watcher()
    small(early_stopping="auto", max_epochs=1, scoring=watcher, random_state=seed).fit(X, y)
    assert set(watcher.seen[0][1]) == {0, 1}


def test_the_same_rows_are_held_out_in_every_epoch(iris):
    watcher = Watcher()
    small(early_stopping=True, scoring=watcher).fit(*iris)
    assert len(watcher.seen) == 5
    for X, y, _ in watcher.seen:
        np.testing.assert_array_equal(X, watcher.seen[0][0])
        np.testing.assert_array_equal(y, watcher.seen[0][1])


def test_a_callable_scorer_decides_on_the_best_epoch(iris):
    X, y = iris
    watcher = Watcher([0.1, 0.5, np.nan, 0.4, 0.2])
    estimator = small(early_stopping=True, scoring=watcher).fit(X, y, X_val=X, y_val=y)
    assert estimator.best_epoch_ == 1
    np.testing.assert_array_equal(estimator.predict_proba(X), watcher.seen[1][2])


def test_a_callable_scorer_that_takes_no_weights_works_with_class_weights(iris):
    watcher = Watcher()
    small(early_stopping=True, scoring=watcher, class_weight="balanced").fit(*iris)
    assert len(watcher.seen) == 5


def test_a_named_scorer_gives_the_validation_scores(iris):
    X, y = iris
    estimator = small(early_stopping=True, scoring="accuracy", n_iter_no_change=None)
    estimator.fit(X, y, X_val=X, y_val=y)
    assert estimator.score(X, y) == max(estimator.validation_scores_)


def test_sample_weights_of_validation_data_weigh_its_loss(noise):
    X, X_val, y, y_val = train_test_split(*noise, random_state=0)
    weight = np.arange(1.0, 1 + len(y_val))
    estimator = small(dtype="float64").fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=weight)
    expected = log_loss(y_val, estimator.predict_proba(X_val), sample_weight=weight)
    assert estimator.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-12)  # round-off


def test_feature_names_are_kept_without_false_warnings(iris):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(iris[0], columns=["a", "b", "c", "d"])
    y = pd.Series(iris[1])
    estimator = small(early_stopping=True, scoring="accuracy")
    estimator.fit(frame, y, X_val=frame, y_val=y).fit(frame, y)
    assert estimator.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    assert_same_network(estimator, small(early_stopping=True, scoring="accuracy").fit(*iris))
    estimator.predict(frame)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        estimator.predict(iris[0])
