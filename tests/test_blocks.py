import pickle

import numpy as np
import pytest
from scipy import sparse

from skdeep.blocks import gather, in_blocks

FORMS = {
    "dense": np.asarray,
    "Fortran order": np.asfortranarray,
    "csr_array": sparse.csr_array,
    "csr_matrix": sparse.csr_matrix,
}
ROWS = {
    "all": slice(None),
    "none": slice(0, 0),
    "in a block": slice(5, 7),
    "a whole block": slice(3, 8),
    "over an edge": slice(2, 4),
    "over a block": slice(1, 11),
    "to the end": slice(9, 99),
    "shuffled": np.array([11, 0, 7, 3, 2, 10, 8]),
    "of one block": np.array([6, 4], np.int32),
    "twice": np.array([9, 1, 9]),
    "no numbers": np.array([], int),
}


def _cut(X, form):
    """Return rows in blocks of 3, 5, 0 and 4 rows."""
    return [form(part) for part in np.split(X, [3, 8, 8])]


def _joined(blocks):
    return sparse.vstack(blocks, "csr") if sparse.issparse(blocks[0]) else np.concatenate(blocks)


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_rows_are_those_of_the_joined_blocks(form, rows, rng):
    blocks = _cut(rng.normal(size=(12, 3)) * (rng.random((12, 3)) < 0.6), form)
    X, joined = in_blocks(blocks), _joined(blocks)
    assert (X.shape, X.dtype, X.starts) == (joined.shape, joined.dtype, [0, 3, 8, 8])
    found, expected = X[rows], joined[rows]
    assert type(found) is type(expected)
    if sparse.issparse(found):
        found, expected = found.toarray(), expected.toarray()
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("rows", [slice(4, 6), slice(2, 4), np.array([5]), np.array([11, 2])])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_rows_have_the_type_of_the_joined_blocks_also_where_their_block_has_another(form, rows):
    X = 2**53 + np.arange(36).reshape(12, 3)  # half of these are rounded by float64
    blocks = [form(X[:3].astype(np.float32)), form(X[3:8]), form(X[8:].astype(np.int16))]
    found, expected = in_blocks(blocks)[rows], _joined(blocks)[rows]
    assert found.dtype == expected.dtype == np.float64
    if sparse.issparse(found):
        found, expected = found.toarray(), expected.toarray()
    np.testing.assert_array_equal(found, expected)


def test_a_slice_of_one_block_is_a_view(rng):
    blocks = _cut(rng.normal(size=(12, 3)), np.asarray)
    assert np.shares_memory(in_blocks(blocks)[4:7], blocks[1])


def test_the_values_of_a_sparse_row_keep_their_order():
    block = sparse.csr_array((np.array([1.0, 2, 3]), np.array([2, 0, 1]), [0, 3]), shape=(1, 3))
    found = in_blocks([block, block])[np.array([1, 0])]
    assert found.indices.tolist() == [2, 0, 1, 2, 0, 1]  # so sums over them are the same


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_a_pickle_has_the_same_rows(form, rng):
    X = in_blocks(_cut(rng.normal(size=(12, 3)), form))
    rows = np.array([10, 4])
    assert abs(pickle.loads(pickle.dumps(X))[rows] - X[rows]).sum() == 0


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gathered_rows_are_written_to_the_given_array(order, dtype, rng):
    X, rows = np.asarray(rng.normal(size=(9, 2)), order=order), np.array([7, 0, 7])
    out = np.empty((3, 2), dtype)
    assert gather(X, rows, out) is out
    np.testing.assert_array_equal(out, X[rows].astype(dtype))
