import numpy as np
import pytest
from scipy import sparse

from skdeep.inputs import AsGiven
from skdeep.inputs.casting import cast

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


@pytest.fixture(name="X")
def features(rng):
    return rng.normal(size=(10, 3))


@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64])
@pytest.mark.parametrize("rows", [slice(2, 7), np.array([7, 1, 1, 4])], ids=["slice", "index"])
@pytest.mark.parametrize("buffered", [False, True])
@pytest.mark.parametrize("order", ["C", "F"])
def test_rows_are_encoded_as_they_are(X, dtype, rows, buffered, order):
    buffer = np.empty((8, 3), dtype) if buffered else None
    x = AsGiven(3).encode(np.array(X, order=order), rows, dtype, buffer)
    np.testing.assert_array_equal(x, X[rows].astype(dtype))
    assert x.dtype == dtype
    assert x.flags.c_contiguous


@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64])
def test_gathered_rows_go_into_the_buffer(X, dtype):
    buffer = np.empty((8, 3), dtype)
    assert np.shares_memory(AsGiven(3).encode(X, np.array([3, 1]), dtype, buffer), buffer)


def test_a_slice_of_the_right_dtype_is_a_view(X):
    assert np.shares_memory(AsGiven(3).encode(X, slice(2, 5), FLOAT64), X)


@pytest.mark.parametrize("rows", [slice(2, 7), np.array([7, 1, 1, 4])], ids=["slice", "index"])
def test_sparse_rows_stay_sparse(X, rows):
    inputs, matrix = AsGiven(3), sparse.csr_matrix(X)
    x = inputs.encode(matrix, rows, FLOAT32, inputs.buffer(matrix, 8, FLOAT32, True))
    assert sparse.issparse(x)
    np.testing.assert_array_equal(x.toarray(), X[rows].astype(np.float32))


@pytest.mark.parametrize("rows", [slice(0, 9), np.array([0, 3])], ids=["slice", "index"])
@pytest.mark.parametrize("form", [np.array, sparse.csr_matrix])
def test_a_value_beyond_the_range_of_the_dtype_is_refused(X, rows, form):
    X[3, 1] = 1e300
    inputs, X = AsGiven(3), form(X)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        inputs.encode(X, rows, FLOAT32, inputs.buffer(X, 8, FLOAT32, True))
    assert str(error.value) == (
        "Input X contains infinity or a value too large for dtype('float32')."
    )


def test_rows_of_the_right_dtype_and_order_are_not_copied(X):
    assert cast(X, FLOAT64) is X
    matrix = sparse.csr_matrix(X)
    assert np.shares_memory(cast(matrix, FLOAT64).data, matrix.data)
