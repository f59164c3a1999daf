"""What the inputs learn, as nodes and as NumPy."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from skdeep import DeepClassifier, DeepRegressor, Embedding, OneHot, PiecewiseLinear, Standardize
from skdeep.onnx import ENCODINGS, to_onnx
from tests import cases
from tests.helpers import error_of
from tests.inputs.test_table import HalfAndSquare
from tests.onnx.helpers import ROUNDING, assert_same, feed, session

pytest.importorskip("onnxruntime")


def table(n=200, seed=0):
    """Return a frame with columns of all types, with missing values in some, and three classes."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "age": np.where(rng.random(n) < 0.2, np.nan, rng.normal(40, 12, n)),
            "fare": np.exp(rng.normal(3, 1.5, n)),
            "size": rng.normal(size=n).astype(np.float32),
            "children": rng.integers(5, size=n),
            "rooms": pd.array(rng.choice([1, 2, None], n), dtype="Int64"),
            "port": rng.choice(["Cherbourg", "Queenstown", "Southampton", None], n),
            "class": pd.Categorical(rng.choice(["1st", "2nd", "3rd"], n)),
            "zone": pd.Categorical(rng.choice([10, 20, 30], n)),
            "price": pd.Categorical(rng.choice([1.5, 2.5, None], n)),
            "alone": rng.random(n) < 0.5,
            "insured": pd.Series(rng.choice([True, False, None], n), dtype=object),
        }
    )
    return X, rng.integers(3, size=n)


def _fit(X, y, kind=DeepClassifier, **options):
    return kind((8,), max_epochs=4, random_state=0, **options).fit(X, y)


@pytest.mark.parametrize("category_encoding", cases.CATEGORY_ENCODINGS)
@pytest.mark.parametrize("numerical_encoding", cases.NUMERICAL_ENCODINGS)
def test_columns_of_all_types_are_encoded_alike(numerical_encoding, category_encoding):
    X, y = table()
    encodings = {"numerical_encoding": numerical_encoding, "category_encoding": category_encoding}
    assert_same(_fit(X, y, **encodings), X)
    assert_same(_fit(X, X["fare"], DeepRegressor, **encodings), X)


@pytest.mark.parametrize(
    "options",
    [
        {"category_encoding": OneHot(max_categories=2)},
        {"category_encoding": Embedding(n_dims=3, max_one_hot=2)},
        {"numerical_encoding": PiecewiseLinear(n_bins=40)},
        {"numerical_encoding": PiecewiseLinear(max_quantiles=0)},
        {"numerical_encoding": Standardize(max_size=2)},
    ],
    ids=str,
)
def test_the_hyperparameters_of_an_encoding_are_in_the_file(options):
    X, y = table()
    assert_same(_fit(X, y, **options), X)


@pytest.mark.parametrize("numerical_encoding", cases.NUMERICAL_ENCODINGS)
def test_numbers_in_an_array_are_encoded_alike(numerical_encoding):
    """Far from zero, missing, constant, and with outliers, where float32 blurs narrow bins."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4)).astype(np.float32)
    X[:, 0] += 1000
    X[rng.random(300) < 0.1, 1] = np.nan
    X[:, 2] = 7
    X[::50, 3] *= 1e6
    encoding = {"numerical_encoding": numerical_encoding, "dtype": "float64"}
    assert_same(_fit(X, rng.integers(2, size=300), **encoding), X)


def test_a_bin_that_is_narrow_is_not_blurred_by_float32():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=300)})
    X.loc[0, "a"] = 1e5  # so that most bins have a width of about 1e-5 standard deviations
    y = np.sin(3 * X["a"])
    options = {"numerical_encoding": "piecewise_linear", "dtype": "float64"}
    assert_same(_fit(X, y, DeepRegressor, **options), X)


def test_numbers_as_they_are_need_no_nodes(iris):
    model = DeepClassifier((), numerical_encoding=None, max_epochs=4, random_state=0).fit(*iris)
    assert_same(model, iris[0])
    ops = [node.op_type for node in to_onnx(model, iris[0]).graph.node]
    assert ops[0] == "Gemm"


def test_numbers_as_they_are_stand_beside_categories():
    X, y = table()
    X = X[["size", "children", "port"]]
    assert_same(_fit(X, y, numerical_encoding=None), X)


def test_a_frame_without_categories_has_an_input_for_each_column(iris):
    X = pd.DataFrame(iris[0], columns=["a", "b", "c", "d"])
    model = _fit(X, iris[1], numerical_encoding=None)
    assert_same(model, X)


def test_a_table_of_categories_alone_is_exported():
    X, y = table()
    for encoding in ("one_hot", "embedding"):
        assert_same(_fit(X[["port"]], y, category_encoding=encoding), X[["port"]])


def test_unknown_categories_are_other():
    X, y = table()
    rows = X.astype({"class": object, "zone": object, "price": object})
    rows = rows.assign(port="Belfast", zone=11, price=2.0, **{"class": "4th"})
    for encoding in ("one_hot", "embedding"):
        assert_same(_fit(X, y, category_encoding=encoding), X, rows)


def test_an_input_has_the_type_of_its_column():
    X, y = table()
    exported = session(to_onnx(_fit(X, y), X))
    assert {each.name: each.type for each in exported.get_inputs()} == {
        "age": "tensor(double)",
        "fare": "tensor(double)",
        "size": "tensor(float)",
        "children": "tensor(int64)",
        "rooms": "tensor(double)",
        "port": "tensor(string)",
        "class": "tensor(string)",
        "zone": "tensor(int64)",
        "price": "tensor(double)",
        "alone": "tensor(bool)",
        "insured": "tensor(double)",
    }
    assert {tuple(each.shape) for each in exported.get_inputs()} == {("n_rows", 1)}


def test_polars_frames_are_exported():
    X, y = table()
    native = {name: X[name].astype(object) for name in X}
    native = {k: v.where(v.notna(), None).tolist() for k, v in native.items()}
    frame = pl.DataFrame(native, schema_overrides={"class": pl.Categorical})
    assert_same(_fit(frame, y), frame)


def test_numbers_and_labels_in_an_array_of_objects_are_exported():
    X, y = table()
    X = X[["age", "fare", "port", "alone"]].to_numpy(dtype=object)
    model = _fit(X, y, categorical_features=[2, 3])
    assert_same(model, X)
    names = [each.name for each in session(to_onnx(model, X)).get_inputs()]
    assert names == ["x0", "x1", "x2", "x3"]


@pytest.mark.parametrize("encoding", ["one_hot", "embedding"])
def test_numbers_that_are_categories_are_found_in_an_array(encoding, rng):
    X = np.column_stack([rng.normal(size=200), rng.choice([0.1, 0.2, 7000, np.nan], 200)])
    model = _fit(X, rng.integers(3, size=200), categorical_features=[1], category_encoding=encoding)
    assert_same(model, X)


def test_labels_that_are_neither_text_nor_numbers_are_their_text(rng):
    X = pd.DataFrame({"age": pd.cut(pd.Series(rng.uniform(0, 90, 200)), [0, 30, 60, 90])})
    X["day"] = pd.Categorical(rng.choice(pd.date_range("2020-01-01", periods=3), 200))
    assert_same(_fit(X, rng.integers(2, size=200)), X)


@pytest.mark.parametrize("encoding", ["one_hot", "embedding"])
def test_a_column_without_any_category_is_other(encoding, rng):
    y = rng.integers(2, size=100)
    X = np.column_stack([rng.normal(size=100), np.full(100, np.nan)])
    model = _fit(X, y, categorical_features=[1], category_encoding=encoding)
    rows = np.column_stack([rng.normal(size=5), [0, 1, 2, np.nan, np.nan]])
    assert_same(model, X, rows)
    frame = pd.DataFrame({"a": X[:, 0], "b": pd.Series([None] * 100, dtype=object)})
    model = _fit(frame, y, category_encoding=encoding)
    assert_same(model, frame, frame.assign(b=["", "x"] * 50))


def test_numbers_that_are_text_are_read(rng):
    X = rng.normal(size=(100, 2)).round(3)
    model = _fit(X, rng.integers(2, size=100))
    text = X.astype(str).astype(object)
    exported = session(to_onnx(model, text))
    found = exported.run(["probabilities"], {"X": text})[0]
    np.testing.assert_allclose(found, model.predict_proba(X), atol=ROUNDING)


def test_categories_that_float32_cannot_tell_apart_are_refused(rng):
    X = np.column_stack([rng.normal(size=50), 2**24 + rng.integers(2, size=50)])
    model = _fit(X, rng.integers(2, size=50), categorical_features=[1])
    assert error_of(lambda: to_onnx(model, X)) == (
        "to_onnx: float32 cannot tell all categories of the column 1 of X apart. Train on a frame, "
        "and give its rows: then each column is an input of its own type."
    )
    frame = pd.DataFrame({"a": X[:, 0], "code": X[:, 1].astype(int)})
    model = _fit(frame, rng.integers(2, size=50), categorical_features=["code"])
    assert_same(model, frame)


def test_sparse_rows_are_given_dense(rng):
    X = sparse.random_array((200, 30), density=0.1, rng=rng, format="csr")
    for encoding in ("standardize", None):
        model = _fit(X, rng.integers(2, size=200), numerical_encoding=encoding)
        assert_same(model, X)


def test_no_row_is_no_error():
    X, y = table()
    exported = session(to_onnx(_fit(X, y), X))
    label, probabilities = exported.run(["label", "probabilities"], feed(exported, X[:0]))
    assert label.shape == (0,)
    assert probabilities.shape == (0, 3)


def test_an_encoding_of_ones_own_is_exported_by_its_converter():
    def half_and_square(graph, encoding, learned, z):
        return [z, graph.node("Mul", z, z)]

    X, y = table()
    model = _fit(X, y, numerical_encoding=HalfAndSquare())
    assert error_of(lambda: to_onnx(model, X)) == (
        "to_onnx: HalfAndSquare() has no conversion to ONNX. Write one, and add it to the table: "
        "skdeep.onnx.ENCODINGS[HalfAndSquare] = convert."
    )
    ENCODINGS[HalfAndSquare] = half_and_square
    try:
        assert_same(model, X)
    finally:
        del ENCODINGS[HalfAndSquare]
