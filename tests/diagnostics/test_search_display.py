import numpy as np
import pytest
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import Ridge
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
)

from skdeep import DeepClassifier
from skdeep.diagnostics import SearchDisplay
from skdeep.tuning import (
    CoarseToFineSearchCV,
    HalvingEpochsSearchCV,
    HiddenLayers,
    LogUniform,
    OneMinusLogUniform,
)

matplotlib = pytest.importorskip("matplotlib")

X = np.arange(20.0).reshape(-1, 1)
ONE_SPLIT = [(np.arange(10), np.arange(10, 20))]


@pytest.fixture(autouse=True)
def plt():
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


class Known(BaseEstimator):
    """An estimator whose score is a closed form of its hyperparameters."""

    def __init__(self, rate=1.0, dropout=0.0, kind="good", shape=(1,), n=1, fails=False):
        self.rate = rate
        self.dropout = dropout
        self.kind = kind
        self.shape = shape
        self.n = n
        self.fails = fails

    def fit(self, X, y=None):
        if self.fails:
            raise RuntimeError("cannot be fitted")
        self.fitted_ = True
        return self

    def score(self, X, y=None):
        return -((np.log10(self.rate) + 2) ** 2) - 3.0 * (self.kind == "bad")


SPACE = {
    "rate": LogUniform(1e-4, 1.0),
    "dropout": stats.uniform(0, 0.5),
    "kind": ["bad", "good"],
}


def random_search(space=SPACE, n_iter=60, **options):
    options = {"cv": ONE_SPLIT, "random_state": 0, "refit": False} | options
    return RandomizedSearchCV(Known(), space, n_iter=n_iter, **options).fit(X)


def by_name(display):
    return {effect.name: effect for effect in display.effects}


def test_the_hyperparameters_that_matter_come_first():
    display = SearchDisplay.from_search(random_search())
    assert [effect.name for effect in display.effects] == ["rate", "kind", "dropout"]
    sizes = [effect.size for effect in display.effects]
    assert sizes[1] > 4 * sizes[2]


def test_it_prints_as_one_line():
    search = random_search(n_iter=12)
    best = search.cv_results_["mean_test_score"].max()
    display = SearchDisplay.from_search(search, plot=False)
    assert repr(display) == f"SearchDisplay(12 candidates, best score {best:.4g})"


def test_partial_dependence_follows_the_score():
    rate = by_name(SearchDisplay.from_search(random_search()))["rate"]
    assert np.log10(rate.grid[rate.dependence.argmax()]) == pytest.approx(-2, abs=0.5)
    assert np.corrcoef(rate.dependence, -((np.log10(rate.grid) + 2) ** 2))[0, 1] > 0.95


def test_log_uniform_hyperparameters_have_log_axes_and_others_do_not():
    space = {
        "rate": stats.loguniform(1e-4, 1.0),
        "dropout": stats.uniform(0, 0.5),
        "n": [16, 32, 64, 128, 256],
    }
    display = SearchDisplay.from_search(random_search(space))
    assert {e.name: e.is_log for e in display.effects} == {
        "rate": True,
        "dropout": False,
        "n": True,
    }
    scales = [ax.get_xscale() for ax in display.axes_[1:]]
    assert scales == ["log" if effect.is_log else "linear" for effect in display.effects]


def test_a_beta_has_its_distance_from_one_on_a_log_axis():
    search = random_search({"dropout": OneMinusLogUniform(0.9, 0.9999), "rate": [0.1, 0.01]})
    beta = by_name(SearchDisplay.from_search(search))["1 − dropout"]
    assert beta.is_log
    np.testing.assert_allclose(beta.values, 1 - search.cv_results_["param_dropout"].astype(float))


def test_a_search_that_has_gone_fine_keeps_the_scale_of_its_first_round():
    search = CoarseToFineSearchCV(Known(), SPACE, n_iter=60, cv=ONE_SPLIT, random_state=0).fit(X)
    effects = by_name(SearchDisplay.from_search(search))
    assert effects["rate"].is_log
    assert not effects["dropout"].is_log


def test_categories_are_named_with_the_best_first():
    space = {"kind": ["bad", "good"], "n": list(range(20))}
    display = SearchDisplay.from_search(random_search(space, 40))
    kind = by_name(display)["kind"]
    assert kind.categories == ["good", "bad"]
    assert kind.dependence[0] - kind.dependence[1] == pytest.approx(3)
    ax = display.axes_[1 + display.effects.index(kind)]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["good", "bad"]


def test_shapes_are_shown_by_length_and_mean():
    search = random_search({"shape": HiddenLayers((1, 3), (4, 64)), "rate": [0.1, 0.01]})
    effects = by_name(SearchDisplay.from_search(search))
    shapes = search.cv_results_["param_shape"]
    assert effects["shape (length)"].values.tolist() == [len(shape) for shape in shapes]
    assert effects["shape (mean)"].values.tolist() == [shape[0] for shape in shapes]
    assert effects["shape (mean)"].is_log


def test_a_hyperparameter_with_one_value_is_left_out():
    display = SearchDisplay.from_search(random_search({"n": [3], "rate": [0.1, 0.01]}, 2))
    assert list(by_name(display)) == ["rate"]


def test_of_several_dicts_each_candidate_shows_its_own_hyperparameters():
    space = [{"rate": LogUniform(1e-4, 1.0)}, {"dropout": stats.uniform(0, 0.5)}, {"kind": ["bad"]}]
    search = random_search([*space, {"kind": ["good"]}], 40)
    display = SearchDisplay.from_search(search)
    for effect in display.effects:
        has = [effect.name in params for params in search.cv_results_["params"]]
        assert (~np.isnan(effect.values)).tolist() == has
        assert np.isfinite(effect.dependence).all()


def test_rounds_are_those_of_the_search():
    search = CoarseToFineSearchCV(
        Known(), SPACE, n_iter=12, n_rounds=3, cv=ONE_SPLIT, random_state=0
    ).fit(X)
    display = SearchDisplay.from_search(search)
    assert display.rounds.tolist() == search.cv_results_["round"].tolist()
    assert [text.get_text() for text in display.axes_[0].get_xticklabels()] == ["0", "1", "2"]
    assert display.axes_[0].get_xlabel() == "round"
    scores = search.cv_results_["mean_test_score"]
    lines = display.axes_[0].collections[-3:]
    best = [scores[display.rounds == i].max() for i in range(3)]
    drawn = [c.get_segments()[0][0, 1] for c in lines if isinstance(c, _line_collection())]
    assert drawn == best


def _line_collection():
    from matplotlib.collections import LineCollection

    return LineCollection


def test_rungs_of_epochs_are_shown_with_their_epochs():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    search = HalvingEpochsSearchCV(
        DeepClassifier((4,), random_state=0), {"learning_rate": LogUniform(1e-4, 1.0)},
        n_candidates=9, max_epochs=9, cv=2, random_state=0,
    ).fit(X, X[:, 0] > 0)  # fmt: skip
    display = SearchDisplay.from_search(search)
    assert display.round_labels == ["0\nn_epochs = 1", "1\nn_epochs = 3", "2\nn_epochs = 9"]
    assert display.axes_[0].get_xlabel() == "rung"


@pytest.mark.parametrize("search_class", [HalvingRandomSearchCV, HalvingGridSearchCV])
def test_iterations_of_scikit_learns_halving_are_shown_with_their_resources(search_class):
    X = np.random.default_rng(0).normal(size=(200, 2))
    more = {"n_candidates": 9} if search_class is HalvingRandomSearchCV else {}
    search = search_class(
        Ridge(), {"alpha": np.geomspace(1e-3, 1e3, 9).tolist()}, cv=2, random_state=0,
        min_resources=20, **more,
    ).fit(X, X[:, 0])  # fmt: skip
    display = SearchDisplay.from_search(search)
    assert display.round_labels[0] == "0\nn_resources = 20"
    assert display.axes_[0].get_xlabel() == "iter"
    assert list(by_name(display)) == ["alpha"]
    assert display.effects[0].is_log


def test_a_search_without_rounds_counts_its_candidates():
    search = GridSearchCV(Known(), {"rate": [0.1, 0.01, 0.001]}, cv=ONE_SPLIT).fit(X)
    display = SearchDisplay.from_search(search)
    assert display.round_labels == []
    assert display.axes_[0].get_xlabel() == "candidate"


def test_candidates_that_failed_are_marked_and_not_learned_from():
    space = {"fails": [False, True], "rate": LogUniform(1e-4, 1.0)}
    with pytest.warns(Warning, match="non-finite|fits failed"):
        search = random_search(space, 30)
    display = SearchDisplay.from_search(search)
    n_failed = np.isnan(display.scores).sum()
    assert 0 < n_failed < 30
    marks = [len(c.get_offsets()) for c in display.axes_[0].collections[:3]]
    assert marks[2] == n_failed
    assert sum(marks) == 30


def test_a_score_far_below_the_others_does_not_hide_them():
    rates = [1e-2, 2e-2, 3e-2, 4e-2, 5e-2, 1e-250]  # the last one scores -61504
    search = GridSearchCV(Known(), {"rate": rates}, cv=ONE_SPLIT, refit=False).fit(X)
    display = SearchDisplay.from_search(search)
    assert display.axes_[0].get_ylim()[0] > -5
    assert len(display.axes_[0].collections[1].get_offsets()) == 1  # a triangle


def test_it_is_drawn_inside_the_given_axes(plt):
    figure, (left, right) = plt.subplots(1, 2, layout="constrained")
    display = SearchDisplay.from_search(random_search(n_iter=10), ax=right)
    assert display.ax_ is right
    assert display.figure_ is figure
    figure.canvas.draw()
    middle = left.get_position().x1
    assert all(ax.get_position().x0 > middle for ax in display.axes_)


def test_without_plot_there_are_the_numbers_alone():
    display = SearchDisplay.from_search(random_search(), plot=False)
    assert not hasattr(display, "axes_")
    again = SearchDisplay.from_search(random_search(), plot=False)
    np.testing.assert_array_equal(display.effects[0].dependence, again.effects[0].dependence)


def two_metrics(refit):
    metrics = {
        "good": lambda estimator, X, y=None: estimator.rate,
        "other": lambda estimator, X, y=None: -estimator.rate,
    }
    return random_search(scoring=metrics, refit=refit, n_iter=5)


def test_of_several_metrics_one_is_shown():
    search = two_metrics("good")
    rates = search.cv_results_["param_rate"].astype(float)
    display = SearchDisplay.from_search(search)
    assert display.scores.tolist() == rates.tolist()
    assert display.score_name == "good"
    assert SearchDisplay.from_search(search, metric="other").scores.tolist() == (-rates).tolist()


@pytest.mark.parametrize("metric", [None, "bad"])
def test_an_unknown_metric_is_refused(metric):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        SearchDisplay.from_search(two_metrics(False), metric=metric)
    assert str(error.value) == (
        "SearchDisplay needs the metric to plot. metric must be one of ['good', 'other']. Got "
        f"{metric!r} instead."
    )


def test_a_search_without_results_is_refused():
    with pytest.raises(NotFittedError) as error:
        SearchDisplay.from_search(GridSearchCV(Ridge(), {"alpha": [1.0]}))
    assert str(error.value) == (
        "SearchDisplay needs a search with cv_results_. Got GridSearchCV without it. Call its "
        "fit first."
    )


def test_a_search_without_scores_is_refused():
    with pytest.warns(Warning, match="non-finite"):
        search = random_search({"rate": [0.1, 0.2]}, 2, scoring=lambda e, X, y=None: np.nan)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        SearchDisplay.from_search(search)
    assert str(error.value) == (
        "SearchDisplay needs a score that is finite. Those of all 2 candidates are not. Search "
        'with error_score="raise" to see why.'
    )
