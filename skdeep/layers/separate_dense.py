"""The fully connected layer in which each member has its own weights."""

import numpy as np

from .base import Backward, Forward, Slot
from .dense import Dense

__all__ = ["SeparateDense"]


class SeparateDense(Dense):
    """Compute ``y_j = x_j W_j + b_j`` for each member j.

    The inputs of the members are side by side in ``x``, and their outputs in ``y``.

    Parameters
    ----------
    n_units : int
        Number of units of each member, at least 1.
    bias : bool, default=True
        Whether to add ``b``.
    initializer : Initializer or None, default=None
        Draws the initial ``W_j``, one after the other.
    bias_limit : float, default=0.0
        The initial ``b`` is uniform on ``±bias_limit``, in [0, inf).
    n_members : int, default=1
        Number of members, at least 1.

    Notes
    -----
    ``dW_j = x_jᵀ dy_j``, ``db = Σ_rows dy``, ``dx_j = dy_j W_jᵀ``.
    """

    def weight_shape(self, n_inputs: int) -> tuple[int, ...]:
        return self.n_members, n_inputs // self.n_members, self.n_units

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        weight, dweight, dbias = slot.theta["weight"], slot.grad["weight"], slot.grad.get("bias")
        dx = np.empty((slot.n_rows, slot.n_inputs), slot.dtype)
        ones, k = np.ones(slot.n_rows, slot.dtype), self.n_members
        affine = self.bind_prediction(slot)
        x: np.ndarray

        def forward(x_: np.ndarray) -> np.ndarray:
            nonlocal x
            x = x_
            return affine(x)

        def backward(dy: np.ndarray) -> np.ndarray:
            d = _by_member(dy, k)
            np.matmul(_by_member(x, k).transpose(0, 2, 1), d, out=dweight)
            if dbias is not None:
                np.matmul(ones, dy, out=dbias)
            np.matmul(d, weight.transpose(0, 2, 1), out=_by_member(dx, k))
            return dx

        return forward, backward

    def bind_prediction(self, slot: Slot) -> Forward:
        weight, bias, k = slot.theta["weight"], slot.theta.get("bias"), self.n_members
        y = np.empty((slot.n_rows, self.n_outputs(slot.n_inputs)), slot.dtype)

        def forward(x: np.ndarray) -> np.ndarray:
            np.matmul(_by_member(x, k), weight, out=_by_member(y, k))
            return y if bias is None else np.add(y, bias, out=y)

        return forward


def _by_member(x: np.ndarray, n_members: int) -> np.ndarray:
    """Return a view of shape (n_members, n_rows, n)."""
    return x.reshape(len(x), n_members, -1).transpose(1, 0, 2)
