"""Rows of X, cast to the precision of the network."""

from typing import Any, Self

import numpy as np

from ..blocks import gather, is_dense
from ..rows import Rows
from .base import Inputs
from .casting import cast, checked
from .categorical import CategoryEncoding
from .numerical import NumericalEncoding
from .reading import Reader

__all__ = ["AsGiven"]


class AsGiven(Inputs):
    """Uses every column of X unchanged as one input of the network.

    Parameters
    ----------
    n_features : int
        Number of columns of X.
    """

    def __init__(self, n_features: int) -> None:
        self.reader = Reader.of_numbers()
        self.n_features = self.n_encoded = n_features

    @staticmethod
    def measure(reader: Reader, rows: Rows) -> int:
        return rows.X.shape[1]

    @staticmethod
    def merge(some: int, others: int) -> int:
        return some

    @classmethod
    def from_statistics(
        cls, reader: Reader, measured: int, encoding: NumericalEncoding, category: CategoryEncoding
    ) -> Self:
        return cls(measured)

    @property
    def is_encoding(self) -> bool:
        return False

    def buffer(self, X: Any, n_rows: int, dtype: np.dtype, gathers: bool) -> np.ndarray | None:
        if gathers and is_dense(X):
            return np.empty((n_rows, self.n_features), dtype)
        return None

    def encode(
        self, X: Any, rows: slice | np.ndarray, dtype: np.dtype, buffer: np.ndarray | None = None
    ) -> Any:
        """Return rows of X: a view if possible, else in ``buffer``."""
        if buffer is None or isinstance(rows, slice):
            return cast(X[rows], dtype)
        with checked(dtype):
            return gather(X, rows, buffer[: len(rows)])

    def names(self, features: list[str]) -> list[str]:
        return features

    def to_plain(self) -> dict[str, Any]:
        return {"n_features": self.n_features}

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> Self:
        return cls(**values)
