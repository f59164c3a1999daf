"""Split data into training, dev and test sets."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length

from ..base import BadValueError, is_int, is_real

__all__ = ["train_dev_test_split"]

_SMALL, _LARGE = 10_000, 1_000_000  # rows
_SMALL_FRACTION, _LARGE_FRACTION = 0.2, 0.01


def train_dev_test_split(
    *arrays: Any,
    dev_size: float | Literal["auto"] = "auto",
    test_size: float | Literal["auto"] = "auto",
    stratify: ArrayLike | None = None,
    shuffle: bool = True,
    random_state: int | np.random.RandomState | None = None,
) -> list:
    """Split arrays into a training, a dev and a test set.

    The dev set is used to choose between models, and the test set to evaluate the chosen one. Both
    need enough rows to distinguish models. This is a large part of a small data set and a small
    part of a large one. With n rows, ``"auto"`` is the fraction

    - 0.2 up to n = 10,000: 60 % training, 20 % dev and 20 % test;
    - 0.2 (n / 10,000)^(-ln 20 / ln 100) between 10,000 and 1,000,000, a straight line between
      the logarithms: 0.045 at 100,000;
    - 0.01 from 1,000,000 on.

    Parameters
    ----------
    *arrays : sequence of arrays, lists, sparse matrices or frames with n_samples rows
        Arrays to split in the same way: X, y, sample weights, groups.
    dev_size, test_size : "auto", float or int, default="auto"
        A fraction in (0, 1), rounded to the nearest number of rows (at least 1), or a number of
        rows, at least 1.
    stratify : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
        Keep the proportions of these classes in all three parts.
    shuffle : bool, default=True
        Whether to draw the rows at random. Otherwise the first rows are the training set, the next
        the dev set and the last the test set, as needed for data ordered in time.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    parts : list of length 3 * len(arrays)
        a1_train, a1_dev, a1_test, a2_train, a2_dev, a2_test, and so on. Each part has the type of
        its array.

    Raises
    ------
    ValueError
        If the sizes leave a part without rows, if the arrays have different lengths, if a class is
        too rare to stratify, or if ``stratify`` is used with ``shuffle=False``.

    Notes
    -----
    If some of the training data comes from another source than the data of interest, split only
    the data of interest. Then add the rest to the training set.

    Examples
    --------
    >>> import numpy as np
    >>> from skdeep.diagnostics import train_dev_test_split
    >>> X, y = np.arange(20).reshape(10, 2), np.arange(10)
    >>> X_train, X_dev, X_test, y_train, y_dev, y_test = train_dev_test_split(
    ...     X, y, random_state=0
    ... )
    >>> X_train.shape, X_dev.shape, X_test.shape
    ((6, 2), (2, 2), (2, 2))
    """
    if not arrays:
        raise ValueError("train_dev_test_split needs at least one array. Got none.")
    check_consistent_length(*arrays, stratify)
    n = _n_samples(arrays[0])
    n_dev = _n_rows("dev_size", dev_size, n)
    n_test = _n_rows("test_size", test_size, n)
    if n_dev + n_test >= n:
        raise ValueError(
            f"train_dev_test_split: dev_size={dev_size!r} and test_size={test_size!r} leave no "
            f"training rows of {n}. Give smaller sizes."
        )
    if stratify is not None and not shuffle:
        raise ValueError(
            "train_dev_test_split: stratify needs shuffle=True. Got shuffle=False; leave out one."
        )
    rng = check_random_state(random_state) if shuffle else None
    strata = [] if stratify is None else [stratify]
    rest, test = _split([*arrays, *strata], n_test, stratify, rng)
    train, dev = _split(rest, n_dev, rest[-1] if strata else None, rng)
    parts = zip(train, dev, test, strict=True)
    return [part for _, triple in zip(arrays, parts, strict=False) for part in triple]


def _n_samples(array: Any) -> int:
    return array.shape[0] if hasattr(array, "shape") else len(array)


def _split(
    arrays: Sequence[Any], n_held_out: int, stratify: Any, rng: np.random.RandomState | None
) -> tuple[list, list]:
    """Return the remaining part and the held-out part of each array."""
    try:
        parts = train_test_split(
            *arrays,
            test_size=n_held_out,
            stratify=stratify,
            shuffle=rng is not None,
            random_state=rng,
        )
    except ValueError as error:
        if stratify is None:
            raise
        raise ValueError(
            "train_dev_test_split: stratify has classes with too few rows to divide, or more "
            f"classes than a part has rows. {error} Merge rare classes, or give larger sizes or "
            "stratify=None."
        ) from None
    return parts[::2], parts[1::2]


def _n_rows(name: str, size: Any, n: int) -> int:
    """Return the number of rows for a size."""
    if isinstance(size, str) and size == "auto":
        return max(1, round(_auto_fraction(n) * n))
    if is_int(size) and size > 0:
        return int(size)
    if is_real(size) and 0 < size < 1:
        return max(1, round(size * n))
    expected = "'auto', a float in the range (0.0, 1.0) or an int in the range [1, inf)"
    raise BadValueError(name, expected, size).by("train_dev_test_split")


def _auto_fraction(n: int) -> float:
    """Return the fraction of n rows for the dev set, and for the test set."""
    ends = np.log([_SMALL, _LARGE]), np.log([_SMALL_FRACTION, _LARGE_FRACTION])
    return float(np.exp(np.interp(np.log(n), *ends)))
