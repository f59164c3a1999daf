"""The fully connected layer in which each member has its own weights."""

import numpy as np

from .base import Slot
from .dense import Dense, Multiply, Pull, product_of_width

__all__ = ["SeparateDense"]


class SeparateDense(Dense):
    """Compute ``y_j = x_j W_j + b_j`` for each member j.

    The inputs of the members are side by side in ``x``, and their outputs in ``y``.

    Parameters
    ----------
    n_units, bias, bias_limit, n_members
        As in :class:`Dense`.
    initializer : Initializer or None, default=None
        Draws the initial ``W_j``, one after the other.

    Notes
    -----
    ``dW_j = x_jᵀ dy_j``, ``db = Σ_rows dy``, ``dx_j = dy_j W_jᵀ``.
    """

    def _weight_shape(self, n_inputs: int) -> tuple[int, ...]:
        return self.n_members, n_inputs // self.n_members, self.n_units

    def _bind_product(self, slot: Slot) -> tuple[Multiply, Pull]:
        weight, dweight, k = slot.theta["weight"], slot.grad["weight"], self.n_members
        dx = np.empty((slot.n_rows, slot.n_inputs), slot.dtype)
        times = product_of_width(self.n_units)

        def pull(x: np.ndarray, dy: np.ndarray) -> np.ndarray:
            d = _by_member(dy, k)
            np.matmul(_by_member(x, k).transpose(0, 2, 1), d, out=dweight)
            times(d, weight.transpose(0, 2, 1), out=_by_member(dx, k))
            return dx

        return self._bind_multiply(slot), pull

    def _bind_multiply(self, slot: Slot) -> Multiply:
        weight, k = slot.theta["weight"], self.n_members

        def multiply(x: np.ndarray, y: np.ndarray) -> None:
            np.matmul(_by_member(x, k), weight, out=_by_member(y, k))

        return multiply


def _by_member(x: np.ndarray, n_members: int) -> np.ndarray:
    """Return a view of shape (n_members, n_rows, n)."""
    return x.reshape(len(x), n_members, -1).transpose(1, 0, 2)
