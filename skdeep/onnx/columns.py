"""The columns of X as inputs of a model: one tensor of numbers, or one tensor for each column."""

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import DTypeLike
from scipy.sparse import issparse

from ..base import UsageError, is_int, is_missing
from ..inputs import Reader
from .graph import Graph, Tensor

__all__ = ["BOOL", "FLOAT32", "FLOAT64", "INT64", "TEXT", "Columns", "tensors_of"]

FLOAT32, FLOAT64, INT64 = np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int64)
BOOL, TEXT = np.dtype(bool), np.dtype(object)


def tensors_of(X: Any, reader: Reader) -> list[Tensor]:
    """Return the inputs of a model that is asked about rows like X.

    Parameters
    ----------
    X : array-like, frame or sparse matrix of shape (n_rows, n_features)
        Rows that show the types.
    reader : Reader
        What the estimator knows of the columns.

    Returns
    -------
    list of Tensor
        One for each column of a frame, or of an array with labels. Otherwise one, X.
    """
    if nw.dependencies.is_into_dataframe(X):
        columns: list[Any] = [*nw.from_native(X, eager_only=True).iter_columns()]
        names = [str(column.name) for column in columns]
    elif reader.labels:
        columns = [*np.asanyarray(X, dtype=object).T]
        names = [f"x{j}" for j in range(len(columns))]
    else:
        X = X if issparse(X) else np.asanyarray(X)
        has_text = X.dtype.kind in "OU" and any(isinstance(value, str) for value in X.flat)
        return [Tensor("X", TEXT if has_text else FLOAT32, (None, X.shape[1]))]
    return [
        Tensor(name, _dtype_of(column, reader.labels.get(j)), (None, 1))
        for j, (name, column) in enumerate(zip(names, columns, strict=True))
    ]


def _dtype_of(column: Any, labels: list | None) -> np.dtype:
    if labels is not None:
        return _dtype_of_labels(labels, column)
    return _dtype_of_numbers(column) if isinstance(column, nw.Series) else FLOAT64


def _dtype_of_labels(labels: list, column: Any) -> np.dtype:
    """Return text, or a type of numbers; float64 has nan for a missing label."""
    if all(isinstance(label, str) for label in labels):
        return TEXT
    if any(map(is_missing, column.to_list() if isinstance(column, nw.Series) else column)):
        return FLOAT64
    if all(isinstance(label, bool) for label in labels):
        return BOOL
    return INT64 if all(map(is_int, labels)) else FLOAT64


def _dtype_of_numbers(column: nw.Series) -> np.dtype:
    if column.dtype == nw.Float32:
        return FLOAT32
    if column.null_count():
        return FLOAT64
    if column.dtype == nw.Boolean:
        return BOOL
    return INT64 if column.dtype.is_integer() else FLOAT64


class Columns:
    """The columns of X in a graph.

    Parameters
    ----------
    graph : Graph
    tensors : sequence of Tensor
        The inputs of the model: one of all columns, or one for each.
    """

    def __init__(self, graph: Graph, tensors: Sequence[Tensor]) -> None:
        self._graph, self._tensors = graph, tensors

    def numbers(self, which: Sequence[int] | np.ndarray, dtype: DTypeLike) -> str:
        """Return columns as one tensor of a dtype.

        Parameters
        ----------
        which : sequence of int
            At least one.
        dtype : numpy dtype

        Returns
        -------
        str
            Of shape (n_rows, n_columns).
        """
        if len(self._tensors) > 1:
            return self._graph.concat([self._cast(self._tensors[j], dtype) for j in which])
        (given,) = self._tensors
        X = self._cast(given, dtype)
        return X if len(which) == given.shape[1] else self._graph.columns(X, np.asarray(which))

    def _cast(self, tensor: Tensor, dtype: DTypeLike) -> str:
        return tensor.name if tensor.dtype == dtype else self._graph.cast(tensor.name, dtype)

    def places(self, column: int, labels: list) -> str:
        """Return the place of each value among labels, and ``len(labels)`` for any other value.

        Parameters
        ----------
        column : int
        labels : list

        Returns
        -------
        str
            Of shape (n_rows, 1), in int64.
        """
        x, dtype = self._column(column)
        keys, values = _keys(labels, INT64 if dtype == BOOL else dtype, column)
        if dtype == FLOAT64:
            return self._places_of_float64(x, keys, values - len(labels), len(labels))
        if dtype == BOOL:
            x = self._graph.cast(x, np.int64)
        kind = {TEXT: "keys_strings", FLOAT32: "keys_floats"}.get(dtype, "keys_int64s")
        places = {"values_int64s": values.tolist(), "default_int64": len(labels)}
        return self._graph.node("LabelEncoder", x, **{kind: keys.tolist()}, **places)

    def _places_of_float64(self, x: str, keys: np.ndarray, steps: np.ndarray, other: int) -> str:
        """Return ``other + Σ_p steps_p [x = keys_p]``. LabelEncoder takes no float64."""
        found = self._graph.cast(self._graph.node("Equal", x, keys), FLOAT32)
        step = self._graph.node("MatMul", found, steps.astype(np.float32)[:, None])
        return self._graph.cast(self._graph.node("Add", step, np.float32(other)), np.int64)

    def _column(self, column: int) -> tuple[str, np.dtype]:
        """Return a column of shape (n_rows, 1), and its dtype."""
        if len(self._tensors) > 1:
            tensor = self._tensors[column]
            return tensor.name, tensor.dtype
        (X,) = self._tensors
        return self._graph.columns(X.name, np.array([column])), X.dtype


def _keys(labels: list, dtype: np.dtype, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels that a dtype has, and their places."""
    is_text = all(isinstance(label, str) for label in labels)
    if labels and is_text is not (dtype == TEXT):
        had, has = ("text", "numbers") if is_text else ("numbers", "text")
        raise UsageError(
            f"the categorical column {column} of X had {had} in training, and X has {has}. Give "
            "rows as in training."
        )
    if not labels:  # every value is "other", which has the place 0
        return np.array([""] if dtype == TEXT else [0], dtype), np.array([0])
    if dtype == TEXT:
        return np.array(labels, dtype=object), np.arange(len(labels))
    if dtype == INT64:
        places = np.flatnonzero([float(label).is_integer() for label in labels])
        return np.array([int(labels[place]) for place in places]), places
    return _distinct(np.array(labels), dtype, column), np.arange(len(labels))


def _distinct(labels: np.ndarray, dtype: np.dtype, column: int) -> np.ndarray:
    """Return labels in a dtype; refuse two that it cannot tell apart."""
    keys = labels.astype(dtype)
    if len(np.unique(keys)) < len(keys):
        raise UsageError(
            f"{dtype} cannot tell all categories of the column {column} of X apart. Train on a "
            "frame, and give its rows: then each column is an input of its own type."
        )
    return keys
