"""Check X, and turn it into a matrix of numbers."""

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from ..base import UsageError
from ..inputs import Reader
from ..inputs.casting import cast

__all__ = ["check_features", "names_of"]


def check_features(
    estimator: Any, X: Any, reader: Reader, *, reset: bool, takes_nan: bool, dtype: Any
) -> Any:
    """Return X as a matrix of numbers, or raise an error that says what is wrong with it.

    Parameters
    ----------
    estimator : estimator
        Gets, or is compared with, the names and the number of the features.
    X : array-like, frame or sparse matrix of shape (n_samples, n_features)
    reader : Reader
    reset : bool
        Whether the estimator gets the names and the number of the features.
    takes_nan : bool
        Whether columns of numbers may have missing values.
    dtype : numpy dtype or None
        None keeps the dtype of an array of numbers. A memory map always keeps its own.

    Returns
    -------
    ndarray or CSR matrix of shape (n_samples, n_features)
    """
    form: dict[str, Any] = {"dtype": "numeric" if dtype is None else np.dtype(dtype), "order": "C"}
    if isinstance(X, np.memmap):
        form = {"dtype": "numeric", "order": None}
    form |= {"accept_sparse": "csr", "ensure_all_finite": "allow-nan"}
    # values too large for float32 raise their own error, and an overflowing sum is not an error
    with np.errstate(over="ignore", invalid="ignore"):
        if not reset and _would_pass(estimator, X, reader):
            return X if dtype is None else cast(X, dtype)
        if reader.reads(X):
            validate_data(estimator, X, reset=reset, skip_check_array=True)
            X = check_array(reader.read(X), input_name="X", estimator=estimator, **form)
        else:
            X = _validated(estimator, X, reset, form)
        if X.dtype.kind not in "biuf":
            X = check_array(reader.read(X), input_name="X", estimator=estimator, **form)
        if issparse(X) or not takes_nan:
            _refuse_nan(estimator, X, reader)
    return X


def _would_pass(estimator: Any, X: Any, reader: Reader) -> bool:
    """Return whether X is sure to pass all checks, which take longer than to predict a row."""
    return (
        type(X) is np.ndarray
        and X.dtype in (np.float32, np.float64)
        and X.ndim == 2
        and X.size > 0
        and X.shape[1] == estimator.n_features_in_
        and X.flags.c_contiguous
        and not reader.reads(X)
        and not hasattr(estimator, "feature_names_in_")
        and bool(np.isfinite(X.sum()))
    )


def _validated(estimator: Any, X: Any, reset: bool, form: dict[str, Any]) -> Any:
    try:
        return validate_data(estimator, X, reset=reset, **form)
    except ValueError as error:
        if "could not convert string to float" not in str(error) or np.ndim(X) != 2:
            raise
    return Reader.of_numbers().read(X)  # raises an error that names the column


def _refuse_nan(estimator: Any, X: Any, reader: Reader) -> None:
    """Raise an error if a column of numbers has a missing value."""
    if not np.isnan(X.sum()):  # as is usual
        return
    if issparse(X):
        columns = X.indices[np.isnan(X.data)]
    else:
        columns = np.flatnonzero(np.isnan(X).any(axis=0))
        columns = np.setdiff1d(columns, reader.categories)
    if not len(columns):
        return
    name = names_of(estimator)[columns[0]]
    raise UsageError(
        f"the column {name!r} of X contains NaN. Missing numbers are accepted if X is dense and "
        "numerical_encoding is not None, as in a network with hidden layers by default. Impute "
        "them, or set numerical_encoding='standardize'."
    )


def names_of(estimator: Any) -> list[str]:
    """Return the names of the features; ``x0, x1, ...`` if they have none."""
    names = getattr(estimator, "feature_names_in_", None)
    return [f"x{j}" for j in range(estimator.n_features_in_)] if names is None else list(names)
