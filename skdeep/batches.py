"""Mini-batches: rows that are shuffled, encoded and cast in chunks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .inputs import Inputs
from .rows import Rows

__all__ = ["Batches"]

_CHUNK_BYTES = 1 << 21
_TARGET_ROWS = 1 << 14

Batch = tuple[Any, np.ndarray, np.ndarray | None]


@dataclass(frozen=True)
class Batches:
    """A data set divided into mini-batches.

    Attributes
    ----------
    rows : Rows
        Samples with weights above zero.
    inputs : Inputs
        Encodes rows of X.
    encode : callable
        ``(y, dtype) -> target``, of shape (n_rows, n_outputs).
    dtype : numpy dtype
        The dtype of the batches.
    batch_size : int
        Number of rows in a batch. The last batch can be shorter.
    shuffle : bool
        Whether to shuffle the rows in each epoch.
    min_rows : int
        A last batch with fewer rows is merged into the batch before it.
    """

    rows: Rows
    inputs: Inputs
    encode: Callable[[np.ndarray, np.dtype], np.ndarray]
    dtype: np.dtype
    batch_size: int
    shuffle: bool = False
    min_rows: int = 1

    @cached_property
    def sizes(self) -> list[int]:
        """Number of rows in each batch of an epoch."""
        whole, rest = divmod(len(self.rows.y), self.batch_size)
        sizes = [self.batch_size] * whole + [rest] * (rest > 0)
        if len(sizes) > 1 and sizes[-1] < self.min_rows:
            sizes[-2:] = [sum(sizes[-2:])]
        return sizes

    def epoch(self, rng: np.random.Generator | None = None) -> Iterator[Batch]:
        """Yield (x, target, weight) for every batch. Each row occurs exactly once.

        ``weight`` is the weight of each row, divided by the number of rows in the batch and by the
        mean weight of the data set. So the gradient of a batch is an unbiased estimate. None means
        equal weights. The next batch overwrites the arrays.
        """
        rows, n = self.rows, len(self.rows.y)
        order = None
        if self.shuffle and rng is not None and len(self.sizes) > 1:
            order = rng.permutation(n)
        mean_weight = 1.0 if rows.weight is None else float(rows.weight.sum()) / n
        chunks = self._chunks()
        gathers = order is not None or rows.index is not None
        largest = max(map(sum, chunks))
        buffer = self.inputs.buffer(rows.X, largest, self.dtype, gathers)
        stop = 0
        for chunk in chunks:
            start, stop = stop, stop + sum(chunk)
            samples = slice(start, stop) if order is None else order[start:stop]
            places = samples if rows.index is None else rows.index[samples]
            x = self.inputs.encode(rows.X, places, self.dtype, buffer)
            target = self.encode(rows.y[samples], self.dtype)
            weight = None
            if rows.weight is not None:
                weight = (rows.weight[samples] / mean_weight).astype(self.dtype)
            yield from _cut(chunk, x, target, weight)

    def targets(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield (target, share) in chunks of rows. All shares together sum to one."""
        rows = self.rows
        for start in range(0, rows.n_samples, _TARGET_ROWS):
            samples = slice(start, start + _TARGET_ROWS)
            target = self.encode(rows.y[samples], self.dtype)
            weight = np.ones(len(target)) if rows.weight is None else rows.weight[samples]
            yield target, weight / rows.total_weight

    def _chunks(self) -> list[list[int]]:
        """Group the sizes of the batches into chunks that fit into the processor's cache."""
        row_bytes = self.inputs.n_encoded * self.dtype.itemsize
        n_batches, sizes = max(1, _CHUNK_BYTES // max(1, row_bytes * self.batch_size)), self.sizes
        return [sizes[i : i + n_batches] for i in range(0, len(sizes), n_batches)]


def _cut(
    sizes: list[int], x: Any, target: np.ndarray, weight: np.ndarray | None
) -> Iterator[Batch]:
    """Divide a chunk into batches."""
    stop = 0
    for size in sizes:
        start, stop = stop, stop + size
        share = None if weight is None else weight[start:stop] / size
        yield x[start:stop], target[start:stop], share
