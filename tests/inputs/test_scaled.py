import numpy as np
import pytest
from scipy import sparse
from sklearn.preprocessing import MaxAbsScaler

from skdeep.inputs import OneHot, Reader, Scaled, Standardize
from skdeep.rows import Rows
from tests.helpers import error_of

READER = Reader.of_numbers()
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
FORMS = {"matrix": sparse.csr_matrix, "array": sparse.csr_array, "dense": np.array}
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


@pytest.fixture(name="X")
def features(rng):
    """Numbers with many zeros; the last column has no others."""
    X = rng.normal(size=(20, 4)) * [1, 100, 0.01, 0]
    return np.where(rng.random(X.shape) < 0.6, 0, X)


def _learn(X, index=None):
    n = X.shape[0] if index is None else len(index)
    return Scaled.learn(READER, Rows(X, np.zeros(n), index=index), Standardize(), OneHot())


@every_form
@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64])
@pytest.mark.parametrize("rows", [slice(2, 9), np.array([7, 1, 1])], ids=["slice", "index"])
def test_columns_are_scaled_as_by_a_max_abs_scaler(X, form, dtype, rows):
    expected = MaxAbsScaler().fit_transform(X)[rows].astype(dtype)
    x = _learn(form(X)).encode(form(X), rows, dtype)
    assert x.dtype == dtype
    if form is np.array:
        assert x.flags.c_contiguous
    else:
        assert x.format == "csr"
        assert x.nnz == np.count_nonzero(X[rows])
        x = x.toarray()
    np.testing.assert_array_equal(x, expected)


@every_form
def test_a_column_of_zeros_stays_zeros(X, form):
    scaled = _learn(form(X))
    assert scaled.scale[3] == 1
    x = scaled.encode(sparse.csr_array([[0, 0, 0, 2.5]]), slice(None), FLOAT64)
    assert x.toarray().tolist() == [[0, 0, 0, 2.5]]


@every_form
def test_one_scale_is_the_largest_of_all_columns(X, form):
    scaled = Scaled.learn(
        READER, Rows(form(X), np.zeros(20)), Standardize(one_scale=True), OneHot()
    )
    assert scaled.scale.tolist() == [np.abs(X).max()] * 4


@every_form
def test_only_training_rows_count(X, form):
    index = np.array([3, 1, 8])
    np.testing.assert_array_equal(_learn(form(X), index).scale, _learn(form(X[index])).scale)


@every_form
def test_the_largest_values_are_found_a_part_at_a_time(X, form, monkeypatch):
    expected = _learn(form(X)).scale
    monkeypatch.setattr("skdeep.inputs.scaled._ROWS", 3)
    np.testing.assert_array_equal(_learn(form(X)).scale, expected)


@every_form
def test_whole_numbers_are_scaled_too(form):
    X = np.array([[0, 4, -3], [-2, 0, 1]], dtype=np.int16)
    x = _learn(form(X)).encode(form(X), slice(None), FLOAT64)
    expected = MaxAbsScaler().fit_transform(X)
    np.testing.assert_array_equal(x.toarray() if sparse.issparse(x) else x, expected)


@every_form
def test_x_is_left_as_it_is(X, form):
    given = form(X)
    _learn(given).encode(given, slice(None), FLOAT64)
    np.testing.assert_array_equal(given if form is np.array else given.toarray(), X)


@every_form
def test_a_value_beyond_the_range_of_the_dtype_is_refused(X, form):
    scaled = _learn(form(X))
    X[0, 0] = 1e300
    assert error_of(lambda: scaled.encode(form(X), slice(None), FLOAT32)) == (
        "Input X contains infinity or a value too large for dtype('float32')."
    )


def test_restored_inputs_scale_alike_and_keep_the_names(X):
    scaled = _learn(X)
    restored = Scaled.from_plain(scaled.to_plain())
    np.testing.assert_array_equal(restored.scale, scaled.scale)
    assert (restored.n_features, restored.n_encoded, restored.takes_nan) == (4, 4, False)
    assert restored.names(["a", "b", "c", "d"]) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_the_most_negative_integer_has_a_size(form):
    X = form(np.array([[-128, 1], [1, 2]], dtype=np.int8))
    assert Scaled.learn(READER, Rows(X, np.zeros(2)), Standardize(), OneHot()).scale.tolist() == [
        128,
        2,
    ]


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_a_quotient_that_is_too_large_is_an_error(form):
    with pytest.raises(ValueError, match="a value too large for dtype"):
        Scaled(np.array([1e-300])).encode(form([[1e300]]), slice(0, 1), np.dtype("float32"))
