"""Encodings of categories: one input for each category, or a learned vector."""

from abc import abstractmethod
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import numpy as np

from ..base import Component, Interval

__all__ = ["Category", "CategoryEncoding", "Embedding", "OneHot"]


@dataclass(frozen=True)
class Category:
    """What was learned of a column of categories.

    Attributes
    ----------
    column : int
        Its number in X.
    values : ndarray of shape (n_categories,)
        The categories with a place of their own, sorted, as numbers. Every other value, and a
        missing one, is the category "other".
    has_other : bool
        Whether a training row was "other".
    n_dims : int
        Length of the vector of a category; 0 for one input for each category.
    """

    column: int
    values: np.ndarray
    has_other: bool
    n_dims: int

    @property
    def width(self) -> int:
        """Number of inputs, if there is one for each category."""
        return len(self.values) + self.has_other

    def places(self, x: np.ndarray) -> np.ndarray:
        """Return the place of each number in ``values``, and ``len(values)`` for "other"."""
        if not len(self.values):
            return np.zeros(len(x), dtype=int)
        place = np.searchsorted(self.values, x)
        found = self.values[np.minimum(place, len(self.values) - 1)] == x
        return np.where(found, place, len(self.values))


class CategoryEncoding(Component):
    """How the categories of a column become inputs of the network.

    Unknown categories and missing values count as one further category, "other". If no training
    row has it, its inputs are zeros.
    """

    @abstractmethod
    def learn(
        self, column: int, values: np.ndarray, weights: np.ndarray, has_missing: bool
    ) -> Category:
        """Return what is learned of a column.

        Parameters
        ----------
        column : int
            Its number in X.
        values : ndarray of shape (n_categories,)
            The categories in the training rows, sorted.
        weights : ndarray of shape (n_categories,)
            Sum of the weights of the rows of each category.
        has_missing : bool
            Whether a training row has a missing value.

        Returns
        -------
        Category
        """


class OneHot(CategoryEncoding):
    """One input for each category: 1 for the category of the row, 0 for the others.

    Parameters
    ----------
    max_categories : int or None, default=None
        Largest number of inputs of a column, at least 2. The rarest categories become "other".
        None has no limit.

    Examples
    --------
    >>> from skdeep import DeepClassifier, OneHot
    >>> model = DeepClassifier(category_encoding=OneHot(max_categories=20))
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "max_categories": [Interval(Integral, 2, None, closed="left"), None],
    }

    def __init__(self, max_categories: int | None = None) -> None:
        self.max_categories = max_categories

    def learn(
        self, column: int, values: np.ndarray, weights: np.ndarray, has_missing: bool
    ) -> Category:
        limit = self.max_categories
        if limit is None or len(values) + has_missing <= limit:
            return Category(column, values, has_missing, 0)
        frequent = np.sort(np.argsort(-weights, kind="stable")[: limit - 1])
        return Category(column, values[frequent], True, 0)


class Embedding(CategoryEncoding):
    """A learned vector for each category.

    The vectors are the weights of the network's first layer. They start at random, that of
    "other" at zero. ``embeddings_`` of a fitted estimator has them by category.

    Parameters
    ----------
    n_dims : int, default=8
        Length of a vector, at least 1.
    max_one_hot : int, default=0
        A column of up to this number of categories is encoded as by :class:`OneHot`, in [0, inf).

    Examples
    --------
    >>> from skdeep import DeepClassifier, Embedding
    >>> model = DeepClassifier(category_encoding=Embedding(n_dims=4))
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_dims": [Interval(Integral, 1, None, closed="left")],
        "max_one_hot": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(self, n_dims: int = 8, max_one_hot: int = 0) -> None:
        self.n_dims = n_dims
        self.max_one_hot = max_one_hot

    def learn(
        self, column: int, values: np.ndarray, weights: np.ndarray, has_missing: bool
    ) -> Category:
        n_dims = 0 if len(values) <= self.max_one_hot else self.n_dims
        return Category(column, values, has_missing, n_dims)
