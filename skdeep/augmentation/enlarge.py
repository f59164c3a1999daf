"""Enlarge a data set by augmented copies."""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..base import Interval, check_option, plain
from .base import Augment, augmented, dense

__all__ = ["augment", "make_generator"]

RandomState = int | np.random.Generator | np.random.RandomState | None

_COPIES = Interval(Integral, 1, None, closed="left")
_ROWS = 1024  # augmented at a time


def augment(
    X: ArrayLike,
    y: ArrayLike,
    augmenter: Augment,
    copies: int = 1,
    random_state: RandomState = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Enlarge a data set by augmented copies.

    The copies are computed once, need memory, and are the same in each epoch. If you can, use
    the ``augment`` hyperparameter of an estimator instead: it makes new random changes for
    every mini-batch.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
    y : array-like of shape (n_samples, ...)
        Labels or targets.
    augmenter : Augmenter or callable
        ``(X, y, rng) -> (X, y)``. It is called with at most 1,024 rows at a time.
    copies : int, default=1
        Number of augmented copies of each row, in [1, inf).
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None, default=None

    Returns
    -------
    X : ndarray of shape ((1 + copies) * n_samples, ...)
        The original rows, followed by the copies. Each copy keeps the order of the rows.
    y : ndarray of shape ((1 + copies) * n_samples, ...)
        The targets, in the same order.

    Raises
    ------
    TypeError
        If X is sparse.
    ValueError
        If a hyperparameter is not valid, if the augmenter changes the shape of X or y, or if
        ``Mixup`` is used with labels, which cannot be mixed.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdeep.augmentation import ImageAugmenter, augment
    >>> X, y = load_digits(return_X_y=True)
    >>> augmenter = ImageAugmenter((8, 8), rotation=10.0)
    >>> X_more, y_more = augment(X, y, augmenter, copies=2, random_state=0)
    >>> X.shape, X_more.shape
    ((1797, 64), (5391, 64))
    """
    check_option("augment", "copies", copies, _COPIES)
    X, y = dense("augment", X), np.asarray(y)
    if len(X) != len(y):
        raise ValueError(
            f"augment: X and y must have the same number of rows. Got {len(X)} and {len(y)}."
        )
    augmenter = plain(augmenter)
    rng, parts = make_generator(random_state), [(X, y)]
    for _ in range(copies):
        for start in range(0, len(X), _ROWS):
            rows = slice(start, start + _ROWS)
            parts.append(augmented(augmenter, X[rows], y[rows], rng))
    all_rows, targets = zip(*parts, strict=True)
    return np.concatenate(all_rows), np.concatenate(targets)


def make_generator(random_state: Any) -> np.random.Generator:
    """Return a generator made from ``random_state``."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(np.iinfo(np.int32).max)
    return np.random.default_rng(random_state)
