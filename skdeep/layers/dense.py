"""The fully connected layer."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import issparse

from ..base import Interval
from ..initializers import Initializer
from .base import Backward, Forward, Layer, Parameter, Parameters, Slot, Views

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

    overwrites_input = False
    starts_layer = True

    def __init__(
        self,
        n_units: int,
        bias: bool = True,
        initializer: Initializer | None = None,
        bias_limit: float = 0.0,
    ) -> None:
        self.n_units = n_units
        self.bias = bias
        self.initializer = initializer
        self.bias_limit = bias_limit

    @property
    def label(self) -> str:
        return f"-> {self.n_units}"

    def to_plain(self) -> dict[str, Any]:
        return {"n_units": self.n_units, "bias": self.bias}

    def n_outputs(self, n_inputs: int) -> int:
        return self.n_units

    def parameters(self, n_inputs: int) -> Parameters:
        parameters = {"weight": Parameter((n_inputs, self.n_units), penalized=True)}
        if self.bias:
            parameters["bias"] = Parameter((self.n_units,))
        return parameters

    def initialize(self, theta: Views, running: Views, rng: np.random.Generator) -> None:
        if self.initializer is None:
            raise ValueError(
                f"{self!r}: initializer=None cannot draw the first weights. "
                "Give an initializer, such as VarianceScaling()."
            )
        weight = theta["weight"]
        weight[...] = self.initializer.draw(rng, weight.shape)
        if self.bias:
            limit = self.bias_limit
            theta["bias"][...] = rng.uniform(-limit, limit, self.n_units) if limit else 0

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        weight, dweight = slot.theta["weight"], slot.grad["weight"]
        bias, dbias = slot.theta.get("bias"), slot.grad.get("bias")
        y = slot.buffer(self.n_units)
        dx = None if slot.first else slot.buffer()
        ones = np.ones(slot.n_rows, slot.dtype)
        product = _product if slot.first else np.matmul
        x: np.ndarray

        def forward(x_: np.ndarray) -> np.ndarray:
            nonlocal x
            x = x_
            product(x, weight, out=y)
            if bias is not None:
                np.add(y, bias, out=y)
            return y

        def backward(dy: np.ndarray) -> np.ndarray | None:
            product(x.T, dy, out=dweight)
            if dbias is not None:
                np.matmul(ones, dy, out=dbias)
            return dx if dx is None else np.matmul(dy, weight.T, out=dx)

        return forward, backward


def _product(a: Any, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Multiply matrices, the first of which may be sparse."""
    if issparse(a):
        out[...] = a @ b
        return out
    return np.matmul(a, b, out=out)
