"""Sparse columns, scaled and not centered."""

from typing import Any, Self

import numpy as np
from scipy.sparse import csr_array, issparse

from ..rows import Rows
from .base import Inputs
from .casting import cast, checked
from .categorical import CategoryEncoding
from .numerical import NumericalEncoding
from .reading import Reader
from .standardize import Standardize

__all__ = ["Scaled"]

_ROWS = 1 << 14  # measured at once


class Scaled(Inputs):
    """Divides every column by its scale. Sparse rows stay sparse.

    Parameters
    ----------
    scale : ndarray of shape (n_features,)
    """

    def __init__(self, scale: np.ndarray) -> None:
        self.reader, self.scale = Reader.of_numbers(), scale
        self.n_features = self.n_encoded = len(scale)

    @staticmethod
    def measure(reader: Reader, rows: Rows) -> np.ndarray:
        """Return the largest absolute value of each column, sparse or not."""
        largest = np.zeros(rows.X.shape[1])
        for start in range(0, rows.n_samples, _ROWS):
            x = rows.features(slice(start, start + _ROWS))
            for extreme in (x.max(axis=0), x.min(axis=0)):
                np.maximum(largest, np.abs(_dense(extreme)), out=largest)
        return largest

    @staticmethod
    def merge(some: np.ndarray, others: np.ndarray) -> np.ndarray:
        return np.maximum(some, others)

    @classmethod
    def from_statistics(
        cls,
        reader: Reader,
        measured: np.ndarray,
        encoding: NumericalEncoding,
        category: CategoryEncoding,
    ) -> Self:
        return cls(encoding.scale_sparse(measured))

    @property
    def numerical_encoding(self) -> NumericalEncoding:
        return Standardize()

    def buffer(self, X: Any, n_rows: int, dtype: np.dtype, gathers: bool) -> None:
        return None

    def encode(
        self, X: Any, rows: slice | np.ndarray, dtype: np.dtype, buffer: np.ndarray | None = None
    ) -> Any:
        """Return rows of X, divided by the scales."""
        x = X[rows]
        with checked(dtype):
            if not issparse(x):
                return cast(x / self.scale, dtype)
            data = cast(x.data / self.scale[x.indices], dtype)
            return csr_array((data, x.indices, x.indptr), shape=x.shape)

    def names(self, features: list[str]) -> list[str]:
        return features

    def to_plain(self) -> dict[str, Any]:
        return {"scale": self.scale}

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> Self:
        return cls(**values)


def _dense(row: Any) -> np.ndarray:
    """Return a row, sparse or not, as a vector in float64."""
    return np.ravel(row.toarray() if issparse(row) else row).astype(float)
