"""The base class of augmenters."""

import numpy as np
from scipy.sparse import issparse

from ..base import Component

__all__ = ["Augmenter", "dense"]


class Augmenter(Component):
    """A random change of rows and their targets. Subclasses implement ``__call__``.

    Pass an augmenter to an estimator as ``augment``. It is applied to every training
    mini-batch, but not to validation data and not in prediction. A function with the same
    signature can be used instead.

    Notes
    -----
    All randomness comes from ``rng``, so that a seed makes the training reproducible. The
    inputs are never overwritten. For a dense floating-point X, the result has the same shape
    and dtype.
    """

    def __call__(self, X, y, rng: np.random.Generator):
        """Change rows and their targets at random.

        Parameters
        ----------
        X : ndarray of shape (n_rows, ...)
        y : ndarray of shape (n_rows, ...)
            Targets. During training, the shape is (n_rows, n_outputs). They are class
            probabilities, 0 or 1 for each label, or (standardized) numbers.
        rng : numpy.random.Generator

        Returns
        -------
        X : ndarray of shape (n_rows, ...)
        y : ndarray of shape (n_rows, ...)
        """
        raise NotImplementedError


def dense(augmenter: Augmenter, X) -> np.ndarray:
    """Return X as an array; raise a ``TypeError`` if it is sparse."""
    name = type(augmenter).__name__
    if issparse(X):
        raise TypeError(
            f"{name} changes every number of a row, so X must be dense. Got {type(X).__name__} of "
            f"shape {X.shape}. Use X.toarray(), or train without {name}."
        )
    return np.asarray(X)
