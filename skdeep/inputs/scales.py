"""Detect columns on scales that a network cannot use, and validation rows on other scales."""

from collections.abc import Sequence

import numpy as np

from ..rows import Rows
from .statistics import ColumnStatistics

__all__ = ["why_other_scales", "why_wild_scales"]

_ROWS = 1 << 12  # rows to look at
_LARGE = 300.0  # root mean square; the pixels of an image reach 255
_RATIO = 1e4  # of the largest column to the smallest
_FAR = 3.0  # standard deviations, for a mean of many rows
_WIDE = 10.0  # times the standard deviation


def why_wild_scales(rows: Rows, columns: np.ndarray, names: Sequence[str]) -> str | None:
    """Return what is wrong with the scales of numbers that are used as they are, or None.

    Parameters
    ----------
    rows : Rows
        Training rows, with dense X.
    columns : ndarray of int
        Numbers of the columns of numbers.
    names : sequence of str
        Names of all columns.
    """
    statistics = _statistics(rows)
    deviation, size = _deviation(statistics), np.hypot(statistics.mean, _deviation(statistics))
    size = np.where(np.isin(np.arange(len(size)), columns), size, 0)
    varies = (deviation > 1e-9 * size) & (size > 0)
    if not varies.any():
        return None
    largest, smallest = size.argmax(), np.where(varies, deviation, np.inf).argmin()
    if size[largest] <= _LARGE and size[largest] <= _RATIO * deviation[smallest]:
        return None
    worst = int(largest if size[largest] > _LARGE else smallest)
    return (
        f"numbers are used as they are, and the column {names[worst]!r} of X has mean "
        f"{statistics.mean[worst]:.3g} and standard deviation {deviation[worst]:.3g}. A network "
        "learns well from numbers near 1. Set numerical_encoding='standardize', or scale X."
    )


def why_other_scales(
    rows: Rows, val_rows: Rows, columns: np.ndarray, names: Sequence[str]
) -> str | None:
    """Return which column of X_val lies far from that of X, or None.

    Parameters
    ----------
    rows, val_rows : Rows
        Training and validation rows, with dense X.
    columns : ndarray of int
        Numbers of the columns of numbers.
    names : sequence of str
        Names of all columns.
    """
    of_x, of_val = _statistics(rows), _statistics(val_rows)
    spread = _deviation(of_x)
    known = np.isin(np.arange(len(spread)), columns) & (of_val.weight > 0)
    known &= spread > 1e-9 * np.abs(of_x.mean)
    if not known.any():
        return None
    unit = np.where(known, spread, np.inf)
    few = 1 + 3 / np.sqrt(val_rows.n_samples)  # few rows can be far away by chance
    off = np.abs(of_val.mean - of_x.mean) / unit / (_FAR * few)
    off = np.maximum(off, _deviation(of_val) / unit / (_WIDE * few))
    worst = int(off.argmax())
    if not off[worst] > 1:
        return None
    mean = of_x.mean[worst] if abs(of_x.mean[worst]) > 1e-9 * spread[worst] else 0.0
    return (
        f"the column {names[worst]!r} of X_val has mean {of_val.mean[worst]:.3g} and standard "
        f"deviation {_deviation(of_val)[worst]:.3g}. In X they are {mean:.3g} and "
        f"{spread[worst]:.3g}. Give X_val in the units of X: a pipeline transforms X, but not the "
        "X_val that it passes on."
    )


def _statistics(rows: Rows) -> ColumnStatistics:
    """Return the statistics of all columns, over some of the rows."""
    n = rows.n_samples
    size = min(n, _ROWS)
    some = rows if size == n else rows.take(np.arange(size) * n // size)
    return ColumnStatistics(some, range(rows.X.shape[1]))


def _deviation(statistics: ColumnStatistics) -> np.ndarray:
    return np.sqrt(statistics.variance)
