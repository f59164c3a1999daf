import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from skdeep.tuning import HiddenLayers, LogUniform, LogUniformInt
from skdeep.tuning.sampling import Candidate, Proposals, Space, make_axis


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
    drawn = Proposals(space, state).draw(8)
    assert sorted(int(8 * (4 + np.log10(p["a"])) / 4) for p in drawn) == list(range(8))
    assert sorted(int(8 * stats.norm.cdf(p["b"])) for p in drawn) == list(range(8))
    assert sorted(p["c"] for p in drawn) == ["x"] * 4 + ["y"] * 4
    assert sorted(p["d"] for p in drawn) == [1, 1, 2, 2, 4, 4, 8, 8]


def test_candidates_lie_near_one_or_other_parent_on_each_axis(state):
    space = Space({"a": stats.uniform(0, 1), "b": stats.uniform(0, 1)})
    space.widths = dict.fromkeys("ab", 0.02)
    one, other = space.spread(2, state)
    later = [space.near(one, other, state).params for _ in range(200)]
    for name in "ab":
        distance = [[abs(p[name] - each.params[name]) for each in (one, other)] for p in later]
        assert np.max(np.min(distance, axis=1)) <= 0.01
    mixed = sum(
        abs(p["a"] - one.params["a"]) <= 0.01 and abs(p["b"] - other.params["b"]) <= 0.01
        for p in later
    )
    assert stats.binomtest(mixed, 200, 1 / 4).pvalue > 1e-3


def candidates_at(space, points):
    """Return a candidate for each pair of places on the axes a and b."""
    return [Candidate(space, {"a": a, "b": b}) for a, b in points]


def test_an_axis_on_which_the_good_lie_close_narrows_and_another_stays_wide():
    space = Space({"a": stats.uniform(0, 1), "b": stats.uniform(0, 1)})
    points = [(np.array([0.5 + a]), np.array([b])) for a, b in [(0, 0.1), (0.01, 0.5), (0.02, 0.9)]]
    space.learn(candidates_at(space, points), shrink=0.1)
    # s² is 12 · 0.01² and 12 · 0.4², and k = 3
    assert space.widths["a"] == pytest.approx(0.9 * np.sqrt((2 + 2 * 0.0012) / 4))
    assert space.widths["b"] == 1.0  # 0.9 √((2 + 2 · 1.92) / 4) is above


def test_a_width_narrows_by_no_more_than_shrink_in_a_round():
    space = Space({"a": stats.uniform(0, 1), "b": ["x", "y", "z"]})
    good = candidates_at(space, [(np.array([0.5]), 1)] * 30)
    for i in range(1, 4):
        space.learn(good, shrink=0.5)
        assert space.widths == {"a": 0.5**i, "b": 0.5**i}


def test_one_good_candidate_has_no_spread_to_learn_from():
    space = Space({"a": stats.uniform(0, 1), "b": ["x", "y"]})
    space.learn(candidates_at(space, [(np.array([0.5]), 1)]), shrink=0.1)
    assert space.widths == {"a": 1.0, "b": 1.0}


def test_each_coordinate_of_a_shape_has_its_own_width(state):
    space = Space({"a": HiddenLayers((1, 4), (4, 1024))})
    places = [np.array([depth, 0.5]) for depth in np.linspace(0, 1, 20)]
    space.learn([Candidate(space, {"a": place}) for place in places], shrink=0.1)
    depth, width = space.widths["a"]
    assert depth > 0.9
    assert width == pytest.approx(0.9 * np.sqrt(2 / 21))


@pytest.mark.parametrize(
    ("values", "places"),
    [
        (stats.uniform(0, 1), np.random.RandomState(0).uniform(size=(4000, 1))),
        (["x", "y", "z"], np.random.RandomState(0).randint(3, size=400).tolist()),
    ],
)
def test_places_drawn_at_random_have_the_variance_of_the_whole_axis(values, places):
    # the standard error of the variance is 1.4 % of 4000 numbers, and 3 % of the pairs
    assert make_axis("a", values).variance(places) == pytest.approx(1, abs=0.08)


def test_of_a_list_with_one_value_the_variance_is_none():
    assert make_axis("a", ["x"]).variance([0, 0]) == 0


def test_values_of_an_object_with_rvs_alone_are_as_far_as_can_be():
    axis = make_axis("a", OnlyDraws())
    assert axis.variance([0.1, 0.2, 0.3]) == 1
    assert axis.distances(0.1, [0.1, 0.2], 0.5).tolist() == [0, 4]


def test_neighbors_are_nearest_in_units_of_the_widths():
    space = Space({"a": stats.uniform(0, 1), "b": ["x", "y"]})
    space.widths = {"a": 0.1, "b": 0.5}
    tried = candidates_at(space, [(np.array([a]), b) for a, b in [(0.5, 0), (0.6, 1), (0.75, 1)]])
    (draft,) = candidates_at(space, [(np.array([0.5]), 1)])
    # squared distances are 1 / 0.5², 1 and 2.5²
    assert space.nearest(draft, tried).tolist() == [1, 0, 2]


def test_drafts_beside_bad_candidates_are_not_tried(state):
    proposals = Proposals({"a": stats.uniform(0, 1)}, state)
    first = [params["a"] for params in proposals.draw(30)]
    best_first = [int(i) for i in np.argsort(first)]  # the smaller, the better
    later = proposals.draw_near(40, best_first, top=0.5, shrink=1.0)
    # boxes of the full width around a good half, of which the lowest tenth is sought
    assert np.mean([params["a"] < 0.1 for params in later]) > 0.9


def test_a_candidate_that_failed_counts_as_the_worst_neighbor(state):
    proposals = Proposals({"a": stats.uniform(0, 1)}, state)
    first = [params["a"] for params in proposals.draw(30)]
    best_first = [int(i) for i in np.argsort(first) if first[i] > 0.5]  # the others failed
    later = proposals.draw_near(40, best_first, top=0.5, shrink=1.0)
    assert min(params["a"] for params in later) > 0.45


def test_lists_run_through_every_candidate_once(state):
    proposals = Proposals({"a": [1, 2, 3], "b": ["x", "y"]}, state)
    drawn = [proposals.draw(2), *(proposals.draw_near(2, near, 1.0, 0.5) for near in ([0], [0, 1]))]
    drawn = [tuple(params.values()) for batch in drawn for params in batch]
    assert sorted(drawn) == [(a, b) for a in (1, 2, 3) for b in "xy"]


def test_fewer_candidates_than_asked_for_are_announced(state):
    proposals = Proposals([{"a": [1, 2, 3]}, {"b": ["x", "y"]}], state)
    with pytest.warns(UserWarning, match="the lists give 5 different candidates, fewer than n_it"):
        assert proposals.count(9, "A search", "n_iter") == 5


def test_few_integers_are_drawn_twice_rather_than_never(state):
    drawn = Proposals({"a": LogUniformInt(1, 2)}, state).draw(4)
    assert {p["a"] for p in drawn} == {1, 2}


def test_each_dict_of_a_list_is_searched_within_itself(state):
    proposals = Proposals([{"a": stats.uniform(0, 1)}, {"b": stats.uniform(0, 1)}], state)
    first = proposals.draw(6)
    assert [list(p) for p in first].count(["a"]) == 3
    in_a = next(i for i, p in enumerate(first) if "a" in p)
    later = proposals.draw_near(20, [in_a], top=1.0, shrink=0.1)
    assert [list(p) for p in later] == [["a"]] * 20


def test_the_order_of_a_dict_does_not_change_the_draws():
    space = {"b": stats.uniform(0, 1), "a": LogUniform(1e-4, 1.0), "c": ["x", "y"]}
    one = Proposals(space, np.random.RandomState(1)).draw(5)
    other = Proposals(dict(reversed(space.items())), np.random.RandomState(1))
    assert other.draw(5) == one


def test_boxes_on_the_normal_law_shrink_in_its_quantiles(state):
    values = near(stats.logistic(), np.array([0.5]), 0.5, state)
    assert 0.25 <= expit(min(values)) < 0.27
    assert 0.73 < expit(max(values)) <= 0.75
