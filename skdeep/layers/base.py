"""What a layer is: hyperparameters that bind to memory and return forward and backward."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..base import Component

__all__ = ["Forward", "Layer", "Shapes", "Slot"]

Forward = Callable[[np.ndarray], np.ndarray]
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Slot:
    """A layer's place in a network: the arrays that it reads and writes while bound.

    Attributes
    ----------
    n_rows, n_inputs : int
        Shape of the input ``x``.
    theta, grad, running : dict of str to ndarray
        The layer's views of the network's three vectors, by name.
    share : ndarray of shape (n_rows,)
        Each row's share of the batch; sums to one. Refilled before each step when
        the rows are ``weighted``, else ``1 / n_rows``.
    weighted : bool
        Whether the shares differ from row to row.
    rng : numpy.random.Generator or None
        Source of the layer's noise.
    first : bool
        Whether the layer's input is the data, which needs no gradient.
    """

    n_rows: int
    n_inputs: int
    dtype: np.dtype
    theta: dict[str, np.ndarray]
    grad: dict[str, np.ndarray]
    running: dict[str, np.ndarray]
    share: np.ndarray
    weighted: bool
    rng: np.random.Generator | None
    first: bool

    def buffer(self, n_columns: int | None = None, dtype=None) -> np.ndarray:
        """Return an empty array of as many rows as the input.

        Parameters
        ----------
        n_columns : int, default=None
            None is the number of the input's columns.
        dtype : numpy dtype, default=None
            None is the network's.

        Returns
        -------
        ndarray of shape (n_rows, n_columns)
        """
        columns = self.n_inputs if n_columns is None else n_columns
        return np.empty((self.n_rows, columns), self.dtype if dtype is None else dtype)


class Layer(Component):
    """One layer: shapes of its numbers, their first values, and two bound closures.

    ``bind`` returns ``forward(x) -> y`` and ``backward(dy) -> dx``. Both may overwrite
    their argument; a network begins with ``Dense``, which leaves the data alone.
    ``backward`` writes the gradients of the layer's parameters into ``slot.grad``.
    """

    def to_plain(self) -> tuple[str, dict]:
        """Return what is needed to predict, as plain values.

        Returns
        -------
        (str, dict)
            The class's name and its hyperparameters.
        """
        return type(self).__name__, self.get_params(deep=False)

    def n_outputs(self, n_inputs: int) -> int:
        """Return the number of columns of ``y``.

        Parameters
        ----------
        n_inputs : int
            Number of columns of ``x``.

        Returns
        -------
        int
        """
        return n_inputs

    def parameters(self, n_inputs: int) -> Shapes:
        """Return the shapes of the learned arrays. Matrices are weights, which penalties reach.

        Parameters
        ----------
        n_inputs : int
            Number of columns of ``x``.

        Returns
        -------
        dict of str to tuple of int
        """
        return {}

    def statistics(self, n_inputs: int) -> Shapes:
        """Return the shapes of the running statistics.

        Parameters
        ----------
        n_inputs : int
            Number of columns of ``x``.

        Returns
        -------
        dict of str to tuple of int
        """
        return {}

    def initialize(self, theta: dict, running: dict, rng: np.random.Generator) -> None:
        """Write the first values of parameters and statistics.

        Parameters
        ----------
        theta, running : dict of str to ndarray
            The layer's views, to be filled in place.
        rng : numpy.random.Generator
        """

    def bind(self, slot: Slot) -> tuple[Forward, Forward]:
        """Return ``forward`` and ``backward`` for training on ``slot.n_rows`` rows.

        Parameters
        ----------
        slot : Slot
            The layer's place in a network.

        Returns
        -------
        (callable, callable)
            ``forward(x) -> y`` and ``backward(dy) -> dx``.
        """
        raise NotImplementedError

    def bind_prediction(self, slot: Slot) -> Forward:
        """Return ``forward`` for prediction, which changes nothing.

        Parameters
        ----------
        slot : Slot
            The layer's place in a network.

        Returns
        -------
        callable
            ``forward(x) -> y``.
        """
        return self.bind(slot)[0]
