import pickle

import numpy as np
import pytest

from skdeep.inputs import statistics
from skdeep.inputs.statistics import ColumnStatistics, count_values, merge_counts
from skdeep.rows import Rows

FRACTIONS = np.linspace(0, 1, 9)
ROUNDING = 1e-12  # sums of some hundred numbers in another order


def _rows(X, weight=None, index=None):
    n = len(X) if index is None else len(index)
    return Rows(X, np.zeros(n), weight, index=index)


@pytest.fixture(name="X")
def features(rng):
    X = rng.normal(size=(200, 3)) * [1, 100, 0.01] + [0, 7, 3]
    X[rng.random(X.shape) < 0.2] = np.nan
    X[:, 0] = rng.integers(5, size=200)
    return X


@pytest.fixture(params=[None, 30], ids=["one block", "blocks of ten rows"])
def blocks(request, monkeypatch):
    """Read X as a whole, or ten rows of three columns at once."""
    if request.param:
        monkeypatch.setattr(statistics, "_BLOCK_NUMBERS", request.param)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("weighted", [False, True])
def test_mean_and_variance_are_those_of_the_present_values(rng, X, weighted):
    weight = rng.random(200) if weighted else None
    found = ColumnStatistics(_rows(X, weight), range(3))
    assert found.has_missing.tolist() == [False, True, True]
    for j, x in enumerate(X.T):
        present = ~np.isnan(x)
        w = None if weight is None else weight[present]
        mean = np.average(x[present], weights=w)
        np.testing.assert_allclose(found.mean[j], mean, rtol=ROUNDING)
        variance = np.average((x[present] - mean) ** 2, weights=w)
        np.testing.assert_allclose(found.variance[j], variance, rtol=ROUNDING)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("center", [1e9, -1e9])
def test_a_mean_far_from_zero_keeps_the_variance(rng, center):
    X = center + rng.normal(size=(200, 3))
    found = ColumnStatistics(_rows(X), range(3))
    # the mean is rounded to 1e-7 of the standard deviation
    np.testing.assert_allclose(found.mean, X.mean(axis=0), rtol=1e-15)
    np.testing.assert_allclose(found.variance, X.var(axis=0), rtol=1e-6)


@pytest.mark.usefixtures("blocks")
def test_a_weight_of_2_is_a_row_given_twice(rng, X):
    times = rng.integers(1, 4, size=200)
    weighted = ColumnStatistics(_rows(X, times.astype(float)), range(3))
    repeated = ColumnStatistics(_rows(X.repeat(times, axis=0)), range(3))
    np.testing.assert_allclose(weighted.mean, repeated.mean, rtol=ROUNDING)
    np.testing.assert_allclose(weighted.variance, repeated.variance, rtol=ROUNDING)
    for j in range(3):
        np.testing.assert_array_equal(
            weighted.quantiles(j, FRACTIONS), repeated.quantiles(j, FRACTIONS)
        )


@pytest.mark.usefixtures("blocks")
def test_only_the_rows_and_columns_asked_for_count(rng, X):
    index = rng.permutation(200)[:50]
    weight = rng.random(50)
    part = ColumnStatistics(_rows(X, weight, index), [2, 0])
    alone = ColumnStatistics(_rows(X[index][:, [2, 0]], weight), range(2))
    # blocks have other ends, so sums have another order
    np.testing.assert_allclose(part.mean, alone.mean, rtol=ROUNDING)
    np.testing.assert_allclose(part.variance, alone.variance, rtol=ROUNDING)
    np.testing.assert_array_equal(part.quantiles(0, FRACTIONS), alone.quantiles(0, FRACTIONS))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.float32, bool])
def test_any_dtype_is_read_in_double_precision(dtype):
    X = np.array([[100, 0], [101, 1], [103, 1]]).astype(dtype)
    found = ColumnStatistics(_rows(X), range(2))
    np.testing.assert_allclose(found.mean, X.astype(float).mean(axis=0), rtol=ROUNDING)
    np.testing.assert_allclose(found.variance, X.astype(float).var(axis=0), rtol=ROUNDING)


@pytest.mark.usefixtures("blocks")
def test_a_column_without_any_value_has_zeros():
    X = np.full((25, 3), np.nan)
    X[:, 1] = 4
    found = ColumnStatistics(_rows(X), range(3))
    assert found.mean.tolist() == [0, 4, 0]
    assert found.variance.tolist() == [0, 0, 0]
    assert found.has_missing.tolist() == [True, False, True]
    assert [found.quantiles(j, FRACTIONS[:2]).tolist() for j in range(3)] == [
        [0, 0],
        [4, 4],
        [0, 0],
    ]


def test_a_distinct_value_has_the_weight_of_its_rows(rng, X):
    weight = rng.random(200)
    found = ColumnStatistics(_rows(X, weight), range(3))
    values, weights = found.distinct(0)
    assert values.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(weights, np.bincount(X[:, 0].astype(int), weight), rtol=ROUNDING)
    values, weights = found.distinct(1)
    present = ~np.isnan(X[:, 1])
    np.testing.assert_array_equal(values, np.sort(X[present, 1]))
    np.testing.assert_array_equal(weights, weight[present][X[present, 1].argsort()])


def test_quantiles_are_values_of_the_column(X):
    found = ColumnStatistics(_rows(X), range(3))
    for j, x in enumerate(X.T):
        present = x[~np.isnan(x)]
        quantiles = found.quantiles(j, FRACTIONS)
        assert np.isin(quantiles, present).all()
        np.testing.assert_array_equal(quantiles[[0, -1]], [present.min(), present.max()])
        ranks = [[(present < q).mean(), (present <= q).mean()] for q in quantiles]
        lowest, highest = np.array(ranks).T
        assert (lowest <= FRACTIONS).all()
        assert (highest >= FRACTIONS).all()


@pytest.mark.parametrize(
    ("numbers", "limits", "size"),
    [(3 * 50, (10, 100), 50), (3, (40, 100), 40), (3 * 190, (10, 100), 100), (900, (10, 300), 200)],
    ids=["by numbers", "fewest rows", "most rows", "all rows"],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_quantiles_are_of_rows_at_equal_distances(
    rng, X, monkeypatch, numbers, limits, size, weighted
):
    monkeypatch.setattr(statistics, "_SAMPLE_NUMBERS", numbers)
    monkeypatch.setattr(statistics, "_SAMPLE_ROWS", limits)
    weight = rng.integers(1, 4, size=200).astype(float) if weighted else None
    rows = _rows(X, weight, rng.permutation(200))
    found = ColumnStatistics(rows, range(3))
    sampled = [found.quantiles(j, FRACTIONS) for j in range(3)]
    monkeypatch.undo()
    chosen = rows.take(np.arange(size) * 200 // size)
    alone = ColumnStatistics(chosen, range(3))
    np.testing.assert_array_equal(sampled, [alone.quantiles(j, FRACTIONS) for j in range(3)])


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("indexed", [False, True])
def test_values_are_counted_by_weight(rng, weighted, indexed):
    X = rng.choice([-1.5, 0, 2, 1e9, np.nan], size=(200, 3))
    X[:, 2] = X[:, 2] > 0
    index = rng.permutation(200)[:120] if indexed else None
    used = X if index is None else X[index]
    weight = rng.random(len(used)) if weighted else None
    counts = count_values(_rows(X, weight, index), [0, 2])
    for (values, weights, has_missing), x in zip(counts, used[:, [0, 2]].T, strict=True):
        np.testing.assert_array_equal(values, np.unique(x[~np.isnan(x)]))
        each = np.ones(len(x)) if weight is None else weight
        expected = [each[x == value].sum() for value in values]
        np.testing.assert_allclose(weights, expected, rtol=ROUNDING)
        assert has_missing == np.isnan(x).any()


def test_a_column_of_missing_values_has_none_to_count():
    ((values, weights, has_missing),) = count_values(_rows(np.full((3, 1), np.nan)), [0])
    assert (len(values), len(weights), has_missing) == (0, 0, True)


def _measured(X, weight, cut):
    """Return the statistics of all rows, and those of two parts merged."""
    parts = [
        ColumnStatistics(_rows(X[part], weight[part]), range(X.shape[1]))
        for part in (slice(cut), slice(cut, None))
    ]
    return ColumnStatistics(_rows(X, weight), range(X.shape[1])), parts[0].merge(parts[1])


@pytest.mark.parametrize("cut", [1, 37, 199])
def test_statistics_of_two_parts_merge_to_those_of_all_rows(rng, cut):
    X, weight = rng.normal(1e3, 2, size=(200, 3)), rng.random(200) + 0.1
    X[::5, 1] = np.nan
    X[:, 2] = 7.0
    whole, merged = _measured(X, weight, cut)
    for name in ("weight", "mean", "variance", "lowest", "highest"):
        # squares of numbers near 1000 are rounded to 1e-10
        np.testing.assert_allclose(
            getattr(merged, name), getattr(whole, name), rtol=1e-9, atol=1e-20
        )
    assert merged.has_missing.tolist() == [False, True, False]
    fractions = np.linspace(0, 1, 5)
    for j in range(3):  # few rows are all in the sample
        np.testing.assert_array_equal(merged.quantiles(j, fractions), whole.quantiles(j, fractions))


def test_a_merged_sample_has_rows_of_both_parts_in_proportion(rng):
    X = np.concatenate([np.zeros(30_000), np.ones(90_000)])[:, None]
    _, merged = _measured(X, np.ones(len(X)), 30_000)
    assert merged.quantiles(0, np.array([0.2, 0.249, 0.251, 0.9])).tolist() == [0, 0, 1, 1]


def test_statistics_are_saved_without_the_rows(rng):
    X = rng.normal(size=(100_000, 2))
    found = ColumnStatistics(_rows(X), range(2))
    saved = pickle.dumps(found)
    assert len(saved) < X.nbytes / 2  # 32,768 of the rows
    restored, fractions = pickle.loads(saved), np.linspace(0, 1, 9)
    np.testing.assert_array_equal(restored.quantiles(1, fractions), found.quantiles(1, fractions))


def test_counts_of_two_parts_merge_to_those_of_all_rows(rng):
    X, weight = rng.integers(0, 5, (60, 1)).astype(float), rng.random(60)
    X[50] = np.nan
    some, others = (
        count_values(_rows(X[part], weight[part]), [0]) for part in (slice(30), slice(30, None))
    )
    ((values, weights, has_missing),) = merge_counts(some, others)
    ((expected, totals, _),) = count_values(_rows(X, weight), [0])
    assert values.tolist() == expected.tolist()
    np.testing.assert_allclose(weights, totals)
    assert has_missing
