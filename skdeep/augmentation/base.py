"""The base class of augmenters."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import issparse

from ..base import Component

__all__ = ["Augment", "Augmenter", "augmented", "dense"]


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

    def __call__(
        self, X: np.ndarray, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
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


Augment = Callable[[Any, Any, np.random.Generator], tuple[Any, Any]]


def augmented(
    augmenter: Augment, X: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and targets as an augmenter or a function changes copies of them."""
    shapes = X.shape, y.shape
    changed = augmenter(X.copy(), y.copy(), rng)
    if not isinstance(changed, tuple | list) or len(changed) != 2:
        raise ValueError(f"An augmenter must return (X, y). Got {changed!r} instead.")
    X, y = map(np.asarray, changed)
    if (X.shape, y.shape) != shapes:
        raise ValueError(
            f"An augmenter must keep the shapes {shapes} of X and y. Got {(X.shape, y.shape)} "
            "instead."
        )
    return X, y


def dense(who: str, X: Any) -> np.ndarray:
    """Return X as an array; raise a ``TypeError`` if it is sparse."""
    if issparse(X):
        raise TypeError(
            f"{who}: X must be dense. Got {type(X).__name__} of shape {X.shape}. Use X.toarray()."
        )
    return np.asarray(X)
