"""A matrix whose rows lie in several blocks. The blocks are not copied."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import issparse, vstack

__all__ = ["Blocks", "gather", "in_blocks", "is_dense"]


class Blocks(ABC):
    """A matrix whose rows lie in several blocks, one after another.

    Like an array and a CSR matrix, it has a shape and a dtype, and returns rows for a slice
    without a step, or for an array of their numbers. They are the rows of the joined blocks.

    Parameters
    ----------
    blocks : sequence of ndarray, or of CSR matrices, of shape (n_rows, n_features)

    Attributes
    ----------
    starts : list of int
        The number of the first row of each block.
    shape : tuple of (int, int)
    dtype : numpy dtype
        That of the joined blocks.
    """

    def __init__(self, blocks: Sequence[Any]) -> None:
        self._blocks = list(blocks)
        self.starts, n_rows = _starts([block.shape[0] for block in blocks])
        self.shape = n_rows, blocks[0].shape[1]
        self.dtype = np.result_type(*(block.dtype for block in blocks))

    def __getitem__(self, rows: slice | np.ndarray) -> Any:
        """Return some rows: a view if they lie in one block and are a slice, else a copy."""
        if isinstance(rows, slice):
            return self._between(*rows.indices(self.shape[0])[:2])
        return self._take(rows)

    def _between(self, start: int, stop: int) -> Any:
        begun = zip(self._blocks, self.starts, strict=True)
        parts = [block[max(0, start - at) : max(0, stop - at)] for block, at in begun]
        parts = [part for part in parts if part.shape[0]] or parts[:1]
        if len(parts) == 1:
            return parts[0].astype(self.dtype, copy=False)
        return self._join(parts)

    def _by_block(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return rows in the order of their blocks, and the place there of each given one."""
        block = np.searchsorted(self.starts, rows, side="right")
        short = block.astype(np.min_scalar_type(len(self.starts)))
        order = np.argsort(short, kind="stable")  # a radix sort of short integers
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return rows[order], place

    @abstractmethod
    def _join(self, parts: list[Any]) -> Any:
        """Return parts of several blocks as one matrix."""

    @abstractmethod
    def _take(self, rows: np.ndarray) -> Any:
        """Return the rows of these numbers."""


class DenseBlocks(Blocks):
    """Rows in several arrays."""

    def _join(self, parts: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(parts, dtype=self.dtype)

    def _take(self, rows: np.ndarray) -> np.ndarray:
        return self.gather(rows, np.empty((len(rows), self.shape[1]), self.dtype))

    def gather(self, rows: np.ndarray, out: np.ndarray) -> np.ndarray:
        """Write rows to ``out``, in its dtype."""
        rows, place = self._by_block(rows)
        read = np.empty((len(rows), self.shape[1]), self.dtype)
        return gather(_read(self._blocks, self.starts, rows, read), place, out)


class SparseBlocks(Blocks):
    """Rows in several CSR matrices."""

    def __init__(self, blocks: Sequence[Any]) -> None:
        super().__init__(blocks)
        self._first, n_values = _starts([block.nnz for block in blocks])
        firsts = zip(blocks, self._first, strict=True)
        begins = [block.indptr[:-1] + np.int64(first) for block, first in firsts]
        self._indptr = np.concatenate([*begins, [n_values]])

    def _join(self, parts: list[Any]) -> Any:
        return vstack(parts, format="csr", dtype=self.dtype)

    def _take(self, rows: np.ndarray) -> Any:
        rows, place = self._by_block(rows)
        first, stop = self._indptr[rows], self._indptr[rows + 1]
        length = stop - first
        indptr = np.append(0, np.cumsum(length))
        values = np.arange(indptr[-1]) + np.repeat(first - indptr[:-1], length)
        data, indices = (
            _read(arrays, self._first, values, np.empty(len(values), np.result_type(*arrays)))
            for arrays in zip(*((block.data, block.indices) for block in self._blocks), strict=True)
        )
        kind, shape = type(self._blocks[0]), (len(rows), self.shape[1])
        return kind((data, indices, indptr), shape=shape)[place]


def in_blocks(blocks: Sequence[Any]) -> Blocks:
    """Return arrays or CSR matrices, which lie one after another, as one matrix."""
    return (SparseBlocks if issparse(blocks[0]) else DenseBlocks)(blocks)


def is_dense(X: Any) -> bool:
    """Return whether X can be given to ``gather``."""
    return isinstance(X, np.ndarray | DenseBlocks)


def gather(X: np.ndarray | DenseBlocks, rows: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Write rows of dense X to ``out``, in its dtype."""
    if isinstance(X, DenseBlocks):
        return X.gather(rows, out)
    if X.dtype == out.dtype and X.flags.c_contiguous:
        return np.take(X, rows, axis=0, out=out, mode="clip")
    out[...] = X[rows]  # np.take would first copy the whole array if it is in Fortran order
    return out


def _read(
    arrays: Sequence[np.ndarray], starts: list[int], rows: np.ndarray, out: np.ndarray
) -> np.ndarray:
    """Write rows of arrays that begin at ``starts`` to ``out``. They are in the arrays' order."""
    stops = [*np.searchsorted(rows, starts).tolist(), len(rows)]
    for array, start, (i, j) in zip(arrays, starts, pairwise(stops), strict=True):
        if i < j:
            gather(array, rows[i:j] - start, out[i:j])
    return out


def _starts(lengths: Sequence[int]) -> tuple[list[int], int]:
    """Return where each of several parts begins, and their whole length."""
    *starts, total = np.cumsum([0, *lengths]).tolist()
    return starts, total
