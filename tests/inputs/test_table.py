import copy
import pickle

import numpy as np
import pytest
from scipy import sparse

from skdeep.inputs import (
    Embedding,
    NumericalEncoding,
    OneHot,
    PiecewiseLinear,
    Reader,
    RobustScale,
    Standardize,
    Table,
)
from skdeep.inputs.unchanged import Unchanged
from skdeep.layers import Embed
from skdeep.rows import Rows
from tests.helpers import error_of

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
ROUNDING = {FLOAT32: 1e-5, FLOAT64: 1e-13}  # some roundings of numbers near 1
ALL = slice(None)
ENCODINGS = [Standardize(), RobustScale(), PiecewiseLinear(4), Unchanged()]
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS, ids=str)


class HalfAndSquare(NumericalEncoding):
    """A user's own encoding: x / 2, and beside it the square of that."""

    def learn(self, statistics):
        n = len(statistics.mean)
        return {"center": np.zeros(n), "scale": np.full(n, 2.0)}

    def n_further(self, learned):
        return len(learned["center"])

    def bind(self, learned, dtype):
        return lambda z, further: np.multiply(z, z, out=further)

    def names(self, columns, learned):
        return [f"{name}_squared" for name in columns]


def _learn(X, encoding=None, category=None, categories=(), labels=None):
    reader = Reader(list(categories), labels or {})
    encoding = Standardize() if encoding is None else encoding
    return Table.learn(reader, Rows(X, np.zeros(len(X))), encoding, category or OneHot())


@pytest.fixture(name="X")
def features(rng):
    """Two columns of numbers around a column of three categories, all whole and small."""
    return np.column_stack(
        [rng.integers(-50, 50, size=40), rng.integers(3, size=40), rng.integers(100, size=40)]
    ).astype(float)


FORMS = {
    "float64": lambda X, path: X,
    "float32": lambda X, path: X.astype(np.float32),
    "int8": lambda X, path: X.astype(np.int8),
    "Fortran order": lambda X, path: np.asfortranarray(X),
    "every second row": lambda X, path: np.repeat(X, 2, axis=0)[::2],
    "memory map": lambda X, path: _memory_map(X, path),
    "sparse matrix": lambda X, path: sparse.csr_matrix(X),
    "sparse array": lambda X, path: sparse.csr_array(X),
}


def _memory_map(X, path):
    np.save(path / "X.npy", X)
    return np.load(path / "X.npy", mmap_mode="r")


@pytest.mark.parametrize("categories", [(), (1,), (0, 1, 2)])
@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_rows_are_encoded_alike_however_they_are_given(X, tmp_path, form, dtype, categories):
    table = _learn(X, PiecewiseLinear(4), categories=categories)
    expected, given = table.encode(X, ALL, FLOAT64), form(X, tmp_path)
    for rows in (slice(2, 9), slice(0, 1), np.array([7, 1, 1, 39])):
        gathers = not isinstance(rows, slice)
        for buffer in (None, table.buffer(given, 8, dtype, gathers)):
            x = table.encode(given, rows, dtype, buffer)
            assert x.dtype == dtype
            np.testing.assert_allclose(x, expected[rows], atol=ROUNDING[dtype])


@every_encoding
@pytest.mark.parametrize("category", [OneHot(), Embedding()], ids=str)
def test_a_used_buffer_holds_nothing_of_the_rows_before(X, encoding, category):
    X[3, 2] = np.nan
    table = _learn(X, encoding, category, [1])
    buffer = table.buffer(X, 10, FLOAT64, True)
    for rows in (np.arange(10), np.arange(9, 4, -1), np.arange(3, 13)):
        x = table.encode(X, rows, FLOAT64, buffer)
        assert np.shares_memory(x, buffer.out)
        np.testing.assert_array_equal(x, table.encode(X, rows, FLOAT64))


def test_x_is_left_as_it_is(X):
    X[3, 2] = np.nan
    before = X.copy()
    table = _learn(X, PiecewiseLinear(4), categories=[1])
    for rows in (ALL, np.array([3, 4])):
        table.encode(X, rows, FLOAT64, table.buffer(X, 40, FLOAT64, True))
    np.testing.assert_array_equal(X, before)


def test_the_columns_are_numbers_then_bins_then_indicators_then_categories():
    X = np.array([[0, 10.0, 7], [1, 20, 7], [0, np.nan, 9], [np.nan, 60, 7]])
    table = _learn(X, PiecewiseLinear(2), OneHot(), [0, 2], {0: ["no", "yes"]})
    found = dict(zip(table.names(["a", "b", "c"]), table.encode(X, ALL, FLOAT64).T, strict=True))
    z = np.array([-1, -0.5, 0, 1.5]) * 20 / np.sqrt(1400 / 3)  # mean 30, variance 1400 / 3
    expected = {
        "b": z / np.sqrt(1 + (z / 5) ** 2),
        "b_bin0": [0, 0.5, 0.5, 0.5],  # the missing value counts as the mean, 30
        "b_bin1": [0, 0, 0.125, 0.5],
        "b_missing": [0, 0, 1, 0],
        "a_no": [1, 0, 1, 0],
        "a_yes": [0, 1, 0, 0],
        "a_other": [0, 0, 0, 1],
        "c_7.0": [1, 1, 0, 1],
        "c_9.0": [0, 0, 1, 0],
    }
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=1e-14, err_msg=name)  # some roundings


def test_one_hot_columns_come_before_the_places_of_embedded_ones():
    X = np.array([[5.0, 0], [6, 1], [9, 1], [np.nan, 0]])
    table = _learn(X, category=Embedding(2, max_one_hot=2), categories=[0, 1])
    np.testing.assert_array_equal(
        table.encode(X, ALL, FLOAT64), [[1, 0, 0], [0, 1, 1], [0, 1, 2], [1, 0, 3]]
    )
    assert table.names(["a", "b"]) == ["b_0.0", "b_1.0", "a_embedding0", "a_embedding1"]
    (layer,) = table.layers()
    assert isinstance(layer, Embed)
    assert (layer.sizes, layer.n_dims) == ([3], 2)
    assert layer.n_outputs(table.n_encoded) == 4


def test_each_category_has_its_vector(rng):
    X = np.array([[0.0, 10], [1, 20], [1, 30]])
    table = _learn(X, category=Embedding(2), categories=[0, 1], labels={0: ["no", "yes"]})
    vectors = rng.normal(size=(7, 2))
    found = table.embeddings(["a", "b"], [vectors])
    assert {name: list(of) for name, of in found.items()} == {
        "a": ["no", "yes", None],
        "b": [10, 20, 30, None],
    }
    np.testing.assert_array_equal([v for of in found.values() for v in of.values()], vectors)


@every_encoding
@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64])
def test_a_missing_number_is_the_center_of_its_column_and_sets_its_indicator(X, encoding, dtype):
    X[[0, 7], [0, 0]] = np.nan
    table = _learn(X, encoding)
    assert table.names(["a", "b", "c"])[-1] == "a_missing"
    at_center = X[:1].copy()
    at_center[0, 0] = table.learned["center"][0]
    missing, center = (table.encode(rows, slice(0, 1), dtype)[0] for rows in (X, at_center))
    np.testing.assert_array_equal(missing[:-1], center[:-1])
    assert (missing[-1], center[-1]) == (1, 0)


def test_a_column_first_missing_at_prediction_has_no_indicator(X):
    table = _learn(X)
    np.testing.assert_array_equal(table.encode(np.full((1, 3), np.nan), ALL, FLOAT64), [[0, 0, 0]])


@pytest.mark.parametrize("category", [OneHot(), Embedding(2)], ids=["one_hot", "embedding"])
@pytest.mark.parametrize("had_missing", [False, True])
def test_unknown_and_missing_categories_are_zeros_or_other(category, had_missing):
    X = np.array([[3.0], [5], [np.nan]])[: 2 + had_missing]
    table = _learn(X, category=category, categories=[0])
    new = np.array([[np.nan], [4], [-1], [99], [5]])
    if isinstance(category, Embedding):
        expected = [[2], [2], [2], [2], [1]]
    elif had_missing:
        expected = [[0, 0, 1]] * 4 + [[0, 1, 0]]
    else:
        expected = [[0, 0]] * 4 + [[0, 1]]
    np.testing.assert_array_equal(table.encode(new, ALL, FLOAT64), expected)


@pytest.mark.parametrize("encoding", ENCODINGS[:3], ids=str)
@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64])
def test_other_units_change_the_inputs_by_rounding_only(rng, encoding, dtype):
    X = rng.normal(size=(101, 2))
    x, other = (_learn(given, encoding).encode(given, ALL, dtype) for given in (X, X * 1e4 + 1e6))
    # centered in double precision: x * 1e4 + 1e6 has lost 1e-14 of a standard deviation, and the
    # slope of a bin is below 10; then rounded to the dtype
    np.testing.assert_allclose(other, x, atol={FLOAT32: 5e-7, FLOAT64: 1e-12}[dtype])


def test_whole_numbers_are_centered_in_double_precision():
    X = np.arange(100)[:, None] + 10**9  # float32 would round them to multiples of 64
    x = _learn(X).encode(X, ALL, FLOAT32)[:, 0]
    # the roundings of numbers up to 1.7
    np.testing.assert_allclose(x, (np.arange(100) - 49.5) / np.arange(100).std(), atol=5e-7)


# encoding, center, the precision of scaling
PRECISIONS = {
    "near zero": (Standardize(), 10, FLOAT32),
    "near zero, quartiles": (RobustScale(), 10, FLOAT32),
    "far from zero": (Standardize(), 1e5, FLOAT64),
    "bins": (PiecewiseLinear(4), 10, FLOAT64),  # a narrow one would be misplaced
}


@pytest.mark.parametrize(("encoding", "center", "precision"), PRECISIONS.values(), ids=PRECISIONS)
def test_float32_is_scaled_in_float32_if_nothing_is_lost(rng, encoding, center, precision):
    X = (rng.normal(size=(101, 2)) + center).astype(np.float32)
    table = _learn(X, encoding)
    buffer = table.buffer(X, len(X), FLOAT32, True)
    assert buffer.centered.dtype == precision
    x = table.encode(X, np.arange(len(X)), FLOAT32, buffer)
    # the center is rounded, and z below 10
    np.testing.assert_allclose(x, table.encode(X, ALL, FLOAT64), atol=3e-6)


def test_bins_are_where_they_are_in_either_precision(rng):
    # a sensor: most numbers are close together, so the bins are narrow
    X = 10 + rng.normal(size=(400, 1)) * np.where(rng.random((400, 1)) < 0.01, 10, 1e-4)
    X = X.astype(np.float32)
    table = _learn(X, PiecewiseLinear(16))
    in_float32, in_float64 = (table.encode(X, ALL, dtype) for dtype in (FLOAT32, FLOAT64))
    np.testing.assert_allclose(in_float32, in_float64, atol=1e-3)


@pytest.mark.parametrize(
    ("given", "scale"), [("uint8", 1), ("float32", 1), ("float32", 1e-40), ("float32", 1e36)]
)
def test_numbers_of_few_digits_have_unit_variance_on_every_scale(given, scale, rng):
    X = (rng.integers(0, 255, size=(200, 3)) * scale).astype(given)
    x = _learn(X).encode(X, ALL, FLOAT32)
    np.testing.assert_allclose(x.std(axis=0), 1, rtol=1e-4)


@every_encoding
@pytest.mark.parametrize("buffered", [False, True])
def test_a_value_beyond_the_range_of_the_dtype_is_refused(X, encoding, buffered):
    table = _learn(X, encoding)
    X[3, 2] = 1e300
    for rows in (slice(0, 9), np.array([0, 3])):
        buffer = table.buffer(X, 9, FLOAT32, True) if buffered else None
        assert error_of(lambda: table.encode(X, rows, FLOAT32, buffer)) == (  # noqa: B023
            "Input X contains infinity or a value too large for dtype('float32')."
        )


RESTORED = {
    "plain values": lambda table: Table.from_plain(table.to_plain()),
    "pickled plain values": lambda table: Table.from_plain(
        pickle.loads(pickle.dumps(table.to_plain()))
    ),
    "deepcopy": copy.deepcopy,
}


@pytest.mark.parametrize("encoding", [*ENCODINGS, HalfAndSquare()], ids=str)
@pytest.mark.parametrize("category", [OneHot(2), Embedding(2)], ids=str)
@pytest.mark.parametrize("restore", RESTORED.values(), ids=RESTORED)
def test_a_restored_table_encodes_alike(X, encoding, category, restore):
    X[3, 2] = np.nan
    table = _learn(X, encoding, category, [1], {1: ["x", "y", "z"]})
    restored = restore(table)
    np.testing.assert_array_equal(restored.encode(X, ALL, FLOAT64), table.encode(X, ALL, FLOAT64))
    assert vars(restored.reader) == vars(table.reader)
    assert restored.n_features == table.n_features
    assert restored.names(["a", "b", "c"]) == table.names(["a", "b", "c"])
    assert repr(restored.layers()) == repr(table.layers())


def test_plain_values_name_the_classes_of_this_package_only(X):
    assert _learn(X, RobustScale()).to_plain()["encoding"] == ("RobustScale", {})
    assert _learn(X, HalfAndSquare()).to_plain()["encoding"] == (HalfAndSquare, {})


def test_an_unknown_name_of_an_encoding_is_refused(X):
    values = _learn(X).to_plain() | {"encoding": ("Standard", {})}
    assert error_of(lambda: Table.from_plain(values)) == (
        "Unknown encoding 'Standard'; expected one of 'PiecewiseLinear', 'RobustScale', "
        "'Standardize', 'Unchanged'. Did you mean 'Standardize'?"
    )


def test_the_inputs_for_read_rows_encode_codes_alike(X):
    table = _learn(X, categories=[1], labels={1: ["x", "y", "z"]})
    of_read_rows = table.of_read_rows()
    assert not of_read_rows.reader.reads(X)
    assert table.reader.reads(X)
    np.testing.assert_array_equal(
        of_read_rows.encode(X, ALL, FLOAT64), table.encode(X, ALL, FLOAT64)
    )


@pytest.mark.parametrize("encoding", [*ENCODINGS, HalfAndSquare()], ids=str)
def test_a_table_takes_nan_if_its_encoding_does(X, encoding):
    assert _learn(X, encoding).takes_nan == encoding.takes_nan
