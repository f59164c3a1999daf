"""Learned vectors in the place of categories."""

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csc_array

from ..base import Interval
from .base import Backward, Forward, Layer, Parameter, Parameters, Slot, Views

__all__ = ["Embed"]

_INITIAL_DEVIATION = 0.3


class Embed(Layer):
    """Replace each of the last columns by a learned vector: ``y = [x_1, ..., e_c(x_c), ...]``.

    The last columns of x are the places of categories, as whole numbers. A column of n
    categories has the places 0 to n - 1. Any other whole number is the category "other",
    whose vector starts at zero.

    Parameters
    ----------
    sizes : list of int
        Number of categories of each of the last columns.
    n_dims : int
        Length of a vector, at least 1.

    Notes
    -----
    ``de_c(k) = Σ_{rows with x_c = k} dy``. All vectors are rows of one matrix, ``vectors``.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "sizes": [list],
        "n_dims": [Interval(Integral, 1, None, closed="left")],
    }

    overwrites_input = False

    def __init__(self, sizes: list[int], n_dims: int) -> None:
        self.sizes = sizes
        self.n_dims = n_dims

    @property
    def starts(self) -> list[int]:
        """The row of ``vectors`` at which each column begins, and the number of rows."""
        return np.cumsum([0, *(n + 1 for n in self.sizes)]).tolist()

    @property
    def label(self) -> str:
        return f"embed({', '.join(map(str, self.sizes))})"

    def n_outputs(self, n_inputs: int) -> int:
        return n_inputs + len(self.sizes) * (self.n_dims - 1)

    def parameters(self, n_inputs: int) -> Parameters:
        return {"vectors": Parameter((self.starts[-1], self.n_dims), penalized=True)}

    def initialize(self, theta: Views, running: Views, rng: np.random.Generator) -> None:
        vectors = theta["vectors"]
        vectors[...] = rng.normal(scale=_INITIAL_DEVIATION, size=vectors.shape)
        vectors[np.array(self.starts[1:]) - 1] = 0

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        n_rows, c, dvectors = slot.n_rows, len(self.sizes), slot.grad["vectors"]
        ones, ends = np.ones(n_rows * c, slot.dtype), np.arange(n_rows * c + 1)
        dx = None if slot.first else np.zeros((n_rows, slot.n_inputs), slot.dtype)
        embed, m = self._bind(slot), slot.n_inputs - c
        places: np.ndarray

        def forward(x: np.ndarray) -> np.ndarray:
            nonlocal places
            y, places = embed(x)
            return y

        def backward(dy: np.ndarray) -> np.ndarray | None:
            # the column i of this matrix has a 1 in the row of ``vectors`` that i used
            used = csc_array((ones, places, ends), shape=(len(dvectors), n_rows * c))
            dvectors[...] = used @ dy[:, m:].reshape(n_rows * c, -1)
            if dx is not None:
                dx[:, :m] = dy[:, :m]
            return dx

        return forward, backward

    def bind_prediction(self, slot: Slot) -> Forward:
        embed = self._bind(slot)
        return lambda x: embed(x)[0]

    def _bind(self, slot: Slot) -> Any:
        """Return ``x -> (y, places)``, with the used row of ``vectors`` for each place."""
        vectors, c = slot.theta["vectors"], len(self.sizes)
        m, start = slot.n_inputs - c, np.array(self.starts[:-1])
        other = np.array(self.sizes, dtype=np.uintp)
        y = np.empty((slot.n_rows, m + c * self.n_dims), slot.dtype)
        embedded = y[:, m:].reshape(slot.n_rows, c, self.n_dims)

        def embed(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            places = np.minimum(x[:, m:].astype(np.intp).view(np.uintp), other).view(np.intp)
            places = (places + start).ravel()
            y[:, :m] = x[:, :m]
            embedded[...] = vectors[places].reshape(embedded.shape)
            return y, places

        return embed
