"""Turn the user's X into a matrix of numbers: which columns are categories, and their codes."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse

from ..base import (
    PLAIN_TYPES,
    BadValueError,
    UsageError,
    check_categorical_features,
    is_missing,
    is_real,
    plain,
)

__all__ = ["Reader"]

_CATEGORIES = (nw.Categorical, nw.Enum, nw.String, nw.Object, nw.Boolean)


class Reader:
    """Turns the user's X into a matrix of numbers.

    In a frame, or in an array of objects, the labels of a categorical column become codes: the
    place of the label among all labels in sorted order, and nan for a missing or unknown label.
    An array of numbers is not changed.

    Parameters
    ----------
    categories : list of int
        Numbers of the categorical columns.
    labels : dict of int to list
        The sorted labels of each categorical column that has labels, not numbers.
    """

    def __init__(self, categories: list[int], labels: dict[int, list]) -> None:
        self.categories, self.labels = categories, labels
        self._code_of = {
            j: {label: code for code, label in enumerate(own)} for j, own in labels.items()
        }

    def to_plain(self) -> dict[str, Any]:
        """Return the arguments of the constructor, which are plain values."""
        return {"categories": self.categories, "labels": self.labels}

    def of_codes(self) -> "Reader":
        """Return a reader of the same columns for rows that have been read."""
        return Reader(self.categories, {})

    @classmethod
    def of_numbers(cls) -> Self:
        """Return the reader of columns of numbers."""
        return cls([], {})

    @classmethod
    def learn(cls, X: Any, categorical_features: ArrayLike | str | None) -> Self:
        """Return the reader for X.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)
        categorical_features : "from_dtype", array-like of bool, int or str, or None
            Which columns are categories.
        """
        X = _as_table(X)
        if categorical_features is None or len(X.shape) != 2 or not X.shape[1]:
            return cls.of_numbers()
        if _is_frame(X) and isinstance(categorical_features, str):  # "from_dtype"
            columns = nw.from_native(X, eager_only=True).iter_columns()
            categorical_features = [_has_labels(column) for column in columns]
        if not isinstance(categorical_features, str) and np.ndim(categorical_features) != 1:
            raise BadValueError(
                "categorical_features", "one-dimensional, as a list is", categorical_features
            )
        mask = check_categorical_features(X, categorical_features)
        if mask is None:
            return cls.of_numbers()
        if issparse(X):
            raise UsageError(
                "categorical_features needs dense X, and X is sparse. Give X.toarray(), or "
                "categorical_features=None."
            )
        categories = np.flatnonzero(mask).tolist()
        if _is_numeric(X):
            return cls(categories, {})
        columns = _columns(X)
        return cls(categories, {j: _labels(*columns[j]) for j in categories})

    def merge(self, other: "Reader") -> "Reader":
        """Return the reader for the rows of both, which have the same categorical columns."""
        labels = {}
        for j in self.labels.keys() | other.labels.keys():
            own = {*self.labels.get(j, []), *other.labels.get(j, [])}
            with _naming(j, list(own)):
                labels[j] = sorted(own)
        return Reader(self.categories, labels)

    def reads(self, X: Any) -> bool:
        """Return whether ``read`` is needed to turn X into numbers."""
        if isinstance(X, np.ndarray) and X.dtype.kind in "biuf":  # as is usual
            return bool(self.labels)
        if self.labels or _has_dates(X):
            return True
        return bool(self.categories) and not _is_numeric(_as_table(X))

    def read(self, X: Any) -> np.ndarray:
        """Return the columns of X as numbers and codes, of shape (n_samples, n_features)."""
        if issparse(X):
            raise UsageError(
                "X is sparse, and a column of the training data had labels. Give a frame, or an "
                "array of objects."
            )
        read = [
            _codes(name, column, self._code_of[j]) if j in self.labels else _numbers(name, column)
            for j, (name, column) in enumerate(_columns(_as_table(X)))
        ]
        return np.column_stack(read)


def _as_table(X: Any) -> Any:
    """Return a frame, an array or a sparse matrix."""
    if nw.dependencies.is_polars_lazyframe(X):
        raise UsageError("X is a LazyFrame. Give X.collect().")
    if _is_frame(X) or issparse(X):
        return X
    try:
        return np.asanyarray(X)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        raise UsageError(
            "X must have the same number of values in each row. Got rows of different lengths."
        ) from None


def _is_frame(X: Any) -> bool:
    return nw.dependencies.is_into_dataframe(X)


def _has_labels(column: nw.Series) -> bool:
    """Return whether a column of a frame has labels by its type.

    A column of objects has none if they are all numbers.
    """
    if not isinstance(column.dtype, _CATEGORIES):
        return False
    if column.dtype != nw.Object:
        return True
    present = [value for value in _values(column) if not is_missing(value)]
    return not present or not all(map(is_real, present))


def _has_dates(X: Any) -> bool:
    return _is_frame(X) and any(dtype.is_temporal() for dtype in nw.from_native(X).schema.dtypes())


def _is_numeric(X: Any) -> bool:
    return not _is_frame(X) and X.dtype.kind in "biuf"


def _columns(X: Any) -> list[tuple[Any, Any]]:
    """Return the name (or the number) and the values of each column."""
    if _is_frame(X):
        return [
            (column.name, column) for column in nw.from_native(X, eager_only=True).iter_columns()
        ]
    return list(enumerate(X.T))


def _values(column: Any) -> list:
    """Return the values of a column of a frame or an array as Python's own objects."""
    if isinstance(column, np.ndarray):
        return column.tolist()
    native = column.to_native()
    # pandas would turn the bounds of intervals into floats if one is missing
    return native.astype(object).tolist() if hasattr(native, "astype") else column.to_list()


def _label(value: Any) -> Any:
    """Return a label as a plain value. A label such as an interval becomes its text."""
    value = plain(value)
    return value if type(value) in PLAIN_TYPES else str(value)


def _labels(name: Any, column: Any) -> list:
    """Return the labels of a column, sorted. Missing values are none of them."""
    values = _values(column)
    with _naming(name, values):
        return sorted({_label(value) for value in set(values) if not is_missing(value)})


def _codes(name: Any, column: Any, code_of: dict[Any, int]) -> np.ndarray:
    """Return the code of each value: the place of its label, or nan."""
    values = _values(column)
    with _naming(name, values):
        codes = {value: code_of.get(_label(value), np.nan) for value in set(values)}
    if np.isnan([*codes.values()]).all():
        _warn_of_types(name, [value for value in codes if not is_missing(value)], code_of)
    return np.array([codes[value] for value in values], dtype=float)


def _warn_of_types(name: Any, values: list, code_of: dict[Any, int]) -> None:
    """Warn of values that are unknown because they are numbers and the labels text, or not so."""
    is_text, was_text = ({isinstance(_label(v), str) for v in each} for each in (values, code_of))
    if is_text and was_text and not is_text & was_text:
        kinds = ("text", "numbers") if is_text == {True} else ("numbers", "text")
        warnings.warn(
            f"The column {name!r} of X has {kinds[0]}. In training, it had {kinds[1]}, so all its "
            "values count as unknown.",
            UserWarning,
            stacklevel=2,
        )


@contextmanager
def _naming(name: Any, values: list) -> Iterator[None]:
    """Raise an error that names the column for values that cannot be hashed or sorted."""
    try:
        yield
    except TypeError:
        types = ", ".join(sorted({type(v).__name__ for v in values if not is_missing(v)}))
        raise UsageError(
            f"the categorical column {name!r} of X has labels of the types {types}. Convert them "
            "to one type, such as str."
        ) from None


def _numbers(name: Any, column: Any) -> np.ndarray:
    """Return a column as float64, with nan for missing values."""
    if isinstance(column, np.ndarray):
        if column.dtype.kind in "biuf":
            return column.astype(float)
    elif column.dtype.is_numeric():
        return column.to_numpy().astype(float)
    read = [_number(value) for value in _values(column)]
    if None in read:
        example = _values(column)[read.index(None)]
        raise UsageError(
            f"the column {name!r} of X has the value {example!r}, which is no number. Declare the "
            "column in categorical_features, or convert it to numbers."
        )
    return np.array(read, dtype=float)


def _number(value: Any) -> float | None:
    """Return a value as a number: nan if it is missing, None if it is no number."""
    if is_missing(value):
        return np.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
