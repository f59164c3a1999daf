"""The fully connected layer."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import issparse

from ..base import Interval
from ..initializers import Initializer
from .base import Layer

__all__ = ["Dense"]


class Dense(Layer):
    """Compute ``y = x W + b``.

    Parameters
    ----------
    n_units : int
        Number of columns of ``y``, at least 1.
    bias : bool, default=True
        Whether there is a ``b``. A layer under batch norm has none: the
        normalization would take it away again.
    initializer : Initializer or None, default=None
        Draws the first ``W``. None for a layer whose numbers are restored from elsewhere.
    bias_limit : float, default=0.0
        In [0, inf); the first ``b`` is uniform on ± this.

    Notes
    -----
    ``dW = xᵀ dy``, ``db = Σ_rows dy``, ``dx = dy Wᵀ``.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_units": [Interval(Integral, 1, None, closed="left")],
        "bias": ["boolean"],
        "initializer": [Initializer, None],
        "bias_limit": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(self, n_units, bias=True, initializer=None, bias_limit=0.0):
        self.n_units = n_units
        self.bias = bias
        self.initializer = initializer
        self.bias_limit = bias_limit

    def to_plain(self):
        return "Dense", {"n_units": self.n_units, "bias": self.bias}

    def n_outputs(self, n_inputs):
        return self.n_units

    def parameters(self, n_inputs):
        shapes = {"weight": (n_inputs, self.n_units)}
        if self.bias:
            shapes["bias"] = (self.n_units,)
        return shapes

    def initialize(self, theta, running, rng):
        weight = theta["weight"]
        weight[...] = self.initializer.draw(rng, weight.shape)
        if self.bias:
            limit = self.bias_limit
            theta["bias"][...] = rng.uniform(-limit, limit, self.n_units) if limit else 0

    def bind(self, slot):
        weight, dweight = slot.theta["weight"], slot.grad["weight"]
        bias, dbias = slot.theta.get("bias"), slot.grad.get("bias")
        y = slot.buffer(self.n_units)
        dx = None if slot.first else slot.buffer()
        ones = np.ones(slot.n_rows, slot.dtype)
        product = _product if slot.first else np.matmul
        x = None

        def forward(x_):
            nonlocal x
            x = x_
            product(x, weight, out=y)
            if bias is not None:
                np.add(y, bias, out=y)
            return y

        def backward(dy):
            product(x.T, dy, out=dweight)
            if dbias is not None:
                np.matmul(ones, dy, out=dbias)
            return dx if dx is None else np.matmul(dy, weight.T, out=dx)

        return forward, backward


def _product(a, b, out):
    """Multiply matrices, the first of which may be sparse."""
    if issparse(a):
        out[...] = a @ b
        return out
    return np.matmul(a, b, out=out)
