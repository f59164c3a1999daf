"""The base class of inputs."""

import copy
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np

from ..layers import Layer
from ..rows import Rows
from .categorical import CategoryEncoding
from .numerical import NumericalEncoding
from .reading import Reader

__all__ = ["Inputs"]


class Inputs(ABC):
    """Encodes rows of X for the network, by what was learned from training rows.

    Attributes
    ----------
    reader : Reader
        Turns the user's X into a matrix of numbers.
    n_features : int
        Number of columns of X.
    n_encoded : int
        Number of inputs of the network.
    """

    reader: Reader
    n_features: int
    n_encoded: int

    @staticmethod
    @abstractmethod
    def measure(reader: Reader, rows: Rows) -> Any:
        """Return the statistics of training rows that ``from_statistics`` needs.

        Parameters
        ----------
        reader : Reader
        rows : Rows
        """

    @staticmethod
    @abstractmethod
    def merge(some: Any, others: Any) -> Any:
        """Return the statistics of two parts of the rows together.

        Parameters
        ----------
        some, others : object
            From ``measure`` or ``merge``.
        """

    @classmethod
    @abstractmethod
    def from_statistics(
        cls, reader: Reader, measured: Any, encoding: NumericalEncoding, category: CategoryEncoding
    ) -> Self:
        """Return the inputs for the rows of which the statistics are.

        Parameters
        ----------
        reader : Reader
        measured : object
            From ``measure`` or ``merge``.
        encoding : NumericalEncoding
        category : CategoryEncoding
        """

    @classmethod
    def learn(
        cls, reader: Reader, rows: Rows, encoding: NumericalEncoding, category: CategoryEncoding
    ) -> Self:
        """Return the inputs for training rows.

        Parameters
        ----------
        reader : Reader
        rows : Rows
        encoding : NumericalEncoding
        category : CategoryEncoding
        """
        return cls.from_statistics(reader, cls.measure(reader, rows), encoding, category)

    @abstractmethod
    def buffer(self, X: Any, n_rows: int, dtype: np.dtype, gathers: bool) -> Any:
        """Return what ``encode`` writes to, or None if it needs nothing.

        Parameters
        ----------
        X : ndarray, CSR matrix or Blocks of shape (n_samples, n_features)
        n_rows : int
            Largest number of rows to encode at once.
        dtype : numpy dtype
        gathers : bool
            Whether rows will be given by an array of indices, not by a slice.
        """

    @abstractmethod
    def encode(self, X: Any, rows: slice | np.ndarray, dtype: np.dtype, buffer: Any = None) -> Any:
        """Return rows of X for the network.

        Parameters
        ----------
        X : ndarray, CSR matrix or Blocks of shape (n_samples, n_features)
            As the reader returns it.
        rows : slice or ndarray of int
        dtype : numpy dtype
        buffer : object, default=None
            From ``buffer``. None creates new arrays where they are needed.

        Returns
        -------
        ndarray or CSR matrix of shape (n_rows, n_encoded)

        Raises
        ------
        ValueError
            If a value is too large for ``dtype``.
        """

    @property
    def numerical_encoding(self) -> NumericalEncoding | None:
        """The encoding of numbers, or None if they are used as they are."""
        return None

    @property
    def takes_nan(self) -> bool:
        """Whether a missing number is encoded."""
        return False

    @property
    def is_encoding(self) -> bool:
        """Whether X is changed, and so may have any dtype."""
        return True

    def of_read_rows(self) -> Self:
        """Return the same inputs for rows that the reader has already read."""
        inputs = copy.copy(self)
        inputs.reader = self.reader.of_codes()
        return inputs

    def layers(self) -> list[Layer]:
        """Return the layers that belong to the inputs, before those of the plan."""
        return []

    @abstractmethod
    def names(self, features: list[str]) -> list[str]:
        """Return the name of each input of the first dense layer.

        Parameters
        ----------
        features : list of str
            Names of the columns of X.
        """

    def categories_of(self, features: list[str]) -> dict[str, list]:
        """Return the categories of each categorical column, without "other", by its name.

        Parameters
        ----------
        features : list of str
            Names of the columns of X.
        """
        return {}

    def embeddings(
        self, features: list[str], tables: list[np.ndarray]
    ) -> dict[str, dict[Any, np.ndarray]]:
        """Return the learned vector of each category, by column and label.

        Parameters
        ----------
        features : list of str
            Names of the columns of X.
        tables : list of ndarray
            The vectors that the layers of ``layers`` have learned.
        """
        return {}

    @abstractmethod
    def to_plain(self) -> dict[str, Any]:
        """Return what was learned as plain values and arrays."""

    @classmethod
    @abstractmethod
    def from_plain(cls, values: dict[str, Any]) -> Self:
        """Return the inputs for the values from ``to_plain``."""
