"""What an augmenter is."""

import numpy as np
from scipy.sparse import issparse

from ..base import Component

__all__ = ["Augmenter", "dense"]


class Augmenter(Component):
    """A random change of some rows and their targets. Subclasses implement ``__call__``.

    Give one to an estimator as ``augment``, and every training mini-batch passes through
    it; validation and prediction never do. A plain function of the same signature can stand
    in its place.

    Notes
    -----
    Randomness comes from the generator alone, so that a seed fixes the training. What is
    given is never overwritten, and a dense floating-point X comes back with its shape and
    dtype.
    """

    def __call__(self, X, y, rng: np.random.Generator):
        """Change some rows.

        Parameters
        ----------
        X : ndarray of shape (n_rows, ...)
        y : ndarray of shape (n_rows, ...)
            Targets. In a training, of shape (n_rows, n_outputs): class probabilities, 0 or
            1 for each label, or (standardized) numbers.
        rng : numpy.random.Generator

        Returns
        -------
        X : ndarray of shape (n_rows, ...)
        y : ndarray of shape (n_rows, ...)
        """
        raise NotImplementedError


def dense(augmenter: Augmenter, X) -> np.ndarray:
    """Return X as an array; refuse sparse rows."""
    name = type(augmenter).__name__
    if issparse(X):
        raise TypeError(
            f"{name} changes every number of a row, so X must be dense. Got {type(X).__name__} of "
            f"shape {X.shape}. Use X.toarray(), or train without {name}."
        )
    return np.asarray(X)
