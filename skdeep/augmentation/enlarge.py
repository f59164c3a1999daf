"""Enlarge a data set by augmented copies."""

from numbers import Integral

import numpy as np
from scipy.sparse import issparse

from ..base import Interval, plain

__all__ = ["augment", "make_generator"]

_COPIES = Interval(Integral, 1, None, closed="left")
_ROWS = 1024  # augmented at a time


def augment(X, y, augmenter, copies=1, random_state=None):
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
    if not _COPIES.is_satisfied_by(copies):
        raise ValueError(f"augment: copies must be an int in the range [1, inf). Got {copies!r}.")
    if issparse(X):
        raise TypeError(f"augment: X must be dense. Got {type(X).__name__}. Use X.toarray().")
    X, y = np.asarray(X), np.asarray(y)
    if len(X) != len(y):
        raise ValueError(
            f"augment: X and y must have the same number of rows. Got {len(X)} and {len(y)}."
        )
    augmenter = plain(augmenter)
    rng, parts = make_generator(random_state), [(X, y)]
    for _ in range(copies):
        for start in range(0, len(X), _ROWS):
            rows = slice(start, start + _ROWS)
            parts.append(_augmented(augmenter, X[rows].copy(), y[rows].copy(), rng))
    rows, targets = zip(*parts, strict=True)
    return np.concatenate(rows), np.concatenate(targets)


def make_generator(random_state) -> np.random.Generator:
    """Return a generator made from ``random_state``."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(np.iinfo(np.int32).max)
    return np.random.default_rng(random_state)


def _augmented(augmenter, X, y, rng):
    """Return augmented rows; raise a ``ValueError`` if their shapes have changed."""
    shapes = X.shape, y.shape
    X, y = augmenter(X, y, rng)
    if (np.shape(X), np.shape(y)) != shapes:
        raise ValueError(
            f"augment: the augmenter must keep the shapes {shapes} of X and y. "
            f"Got {(np.shape(X), np.shape(y))} instead."
        )
    return X, y
