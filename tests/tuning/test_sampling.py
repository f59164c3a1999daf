import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from skdeep.tuning import HiddenLayers, LogUniform, LogUniformInt
from skdeep.tuning.sampling import Proposals, Space


@pytest.fixture
def state():
    return np.random.RandomState(0)


def near(values, place, width, state, n=400):
    """Return n values near one place of an axis."""
    space = Space({"a": values})
    axis = space.axes["a"]
    return [axis.value(axis.near(place, width, state)) for _ in range(n)]


@pytest.mark.parametrize("distribution", [LogUniform(1e-4, 1.0), stats.loguniform(1e-4, 1.0)])
def test_a_box_is_as_wide_as_its_part_of_the_distribution(distribution, state):
    values = near(distribution, np.array([0.5]), 0.25, state)
    # a quarter of four decades around 0.01
    assert np.sqrt(1e-5) <= min(values) < 10**-2.45
    assert 10**-1.55 < max(values) <= np.sqrt(1e-3)


def test_a_box_is_folded_back_at_the_edge_of_the_space(state):
    values = near(stats.uniform(0, 1), np.array([0.0]), 0.5, state)
    assert stats.kstest(values, stats.uniform(0, 0.25).cdf).pvalue > 1e-3


def test_an_unbounded_distribution_gives_finite_values(state):
    values = near(stats.norm(), np.array([0.0]), 0.2, state)
    assert np.isfinite(values).all()
    assert max(values) <= stats.norm.ppf(0.1)


@pytest.mark.parametrize(
    "distribution",
    [
        stats.randint(0, 100),
        LogUniformInt(1, 100),
        stats.rv_discrete(values=([3, 5, 8], [0.25, 0.5, 0.25])),
    ],
)
def test_integers_stay_integers(distribution, state):
    assert {type(value) for value in near(distribution, np.array([0.5]), 0.1, state)} == {int}


@pytest.mark.parametrize(
    "distribution",
    [stats.rv_discrete(values=([0.5, 1.5], [0.5, 0.5])), stats.randint(0, 2, loc=0.5)],
)
def test_steps_between_the_integers_stay_where_they_are(distribution, state):
    assert set(near(distribution, np.array([0.5]), 1.0, state)) == {0.5, 1.5}


@pytest.mark.parametrize("values", [[16, 32, 64, 128, 256], [1.0, 0.5, 0.25, 0.1, 0.0]])
def test_a_list_that_grows_or_shrinks_is_searched_by_its_order(values, state):
    assert set(near(values, np.array([0.5]), 0.4, state)) == set(values[1:4])


@pytest.mark.parametrize("values", [["a", "b", "c", "d"], [True, False, None, 1], [3, 1, 2, 0]])
def test_a_category_stays_with_the_probability_left_by_the_width(values, state):
    drawn = near(values, 0, 0.4, state, n=4000)
    kept = sum(value is values[0] for value in drawn)
    # kept, or drawn again among the four
    assert stats.binomtest(kept, 4000, 0.6 + 0.4 / 4).pvalue > 1e-3


def test_shapes_stay_near_in_depth_and_width(state):
    shapes = near(HiddenLayers((1, 4), (4, 1024)), np.array([0.5, 0.5]), 0.25, state)
    assert {len(shape) for shape in shapes} == {2, 3}
    widths = np.log([shape[0] for shape in shapes])
    middle, reach = np.log(3.5 * 1024.5) / 2, np.log(1024.5 / 3.5) / 8
    # rounding moves a width of 30 by less than 2 %
    assert np.abs(widths - middle).max() < reach + 0.02


class OnlyDraws:
    def rvs(self, random_state=None):
        return random_state.uniform()


def test_an_object_with_rvs_alone_is_kept_or_drawn_anew(state):
    values = near(OnlyDraws(), 0.123, 0.3, state, n=4000)
    assert stats.binomtest(values.count(0.123), 4000, 0.7).pvalue > 1e-3
    assert len(set(values)) == 4001 - values.count(0.123)


def test_the_first_candidates_are_spread_evenly_on_each_axis(state):
    space = {"a": LogUniform(1e-4, 1.0), "b": stats.norm(), "c": ["x", "y"], "d": [1, 2, 4, 8]}
    drawn = Proposals(space, state).draw(8, [], 1.0, 0.0)
    assert sorted(int(8 * (4 + np.log10(p["a"])) / 4) for p in drawn) == list(range(8))
    assert sorted(int(8 * stats.norm.cdf(p["b"])) for p in drawn) == list(range(8))
    assert sorted(p["c"] for p in drawn) == ["x"] * 4 + ["y"] * 4
    assert sorted(p["d"] for p in drawn) == [1, 1, 2, 2, 4, 4, 8, 8]


def test_candidates_lie_near_one_or_other_parent_on_each_axis(state):
    proposals = Proposals({"a": stats.uniform(0, 1), "b": stats.uniform(0, 1)}, state)
    first = proposals.draw(10, [], 1.0, 0.0)
    later = proposals.draw(200, [2, 7], 0.02, 0.0)
    for name in "ab":
        distance = [[abs(p[name] - first[i][name]) for i in (2, 7)] for p in later]
        assert np.max(np.min(distance, axis=1)) <= 0.01
    mixed = sum(
        abs(p["a"] - first[2]["a"]) <= 0.01 and abs(p["b"] - first[7]["b"]) <= 0.01 for p in later
    )
    # for half of the candidates both parents are one; of the others a quarter mixes this way
    assert stats.binomtest(mixed, 200, 1 / 8).pvalue > 1e-3


def test_a_part_of_the_candidates_comes_from_the_whole_space(state):
    proposals = Proposals({"a": stats.uniform(0, 1)}, state)
    (start,) = proposals.draw(1, [], 1.0, 0.0)
    later = proposals.draw(40, [0], 0.001, 0.25)
    assert sum(abs(p["a"] - start["a"]) > 0.01 for p in later) == 10


def test_lists_run_through_every_candidate_once(state):
    proposals = Proposals({"a": [1, 2, 3], "b": ["x", "y"]}, state)
    drawn = [proposals.draw(2, near, 0.5, 0.0) for near in ([], [0], [0, 1])]
    drawn = [tuple(params.values()) for batch in drawn for params in batch]
    assert sorted(drawn) == [(a, b) for a in (1, 2, 3) for b in "xy"]


def test_fewer_candidates_than_asked_for_are_announced(state):
    proposals = Proposals([{"a": [1, 2, 3]}, {"b": ["x", "y"]}], state)
    with pytest.warns(UserWarning, match="the lists give 5 different candidates, fewer than n_it"):
        assert proposals.count(9, "A search", "n_iter") == 5


def test_few_integers_are_drawn_twice_rather_than_never(state):
    drawn = Proposals({"a": LogUniformInt(1, 2)}, state).draw(4, [], 1.0, 0.0)
    assert {p["a"] for p in drawn} == {1, 2}


def test_each_dict_of_a_list_is_searched_within_itself(state):
    proposals = Proposals([{"a": stats.uniform(0, 1)}, {"b": stats.uniform(0, 1)}], state)
    first = proposals.draw(6, [], 1.0, 0.0)
    assert [list(p) for p in first].count(["a"]) == 3
    in_a = next(i for i, p in enumerate(first) if "a" in p)
    later = proposals.draw(20, [in_a], 0.1, 0.0)
    assert all(abs(p["a"] - first[in_a]["a"]) <= 0.05 for p in later)


def test_the_order_of_a_dict_does_not_change_the_draws():
    space = {"b": stats.uniform(0, 1), "a": LogUniform(1e-4, 1.0), "c": ["x", "y"]}
    one = Proposals(space, np.random.RandomState(1)).draw(5, [], 1.0, 0.0)
    other = Proposals(dict(reversed(space.items())), np.random.RandomState(1))
    assert other.draw(5, [], 1.0, 0.0) == one


def test_boxes_on_the_normal_law_shrink_in_its_quantiles(state):
    values = near(stats.logistic(), np.array([0.5]), 0.5, state)
    assert 0.25 <= expit(min(values)) < 0.27
    assert 0.73 < expit(max(values)) <= 0.75
