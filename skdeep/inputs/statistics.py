"""Weighted statistics of columns: means, variances, missing values, quantiles."""

import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..rows import Rows
from .casting import checked

__all__ = ["ColumnStatistics", "Counts", "count_values", "merge_counts", "weighted_quantiles"]

_BLOCK_NUMBERS = 1 << 16  # read at once
_SAMPLE_NUMBERS = 1 << 19  # for quantiles
_SAMPLE_ROWS = (1 << 12, 1 << 15)  # fewest and most

Counts = list[tuple[np.ndarray, np.ndarray, bool]]


class ColumnStatistics:
    """Statistics of columns of numbers over the rows, each row with its weight.

    The rows are read in blocks. Missing values do not count. A column without any value has mean
    0 and variance 0. ``merge`` combines the statistics of two parts of the rows. A pickle holds a
    sample of the rows for the quantiles, and not the rows.

    Parameters
    ----------
    rows : Rows
        With dense X.
    columns : sequence of int
        Numbers of the columns.

    Attributes
    ----------
    weight : ndarray of shape (n_columns,)
        Sum of the weights of the values.
    mean, variance : ndarray of shape (n_columns,)
    lowest, highest : ndarray of shape (n_columns,)
        nan for a column without any value.
    has_missing : ndarray of bool of shape (n_columns,)
        Whether a value of the column is missing.
    """

    def __init__(self, rows: Rows, columns: Sequence[int] | np.ndarray) -> None:
        self._rows, self._columns = rows, columns
        self._n_rows, n = rows.n_samples, len(columns)
        self.weight, self.mean, squares = np.zeros(n), np.zeros(n), np.zeros(n)
        self.lowest, self.highest = np.full((2, n), np.nan)
        self.has_missing = np.zeros(n, dtype=bool)
        with checked(squares.dtype):
            for x, weight in _blocks(rows, columns):
                squares += self._add(x, weight)
        self.variance = _ratio(squares, self.weight)

    def merge(self, other: Self) -> Self:
        """Return the statistics of the rows of both.

        The quantiles are those of a sample that has rows of both in proportion to their numbers.
        """
        merged = copy.copy(self)
        merged._n_rows, merged.__dict__["_sample"] = _merge_samples(
            (self._n_rows, self._sample), (other._n_rows, other._sample)
        )
        merged.lowest = np.fmin(self.lowest, other.lowest)
        merged.highest = np.fmax(self.highest, other.highest)
        merged.has_missing = self.has_missing | other.has_missing
        squares = self.variance * self.weight + other.variance * other.weight
        squares += merged._add_means(other.weight, other.mean)
        merged.variance = _ratio(squares, merged.weight)
        return merged

    def __getstate__(self) -> dict[str, Any]:
        state = {**vars(self), "_sample": self._sample}
        return {name: state[name] for name in state.keys() - {"_rows", "_columns"}}

    def _add(self, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Add rows to the weights and means; return what they add to the sums of squares."""
        self.lowest = np.fmin(self.lowest, np.fmin.reduce(x, axis=0))  # fmin ignores nan
        self.highest = np.fmax(self.highest, np.fmax.reduce(x, axis=0))
        of_rows = np.full(x.shape[1], weight.sum())
        missing = np.isnan(x)
        any_missing = missing.any()
        if any_missing:
            self.has_missing |= missing.any(axis=0)
            of_rows -= weight @ missing
            x = np.where(missing, 0, x)
        mean = _ratio(weight @ x, of_rows)
        deviation = x - mean
        if any_missing:
            deviation[missing] = 0
        squares = weight @ np.multiply(deviation, deviation, out=deviation)
        return squares + self._add_means(of_rows, mean)

    def _add_means(self, weight: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Add a part to the weights and means; return what its distance adds to the squares.

        The sums of squares of two parts are combined by Chan, Golub and LeVeque, 1983.
        """
        before, delta = self.weight, mean - self.mean
        self.weight = before + weight
        step = delta * _ratio(weight, self.weight)
        self.mean = self.mean + step
        return delta * step * before

    def quantiles(self, column: int, fractions: np.ndarray) -> np.ndarray:
        """Return quantiles of a column. They are values of the column.

        Parameters
        ----------
        column : int
            Its place among the columns.
        fractions : ndarray of shape (n_fractions,)
            In [0, 1].

        Returns
        -------
        ndarray of shape (n_fractions,)
            Of the values of ``distinct``.
        """
        return weighted_quantiles(*self.distinct(column), fractions)

    def distinct(self, column: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the different values of a column in ascending order, and the weight of each.

        Parameters
        ----------
        column : int
            Its place among the columns.

        Returns
        -------
        (ndarray of shape (n_values,), ndarray of shape (n_values,))
            Of up to 32,768 rows at equal distances. A column without any value has a zero.
        """
        x, weight = self._sample
        present = ~np.isnan(x[:, column])
        if not present.any():
            return np.zeros(1), np.ones(1)
        values, place = np.unique(x[present, column], return_inverse=True)
        return values, np.bincount(place, weight[present])

    @cached_property
    def _sample(self) -> tuple[np.ndarray, np.ndarray]:
        n = self._rows.n_samples
        size = _sample_size(n, len(self._columns))
        return _take(self._rows, self._columns, np.arange(size) * n // size)


def weighted_quantiles(
    values: np.ndarray, weights: np.ndarray, fractions: np.ndarray
) -> np.ndarray:
    """Return quantiles of values with weights. They are among the values."""
    return np.quantile(values, fractions, weights=weights, method="inverted_cdf")


def _sample_size(n_rows: int, n_columns: int) -> int:
    return min(n_rows, *np.clip([_SAMPLE_NUMBERS // max(1, n_columns)], *_SAMPLE_ROWS))


def _merge_samples(*parts: tuple[int, tuple[np.ndarray, np.ndarray]]) -> tuple[int, Any]:
    """Return the number of rows of all parts, and a sample with rows of each in proportion."""
    n_rows = sum(n for n, _ in parts)
    size, taken = _sample_size(n_rows, parts[0][1][0].shape[1]), []
    for n, (x, weight) in parts:
        k = min(len(x), max(1, round(size * n / n_rows)))
        some = np.arange(k) * len(x) // k
        taken.append((x[some], weight[some] * (n / k)))
    xs, weights = zip(*taken, strict=True)
    return n_rows, (np.concatenate(xs), np.concatenate(weights))


def count_values(rows: Rows, columns: Sequence[int]) -> Counts:
    """Return for each column its distinct values, the weight of each, and whether one is missing.

    Parameters
    ----------
    rows : Rows
        With dense X.
    columns : sequence of int
        Numbers of the columns.

    Returns
    -------
    list of (ndarray, ndarray, bool)
    """
    weight_of: list[Counter] = [Counter() for _ in columns]
    for x, weight in _blocks(rows, columns):
        for counter, column in zip(weight_of, x.T, strict=True):
            values, place = np.unique(column, return_inverse=True)
            counter.update(dict(zip(values.tolist(), np.bincount(place, weight), strict=True)))
    return [_sorted(counter) for counter in weight_of]


def merge_counts(some: Counts, others: Counts) -> Counts:
    """Return the counts of the rows of both."""
    merged: Counts = []
    for (values, weights, missing), (more, their_weights, also) in zip(some, others, strict=True):
        distinct, place = np.unique(np.concatenate([values, more]), return_inverse=True)
        total = np.bincount(place, np.concatenate([weights, their_weights]), len(distinct))
        merged.append((distinct, total, missing or also))
    return merged


def _sorted(weight_of: Counter) -> tuple[np.ndarray, np.ndarray, bool]:
    values = np.array(sorted(value for value in weight_of if value == value), dtype=float)
    weights = np.array([weight_of[value] for value in values.tolist()])
    return values, weights, len(values) < len(weight_of)


def _blocks(
    rows: Rows, columns: Sequence[int] | np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the values and the weights of all samples."""
    n_rows = max(1, _BLOCK_NUMBERS // rows.X.shape[1])
    for start in range(0, len(rows.y), n_rows):
        yield _take(rows, columns, slice(start, start + n_rows))


def _take(
    rows: Rows, columns: Sequence[int] | np.ndarray, samples: slice | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return values of shape (n_samples, n_columns) and weights of samples, in float64."""
    x = rows.features(samples)
    x = (x if len(columns) == x.shape[1] else x[:, columns]).astype(float, copy=False)
    return x, np.ones(len(x)) if rows.weight is None else rows.weight[samples]


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return ``a / b``, and 0 where b is 0."""
    return np.divide(a, b, out=np.zeros(len(a)), where=b != 0)
