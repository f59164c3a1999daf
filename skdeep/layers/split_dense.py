"""The fully connected layer that splits a network into members."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array, issparse

from .base import Parameter, Parameters, Slot, Views
from .dense import Dense, Multiply, Pull, data_product

__all__ = ["SplitDense"]


class SplitDense(Dense):
    """Compute ``y_j = (x ∘ R_j) W + b_j`` for each member j.

    All members get the same ``x`` and share ``W``. A member multiplies each column of ``x`` by its
    own number, ``R_j`` (its adapter), so that members see the data differently [1]_. The outputs of
    the members are side by side in ``y``.

    Parameters
    ----------
    n_units, bias, bias_limit, n_members
        As in :class:`Dense`.
    initializer : Initializer or None, default=None
        Draws the initial ``W``. The initial ``R`` is 1 or -1, at random.

    Notes
    -----
    ``(x ∘ R_j) W = x F_j`` with ``F_j = diag(R_j) W``. Training multiplies the adapters into the
    weights and not into the rows: one product ``x F`` serves all members, and x can be sparse. With
    ``dF = xᵀ dy``: ``dW = Σ_j diag(R_j) dF_j`` and ``dR_j = Σ_units W ∘ dF_j``.

    References
    ----------
    .. [1] Gorishniy, Kotelnikov and Babenko, "TabM: advancing tabular deep learning with
       parameter-efficient ensembling", ICLR 2025, section 3.
    """

    def _weight_shape(self, n_inputs: int) -> tuple[int, ...]:
        return n_inputs, self.n_units

    def parameters(self, n_inputs: int) -> Parameters:
        return {
            **super().parameters(n_inputs),
            "adapter": Parameter((n_inputs, self.n_members)),
        }

    def initialize(self, theta: Views, running: Views, rng: np.random.Generator) -> None:
        super().initialize(theta, running, rng)
        theta["adapter"][...] = rng.choice([-1.0, 1.0], theta["adapter"].shape)

    def weights(self, theta: Views) -> np.ndarray:
        return theta["adapter"].T[:, :, None] * theta["weight"]

    def _bind_product(self, slot: Slot) -> tuple[Multiply, Pull]:
        weight, R = slot.theta["weight"], slot.theta["adapter"]
        dweight, dR = slot.grad["weight"], slot.grad["adapter"]
        dx = None if slot.first else np.empty((slot.n_rows, slot.n_inputs), slot.dtype)
        F, dF = (np.empty((*R.shape, self.n_units), slot.dtype) for _ in range(2))

        def pull(x: Any, dy: np.ndarray) -> np.ndarray | None:
            data_product(x.T, dy, out=_matrix(dF))
            np.matmul(R[:, None], dF, out=dweight[:, None])
            np.matmul(dF, weight[:, :, None], out=dR[:, :, None])
            return dx if dx is None else np.matmul(dy, _matrix(F).T, out=dx)

        return _bind_folded(weight, R, F), pull

    def _bind_multiply(self, slot: Slot) -> Multiply:
        weight, R = slot.theta["weight"], slot.theta["adapter"]
        if slot.n_rows >= self.n_units:
            return _bind_folded(weight, R, np.empty((*R.shape, self.n_units), slot.dtype))
        rows = np.empty((slot.n_rows, self.n_members, slot.n_inputs), slot.dtype)

        def multiply_few_rows(x: Any, y: np.ndarray) -> None:
            """Multiply the adapters into the rows, which are less than the weights."""
            if issparse(x):
                for j, own in enumerate(np.hsplit(y, self.n_members)):
                    own[...] = _scaled(x, R[:, j]) @ weight
                return
            np.multiply(x[:, None], R.T, out=rows)
            np.matmul(rows.reshape(-1, slot.n_inputs), weight, out=y.reshape(-1, self.n_units))

        return multiply_few_rows


def _bind_folded(weight: np.ndarray, R: np.ndarray, F: np.ndarray) -> Multiply:
    """Return the product of x and F, which it computes first."""

    def multiply(x: Any, y: np.ndarray) -> None:
        np.multiply(R[:, :, None], weight[:, None], out=F)
        data_product(x, _matrix(F), out=y)

    return multiply


def _scaled(x: Any, factors: np.ndarray) -> csr_array:
    """Return sparse rows with each column multiplied by a number."""
    return csr_array((x.data * factors[x.indices], x.indices, x.indptr), shape=x.shape)


def _matrix(F: np.ndarray) -> np.ndarray:
    """Return the weights of all members side by side: (n_inputs, n_members · n_units)."""
    return F.reshape(len(F), -1)
