"""scikit-learn's callbacks on the fit of both estimators."""

from copy import deepcopy
from functools import partial

import numpy as np
import pytest
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier, DeepRegressor


class Recorder:
    """A user's own callback: notes what it is told, and may ask to stop."""

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.begun, self.ended, self.told = [], [], []
        self.set_up = self.torn_down = 0

    def setup(self, estimator, context):
        self.set_up += 1

    def teardown(self, estimator, context):
        self.torn_down += 1

    def on_fit_task_begin(
        self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None
    ):
        self.begun.append(context.task_name)

    def on_fit_task_end(
        self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None
    ):
        self.ended.append(context.task_name)
        self.told.append((X, y, metadata, fitted_estimator))
        epochs = self.ended.count("epoch")
        return context.task_name == "epoch" and epochs == self.stop_after


def both(**hyperparameters):
    defaults = {"weight_averaging": None, "batch_size": "full", "max_epochs": 4}
    defaults |= {"early_stopping": False, "n_iter_no_change": None, "random_state": 0}
    options = {**defaults, **hyperparameters}
    return [
        pytest.param(partial(estimator, (5,), **options), id=estimator.__name__)
        for estimator in (DeepClassifier, DeepRegressor)
    ]


def raw(estimator, X):
    return getattr(estimator, "decision_function", estimator.predict)(X)


OPTIONS = [
    {},
    {"batch_norm": True, "dropout": 0.2, "weight_averaging": 0.9},
    {"early_stopping": True},
    {"optimizer": "lbfgs"},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("make", both())
def test_every_task_that_begins_also_ends(iris, make, options):
    estimator = make()
    recorder = Recorder()
    estimator.set_params(**options).set_callbacks(recorder).fit(*iris)
    assert recorder.ended.count("epoch") == estimator.n_epochs_ == 4
    assert recorder.begun.count("epoch") == 4
    assert sorted(recorder.begun) == sorted(recorder.ended)
    assert len(recorder.ended) == 5  # and the fit itself
    assert recorder.set_up == recorder.torn_down == 1


def test_every_task_ends_when_lbfgs_converges_before_its_last_epoch(iris):
    recorder = Recorder()
    model = DeepRegressor((), optimizer="lbfgs", max_epochs=500, n_iter_no_change=None)
    model.set_callbacks(recorder).fit(*iris)
    assert model.n_epochs_ < 500
    assert recorder.begun.count("epoch") == recorder.ended.count("epoch") == model.n_epochs_


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("make", both())
def test_the_fitted_estimator_predicts_as_after_that_epoch(iris, make, options):
    estimator = make()
    X, y = iris

    class Predict(Recorder):
        predictions = None

        def on_fit_task_end(self, estimator, context, *, fitted_estimator=None, **told):
            if context.task_name == "epoch":
                self.predictions = [*(self.predictions or []), raw(fitted_estimator, X)]

    estimator.set_params(**options)
    seen = Predict()
    deepcopy(estimator).set_callbacks(seen).fit(X, y)
    if not options.get("early_stopping"):  # which may put an earlier epoch back
        for i in range(4):
            model = deepcopy(estimator).set_params(max_epochs=i + 1).fit(X, y)
            np.testing.assert_array_equal(seen.predictions[i], raw(model, X))
    assert len(seen.predictions) == 4
    assert not np.array_equal(seen.predictions[0], seen.predictions[3])


def test_callbacks_hear_of_the_data_and_the_weights(iris):
    X, y = iris
    weight = np.linspace(0.5, 1.5, len(y))
    recorder = Recorder()
    DeepClassifier((3,), max_epochs=1).set_callbacks(recorder).fit(X, y, weight)
    for X_told, y_told, metadata, _ in recorder.told:
        assert X_told is X
        assert y_told is y
        assert metadata["sample_weight"] is weight


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("make", both())
def test_a_callback_may_stop_the_training(iris, make, options):
    estimator = make()
    recorder = Recorder(stop_after=2)
    estimator.set_params(**options).set_callbacks(recorder).fit(*iris)
    assert estimator.n_epochs_ == 2
    assert len(recorder.ended) == 3


@pytest.mark.parametrize("make", both(dropout=0.1, batch_size=32))
def test_callbacks_change_nothing_in_the_training(iris, make):
    estimator = make()
    X, y = iris
    plain = deepcopy(estimator).fit(X, y)
    watched = deepcopy(estimator).set_callbacks(Recorder()).fit(X, y)
    np.testing.assert_array_equal(raw(watched, X), raw(plain, X))


def test_the_scoring_monitor_logs_the_score_of_each_epoch(iris):
    X, y = iris
    monitor = ScoringMonitor(scoring="accuracy")
    model = DeepClassifier((5,), scoring="accuracy", max_epochs=5, n_iter_no_change=None)
    model.set_callbacks(monitor).fit(X, y, X_val=X, y_val=y)
    rows = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert [row["accuracy"] for row in rows] == model.validation_scores_


def test_the_scoring_monitor_follows_every_fit_of_a_search_in_other_processes(iris):
    monitor = ScoringMonitor(scoring="accuracy")
    network = DeepClassifier((5,), max_epochs=3, n_iter_no_change=None, random_state=0)
    pipeline = make_pipeline(StandardScaler(), network.set_callbacks(monitor))
    search = RandomizedSearchCV(
        pipeline, {"deepclassifier__dropout": [0.0, 0.1]}, n_iter=2, cv=2, n_jobs=2, refit=False
    ).fit(*iris)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    logs = monitor.get_logs(select="all")
    rows = [row for log in logs for row in log.data if row["task_name"] == "epoch"]
    assert len(rows) == 2 * 2 * 3  # candidates, folds, epochs
    assert all(0 <= row["accuracy"] <= 1 for row in rows)


def test_a_callback_stays_on_a_clone_in_a_search(iris):
    recorder = Recorder()
    network = DeepClassifier((5,), max_epochs=3, n_iter_no_change=None, random_state=0)
    GridSearchCV(network.set_callbacks(recorder), {"dropout": [0.0]}, cv=2).fit(*iris)
    assert recorder.ended.count("epoch") == 3 * 3  # two folds and the refit


@pytest.mark.parametrize("make", both())
def test_the_progress_bar_counts_the_epochs(iris, capsys, make):
    estimator = make()
    pytest.importorskip("rich")
    estimator.set_callbacks(ProgressBar()).fit(*iris)
    shown = capsys.readouterr().out
    assert type(estimator).__name__ in shown
    assert "100%" in shown


def test_the_progress_bar_reaches_the_network_in_a_pipeline_and_a_search(iris, capsys):
    pytest.importorskip("rich")
    network = DeepClassifier((5,), max_epochs=2, n_iter_no_change=None, random_state=0)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), network), {"deepclassifier__dropout": [0.0]}, cv=2, n_jobs=2
    )
    search.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(*iris)
    shown = capsys.readouterr().out
    assert "GridSearchCV" in shown
    assert "DeepClassifier" in shown


def test_an_error_in_the_training_tears_the_callbacks_down(iris):
    X, y = iris
    recorder = Recorder()
    model = DeepClassifier((3,), optimizer="sgd", learning_rate=1e30).set_callbacks(recorder)
    with pytest.raises(ValueError, match="the training"):
        model.fit(X, y)
    assert recorder.torn_down == 1


def test_verbose_prints_one_line_an_epoch_with_aligned_columns(iris, capsys):
    DeepClassifier((3,), max_epochs=11, n_iter_no_change=None, verbose=1).fit(*iris)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    assert len({line.index("train_loss") for line in lines}) == 1
    assert len({line.index("learning_rate") for line in lines}) == 1
