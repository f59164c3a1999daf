"""Rows of X, cast to the precision of the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from scipy.sparse import issparse

__all__ = ["AsGiven", "cast"]


class AsGiven:
    """Uses every column of X unchanged as one input of the network.

    Attributes
    ----------
    n_encoded : int
        Number of inputs of the network, which is the number of columns of X.
    """

    def __init__(self, n_encoded: int):
        self.n_encoded = n_encoded

    def encode(
        self, X: Any, rows: slice | np.ndarray, dtype: np.dtype, buffer: np.ndarray | None = None
    ) -> Any:
        """Return rows of X for the network: a view if possible, else in ``buffer``.

        Parameters
        ----------
        X : ndarray or CSR matrix of shape (n_rows, n_features)
        rows : slice or ndarray of int
        dtype : numpy dtype
        buffer : ndarray of shape (at least n_rows, n_encoded), default=None
            Array for gathered rows. None creates a new array.

        Returns
        -------
        ndarray or CSR matrix of shape (n_rows, n_encoded)

        Raises
        ------
        ValueError
            If a value is too large for ``dtype``.
        """
        if buffer is None or isinstance(rows, slice) or issparse(X):
            return cast(X[rows], dtype)
        out = buffer[: len(rows)]
        if X.dtype == dtype and X.flags.c_contiguous:
            return np.take(X, rows, axis=0, out=out, mode="clip")
        with _checked(dtype):
            out[...] = X[rows]  # np.take would first copy the whole array if it is in Fortran order
        return out


def cast(x: Any, dtype: np.dtype) -> Any:
    """Return rows in ``dtype`` and C order, copied only if needed. Sparse rows stay sparse."""
    if type(x) is np.ndarray and x.dtype == dtype and x.flags.c_contiguous:
        return x
    with _checked(dtype):
        return x.astype(dtype, copy=False) if issparse(x) else np.ascontiguousarray(x, dtype)


@contextmanager
def _checked(dtype: np.dtype) -> Iterator[None]:
    """Raise scikit-learn's error for values that are too large for ``dtype``."""
    try:
        with np.errstate(over="raise"):
            yield
    except FloatingPointError:
        raise ValueError(
            f"Input X contains infinity or a value too large for {np.dtype(dtype)!r}."
        ) from None
