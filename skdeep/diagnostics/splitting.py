"""Split data into training, dev and test sets."""

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length

from .checks import is_int, is_real

__all__ = ["train_dev_test_split"]

_SMALL, _LARGE = 10_000, 1_000_000  # rows
_SMALL_FRACTION, _LARGE_FRACTION = 0.2, 0.01


def train_dev_test_split(
    *arrays,
    dev_size="auto",
    test_size="auto",
    stratify=None,
    shuffle=True,
    random_state=None,
) -> list:
    """Split arrays into a training, a dev and a test set, each row into exactly one.

    The dev set chooses between models, the test set judges the chosen one. Both need
    enough rows to tell models apart, which is a large part of a small data set and a
    small part of a large one. With n rows ``"auto"`` is the fraction

    - 0.2 up to n = 10,000, so that 60 % train, 20 % choose and 20 % judge;
    - 0.2 (n / 10,000)^(-ln 20 / ln 100) from there to a million, a straight line between
      the logarithms: 0.045 at 100,000;
    - 0.01 from a million on.

    Parameters
    ----------
    *arrays : sequence of arrays, lists, sparse matrices or frames of n_samples rows
        What belongs together: X, y, sample weights, groups.
    dev_size, test_size : "auto", float or int, default="auto"
        A fraction in (0, 1), rounded to the nearest number of rows, or a number of rows.
    stratify : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
        Keep the proportions of these classes in all three parts.
    shuffle : bool, default=True
        Whether to draw the rows at random. If not, the first rows train, the next are
        the dev set and the last the test set, as for data ordered in time.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    parts : list of length 3 * len(arrays)
        a1_train, a1_dev, a1_test, a2_train, a2_dev, a2_test, and so on, each of its
        array's type.

    Raises
    ------
    ValueError
        For sizes that leave a part without rows, arrays of different lengths, and classes
        too rare to stratify by.

    Notes
    -----
    When training data comes from another source than the data that matters, the dev and
    test sets should both be of the latter: split that alone, and add the rest to the
    training set.

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


def _n_samples(array) -> int:
    return array.shape[0] if hasattr(array, "shape") else len(array)


def _split(arrays, n_held_out: int, stratify, rng) -> tuple[list, list]:
    """Return what stays of each array, and what is held out."""
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


def _n_rows(name: str, size, n: int) -> int:
    """Return the number of rows that a size stands for."""
    if isinstance(size, str) and size == "auto":
        return max(1, round(_auto_fraction(n) * n))
    if is_int(size) and size > 0:
        return int(size)
    if is_real(size) and 0 < size < 1:
        return max(1, round(size * n))
    raise ValueError(
        f"The {name!r} parameter of train_dev_test_split must be 'auto', a float in the range "
        f"(0.0, 1.0) or an int in the range [1, inf). Got {size!r} instead."
    )


def _auto_fraction(n: int) -> float:
    """Return the part of n rows that the dev set, and the test set, should have."""
    ends = np.log([_SMALL, _LARGE]), np.log([_SMALL_FRACTION, _LARGE_FRACTION])
    return float(np.exp(np.interp(np.log(n), *ends)))
