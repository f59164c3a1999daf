import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.preprocessing import OrdinalEncoder

from skdeep.inputs import Reader
from tests.helpers import refusal

NAN = np.nan


def _read(X, categorical_features="from_dtype"):
    return Reader.learn(X, categorical_features).read(X)


COLUMNS = {
    "pandas text": (pd.Series(["b", "a", None]), ["a", "b"]),
    "pandas objects": (pd.Series(["b", "a", NAN], dtype=object), ["a", "b"]),
    "pandas objects with NA": (pd.Series(["b", "a", pd.NA], dtype=object), ["a", "b"]),
    "pandas categories": (pd.Categorical(["b", "a", None], ["b", "c", "a"]), ["a", "b"]),
    "pandas numbers as categories": (pd.Categorical([10, 9, None]), [9, 10]),
    "pandas nullable bool": (pd.array([True, False, None], "boolean"), [False, True]),
    "pandas intervals": (pd.cut([3, 1, NAN], [0.0, 2.5, 4.0]), ["(0.0, 2.5]", "(2.5, 4.0]"]),
    "polars text": (pl.Series(["b", "a", None]), ["a", "b"]),
    "polars categories": (pl.Series(["b", "a", None], dtype=pl.Categorical), ["a", "b"]),
    "polars enum": (pl.Series(["b", "a", None], dtype=pl.Enum(["b", "c", "a"])), ["a", "b"]),
    "polars objects": (pl.Series(["b", "a", None], dtype=pl.Object), ["a", "b"]),
    "polars bool": (pl.Series([True, False, None]), [False, True]),
}


@pytest.mark.parametrize(("column", "labels"), COLUMNS.values(), ids=COLUMNS)
def test_columns_with_labels_are_categories_by_their_dtype(column, labels):
    frame = pl.DataFrame if isinstance(column, pl.Series) else pd.DataFrame
    X = frame({"number": [1.5, 2.5, 3.5], "label": column})
    reader = Reader.learn(X, "from_dtype")
    assert reader.categories == [1]
    assert reader.labels == {1: labels}
    assert [type(label) for label in reader.labels[1]] == [type(label) for label in labels]
    assert reader.reads(X)
    np.testing.assert_array_equal(reader.read(X), [[1.5, 1], [2.5, 0], [3.5, NAN]])


NUMBERS = {
    "pandas integers": (pd.Series([1, 2, 3]), 3),
    "pandas nullable integers": (pd.array([1, 2, None], "Int64"), NAN),
    "pandas nullable floats": (pd.array([1, 2, None], "Float64"), NAN),
    "pandas floats": (pd.Series([1, 2, NAN], dtype="float32"), NAN),
    "polars integers": (pl.Series([1, 2, None]), NAN),
    "polars floats": (pl.Series([1.0, 2.0, None]), NAN),
}


@pytest.mark.parametrize(("numbers", "last"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_stay_numbers_and_missing_ones_are_nan(numbers, last):
    frame = pl.DataFrame if isinstance(numbers, pl.Series) else pd.DataFrame
    X = frame({"label": ["a", "b", "a"], "number": numbers})
    assert Reader.learn(X, "from_dtype").categories == [0]
    np.testing.assert_array_equal(_read(X), [[0, 1], [1, 2], [0, last]])


ANY = pd.DataFrame({"a": ["x", "y"], "b": [7, 5], "c": [1.0, NAN]})


@pytest.mark.parametrize("columns", [[True, True, False], [0, 1], ["a", "b"], np.array([1, 0])])
def test_columns_are_named_by_mask_index_or_name(columns):
    reader = Reader.learn(ANY, columns)
    assert reader.categories == [0, 1]
    assert reader.labels == {0: ["x", "y"], 1: [5, 7]}
    np.testing.assert_array_equal(reader.read(ANY), [[0, 1, 1], [1, 0, NAN]])


@pytest.mark.parametrize(
    ("X", "columns"),
    [
        (ANY, None),
        (ANY, [False, False, False]),
        (ANY[["b", "c"]], "from_dtype"),
        (np.eye(3), "from_dtype"),
        ([[1, 2], [3, 4]], "from_dtype"),
        (sparse.csr_array(np.eye(3)), "from_dtype"),
        (sparse.csr_matrix(np.eye(3)), None),
    ],
)
def test_without_categories_nothing_is_read(X, columns):
    reader = Reader.learn(X, columns)
    assert (reader.categories, reader.labels) == ([], {})
    assert not reader.reads(X)


@pytest.mark.parametrize("kind", [float, np.float32, int, np.int8, bool, list])
def test_an_array_of_numbers_is_not_read(kind):
    X = [[1, 0], [0, 1]]
    X = X if kind is list else np.array(X, dtype=kind)
    reader = Reader.learn(X, [1])
    assert (reader.categories, reader.labels) == ([1], {})
    assert not reader.reads(X)


def test_a_frame_is_read_even_if_training_was_on_an_array_of_numbers():
    reader = Reader.learn(np.array([[5.0, 1.0], [7.0, 2.0]]), [0])
    X = pd.DataFrame({"a": pd.array([7, None], "Int64"), "b": [1, 2]})
    assert reader.reads(X)
    np.testing.assert_array_equal(reader.read(X), [[7, 1], [NAN, 2]])


@pytest.mark.parametrize("form", [list, lambda rows: np.array(rows, dtype=object)])
def test_lists_and_arrays_of_objects_have_labels_and_numbers(form):
    rows = form([["b", 1, None], ["a", 2.5, 4], [None, 3, 5], [NAN, 4, NAN], [pd.NA, 5, "6"]])
    reader = Reader.learn(rows, [0])
    assert reader.labels == {0: ["a", "b"]}
    assert reader.reads(rows)
    expected = [[1, 1, NAN], [0, 2.5, 4], [NAN, 3, 5], [NAN, 4, NAN], [NAN, 5, 6]]
    np.testing.assert_array_equal(reader.read(rows), expected)


@pytest.mark.parametrize(
    "labels", [["b", "B", "é", "", "10", "9"], [10, -3, 9, 0], [0.5, -np.inf, 2.0], [True, False]]
)
def test_codes_are_those_of_an_ordinal_encoder(rng, labels):
    X = rng.choice(np.array(labels, dtype=object), size=(50, 2))
    np.testing.assert_array_equal(_read(X, [0, 1]), OrdinalEncoder().fit_transform(X))


def test_an_unknown_label_is_missing():
    reader = Reader.learn(ANY, "from_dtype")
    X = pd.DataFrame({"a": ["y", "z", None, "x"], "b": 1, "c": 2})
    np.testing.assert_array_equal(reader.read(X)[:, 0], [1, NAN, NAN, 0])


def test_any_form_of_x_gets_the_codes_of_the_training():
    reader = Reader.learn(ANY, "from_dtype")
    X = pd.DataFrame({"a": ["y", "x"], "b": [1, 2], "c": [3, 4]})
    for form in (X.astype({"a": "category"}), pl.DataFrame(X.to_dict("list")), X.to_numpy()):
        np.testing.assert_array_equal(reader.read(form), [[1, 1, 3], [0, 2, 4]])


def test_equal_numbers_of_other_types_are_the_same_label():
    reader = Reader.learn(np.array([[np.int64(1)], [2.0], [np.float32(3)]], dtype=object), [0])
    assert reader.labels == {0: [1, 2, 3]}
    np.testing.assert_array_equal(reader.read(np.array([[3.0, 1.0, 2.0]]).T)[:, 0], [2, 0, 1])


def test_labels_of_mixed_types_are_refused():
    X = pd.DataFrame({"code": pd.Series(["b", 1, 2.5, None], dtype=object)})
    assert refusal(lambda: Reader.learn(X, "from_dtype")) == (
        "the categorical column 'code' of X has labels of the types float, int, str. Convert them "
        "to one type, such as str."
    )


UNREADABLE = {
    "text": (pd.DataFrame({"a": ["x", "y"], "b": ["1", "large"]}), "'b'", "'large'"),
    "text without a name": (np.array([["x", "large"], ["y", None]], object), "1", "'large'"),
    "pandas dates": (
        pd.DataFrame({"a": ["x", "y"], "when": pd.to_datetime(["2020-01-02", None])}),
        "'when'",
        "Timestamp('2020-01-02 00:00:00')",
    ),
    "polars dates": (
        pl.DataFrame({"a": ["x", "y"], "when": pl.Series(["2020-01-02", None]).str.to_date()}),
        "'when'",
        "datetime.date(2020, 1, 2)",
    ),
}


@pytest.mark.parametrize(("X", "name", "value"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_neither_a_number_nor_declared_is_refused(X, name, value):
    reader = Reader.learn(X, [0])
    assert refusal(lambda: reader.read(X)) == (
        f"the column {name} of X has the value {value}, which is no number. Declare the column in "
        "categorical_features, or convert it to numbers."
    )


def test_a_column_of_dates_can_be_declared():
    X = pd.DataFrame({"when": pd.to_datetime(["2020-01-02", None, "2020-01-01"])})
    np.testing.assert_array_equal(_read(X, ["when"]), [[1], [NAN], [0]])


def test_sparse_categories_are_refused():
    X = sparse.csr_array(np.eye(3))
    assert refusal(lambda: Reader.learn(X, [0])) == (
        "categorical_features needs dense X, and X is sparse. Give X.toarray(), or "
        "categorical_features=None."
    )


@pytest.mark.parametrize("value", [{0}, [[0]]], ids=["set", "two dimensions"])
def test_categorical_features_of_another_form_are_refused(value):
    assert refusal(lambda: Reader.learn([["a"], ["b"]], value)) == (
        f"categorical_features must be one-dimensional, as a list is. Got {value} instead."
    )


def test_readers_of_two_parts_have_the_labels_of_both():
    one, two = (
        Reader.learn(pd.DataFrame({"a": labels}), "from_dtype") for labels in (["x", "z"], ["y"])
    )
    merged = one.merge(two)
    assert merged.labels == {0: ["x", "y", "z"]}
    assert merged.categories == [0]
