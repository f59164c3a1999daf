from itertools import pairwise
from math import ceil

import numpy as np
import pytest
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler

from skdeep.inputs import (
    Embedding,
    OneHot,
    PiecewiseLinear,
    Reader,
    RobustScale,
    Standardize,
    Table,
    make_category_encoding,
    make_numerical_encoding,
)
from skdeep.inputs.unchanged import Unchanged
from skdeep.rows import Rows
from tests.helpers import error_of

ROUNDING = 1e-12  # some roundings of numbers near 1
FLOAT64 = np.dtype(np.float64)


def _learn(X, encoding, weight=None, category=None):
    """Return the table of columns of numbers, or of categories if their encoding is given."""
    reader = Reader([] if category is None else list(range(X.shape[1])), {})
    return Table.learn(reader, Rows(X, np.zeros(len(X)), weight), encoding, category or OneHot())


def _encoded(X, encoding, new=None):
    return _learn(X, encoding).encode(X if new is None else new, slice(None), FLOAT64)


@pytest.fixture(name="X")
def features(rng):
    return rng.normal(size=(101, 3)) ** 3 * [1, 50, 0.01] + [0, -7, 1000]


def test_standardize_is_a_standard_scaler(rng, X):
    X[rng.random(X.shape) < 0.1] = np.nan
    scaled = StandardScaler().fit_transform(X)
    z = _encoded(X, Standardize())[:, :3]
    # the last column has a mean of 1e5 standard deviations, and so many more rounding errors
    np.testing.assert_allclose(z, np.nan_to_num(scaled), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("encoding", [Standardize(), RobustScale(), PiecewiseLinear()])
@pytest.mark.parametrize("value", [0.0, 0.1, -1e5 / 3])
def test_a_constant_column_becomes_0(encoding, value):
    X = np.full((1001, 1), value)
    table = _learn(X, encoding)
    assert table.n_encoded == 1
    # the mean of equal numbers can be off by some roundings
    np.testing.assert_allclose(
        table.encode(X, slice(None), FLOAT64), 0, atol=1e-14 * max(abs(value), 1)
    )


def test_robust_scale_has_the_quartiles_of_a_robust_scaler_and_a_smooth_bound(X):
    # with 101 rows the quartiles are values of the column for both
    z = RobustScaler().fit_transform(X)
    expected = z / np.sqrt(1 + (z / 3) ** 2)
    np.testing.assert_allclose(_encoded(X, RobustScale()), expected, rtol=1e-9, atol=ROUNDING)


def test_robust_scale_uses_half_the_range_if_the_quartiles_are_equal():
    X = np.array([[2.0] * 8 + [0, 8]]).T
    z = (X - 2) / 4
    np.testing.assert_allclose(
        _encoded(X, RobustScale()), z / np.sqrt(1 + (z / 3) ** 2), rtol=ROUNDING
    )


def test_robust_scale_bounds_outliers_without_a_change_of_the_scale(X):
    inside = _encoded(X, RobustScale())
    X[X.argmax(axis=0), range(3)] = 1e12
    with_outlier = _encoded(X, RobustScale())
    same = X < 1e12
    np.testing.assert_array_equal(with_outlier[same], inside[same])
    np.testing.assert_allclose(with_outlier[~same], 3, rtol=ROUNDING)
    assert np.abs(with_outlier).max() <= 3


def _piecewise_linear(x, n_bins):
    """Return the inputs of one column by the formula of the docstring, bin by bin."""
    z = (x - x.mean()) / x.std()
    values, counts = np.unique(z, return_counts=True)
    shared = values[counts > len(z) / 2]
    others = z[~np.isin(z, shared)]
    fractions = np.linspace(
        0, 1, 1 + min(n_bins - len(shared), ceil(8 * n_bins * len(others) / len(z)))
    )
    of_others = np.quantile(others, fractions, method="inverted_cdf") if len(others) else []
    edges = np.unique([*shared, *of_others])
    if len(edges) < 3:
        return z[:, None]
    bins = [np.interp(z, pair, [0, 0.5]) for pair in pairwise(edges)]
    return np.column_stack([z / np.sqrt(1 + (z / 5) ** 2), *bins])


COLUMNS = {
    "continuous": (lambda rng: rng.normal(size=200) ** 3, 8),
    "three values": (lambda rng: rng.integers(3, size=200), 8),
    "many zeros": (lambda rng: np.maximum(rng.normal(size=200), 0), 8),
    "few others": (lambda rng: np.maximum(rng.normal(size=200), 2), 8),
    "half of the rows": (lambda rng: np.arange(200).clip(100), 8),
    "two values": (lambda rng: rng.integers(2, size=200), 8),
    "two bins": (lambda rng: rng.normal(size=200), 2),
}


@pytest.mark.parametrize(("make", "n_bins"), COLUMNS.values(), ids=COLUMNS)
def test_piecewise_linear_follows_its_formula(rng, make, n_bins):
    x = 100 + 7.0 * make(rng)
    encoded = _encoded(x[:, None], PiecewiseLinear(n_bins))
    # the slope of a bin, at most some 1e3 here, multiplies the rounding of z
    np.testing.assert_allclose(encoded, _piecewise_linear(x, n_bins), atol=1e-10)


@pytest.mark.parametrize(("n_values", "n_further"), [(1, 0), (2, 0), (3, 2), (4, 3), (9, 8)])
def test_a_column_of_few_values_has_a_bin_between_each_two_but_needs_three(n_values, n_further):
    X = np.arange(n_values, dtype=float).repeat(10)[:, None]
    encoded = _encoded(X, PiecewiseLinear(16))
    assert encoded.shape[1] == 1 + n_further
    if not n_further:
        np.testing.assert_array_equal(encoded, _encoded(X, Standardize()))


def test_a_value_that_most_rows_share_is_one_edge_and_the_others_have_the_other_bins():
    X = np.array([[0.0] * 900 + [*range(1, 101)]]).T
    edges = _edges_of(X, PiecewiseLinear(4))
    np.testing.assert_allclose(edges, [0, 1, 34, 67, 100], atol=ROUNDING)


def test_few_rows_beside_a_shared_value_have_few_bins():
    X = np.array([[0.0] * 970 + [*range(1, 31)]]).T
    edges = _edges_of(X, PiecewiseLinear(16))
    np.testing.assert_allclose(edges, [0, 1, 8, 15, 23, 30], atol=ROUNDING)  # 8 * 16 * .03 bins


def _edges_of(X, encoding):
    """Return the edges of the bins of the only column, in the units of X."""
    learned = _learn(X, encoding).learned
    z = [*learned["lower"], learned["lower"][-1] + learned["width"][-1]]
    return learned["center"] + learned["scale"] * z


def test_piecewise_linear_is_constant_beyond_the_edges_and_bounded(X):
    table = _learn(X, PiecewiseLinear(4))
    low, high = table.encode(np.array([[-1e9] * 3, [1e9] * 3]), slice(None), FLOAT64)
    np.testing.assert_array_equal(low[3:], 0)
    np.testing.assert_array_equal(high[3:], 0.5)
    for z in (-low[:3], high[:3]):
        assert (z <= 5).all()
        np.testing.assert_allclose(z, 5, rtol=1e-6)  # 5 - z is near (5 / z)² / 2


def test_edges_that_differ_by_rounding_only_are_one():
    X = np.array([[0.0] * 10 + [1.0] * 10 + [1 + 1e-9] * 10 + [2.0] * 10]).T
    assert _learn(X, PiecewiseLinear(16)).names(["a"]) == ["a", "a_bin0", "a_bin1"]


def test_bins_are_named_by_their_column(rng):
    X = np.column_stack([rng.normal(size=50), rng.integers(2, size=50), rng.integers(4, size=50)])
    assert _learn(X, PiecewiseLinear(2)).names(["a", "b", "c"]) == [
        "a", "b", "c", "a_bin0", "a_bin1", "c_bin0", "c_bin1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("max_quantiles", "n_further"), [(None, 24), (27, 24), (26, 0), (9, 0), (0, 0)]
)
def test_more_quantiles_than_max_quantiles_mean_no_bins_and_standardize(
    X, max_quantiles, n_further
):
    encoded = _encoded(X, PiecewiseLinear(8, max_quantiles))
    assert encoded.shape == (101, 3 + n_further)
    if not n_further:
        np.testing.assert_array_equal(encoded, _encoded(X, Standardize(max_size=5)))


@pytest.mark.parametrize(("max_quantiles", "has_bins"), [(4, True), (3, False)])
def test_the_quantiles_of_all_rows_count_and_those_of_columns_without_bins_do_not(
    rng, max_quantiles, has_bins
):
    X = rng.random((400, 3)) * (rng.random((400, 3)) < 0.1)  # two quantiles: zero and the largest
    X[:, 2] = rng.integers(2, size=400)
    table = _learn(X, PiecewiseLinear(8, max_quantiles))
    assert (table.encoding.n_further(table.learned) > 8) == has_bins


def test_a_weight_of_2_is_a_row_given_twice(rng, X):
    times = rng.integers(1, 3, size=101)
    for encoding in (Standardize(), RobustScale(), PiecewiseLinear(8)):
        weighted = _learn(X, encoding, times.astype(float)).learned
        repeated = _learn(X.repeat(times, axis=0), encoding).learned
        for name in weighted:
            # sums have another order; a narrow bin is a difference of near numbers
            np.testing.assert_allclose(weighted[name], repeated[name], rtol=1e-9, atol=ROUNDING)


def test_unchanged_numbers_are_as_they_are(X):
    np.testing.assert_array_equal(_encoded(X, Unchanged()), X)


@pytest.mark.parametrize("encoding", [Standardize(), RobustScale(), PiecewiseLinear(), Unchanged()])
def test_only_numbers_as_they_are_have_no_place_for_a_missing_one(X, encoding):
    assert _learn(X, encoding).takes_nan != isinstance(encoding, Unchanged)


CODES = np.repeat([0.0, 1, 2, 3, 4, np.nan], [5, 40, 30, 4, 21, 3])


@pytest.mark.parametrize("max_categories", [None, 2, 3, 4, 5, 6, 9])
@pytest.mark.parametrize("has_missing", [False, True])
def test_one_hot_has_the_columns_of_a_one_hot_encoder(max_categories, has_missing):
    X = CODES[:, None] if has_missing else CODES[:100, None]
    encoder = OneHotEncoder(max_categories=max_categories, sparse_output=False)
    expected = encoder.fit_transform(X)
    table = _learn(X, Standardize(), category=OneHot(max_categories))
    found = table.encode(X, slice(None), FLOAT64)
    # the encoder moves a category that is rare alone to the end
    assert sorted(found.T.tolist()) == sorted(expected.T.tolist())


def test_categories_are_kept_by_their_weight():
    X = np.array([[1.0, 2, 3, 3, 3, 4]]).T
    weight = np.array([4.0, 9, 1, 1, 1, 3])
    table = _learn(X, Standardize(), weight, OneHot(3))
    assert table.names(["a"]) == ["a_1.0", "a_2.0", "a_other"]


@pytest.mark.parametrize(("max_one_hot", "n_dims"), [(0, 4), (4, 4), (5, 0), (9, 0)])
def test_a_column_of_few_categories_is_not_embedded(max_one_hot, n_dims):
    table = _learn(CODES[:100, None], Standardize(), category=Embedding(4, max_one_hot))
    assert [each.n_dims for each in table.categories] == [n_dims]
    assert len(table.names(["a"])) == (n_dims or 5)
    assert len(table.layers()) == (n_dims > 0)


@pytest.mark.parametrize("encoding", [Standardize(max_size=5), PiecewiseLinear(max_quantiles=0)])
def test_the_scale_grows_where_a_number_would_be_too_large(rng, encoding):
    X = np.column_stack([rng.normal(size=1000), np.arange(1000) == 7, np.arange(1000) != 7])
    plain, limited = _encoded(X, Standardize()), _encoded(X, encoding)
    np.testing.assert_array_equal(limited[:, 0], plain[:, 0])
    np.testing.assert_allclose(np.abs(limited[:, 1:]).max(axis=0), 5, rtol=1e-12)
    # the one outlier among a thousand is √999 standard deviations away
    np.testing.assert_allclose(limited[:, 1:] * np.sqrt(999) / 5, plain[:, 1:], rtol=1e-9)


def test_one_scale_keeps_the_ratios_of_the_columns(X):
    X = np.column_stack([X, np.full(101, 1e6 / 3)])
    z = _encoded(X, Standardize(one_scale=True))
    factor = 1 / np.sqrt(X[:, :3].var(axis=0).mean())
    np.testing.assert_allclose(z[:, :3], (X[:, :3] - X[:, :3].mean(axis=0)) * factor, rtol=1e-9)
    assert np.abs(z[:, 3]).max() < ROUNDING
    limited = _encoded(X, Standardize(max_size=1.5, one_scale=True))
    largest = np.abs(z[:, :3]).max(axis=0)
    np.testing.assert_allclose(
        np.abs(limited[:, :3]).max(axis=0), np.minimum(largest, 1.5), rtol=1e-9
    )


@pytest.mark.parametrize("value", [7.0, 1e6 / 3])
def test_one_scale_of_constant_columns_makes_zeros(value):
    z = _encoded(np.full((7, 2), value), Standardize(one_scale=True))
    assert np.abs(z).max() < ROUNDING


def test_an_unknown_name_is_refused_with_all_that_are_known():
    assert error_of(lambda: make_numerical_encoding("standard")) == (
        "Unknown numerical_encoding 'standard'; expected one of 'auto', 'piecewise_linear', "
        "'robust', 'standardize'. Did you mean 'standardize'?"
    )
    assert error_of(lambda: make_category_encoding("ordinal")) == (
        "Unknown category_encoding 'ordinal'; expected one of 'auto', 'embedding', 'one_hot'."
    )
