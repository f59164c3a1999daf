"""Checked rows of a data set, and parts of them without a copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse

from .base import UsageError
from .blocks import in_blocks

__all__ = ["Rows", "check_weights", "distinct", "index_dtype", "join"]


@dataclass(frozen=True)
class Rows:
    """Samples: their rows of X, their targets and their weights.

    A pickle holds the samples' own rows of X, and no others.

    Attributes
    ----------
    X : ndarray, CSR matrix or Blocks of shape (n_rows, n_features)
        Of any dtype, memory-mapped or not. It is never copied or made dense as a whole.
    y : ndarray of shape (n_samples, ...)
        As returned by ``Target.keep``.
    weight : ndarray of shape (n_samples,) or None
        Weights in the objective. None means equal weights.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights as given by the user, for scorers.
    index : ndarray of shape (n_samples,) or None
        The row of X of each sample. None means all rows, in their order.
    """

    X: Any
    y: np.ndarray
    weight: np.ndarray | None = None
    sample_weight: np.ndarray | None = None
    index: np.ndarray | None = None

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.y)

    @property
    def total_weight(self) -> float:
        """Return m: the number of samples, or the sum of their weights."""
        return float(self.n_samples if self.weight is None else self.weight.sum())

    def take(self, samples: np.ndarray) -> "Rows":
        """Return some of the samples, without copying X."""
        weight = None if self.weight is None else self.weight[samples]
        sample_weight = None if self.sample_weight is None else self.sample_weight[samples]
        index = samples if self.index is None else self.index[samples]
        return Rows(self.X, self.y[samples], weight, sample_weight, index)

    def weighing(self) -> "Rows":
        """Return the samples with nonzero weight. The others have no effect."""
        if self.weight is None or self.weight.all():
            return self
        return self.take(np.flatnonzero(self.weight))

    def features(self, samples: slice | np.ndarray = slice(None)) -> Any:
        """Return the rows of X of some samples, by default of all."""
        return self.X[samples if self.index is None else self.index[samples]]

    def __reduce__(self) -> tuple:
        X = self.X if self.index is None else self.features()
        return Rows, (X, self.y, self.weight, self.sample_weight)


def distinct(rows: Rows) -> Rows:
    """Return each distinct sample once, in a fixed order, with the sum of its weights.

    A small full batch is reduced to these samples. Then a row with weight 2 gives exactly the same
    network as two rows, and the order of the rows has no effect.
    """
    X = rows.features()
    X = X.toarray() if issparse(X) else X
    key = np.where(np.isnan(X), np.inf, X)  # nan is different from itself
    _, first, which = np.unique(
        np.column_stack([key, rows.y]), axis=0, return_index=True, return_inverse=True
    )
    return Rows(X[first], rows.y[first], np.bincount(which, weights=rows.weight))


def join(parts: Sequence[Rows]) -> Rows:
    """Return the samples of all parts, in their order. Their rows of X stay where they are."""
    if len(parts) == 1:
        return parts[0]
    X, y = in_blocks([part.X for part in parts]), np.concatenate([part.y for part in parts])
    weights = _joined([part.weight for part in parts])
    sample_weights = _joined([part.sample_weight for part in parts])
    return Rows(X, y, weights, sample_weights, _joined_index(parts, X.starts, X.shape[0]))


def _joined(weights: list[np.ndarray | None]) -> np.ndarray | None:
    present = [weight for weight in weights if weight is not None]
    return np.concatenate(present) if present else None


def _joined_index(parts: Sequence[Rows], starts: list[int], n_rows: int) -> np.ndarray | None:
    """Return the row of each sample in the parts' X, one after another, or None for all rows."""
    if all(part.index is None for part in parts):
        return None
    dtype = index_dtype(n_rows)
    indices = [np.arange(part.n_samples) if part.index is None else part.index for part in parts]
    shifted = [start + index.astype(dtype) for start, index in zip(starts, indices, strict=True)]
    return np.concatenate(shifted)


def index_dtype(n_rows: int) -> type[np.signedinteger]:
    """Return the smallest type for the numbers of rows."""
    return np.int32 if n_rows < 2**31 else np.int64


def check_weights(weight: np.ndarray | None, is_training: bool = True) -> None:
    """Refuse row weights (including class weights) whose sum is not positive and finite."""
    if weight is None:
        return
    if not weight.any():
        raise UsageError(
            "all sample weights are zero. Give at least one row a positive weight."
            if is_training
            else "the weights of all validation rows are zero (sample_weight_val times "
            "class_weight). Give at least one of them a positive weight."
        )
    with np.errstate(over="ignore"):
        total = weight.sum()
    if not np.isfinite(total):
        rows, given = ("", "") if is_training else ("validation ", "_val")
        raise UsageError(
            f"the sum of the {rows}rows' weights (sample_weight{given} times class_weight) must be "
            f"finite. Got {total}. Divide the weights by a constant."
        )
