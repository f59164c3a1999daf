"""The base class of encodings of numbers."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..base import Component
from .statistics import ColumnStatistics

__all__ = ["Expand", "Learned", "NumericalEncoding"]

Learned = dict[str, np.ndarray]
Expand = Callable[[np.ndarray, np.ndarray], Any]


class NumericalEncoding(Component):
    """How the numbers of a column become one or several inputs of the network.

    First ``z = (x - center) / scale``. Then an encoding can change z, and can compute further
    inputs from it. A missing number gets z = 0, so the center of its column stands for it.

    z is computed in float64 and rounded to the precision of the network. It is computed in float32
    if both the network and X are (X can also hold small integers), if there are no further inputs,
    and if every center is within 16 scales of zero.

    Attributes
    ----------
    takes_sparse : bool
        Whether it can encode sparse X, which is scaled but not centered.
    takes_nan : bool
        Whether it has something in the place of a missing number.
    """

    takes_sparse: ClassVar[bool] = False
    takes_nan: ClassVar[bool] = True

    @abstractmethod
    def learn(self, statistics: ColumnStatistics) -> Learned:
        """Return what is learned from the training rows.

        Parameters
        ----------
        statistics : ColumnStatistics
            Of the columns of numbers.

        Returns
        -------
        dict of str to ndarray
            With ``center`` and ``scale`` of shape (n_columns,).
        """

    def scale_sparse(self, largest: np.ndarray) -> np.ndarray:
        """Return the scales of the columns of sparse X.

        Parameters
        ----------
        largest : ndarray of shape (n_columns,)
            Largest absolute value of each column in training.

        Returns
        -------
        ndarray of shape (n_columns,)
        """
        return np.where(largest > 0, largest, 1.0)

    def n_further(self, learned: Learned) -> int:
        """Return the number of further inputs.

        Parameters
        ----------
        learned : dict of str to ndarray

        Returns
        -------
        int
        """
        return 0

    def bind(self, learned: Learned, dtype: np.dtype) -> Expand:
        """Return ``expand(z, further)``, which may change z and writes the further inputs.

        Parameters
        ----------
        learned : dict of str to ndarray
        dtype : numpy dtype

        Returns
        -------
        callable
            z has shape (n_columns, n_rows), and further has shape (n_further, n_rows).
        """
        return _do_nothing

    def names(self, columns: list[str], learned: Learned) -> list[str]:
        """Return the names of the further inputs.

        Parameters
        ----------
        columns : list of str
            Names of the columns of numbers.
        learned : dict of str to ndarray

        Returns
        -------
        list of str
        """
        return []


def _do_nothing(z: np.ndarray, further: np.ndarray) -> None:
    pass
