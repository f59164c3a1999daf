import pickle

import numpy as np
import pytest
from scipy import sparse

from skdeep.rows import Rows, check_weights, index_dtype, join
from tests.helpers import refusal


def _dense(X):
    return X.toarray() if sparse.issparse(X) else X


def _rows(n=6, **options):
    return Rows(np.arange(2.0 * n).reshape(n, 2), np.arange(n), **options)


def test_m_is_the_number_of_samples_or_the_sum_of_their_weights():
    assert _rows().total_weight == 6.0
    assert _rows(weight=np.full(6, 0.25)).total_weight == 1.5


def test_a_part_takes_its_targets_and_weights_and_leaves_x_where_it_is():
    rows = _rows(weight=np.arange(6.0), sample_weight=np.arange(6.0) * 10)
    part = rows.take(np.array([4, 1]))
    assert part.X is rows.X
    assert part.n_samples == 2
    assert part.y.tolist() == [4, 1]
    assert part.weight.tolist() == [4.0, 1.0]
    assert part.sample_weight.tolist() == [40.0, 10.0]
    assert part.index.tolist() == [4, 1]
    np.testing.assert_array_equal(part.features(), rows.X[[4, 1]])


def test_a_part_of_a_part_stands_in_the_same_x():
    part = _rows().take(np.array([5, 3, 1])).take(np.array([2, 0]))
    assert part.index.tolist() == part.y.tolist() == [1, 5]


def test_rows_without_weight_are_left_out():
    rows = _rows(weight=np.array([1.0, 0, 2, 0, 0, 3])).weighing()
    assert rows.index.tolist() == [0, 2, 5]
    assert rows.weight.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("weight", [None, np.full(6, 0.5)])
def test_rows_that_all_weigh_are_themselves(weight):
    rows = _rows(weight=weight)
    assert rows.weighing() is rows
    assert np.shares_memory(rows.features(), rows.X)


def test_weights_that_are_all_zero_are_refused():
    assert refusal(lambda: check_weights(np.zeros(3))) == (
        "all sample weights are zero. Give at least one row a positive weight."
    )


@pytest.mark.parametrize(("weight", "total"), [([1e308] * 3, "inf"), ([np.nan, 1.0], "nan")])
def test_weights_without_a_finite_sum_are_refused(weight, total):
    assert refusal(lambda: check_weights(np.array(weight))) == (
        "the sum of the rows' weights (sample_weight times class_weight) must be finite. Got "
        f"{total}. Divide the weights by a constant."
    )


@pytest.mark.parametrize("weight", [None, np.array([0.0, 1e-300]), np.full(3, 1e307)])
def test_other_weights_are_fine(weight):
    check_weights(weight)


def test_validation_weights_are_named_as_such():
    assert refusal(lambda: check_weights(np.zeros(3), is_training=False)) == (
        "the weights of all validation rows are zero (sample_weight_val times class_weight). "
        "Give at least one of them a positive weight."
    )


@pytest.mark.parametrize("form", [np.array, sparse.csr_array], ids=["dense", "sparse"])
def test_joined_rows_are_those_of_all_parts_in_their_order(rng, form):
    X, y, weight = rng.normal(size=(9, 2)), np.arange(9), rng.random(9)
    parts = [
        Rows(form(X), y, weight, weight).take(np.array([2, 0])),
        Rows(form(X[3:]), y[3:], weight[3:], weight[3:]),
    ]
    joined, order = join(parts), [2, 0, 3, 4, 5, 6, 7, 8]
    np.testing.assert_array_equal(_dense(joined.features()), X[order])
    np.testing.assert_array_equal(_dense(joined.features(slice(1, 4))), X[order[1:4]])
    np.testing.assert_array_equal(_dense(joined.take(np.array([7, 1])).features()), X[[8, 0]])
    assert joined.y.tolist() == order
    np.testing.assert_array_equal(joined.weight, weight[order])
    np.testing.assert_array_equal(joined.sample_weight, weight[order])


def test_all_rows_of_the_parts_need_no_index():
    parts = [_rows(), _rows(2)]
    assert join(parts).index is None
    assert join(parts[:1]) is parts[0]


def test_the_numbers_of_joined_rows_take_few_bytes():
    parts = [_rows().take(np.array([4, 1], np.int32)), _rows()]
    index = join(parts).index
    assert index.dtype == np.int32
    assert index.tolist() == [4, 1, 6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize(("n_rows", "dtype"), [(2**31 - 1, np.int32), (2**31, np.int64)])
def test_rows_are_numbered_by_the_smallest_type(n_rows, dtype):
    assert index_dtype(n_rows) is dtype


def test_a_pickle_holds_the_rows_of_the_samples_alone():
    rows = _rows(1000, weight=np.ones(1000), sample_weight=np.arange(1000.0))
    part = rows.take(np.array([700, 3]))
    found = pickle.loads(pickle.dumps(part))
    assert len(pickle.dumps(part)) < 1000
    assert (found.X.tolist(), found.index) == ([[1400.0, 1401.0], [6.0, 7.0]], None)
    assert (found.y.tolist(), found.weight.tolist()) == ([700, 3], [1.0, 1.0])
    assert found.sample_weight.tolist() == [700.0, 3.0]
