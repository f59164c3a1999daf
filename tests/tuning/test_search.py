import pickle

import numpy as np
import pytest
from scipy import stats
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, RandomizedSearchCV, ShuffleSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from skdeep import DeepClassifier
from skdeep.tuning import CoarseToFineSearchCV, LogUniform, search_space
from skdeep.tuning.rounds import rank_candidates
from skdeep.tuning.search import _explored

ONE_SPLIT = [(np.arange(5), np.arange(5, 10))]
X = np.arange(10.0).reshape(-1, 1)


class Parabola(BaseEstimator):
    """An estimator whose score is a closed form of its hyperparameters."""

    def __init__(self, a=0.0, b=0.0, fails=False):
        self.a = a
        self.b = b
        self.fails = fails

    def fit(self, X, y=None):
        if self.fails or self.b == "fails":
            raise RuntimeError("cannot be fitted")
        self.fitted_ = True
        return self

    def score(self, X, y=None):
        return -((self.a - 0.7) ** 2)


def make_search(space=None, **options):
    space = {"a": stats.uniform(0, 1)} if space is None else space
    options = {"cv": ONE_SPLIT, "random_state": 0} | options
    return CoarseToFineSearchCV(Parabola(), space, **options)


def by_round(search, name="param_a"):
    """Return the values of each round."""
    rounds = search.cv_results_["round"]
    values = np.asarray(search.cv_results_[name].tolist())
    return [values[rounds == i] for i in range(rounds.max() + 1)]


def expected_failures(search):
    """Return the checks that scikit-learn's own search fails with a regressor."""
    y_2d = {"check_supervised_y_2d": "scikit-learn's searches pass y on as it is"}
    return {} if isinstance(search.estimator, LogisticRegression) else y_2d


@pytest.mark.filterwarnings("ignore")  # scikit-learn's checks provoke warnings on purpose
@parametrize_with_checks(
    [
        CoarseToFineSearchCV(estimator, space, n_iter=4, n_rounds=2, cv=2, random_state=0)
        for estimator, space in [
            (Ridge(), {"alpha": [0.1, 1.0, 2.0, 3.0]}),
            (LogisticRegression(), {"C": LogUniform(0.1, 1.0)}),
            (Pipeline([("pca", PCA()), ("ridge", Ridge())]), {"ridge__alpha": [0.1, 0.2, 1, 2]}),
        ]
    ],
    expected_failed_checks=expected_failures,
)
def test_scikit_learns_checks_of_a_search_pass(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_search_passes_no_other_checks():
    reports = [
        check_estimator(search(Ridge(), {"alpha": [0.1, 1.0]}, n_iter=2, cv=2), on_fail=None)
        for search in (RandomizedSearchCV, CoarseToFineSearchCV)
    ]
    random, fine = ({r["check_name"]: r["status"] for r in report} for report in reports)
    assert fine == random


def test_candidates_are_shared_out_evenly_over_few_rounds():
    search = make_search(n_iter=11, n_rounds=3).fit(X)
    assert search.cv_results_["round"].tolist() == [0] * 4 + [1] * 4 + [2] * 3


def test_a_quarter_of_the_candidates_is_in_the_first_of_many_rounds():
    search = make_search(n_iter=30).fit(X)
    assert np.bincount(search.cv_results_["round"]).tolist() == [8, 3, 3, 3, 3, 2, 2, 2, 2, 2]


def test_more_rounds_than_candidates_are_as_many_as_candidates():
    search = make_search(n_iter=2, n_rounds=5).fit(X)
    assert search.cv_results_["round"].tolist() == [0, 1]


def test_the_spread_of_a_hyperparameter_that_matters_narrows_more_than_of_another():
    space = {"a": stats.uniform(0, 1), "b": stats.uniform(0, 1)}  # the score is that of a alone

    def spreads(seed):
        search = make_search(space, n_iter=60, random_state=seed).fit(X)
        assert abs(search.best_params_["a"] - 0.7) < 0.01
        late = [np.concatenate(by_round(search, f"param_{name}")[5:]) for name in "ab"]
        return [np.subtract(*np.quantile(values, [0.8, 0.2])) for values in late]

    a, b = np.median([spreads(seed) for seed in range(5)], axis=0)
    assert a < 0.03
    assert b > 2 * a


def test_a_part_of_the_candidates_comes_from_the_whole_space():
    search = make_search(n_iter=100, explore=0.25, n_rounds=25).fit(X)
    late = np.abs(np.concatenate(by_round(search)[13:]) - 0.7)
    # a quarter of them is uniform, and a tenth of a uniform number lies within 0.05
    assert np.mean(late > 0.05) == pytest.approx(0.25 * 0.9, abs=0.1)


def test_the_parts_from_the_whole_space_add_up_over_small_rounds():
    assert _explored([3] * 10, 0.1) == [3, 0, 1, 0, 0, 1, 0, 0, 0, 1]  # round(2.7) of 27
    assert _explored([], 0.1) == []


def test_one_round_is_a_random_search_spread_evenly():
    (drawn,) = by_round(make_search(n_iter=10, n_rounds=1).fit(X))
    assert sorted((10 * drawn).astype(int)) == list(range(10))


def test_without_shrinking_all_of_the_space_stays_in_reach():
    search = make_search(n_iter=300, n_rounds=2, shrink=1.0, top=1.0).fit(X)
    _, later = by_round(search)
    assert np.histogram(later, 10, (0, 1))[0].min() > 0


def test_the_same_seed_makes_the_same_search():
    one, other = (make_search(random_state=3).fit(X).cv_results_["params"] for _ in range(2))
    assert one == other
    assert one != make_search(random_state=4).fit(X).cv_results_["params"]


def test_with_as_many_fits_it_comes_closer_than_a_random_search():
    def distances(search_class):
        options = {"n_iter": 30, "cv": ONE_SPLIT, "refit": False}
        searches = [
            search_class(Parabola(), {"a": stats.uniform(0, 1)}, random_state=seed, **options)
            for seed in range(20)
        ]
        return [abs(search.fit(X).best_params_["a"] - 0.7) for search in searches]

    # the nearest of 30 uniform numbers is 1/62 away on average
    random, fine = distances(RandomizedSearchCV), distances(CoarseToFineSearchCV)
    assert np.mean(random) == pytest.approx(1 / 62, rel=0.5)  # a standard error is 0.22 of it
    assert np.mean(fine) < np.mean(random) / 2


def test_failed_candidates_are_never_followed():
    space = {"a": stats.uniform(0, 1), "b": ["works", "fails"]}
    search = make_search(space, n_iter=40, n_rounds=2, shrink=1e-9, explore=0.0)
    with pytest.warns(Warning, match="non-finite|fits failed"):
        search.fit(X)
    first, second = by_round(search, "param_b")
    assert "fails" in first
    assert set(second) == {"works"}


def test_all_rounds_see_the_same_random_splits():
    seen = []

    def score(estimator, X, y=None):
        seen.append(tuple(X.ravel()))
        return estimator.a

    cv = ShuffleSplit(3, test_size=0.4, random_state=np.random.RandomState(0))
    make_search(cv=cv, scoring=score, n_iter=6, refit=False).fit(X)
    assert len(seen) == 18
    assert len(set(seen)) == 3


def best_and_worst():
    return {
        "good": lambda estimator, X, y=None: -abs(estimator.a - 0.9),
        "bad": lambda estimator, X, y=None: -abs(estimator.a - 0.1),
    }


@pytest.mark.parametrize(("refit", "goal"), [("good", 0.9), ("bad", 0.1)])
def test_of_several_metrics_the_one_to_refit_is_followed(refit, goal):
    search = make_search(scoring=best_and_worst(), refit=refit, explore=0.0).fit(X)
    assert abs(search.best_params_["a"] - goal) < 0.05
    assert np.abs(by_round(search)[-1] - goal).max() < 0.4
    assert search.best_score_ == search.cv_results_[f"mean_test_{refit}"].max()


def test_without_a_metric_to_refit_the_mean_of_the_ranks_is_followed():
    metrics = best_and_worst() | {"also good": best_and_worst()["good"]}
    search = make_search(scoring=metrics, refit=False, explore=0.0).fit(X)
    assert np.median(by_round(search)[-1]) > 0.6
    assert not hasattr(search, "best_estimator_")


def test_what_a_callable_refit_chooses_is_ranked_first():
    results = {"rank_test_score": [2, 1, 3], "mean_test_score": [0.5, 0.6, 0.1]}
    assert rank_candidates(results, lambda results: int(np.argmin(results["mean_test_score"]))) == [
        2, 1, 0,
    ]  # fmt: skip


def test_what_a_callable_refit_chooses_is_followed():
    search = make_search(
        refit=lambda results: int(np.argmin(results["param_a"])),
        scoring=lambda estimator, X, y=None: 0.0,
        n_iter=60, explore=0.0,
    ).fit(X)  # fmt: skip
    first, *_ = by_round(search)
    assert search.best_params_["a"] < first.min() / 2


def test_metrics_may_come_from_one_callable():
    def scoring(estimator, X, y=None):
        return {"good": -abs(estimator.a - 0.9), "other": 0.0}

    search = make_search(scoring=scoring, refit="good", explore=0.0).fit(X)
    assert abs(search.best_params_["a"] - 0.9) < 0.05


def test_lists_alone_are_tried_once_each():
    search = make_search({"a": [0.0, 0.5, 1.0], "b": [1, 2]}, n_iter=10)
    with pytest.warns(UserWarning, match="give 6 different candidates, fewer than n_iter=10"):
        search.fit(X)
    assert len({tuple(p.values()) for p in search.cv_results_["params"]}) == 6


def test_groups_reach_the_splitter():
    groups = np.repeat(np.arange(5), 2)
    search = make_search(cv=GroupKFold(5), n_iter=3).fit(X, groups=groups)
    assert search.n_splits_ == 5


def test_weights_are_routed_to_the_network():
    X, y = load_iris(return_X_y=True)
    weight = (y != 2).astype(float)  # a network that is never shown the last class
    with config_context(enable_metadata_routing=True):
        network = DeepClassifier((4,), max_epochs=5, random_state=0)
        network.set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        search = CoarseToFineSearchCV(
            network, {"learning_rate": [0.03, 0.1]}, n_iter=2, cv=2, random_state=0
        ).fit(X, y, sample_weight=weight)
    assert not np.any(search.predict(X) == 2)


class Recorder:
    """A callback that notes the tasks that end."""

    def __init__(self):
        self.ended = []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context, **_):
        pass

    def on_fit_task_end(self, estimator, context, **_):
        self.ended.append(context.task_name)
        return False


def test_callbacks_hear_of_each_round():
    search, recorder = make_search(n_iter=6, n_rounds=3), Recorder()
    search.set_callbacks(recorder).fit(X)
    counts = {name: recorder.ended.count(name) for name in set(recorder.ended)}
    assert counts == {
        "fit": 1, "search": 1, "round": 3, "candidate-split-evaluation": 6,
        "refit-with-best-params": 1,
    }  # fmt: skip


def test_a_network_in_a_pipeline_is_searched_with_its_ready_space():
    X, y = load_iris(return_X_y=True)
    model = make_pipeline(StandardScaler(), DeepClassifier((8,), max_epochs=3, random_state=0))
    space = search_space(model, "all")
    search = CoarseToFineSearchCV(model, space, n_iter=6, cv=2, random_state=0).fit(X, y)
    assert set(search.best_params_) == set(space)
    assert search.predict(X).shape == y.shape


def test_a_search_survives_pickle_and_clone():
    search = make_search(n_iter=6).fit(X)
    restored = pickle.loads(pickle.dumps(search))
    assert restored.best_params_ == search.best_params_
    again = clone(search).fit(X)
    assert again.cv_results_["params"] == search.cv_results_["params"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("n_rounds", 0, "an int in the range [1, inf)"),
        ("top", 0.0, "a float in the range (0.0, 1.0]"),
        ("shrink", 1.5, "a float in the range (0.0, 1.0]"),
        ("explore", -0.1, "a float in the range [0.0, 1.0]"),
        ("n_iter", 0, "an int in the range [1, inf)"),
    ],
)
def test_bad_hyperparameters_are_named(name, value, expected):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        make_search(**{name: value}).fit(X)
    assert str(error.value) == (
        f"The {name!r} parameter of CoarseToFineSearchCV must be {expected}. Got {value!r} instead."
    )


@pytest.mark.parametrize(
    "space",
    [{"a": []}, {"a": 3}, {"a": "ab"}, {"a": np.ones((2, 2))}, {"a": np.array([])}, [3]],
    ids=repr,
)
def test_what_is_no_list_of_values_is_refused_in_scikit_learns_words(space):
    messages = []
    for search in (make_search(space), RandomizedSearchCV(Parabola(), space, cv=ONE_SPLIT)):
        with pytest.raises((TypeError, ValueError)) as error:
            search.fit(X)
        messages.append((type(error.value), str(error.value)))
    assert messages[0] == messages[1]


def test_an_empty_list_beside_a_distribution_is_refused_too():
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        make_search({"a": stats.uniform(0, 1), "b": []}).fit(X)
    assert str(error.value) == (
        "Parameter grid for parameter 'b' need to be a non-empty sequence, got: []"
    )


@pytest.mark.filterwarnings("ignore:CoarseToFineSearchCV")
def test_a_list_without_spaces_is_refused_in_scikit_learns_words():
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        make_search([]).fit(X)
    assert str(error.value) == (
        "No fits were performed. Was the CV iterator empty? Were there no candidates?"
    )
