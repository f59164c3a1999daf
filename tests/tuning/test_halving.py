import pickle
import shutil
from pathlib import Path

import joblib
import numpy as np
import pytest
from scipy import stats
from scipy.sparse import csr_matrix
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    RandomizedSearchCV,
    ShuffleSplit,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from skdeep import Cosine, DeepClassifier, DeepRegressor, OneCycle, ReduceOnPlateau
from skdeep.estimators import base
from skdeep.tuning import HalvingEpochsSearchCV, LogUniform, LogUniformInt, search_space
from skdeep.tuning.halving import _rungs
from tests.helpers import error_of
from tests.tuning.test_search import Recorder

RATES = {"learning_rate": LogUniform(1e-4, 0.3)}
X, y = load_iris(return_X_y=True)

SETTINGS = {
    "defaults": {},
    "members": {"n_members": 3},
    "early stopping": {"early_stopping": True, "n_iter_no_change": 2},
    "no early stopping": {"early_stopping": False, "n_iter_no_change": None},
    "stopped by the training loss": {"early_stopping": False, "n_iter_no_change": 1, "tol": 0.01},
    "batch norm and dropout": {"batch_norm": True, "dropout": 0.3},
    "averaged weights": {"weight_averaging": 0.9, "early_stopping": False},
    "cosine": {"lr_schedule": Cosine(warmup=0.2)},
    "one cycle": {"lr_schedule": OneCycle(), "early_stopping": False},
    "plateau": {"lr_schedule": ReduceOnPlateau(n_iter_no_change=1), "early_stopping": True},
    "penalties and clipping": {"l2": 1.0, "l1": 0.1, "clip_norm": 0.5},
    "momentum": {"optimizer": "nesterov", "batch_size": 16},
    "float64": {"dtype": "float64", "optimizer": "nadam"},
    "linear": {"hidden_layer_sizes": ()},
    "warm start": {"warm_start": True},
    "scoring": {"early_stopping": True, "scoring": "neg_mean_squared_error"},
}
kinds = pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])


class StopAfter:
    """A callback that stops a fit after some epochs."""

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context, **_):
        pass

    def on_fit_task_end(self, estimator, context, **_):
        return context.task_name == "epoch" and context.task_id == self.n_epochs - 1


def make(kind=DeepClassifier, **options):
    return kind(**{"hidden_layer_sizes": (6, 5), "batch_size": 32, "random_state": 0} | options)


def make_search(estimator=None, space=RATES, **options):
    estimator = make() if estimator is None else estimator
    defaults = {"n_candidates": 4, "factor": 2, "max_epochs": 8, "cv": 2, "random_state": 0}
    return HalvingEpochsSearchCV(estimator, space, **defaults | options)


@pytest.fixture
def epochs(monkeypatch):
    """The epochs that networks are trained for, one item each."""
    trained = []

    class Counting(base.Listeners):
        def end_epoch(self, row):
            trained.append(row.epoch)
            return super().end_epoch(row)

    monkeypatch.setattr(base, "Listeners", Counting)
    return trained


@pytest.mark.parametrize(
    ("n", "factor", "max_epochs", "expected"),
    [
        (27, 3, 81, [(27, 3), (9, 9), (3, 27), (1, 81)]),
        (81, 3, 81, [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)]),  # table 1 of Hyperband, s = 4
        (9, 3, 81, [(9, 9), (3, 27), (1, 81)]),
        (10, 3, 100, [(10, 11), (3, 33), (1, 100)]),
        (100, 3, 5, [(100, 1), (33, 5)]),
        (8, 2.5, 20, [(8, 3), (3, 8), (1, 20)]),
        (1, 3, 81, [(1, 81)]),
        (2, 3, 1, [(2, 1)]),
        (0, 3, 81, []),
    ],
)
def test_rungs_are_those_of_hyperband(n, factor, max_epochs, expected):
    assert _rungs(n, factor, max_epochs) == expected


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@kinds
@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_each_score_is_that_of_a_training_at_once(kind, setting):
    network, cv = make(kind, **setting), KFold(2, shuffle=True, random_state=0)
    search = make_search(network, cv=cv, return_train_score=True).fit(X, y)
    results = search.cv_results_
    assert results["n_epochs"].tolist() == [2] * 4 + [4] * 2 + [8]
    for i, (n_epochs, params) in enumerate(
        zip(results["n_epochs"], results["params"], strict=True)
    ):
        for split, (train, test) in enumerate(cv.split(X)):
            at_once = clone(network).set_params(max_epochs=8, **params)
            at_once.set_callbacks(StopAfter(n_epochs)).fit(X[train], y[train])
            assert at_once.n_epochs_ <= n_epochs
            assert at_once.score(X[test], y[test]) == results[f"split{split}_test_score"][i]
            assert at_once.score(X[train], y[train]) == results[f"split{split}_train_score"][i]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@kinds
def test_the_last_rung_is_a_row_of_a_grid_search(kind):
    network = make(kind, dropout=0.2)
    search = make_search(network, max_epochs=12, scoring="neg_mean_squared_error").fit(X, y)
    grid = GridSearchCV(
        network.set_params(max_epochs=12), {k: [v] for k, v in search.best_params_.items()},
        cv=2, scoring="neg_mean_squared_error",
    ).fit(X, y)  # fmt: skip
    assert search.best_score_ == grid.best_score_
    np.testing.assert_array_equal(search.predict(X), grid.predict(X))
    assert search.best_estimator_.loss_curve_ == grid.best_estimator_.loss_curve_


def test_survivors_are_the_best_and_train_only_what_is_missing(epochs):
    network = make(early_stopping=False, n_iter_no_change=None)
    search = make_search(network, n_candidates=9, factor=3, max_epochs=9, refit=False).fit(X, y)
    results = search.cv_results_
    assert results["rung"].tolist() == [0] * 9 + [1] * 3 + [2]
    # 9 to epoch 1, 3 by 2 more, 1 by 6 more, on 2 splits
    assert epochs == [0] * 18 + [1, 2] * 6 + [3, 4, 5, 6, 7, 8] * 2
    for rung, n in ((0, 3), (1, 1)):
        here, following = (np.flatnonzero(results["rung"] == r) for r in (rung, rung + 1))
        best = here[np.argsort(-results["mean_test_score"][here], kind="stable")][:n]
        assert [results["params"][i] for i in best] == [results["params"][i] for i in following]
    assert search.best_index_ == 12
    assert search.best_params_ == results["params"][12]
    assert not hasattr(search, "best_estimator_")


def test_the_best_of_the_last_rung_is_chosen_even_if_an_earlier_score_was_better():
    def scoring(estimator, X, y):
        return -estimator.n_epochs_

    search = make_search(scoring=scoring, refit=False).fit(X, y)
    assert search.cv_results_["rank_test_score"][search.best_index_] == 7
    assert search.best_score_ == search.cv_results_["mean_test_score"].min()


def test_a_candidate_that_stopped_early_keeps_its_score_and_trains_no_further(epochs):
    network = make(early_stopping=False, n_iter_no_change=1, tol=1e9)  # stops after two epochs
    space = {"learning_rate": [0.001, 0.002, 0.003, 0.004]}
    search = make_search(network, space, max_epochs=16, refit=False).fit(X, y)
    assert search.cv_results_["n_epochs"].tolist() == [4] * 4 + [8] * 2 + [16]
    assert epochs == [0, 1] * 8
    scores = {}
    for params, score in zip(
        search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True
    ):
        assert scores.setdefault(str(params), score) == score


def test_a_candidate_that_stops_at_the_last_epoch_of_a_rung_is_over(epochs):
    network = make(early_stopping=False, n_iter_no_change=1, tol=1e9)
    make_search(network, n_candidates=2, max_epochs=4, refit=False).fit(X, y)
    assert epochs == [0, 1] * 4


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_parallel_fits_score_the_same(backend):
    results = make_search().fit(X, y).cv_results_
    with joblib.parallel_backend(backend, n_jobs=2):
        parallel = make_search(n_jobs=2).fit(X, y).cv_results_
    assert parallel["params"] == results["params"]
    np.testing.assert_array_equal(parallel["mean_test_score"], results["mean_test_score"])


def test_equal_candidates_in_several_threads_do_not_disturb_each_other():
    space = {"batch_size": LogUniformInt(16, 17)}
    options = {"n_candidates": 8, "max_epochs": 8, "error_score": "raise", "refit": False}
    with joblib.parallel_backend("threading", n_jobs=4):
        search = make_search(space=space, **options).fit(X, y)
    assert len({params["batch_size"] for params in search.cv_results_["params"]}) == 2
    expected = make_search(space=space, **options).fit(X, y)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )


def test_a_dask_cluster_scores_the_same():
    distributed = pytest.importorskip("distributed")
    results = make_search().fit(X, y).cv_results_
    options = {"n_workers": 1, "threads_per_worker": 2, "processes": False}
    client = distributed.Client(**options, dashboard_address=None)
    with client, joblib.parallel_backend("dask"):
        on_dask = make_search().fit(X, y).cv_results_
    np.testing.assert_array_equal(on_dask["mean_test_score"], results["mean_test_score"])


class Counted(TransformerMixin, BaseEstimator):
    """A transformer that notes its fits, and whose fit_transform is not its transform."""

    fits: list = []  # noqa: RUF012

    def __init__(self, factor=1.0):
        self.factor = factor

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def fit_transform(self, X, y=None):
        self.fits.append((self.factor, len(X)))
        return self.fit(X).transform(X) + 0.1

    def transform(self, X):
        return X * self.factor


@pytest.fixture
def counted():
    Counted.fits.clear()
    return Counted


def test_a_pipelines_transformers_are_fitted_once_for_a_split_and_its_hyperparameters(counted):
    model = Pipeline([("counted", counted()), ("network", make())])
    space = {"network__learning_rate": LogUniform(1e-3, 0.3), "counted__factor": [1.0, 2.0]}
    search = make_search(model, space, refit=False).fit(X, y)
    assert sorted(counted.fits) == [(1.0, 75)] * 2 + [(2.0, 75)] * 2
    last = search.cv_results_["params"][-1]
    at_once = GridSearchCV(
        model.set_params(network__max_epochs=8), {k: [v] for k, v in last.items()}, cv=2
    ).fit(X, y)
    assert search.cv_results_["mean_test_score"][-1] == at_once.best_score_


def test_a_pipeline_is_refitted_as_it_was_given():
    model = make_pipeline(StandardScaler(), make())
    space = search_space(model, "main")
    search = make_search(model, space).fit(X, y)
    assert search.best_estimator_.memory is None
    assert set(search.best_params_) == set(space)
    at_once = clone(model).set_params(deepclassifier__max_epochs=8, **search.best_params_)
    np.testing.assert_array_equal(search.predict_proba(X), at_once.fit(X, y).predict_proba(X))


def test_a_pipelines_own_memory_is_used(tmp_path, counted):
    model = Pipeline([("c", counted()), ("n", make())], memory=str(tmp_path))
    search = make_search(model, {"n__learning_rate": [0.01, 0.1]}, n_candidates=2).fit(X, y)
    assert len(counted.fits) == 3
    assert search.best_estimator_.memory == str(tmp_path)


def test_a_network_inside_another_estimator_goes_on(epochs):
    network = make(DeepRegressor, early_stopping=False, n_iter_no_change=None)
    model = TransformedTargetRegressor(network, func=np.log1p, inverse_func=np.expm1)
    space = {"regressor__learning_rate": [0.01, 0.1]}
    search = make_search(model, space, n_candidates=2, max_epochs=4).fit(X, y)
    assert epochs == [0, 1] * 4 + [2, 3] * 2 + [0, 1, 2, 3]  # the last are those of the refit
    at_once = clone(model).set_params(regressor__max_epochs=4, **search.best_params_).fit(X, y)
    np.testing.assert_array_equal(search.predict(X), at_once.predict(X))


def test_the_best_estimator_is_an_ordinary_one(tmp_path):
    search = make_search(directory=tmp_path).fit(X, y)
    best = search.best_estimator_
    assert best.n_epochs_ <= best.max_epochs == 8
    assert type(pickle.loads(pickle.dumps(best))) is DeepClassifier
    assert clone(best).fit(X, y).n_epochs_ == best.n_epochs_
    assert not list(tmp_path.iterdir())
    assert str(tmp_path) not in str(vars(best)) + str(vars(clone(best)))


def test_the_users_estimator_is_not_changed():
    network = make()
    before = dict(vars(network))
    search = make_search(network).fit(X, y)
    assert vars(network) == before
    assert search.estimator is network


class Interrupting(DeepClassifier):
    """Raises a KeyboardInterrupt at a fit, counted over all objects."""

    left = None

    def fit(self, X, y, **options):
        if Interrupting.left is not None:
            Interrupting.left -= 1
            if Interrupting.left < 0:
                raise KeyboardInterrupt
        return super().fit(X, y, **options)


@pytest.fixture
def interrupted_after(monkeypatch):
    return lambda n: monkeypatch.setattr(Interrupting, "left", n)


@pytest.mark.parametrize(("n_fits", "trained"), [(3, 3 * [0, 1]), (10, 8 * [0, 1] + 2 * [2, 3])])
def test_another_fit_goes_on_after_an_interrupt(
    n_fits, trained, epochs, tmp_path, interrupted_after
):
    options = {"hidden_layer_sizes": (5,), "early_stopping": False, "n_iter_no_change": None}
    network = Interrupting(**options, batch_size=32, random_state=0)
    search = make_search(network, directory=tmp_path / "new" / "folder")
    interrupted_after(n_fits)
    with pytest.raises(KeyboardInterrupt):
        search.fit(X, y)
    assert not hasattr(search, "cv_results_")
    assert epochs == trained
    interrupted_after(None)
    search.fit(X, y)
    n_epochs = len(epochs) - 8  # without the refit
    assert n_epochs == 2 * (4 * 2 + 2 * 2 + 1 * 4)  # nothing was trained twice
    expected = make_search(network).fit(X, y)
    assert search.cv_results_["params"] == expected.cv_results_["params"]
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )
    assert not list((tmp_path / "new" / "folder").iterdir())


def test_an_interrupt_in_an_epoch_ends_the_search(monkeypatch, tmp_path):
    class Interrupt(base.Listeners):
        def end_epoch(self, row):
            raise KeyboardInterrupt

    monkeypatch.setattr(base, "Listeners", Interrupt)
    with pytest.raises(KeyboardInterrupt):
        make_search(directory=tmp_path).fit(X, y)
    assert not list((tmp_path / "paused_fits").iterdir())


def test_states_of_a_temporary_folder_are_removed(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for scoring in ("accuracy", lambda *_: 1 / 0):
        search = make_search(scoring=scoring, error_score="raise")
        if scoring == "accuracy":
            search.fit(X, y)
        else:
            with pytest.raises(ZeroDivisionError):
                search.fit(X, y)
        assert not list(tmp_path.glob("skdeep-*"))


def test_few_states_are_on_the_disk_without_a_directory(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []

    def scoring(estimator, X, y):
        seen.append(len(list(tmp_path.glob("skdeep-*/*.*"))))
        return estimator.score(X, y)

    make_search(scoring=scoring, refit=False).fit(X, y)
    assert max(seen) == 4 * 2


def test_weights_and_validation_data_reach_the_network_and_groups_the_splitter():
    groups, weight = np.arange(150) % 5, 1.0 + (y == 1)
    network = make(class_weight="balanced")
    options = {"groups": groups, "sample_weight": weight, "X_val": X[::3], "y_val": y[::3]}
    search = make_search(network, cv=GroupKFold(5)).fit(X, y, **options)
    assert search.n_splits_ == 5
    grid = GridSearchCV(
        network.set_params(max_epochs=8), {k: [v] for k, v in search.best_params_.items()},
        cv=GroupKFold(5),
    ).fit(X, y, **options)  # fmt: skip
    assert search.best_score_ == grid.best_score_


def test_weights_are_routed_to_the_network():
    weight = (y != 2).astype(float)  # a network that is never shown the last class
    with config_context(enable_metadata_routing=True):
        network = make().set_fit_request(sample_weight=True)
        network.set_score_request(sample_weight=False)
        search = make_search(
            make_pipeline(StandardScaler(), network), search_space(network, "minimal")
        )
        search = make_search(network).fit(X, y, sample_weight=weight)
    assert not np.any(search.predict(X) == 2)


def test_sparse_rows_and_frames_are_searched(rng):
    pd = pytest.importorskip("pandas")
    sparse = make_search().fit(csr_matrix(X), y)
    assert sparse.predict(csr_matrix(X)).shape == (150,)
    frame = pd.DataFrame({"a": X[:, 0], "b": rng.choice(["x", "y", None], 150)})
    assert make_search().fit(frame, y).feature_names_in_.tolist() == ["a", "b"]


def test_all_rungs_see_the_same_random_splits(epochs):
    cv = ShuffleSplit(2, test_size=0.4, random_state=np.random.RandomState(0))
    make_search(cv=cv, refit=False, estimator=make(early_stopping=False)).fit(X, y)
    assert len(epochs) == 2 * (4 * 2 + 2 * 2 + 1 * 4)


@pytest.mark.parametrize("refit", ["good", False])
def test_of_several_metrics_the_one_to_refit_is_followed(refit):
    scoring = {
        "good": lambda estimator, X, y: estimator.learning_rate,
        "also good": lambda estimator, X, y: 2 * estimator.learning_rate,
        "bad": lambda estimator, X, y: -estimator.learning_rate,
    }
    search = make_search(scoring=scoring, refit=refit).fit(X, y)
    rates = np.array([params["learning_rate"] for params in search.cv_results_["params"]])
    assert search.multimetric_
    assert rates[-1] == rates.max()
    if refit:
        assert search.best_params_["learning_rate"] == rates.max()
        assert search.best_score_ == rates.max()


def test_a_callable_refit_chooses_a_row():
    search = make_search(refit=lambda results: 2).fit(X, y)
    assert search.best_index_ == 2
    assert search.best_estimator_.learning_rate == search.best_params_["learning_rate"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning", "ignore:.*non-finite")
def test_candidates_that_fail_do_not_go_on():
    space = {"learning_rate": [1e-3, 1e-2, 1e300, 1e301]}
    search = make_search(space=space).fit(X, y)
    rates = [params["learning_rate"] for params in search.cv_results_["params"]]
    assert set(rates[4:]) == {1e-3, 1e-2}
    assert np.isnan(search.cv_results_["mean_test_score"]).sum() == 2


@pytest.mark.filterwarnings("ignore:.*non-finite")
def test_a_search_ends_where_all_candidates_fail():
    def scoring(estimator, X, y):
        return 0.5 if estimator.n_epochs_ <= 2 else np.nan

    network = make(early_stopping=False, n_iter_no_change=None)
    search = make_search(network, scoring=scoring, n_candidates=8, max_epochs=16).fit(X, y)
    assert search.cv_results_["rung"].tolist() == [0] * 8 + [1] * 4
    assert search.cv_results_["rung"][search.best_index_] == 0
    assert search.best_score_ == 0.5


def test_lists_alone_are_tried_once_each():
    search = make_search(space={"learning_rate": [0.01, 0.1]})
    with pytest.warns(UserWarning, match="different candidates") as warned:
        search.fit(X, y)
    assert str(warned[0].message) == (
        "HalvingEpochsSearchCV: the lists give 2 different candidates, fewer than n_candidates=4. "
        "Each is tried once."
    )
    assert search.cv_results_["n_epochs"].tolist() == [4, 4, 8]


def test_callbacks_hear_of_each_rung():
    search, recorder = make_search(), Recorder()
    search.set_callbacks(recorder).fit(X, y)
    counts = {name: recorder.ended.count(name) for name in set(recorder.ended)}
    assert counts == {
        "fit": 1, "search": 1, "rung": 3, "candidate-split-evaluation": 14,
        "refit-with-best-params": 1,
    }  # fmt: skip


def test_verbose_names_the_rungs(capsys):
    make_search(verbose=1).fit(X, y)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "[HalvingEpochsSearchCV] rung 0: 4 candidates to epoch 2"
    assert printed[-2] == "[HalvingEpochsSearchCV] rung 2: 1 candidates to epoch 8"


def test_a_search_survives_pickle_and_clone():
    search = make_search().fit(X, y)
    restored = pickle.loads(pickle.dumps(search))
    assert restored.best_params_ == search.best_params_
    again = clone(search).fit(X, y)
    np.testing.assert_array_equal(
        again.cv_results_["mean_test_score"], search.cv_results_["mean_test_score"]
    )


def test_other_data_in_the_same_directory_are_another_training(tmp_path, interrupted_after):
    network = Interrupting((5,), batch_size=32, random_state=0)
    search = make_search(network, directory=tmp_path)
    interrupted_after(9)
    with pytest.raises(KeyboardInterrupt):
        search.fit(X, y)
    interrupted_after(None)
    found = search.fit(X + 1, y).cv_results_
    expected = make_search(network).fit(X + 1, y).cv_results_
    np.testing.assert_array_equal(found["mean_test_score"], expected["mean_test_score"])


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("n_candidates", 0, "an int in the range [1, inf)"),
        ("factor", 1.5, "a float in the range [2.0, inf)"),
        ("max_epochs", 0, "an int in the range [1, inf)"),
        ("directory", 3, "an instance of 'str', an instance of 'pathlib.Path' or None"),
    ],
)
def test_bad_hyperparameters_are_named(name, value, expected):
    message = error_of(lambda: make_search(**{name: value}).fit(X, y))
    assert message.replace("pathlib._local", "pathlib") == (
        f"The {name!r} parameter of HalvingEpochsSearchCV must be {expected}. "
        f"Got {value!r} instead."
    )


def test_an_estimator_without_a_network_is_refused():
    assert error_of(lambda: make_search(Ridge(), {"alpha": [1, 2]}).fit(X, y)) == (
        "HalvingEpochsSearchCV needs exactly one DeepClassifier or DeepRegressor in Ridge. Found "
        "none. Search a model with one network."
    )


def test_the_number_of_epochs_cannot_be_searched():
    model = Pipeline([("n", make())])
    assert error_of(lambda: make_search(model, [{"n__max_epochs": [1, 2]}]).fit(X, y)) == (
        "HalvingEpochsSearchCV: 'n__max_epochs' cannot be searched, because the search decides how "
        "long a candidate is trained. Set max_epochs of the search instead."
    )


def test_the_network_cannot_be_replaced():
    model = Pipeline([("n", make())])
    space = {"n": [make(), LogisticRegression()]}
    assert error_of(lambda: make_search(model, space).fit(X, y)) == (
        "HalvingEpochsSearchCV: 'n' cannot be searched, because it contains the network that "
        "pauses. Search its hyperparameters instead."
    )


def test_a_directory_needs_an_integer_random_state(tmp_path):
    search = make_search(directory=tmp_path, random_state=None)
    assert error_of(lambda: search.fit(X, y)) == (
        "HalvingEpochsSearchCV: with directory, random_state must be an integer, so that another "
        "fit draws the same candidates. Got None instead."
    )


def test_an_optimizer_without_steps_is_refused():
    network = make(optimizer="lbfgs", batch_size="auto")
    search = make_search(network, {"l2": [0.1, 1.0]}, n_candidates=2, error_score="raise")
    assert error_of(lambda: search.fit(X, y)) == (
        "DeepClassifier: a training with LBFGS cannot pause: its iterations depend on each other. "
        "Take an optimizer that takes steps, such as 'adam'."
    )


def test_hyperparameters_that_cannot_be_pickled_are_refused():
    network = make(augment=lambda X, y, rng: (X, y))
    message = error_of(lambda: make_search(network, error_score="raise").fit(X, y))
    assert message.startswith(
        "DeepClassifier: a fit that pauses is saved, and its data or hyperparameters cannot be "
        "pickled ("
    )
    assert message.endswith("). Define functions and classes in a module.")


def test_transformers_that_cannot_be_pickled_are_refused():
    model = make_pipeline(FunctionTransformer(lambda X: X), make())
    search = make_search(model, search_space(model, "minimal"))
    message = error_of(lambda: search.fit(X, y))
    assert message.startswith(
        "HalvingEpochsSearchCV: the transformers are saved, and they cannot be pickled ("
    )
    assert message.endswith("). Define functions and classes in a module.")


def test_a_worker_that_cannot_reach_the_folder_says_so(tmp_path):
    def scoring(estimator, X, y):
        shutil.rmtree(tmp_path / "paused_fits")
        return 1.0

    search = make_search(scoring=scoring, error_score="raise", directory=tmp_path)
    folder = str(Path(tmp_path) / "paused_fits")
    assert error_of(lambda: search.fit(X, y)) == (
        f"DeepClassifier: the folder {folder!r} of the paused fits is not there. Give the search a "
        "directory that all processes share."
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # scikit-learn's checks provoke warnings on purpose
@pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])
def test_scikit_learns_own_search_passes_no_other_checks(kind):
    network = kind((4,), max_epochs=2, learning_rate=0.03, random_state=0)
    options = {"cv": 2, "random_state": 0}
    space = {"l2": [0.1, 1.0]}
    reports = [
        check_estimator(search, on_fail=None)
        for search in (
            RandomizedSearchCV(network, space, n_iter=2, **options),
            HalvingEpochsSearchCV(
                network, space, n_candidates=2, factor=2, max_epochs=2, **options
            ),
        )
    ]
    random, halving = ({r["check_name"]: r["status"] for r in report} for report in reports)
    assert halving == random


def test_distributions_of_scipy_are_searched():
    search = make_search(space={"dropout": stats.uniform(0, 0.5)}).fit(X, y)
    assert 0 <= search.best_params_["dropout"] <= 0.5
