"""The fully connected layer that splits a network into members."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array, issparse

from .base import Backward, Forward, Parameter, Parameters, Slot, Views
from .dense import Dense, data_product

__all__ = ["SplitDense"]


class SplitDense(Dense):
    """Compute ``y_j = (x ∘ R_j) W + b_j`` for each member j.

    All members get the same ``x`` and share ``W``. A member multiplies each column of ``x`` by its
    own number, ``R_j`` (its adapter), so that members see the data differently [1]_. The outputs of
    the members are side by side in ``y``.

    Parameters
    ----------
    n_units : int
        Number of units of each member, at least 1.
    bias : bool, default=True
        Whether to add ``b``.
    initializer : Initializer or None, default=None
        Draws the initial ``W``. The initial ``R`` is 1 or -1, at random.
    bias_limit : float, default=0.0
        The initial ``b`` is uniform on ``±bias_limit``, in [0, inf).
    n_members : int, default=1
        Number of members, at least 1.

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

    def weight_shape(self, n_inputs: int) -> tuple[int, ...]:
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

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        weight, R = slot.theta["weight"], slot.theta["adapter"]
        dweight, dR, dbias = slot.grad["weight"], slot.grad["adapter"], slot.grad.get("bias")
        dx = None if slot.first else np.empty((slot.n_rows, slot.n_inputs), slot.dtype)
        ones = np.ones(slot.n_rows, slot.dtype)
        F, dF = (np.empty((*R.shape, self.n_units), slot.dtype) for _ in range(2))
        affine = self._bind_affine(slot, F)
        x: Any

        def forward(x_: Any) -> np.ndarray:
            nonlocal x
            x = x_
            return affine(x)

        def backward(dy: np.ndarray) -> np.ndarray | None:
            data_product(x.T, dy, out=_matrix(dF))
            np.matmul(R[:, None], dF, out=dweight[:, None])
            np.matmul(dF, weight[:, :, None], out=dR[:, :, None])
            if dbias is not None:
                np.matmul(ones, dy, out=dbias)
            return dx if dx is None else np.matmul(dy, _matrix(F).T, out=dx)

        return forward, backward

    def bind_prediction(self, slot: Slot) -> Forward:
        if slot.n_rows < self.n_units:
            return self._bind_few_rows(slot)
        F = np.empty((slot.n_inputs, self.n_members, self.n_units), slot.dtype)
        return self._bind_affine(slot, F)

    def _bind_few_rows(self, slot: Slot) -> Forward:
        """Return ``x -> y``, with the adapters multiplied into the rows."""
        weight, R, bias = slot.theta["weight"], slot.theta["adapter"], slot.theta.get("bias")
        rows = np.empty((slot.n_rows, self.n_members, slot.n_inputs), slot.dtype)
        y = np.empty((slot.n_rows, self.n_outputs(slot.n_inputs)), slot.dtype)

        def forward(x: Any) -> np.ndarray:
            if issparse(x):
                for j, own in enumerate(np.hsplit(y, self.n_members)):
                    own[...] = _scaled(x, R[:, j]) @ weight
                return y if bias is None else np.add(y, bias, out=y)
            np.multiply(x[:, None], R.T, out=rows)
            np.matmul(rows.reshape(-1, slot.n_inputs), weight, out=y.reshape(-1, self.n_units))
            return y if bias is None else np.add(y, bias, out=y)

        return forward

    def _bind_affine(self, slot: Slot, F: np.ndarray) -> Forward:
        """Return ``x -> x F + b``, which writes to F."""
        weight, R, bias = slot.theta["weight"], slot.theta["adapter"], slot.theta.get("bias")
        y = np.empty((slot.n_rows, self.n_outputs(slot.n_inputs)), slot.dtype)

        def forward(x: Any) -> np.ndarray:
            np.multiply(R[:, :, None], weight[:, None], out=F)
            data_product(x, _matrix(F), out=y)
            return y if bias is None else np.add(y, bias, out=y)

        return forward


def _scaled(x: Any, factors: np.ndarray) -> csr_array:
    """Return sparse rows with each column multiplied by a number."""
    return csr_array((x.data * factors[x.indices], x.indices, x.indptr), shape=x.shape)


def _matrix(F: np.ndarray) -> np.ndarray:
    """Return the weights of all members side by side: (n_inputs, n_members · n_units)."""
    return F.reshape(len(F), -1)
