"""Mini-batches: the rows of a data set, shuffled, gathered and cast by the chunk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from scipy.sparse import issparse

__all__ = ["Batches", "cast"]

_CHUNK_BYTES = 1 << 21
_TARGET_ROWS = 1 << 14

Batch = tuple[np.ndarray, np.ndarray, np.ndarray | None]


@dataclass(frozen=True)
class Batches:
    """A data set cut into mini-batches.

    Attributes
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
        Of any dtype, memory-mapped or not; never copied or densified as a whole.
    y : ndarray of shape (n_samples, ...)
        What ``encode`` turns into targets.
    weight : ndarray of shape (n_samples,) or None
        Sample weights above zero; None for equal ones.
    batch_size : int
        Rows in a batch. A shorter last batch is used too, unless it has fewer than
        ``min_rows`` rows: then it joins the one before.
    encode : callable
        Turns rows of y into targets of shape (n_rows, n_outputs).
    dtype : numpy dtype
        What batches are cast to.
    rows : ndarray of shape (n_samples,) or None
        The rows of X that the samples stand in; None is all of them in their order.
    """

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None
    batch_size: int
    encode: Callable[[np.ndarray], np.ndarray]
    dtype: np.dtype
    rows: np.ndarray | None = None
    shuffle: bool = False
    min_rows: int = 1

    @property
    def sizes(self) -> list[int]:
        """Number of rows of each batch of an epoch."""
        whole, rest = divmod(self.n_samples, self.batch_size)
        sizes = [self.batch_size] * whole + [rest] * (rest > 0)
        if len(sizes) > 1 and sizes[-1] < self.min_rows:
            sizes[-2:] = [sum(sizes[-2:])]
        return sizes

    @property
    def n_samples(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def total_weight(self) -> float:
        """Return m: the number of samples, or the sum of their weights."""
        return float(self.n_samples if self.weight is None else self.weight.sum())

    def epoch(self, rng: np.random.Generator | None = None) -> Iterator[Batch]:
        """Yield (x, target, weight) once for every batch; each row comes exactly once.

        ``weight`` is each row's weight over the batch's number of rows and the data
        set's mean weight, so that batches are unbiased samples of the whole; None stands
        for equal weights. The arrays are overwritten by the next batch.
        """
        order = None
        if self.shuffle and rng is not None and len(self.sizes) > 1:
            order = rng.permutation(self.n_samples)
        mean_weight = self.total_weight / self.n_samples
        chunks = self._chunks()
        is_gathered = not issparse(self.X) and (order is not None or self.rows is not None)
        n_buffered = max(map(sum, chunks)) if is_gathered else 0
        buffer = np.empty((n_buffered, self.X.shape[1]), self.dtype)
        stop = 0
        for sizes in chunks:
            start, stop = stop, stop + sum(sizes)
            samples = slice(start, stop) if order is None else order[start:stop]
            x, target = self._gather(samples, buffer[: stop - start]), self.encode(self.y[samples])
            weight = None
            if self.weight is not None:
                weight = (self.weight[samples] / mean_weight).astype(self.dtype)
            yield from _cut(sizes, x, target, weight)

    def targets(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield (target, share) by the chunk of rows; the shares sum to one in all."""
        for start in range(0, self.n_samples, _TARGET_ROWS):
            samples = slice(start, start + _TARGET_ROWS)
            target = self.encode(self.y[samples])
            weight = np.ones(len(target)) if self.weight is None else self.weight[samples]
            yield target, weight / self.total_weight

    def _chunks(self) -> list[list[int]]:
        """Group the batches' sizes so that a chunk's rows fit into the processor's cache."""
        row_bytes = self.X.shape[1] * self.dtype.itemsize
        n_batches = max(1, _CHUNK_BYTES // max(1, row_bytes * self.batch_size))
        sizes = self.sizes
        return [sizes[i : i + n_batches] for i in range(0, len(sizes), n_batches)]

    def _gather(self, samples, buffer: np.ndarray) -> np.ndarray:
        """Return samples of X in ``dtype``: a view where that is possible, else in ``buffer``."""
        rows = samples if self.rows is None else self.rows[samples]
        if isinstance(rows, slice) or issparse(self.X):
            return cast(self.X[rows], self.dtype)
        if self.X.dtype == self.dtype and self.X.flags.c_contiguous:
            return np.take(self.X, rows, axis=0, out=buffer, mode="clip")
        with _checked_cast(self.dtype):
            buffer[...] = self.X[rows]  # np.take would first copy an array in columns as a whole
        return buffer


def cast(x, dtype):
    """Return rows in ``dtype`` and C order, copied only if needed; sparse rows stay sparse."""
    with _checked_cast(dtype):
        return x.astype(dtype, copy=False) if issparse(x) else np.ascontiguousarray(x, dtype)


@contextmanager
def _checked_cast(dtype):
    """Refuse values beyond the range of ``dtype``, in scikit-learn's words for an array."""
    try:
        with np.errstate(over="raise"):
            yield
    except FloatingPointError:
        raise ValueError(
            f"Input X contains infinity or a value too large for {np.dtype(dtype)!r}."
        ) from None


def _cut(sizes: list[int], x, target, weight) -> Iterator[Batch]:
    """Cut a chunk into batches."""
    stop = 0
    for size in sizes:
        start, stop = stop, stop + size
        share = None if weight is None else weight[start:stop] / size
        yield x[start:stop], target[start:stop], share
