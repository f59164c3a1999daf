"""Run ONNX models, and feed rows to them as a user would."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from skdeep.base import is_missing
from skdeep.onnx import to_onnx
from skdeep.onnx.graph import Tensor
from skdeep.onnx.proto import model_proto

ROUNDING = 1e-5  # float32 through a few layers, for probabilities and standardized numbers

_TYPES = {
    "tensor(string)": object,
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(bool)": bool,
}


def session(proto):
    """Return a session of onnxruntime for a model."""
    onnxruntime = pytest.importorskip("onnxruntime")
    data = proto.SerializeToString()
    return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])


def feed(session, X):
    """Return rows of X as the inputs of a session."""
    inputs = session.get_inputs()
    if [each.name for each in inputs] == ["X"]:
        return {"X": (X.toarray() if sparse.issparse(X) else X).astype(np.float32)}
    return {
        each.name: _column(each, values) for each, values in zip(inputs, _columns(X), strict=True)
    }


def _columns(X):
    if isinstance(X, pd.DataFrame):
        return [X[name].astype(object).tolist() for name in X]
    return X.T.tolist() if isinstance(X, np.ndarray) else [column.to_list() for column in X]


def _column(tensor, values):
    """Return a column in the type of an input; a missing value is nan, or empty text."""
    dtype = _TYPES[tensor.type]
    missing = "" if dtype is object else np.nan
    values = [missing if is_missing(value) else value for value in values]
    return np.array([*map(str, values)] if dtype is object else values, dtype).reshape(-1, 1)


def ask(model, X, rows=None):
    """Export a model by X, and return what it gives for rows, by the name of the output."""
    exported = session(to_onnx(model, X))
    outputs = [each.name for each in exported.get_outputs()]
    answers = exported.run(outputs, feed(exported, X if rows is None else rows))
    return dict(zip(outputs, answers, strict=True))


def assert_same(model, X, rows=None):
    """Assert that the exported model answers as the model does."""
    rows = X if rows is None else rows
    found, expected = ask(model, X, rows), model.predict(rows)
    if "prediction" in found:
        unit = np.maximum(expected.std(axis=0), np.finfo(float).tiny)
        assert found["prediction"].shape == expected.shape
        np.testing.assert_allclose(found["prediction"] / unit, expected / unit, atol=ROUNDING)
        return
    np.testing.assert_array_equal(found["label"], expected)
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(rows), atol=ROUNDING)


def run(graph, inputs, output):
    """Return the value of a tensor in a graph.

    Parameters
    ----------
    graph : Graph
    inputs : dict of str to ndarray
    output : str
    """
    onnx = pytest.importorskip("onnx")
    graph.output("y", output)
    graph.prune(["y"])
    given = [Tensor(name, x.dtype, (None, *x.shape[1:])) for name, x in inputs.items()]
    proto = model_proto(graph, given, [], "", {})
    proto.graph.output.append(onnx.helper.make_empty_tensor_value_info("y"))
    return session(proto).run(["y"], inputs)[0]
