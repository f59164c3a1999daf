"""An enlarged data set, for those who want one."""

from numbers import Integral

import numpy as np
from scipy.sparse import issparse

from ..base import Interval, plain

__all__ = ["augment", "make_generator"]

_COPIES = Interval(Integral, 1, None, closed="left")
_ROWS = 1024  # augmented at a time


def augment(X, y, augmenter, copies=1, random_state=None):
    """Enlarge a data set by augmented copies.

    Made once, these copies are seen again in each epoch, and take memory. An estimator's
    ``augment`` hyperparameter makes new ones for every mini-batch instead, and is the better
    choice where it can be had.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
    y : array-like of shape (n_samples, ...)
        Labels or targets.
    augmenter : Augmenter or callable
        ``(X, y, rng) -> (X, y)``. It sees at most 1,024 rows at a time.
    copies : int, default=1
        Augmented copies of each row, in [1, inf).
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None, default=None

    Returns
    -------
    X : ndarray of shape ((1 + copies) * n_samples, ...)
        The rows as they were, then the copies, each in the order of the rows.
    y : ndarray of shape ((1 + copies) * n_samples, ...)
        Their targets.

    Raises
    ------
    TypeError
        If X is sparse.
    ValueError
        For bad hyperparameters, for an augmenter that changes the shape of X or y, and for
        ``Mixup`` on labels, which cannot be mixed.

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
        raise ValueError(f"augment: X has {len(X)} rows and y {len(y)}; they must be as many.")
    augmenter = plain(augmenter)
    rng, parts = make_generator(random_state), [(X, y)]
    for _ in range(copies):
        for start in range(0, len(X), _ROWS):
            rows = slice(start, start + _ROWS)
            parts.append(_augmented(augmenter, X[rows].copy(), y[rows].copy(), rng))
    rows, targets = zip(*parts, strict=True)
    return np.concatenate(rows), np.concatenate(targets)


def make_generator(random_state) -> np.random.Generator:
    """Return the generator that ``random_state`` stands for."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(np.iinfo(np.int32).max)
    return np.random.default_rng(random_state)


def _augmented(augmenter, X, y, rng):
    """Return augmented rows, which must have kept their shapes."""
    shapes = X.shape, y.shape
    X, y = augmenter(X, y, rng)
    if (np.shape(X), np.shape(y)) != shapes:
        raise ValueError(
            f"augment: the augmenter must keep the shapes {shapes} of X and y. "
            f"Got {(np.shape(X), np.shape(y))} instead."
        )
    return X, y
