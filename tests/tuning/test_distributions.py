import copy
import pickle
import re
from math import log

import numpy as np
import pytest
from scipy import stats
from sklearn.model_selection import ParameterSampler

from skdeep.tuning import HiddenLayers, LogUniform, LogUniformInt, OneMinusLogUniform, Uniform

# an instance, an equal one, one that differs, repr
DISTRIBUTIONS = {
    "Uniform": (
        Uniform(0.0, 0.5),
        Uniform(low=0, high=0.5),
        Uniform(0.0, 0.6),
        "Uniform(0.0, 0.5)",
    ),
    "LogUniform": (
        LogUniform(1e-4, 1.0),
        LogUniform(0.0001, 1),
        LogUniform(1e-4, 2.0),
        "LogUniform(0.0001, 1.0)",
    ),
    "LogUniformInt": (
        LogUniformInt(1, 20),
        LogUniformInt(low=1, high=20),
        LogUniformInt(1, 21),
        "LogUniformInt(1, 20)",
    ),
    "OneMinusLogUniform": (
        OneMinusLogUniform(0.9, 0.9999),
        OneMinusLogUniform(0.9, 0.9999),
        OneMinusLogUniform(0.9, 0.999),
        "OneMinusLogUniform(0.9, 0.9999)",
    ),
    "HiddenLayers": (
        HiddenLayers((1, 3), (4, 64)),
        HiddenLayers(depth=[1, 3], width=[4, 64]),
        HiddenLayers((1, 3), (4, 64), equal=False),
        "HiddenLayers(depth=(1, 3), width=(4, 64), equal=True)",
    ),
}
NUMERIC = [k for k in DISTRIBUTIONS if k != "HiddenLayers"]
each = pytest.mark.parametrize("name", DISTRIBUTIONS)
each_numeric = pytest.mark.parametrize("name", NUMERIC)

SURE = 1e-3  # a true law fails a test at one seed in a thousand; the seeds are fixed


@each
def test_equal_bounds_make_equal_distributions_with_one_hash(name):
    one, same, other, _ = DISTRIBUTIONS[name]
    assert one == same
    assert hash(one) == hash(same)
    assert one != other


@each
def test_repr_says_what_was_given(name):
    one, _, _, text = DISTRIBUTIONS[name]
    assert repr(one) == text
    assert eval(text) == one


@each
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))])
def test_copies_and_pickles_are_equal_and_draw_alike(name, duplicate):
    one = DISTRIBUTIONS[name][0]
    other = duplicate(one)
    assert other == one
    assert list(other.rvs(5, random_state=1)) == list(one.rvs(5, random_state=1))


@each
def test_distributions_are_frozen(name):
    one = DISTRIBUTIONS[name][0]
    with pytest.raises(AttributeError, match="cannot assign to field"):
        setattr(one, "width" if name == "HiddenLayers" else "low", 1)


@each
@pytest.mark.parametrize("source", [np.random.RandomState, np.random.default_rng])
def test_a_generator_gives_the_draws_and_moves_on(name, source):
    one = DISTRIBUTIONS[name][0]
    rng = source(3)
    first, second = list(one.rvs(20, random_state=rng)), list(one.rvs(20, random_state=rng))
    assert first == list(one.rvs(20, random_state=source(3)))
    assert first != second


@each
@pytest.mark.parametrize(("size", "shape"), [(4, (4,)), ((2, 3), (2, 3)), ((), ()), (0, (0,))])
def test_size_is_the_shape_of_the_draws(name, size, shape):
    assert DISTRIBUTIONS[name][0].rvs(size, random_state=0).shape == shape


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Uniform", float),
        ("LogUniform", float),
        ("LogUniformInt", int),
        ("OneMinusLogUniform", float),
    ],
)
def test_a_single_draw_is_a_plain_number(name, kind):
    assert type(DISTRIBUTIONS[name][0].rvs(random_state=0)) is kind


def test_uniform_draws_follow_the_uniform_law():
    draws = Uniform(-1.0, 3.0).rvs(4000, random_state=0)
    assert stats.kstest(draws, stats.uniform(-1.0, 4.0).cdf).pvalue > SURE


def test_log_uniform_draws_follow_the_log_uniform_law():
    draws = LogUniform(1e-4, 10.0).rvs(4000, random_state=0)
    assert stats.kstest(draws, stats.loguniform(1e-4, 10.0).cdf).pvalue > SURE


def test_the_distance_of_one_minus_log_uniform_draws_from_one_is_log_uniform():
    draws = OneMinusLogUniform(0.9, 0.9999).rvs(4000, random_state=0)
    assert stats.kstest(1 - draws, stats.loguniform(1e-4, 0.1).cdf).pvalue > SURE


def test_a_third_of_betas_lies_in_each_decade():
    draws = OneMinusLogUniform(0.9, 0.9999).rvs(9000, random_state=0)
    counts = np.histogram(draws, [0.9, 0.99, 0.999, 0.9999])[0]
    assert counts.sum() == 9000
    assert stats.chisquare(counts).pvalue > SURE  # against 3000 each


def test_integer_draws_follow_the_rounded_log_uniform_law():
    distribution = LogUniformInt(1, 20)
    counts = np.bincount(distribution.rvs(20_000, random_state=0), minlength=21)[1:]
    k = np.arange(1, 21)
    probability = np.log((k + 0.5) / (k - 0.5)) / log(20.5 / 0.5)
    assert stats.chisquare(counts, 20_000 * probability).pvalue > SURE


@each_numeric
def test_cdf_gives_the_closed_form(name):
    low, high = DISTRIBUTIONS[name][0].low, DISTRIBUTIONS[name][0].high
    middle, expected = {
        "Uniform": (0.2, 0.4),
        "LogUniform": (1e-3, 0.25),
        "LogUniformInt": (4, log(4.5 / 0.5) / log(20.5 / 0.5)),
        "OneMinusLogUniform": (0.99, 1 / 3),
    }[name]
    cdf = DISTRIBUTIONS[name][0].cdf([low - 1, middle, high, high + 1])
    np.testing.assert_allclose(cdf, [0, expected, 1, 1], atol=1e-12)


@each_numeric
def test_ppf_undoes_cdf(name, rng):
    one = DISTRIBUTIONS[name][0]
    draws = one.rvs(1000, random_state=rng)
    # 1 - β loses three digits of the sixteen where β is near 0.9999
    np.testing.assert_allclose(one.ppf(one.cdf(draws)), draws, rtol=1e-12)


@each_numeric
def test_ppf_runs_from_low_to_high(name):
    one = DISTRIBUTIONS[name][0]
    assert list(one.ppf([0.0, 1.0])) == [one.low, one.high]


def test_cdf_of_integers_steps_at_the_integers():
    one = LogUniformInt(1, 20)
    assert one.cdf(4.99) == one.cdf(4)
    assert one.cdf(5) > one.cdf(4.99)


@each_numeric
@pytest.mark.parametrize("q", [-0.1, 1.1, np.nan])
def test_ppf_refuses_what_is_no_probability(name, q):
    one = DISTRIBUTIONS[name][0]
    if name == "LogUniformInt":
        with pytest.raises(ValueError, match=r"LogUniformInt.ppf needs q in \[0, 1\]. Got"):
            one.ppf(q)
    else:
        assert np.isnan(one.ppf(q))


def test_depths_are_uniform_and_widths_log_uniform():
    shapes = HiddenLayers((1, 3), (4, 64)).rvs(6000, random_state=0)
    depths = np.bincount([len(shape) for shape in shapes], minlength=4)[1:]
    assert stats.chisquare(depths).pvalue > SURE
    widths = np.bincount([shape[0] for shape in shapes], minlength=65)[4:]
    expected = np.diff(LogUniformInt(4, 64).cdf(np.arange(3, 65))) * 6000
    assert stats.chisquare(widths, expected).pvalue > SURE


def test_all_hidden_layers_are_equally_wide_unless_told_otherwise():
    shapes = HiddenLayers(3, (4, 64)).rvs(50, random_state=0)
    assert all(len(shape) == 3 and len(set(shape)) == 1 for shape in shapes)
    free = np.array(HiddenLayers(3, (4, 64), equal=False).rvs(2000, random_state=0).tolist())
    # 2000 pairs of independent numbers correlate by less than 0.1 (4.5 standard errors)
    assert np.abs(np.corrcoef(free.T) - np.eye(3)).max() < 0.1


def test_a_fixed_shape_is_always_drawn():
    assert HiddenLayers(2, 10).rvs(random_state=0) == (10, 10)
    assert HiddenLayers((2, 2), (10, 10)) == HiddenLayers(2, 10)


def test_distributions_serve_a_scikit_learn_sampler():
    space = {name: line[0] for name, line in DISTRIBUTIONS.items()}
    for params in ParameterSampler(space, 10, random_state=0):
        assert 1e-4 <= params["LogUniform"] <= 1
        assert params["LogUniformInt"] in range(1, 21)
        assert 0.9 <= params["OneMinusLogUniform"] <= 0.9999
        assert 1 <= len(params["HiddenLayers"]) <= 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Uniform(1, 1),
            "Uniform needs -inf < low < high < inf. Got low=1, high=1 instead.",
        ),
        (
            lambda: LogUniform(0, 1),
            "LogUniform needs 0 < low < high < inf. Got low=0, high=1 instead.",
        ),
        (
            lambda: LogUniform(1, np.inf),
            "LogUniform needs 0 < low < high < inf. Got low=1, high=inf instead.",
        ),
        (
            lambda: LogUniform("a", 1),
            "LogUniform needs 0 < low < high < inf. Got low='a', high=1 instead.",
        ),
        (
            lambda: LogUniformInt(0, 4),
            "LogUniformInt needs integers with 1 <= low < high. Got low=0, high=4 instead.",
        ),
        (
            lambda: LogUniformInt(1, 4.5),
            "LogUniformInt needs integers with 1 <= low < high. Got low=1, high=4.5 instead.",
        ),
        (
            lambda: OneMinusLogUniform(0.9, 1.0),
            "OneMinusLogUniform needs low < high < 1. Got low=0.9, high=1.0 instead.",
        ),
        (
            lambda: HiddenLayers(depth=0),
            "HiddenLayers needs depth to be an integer >= 1 or an increasing pair of them. "
            "Got depth=0, width=(16, 512), equal=True instead.",
        ),
        (
            lambda: HiddenLayers(width=(8, 4)),
            "HiddenLayers needs width to be an integer >= 1 or an increasing pair of them. "
            "Got depth=(1, 3), width=(8, 4), equal=True instead.",
        ),
        (
            lambda: HiddenLayers(width=(1, 2, 3)),
            "HiddenLayers needs width to be an integer >= 1 or an increasing pair of them. "
            "Got depth=(1, 3), width=(1, 2, 3), equal=True instead.",
        ),
    ],
)
def test_bad_bounds_are_named(make, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()
