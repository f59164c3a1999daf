"""The fully connected layer."""

from collections.abc import Callable
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
        Whether to add ``b``. A layer before batch norm needs no bias, because the
        normalization would remove it.
    initializer : Initializer or None, default=None
        Draws the initial ``W``. None for a layer whose weights are loaded.
    bias_limit : float, default=0.0
        The initial ``b`` is uniform on ``±bias_limit``, in [0, inf).

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
                f"{self!r}: initializer=None cannot draw the initial weights. "
                "Give an initializer, such as VarianceScaling()."
            )
        weight = theta["weight"]
        weight[...] = self.initializer.draw(rng, weight.shape)
        if self.bias:
            limit = self.bias_limit
            theta["bias"][...] = rng.uniform(-limit, limit, self.n_units) if limit else 0

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        weight, dweight, dbias = slot.theta["weight"], slot.grad["weight"], slot.grad.get("bias")
        dx = None if slot.first else np.empty((slot.n_rows, slot.n_inputs), slot.dtype)
        ones = np.ones(slot.n_rows, slot.dtype)
        product, affine = _product_for(slot), self.bind_prediction(slot)
        x: np.ndarray

        def forward(x_: np.ndarray) -> np.ndarray:
            nonlocal x
            x = x_
            return affine(x)

        def backward(dy: np.ndarray) -> np.ndarray | None:
            product(x.T, dy, out=dweight)
            if dbias is not None:
                np.matmul(ones, dy, out=dbias)
            return dx if dx is None else np.matmul(dy, weight.T, out=dx)

        return forward, backward

    def bind_prediction(self, slot: Slot) -> Forward:
        weight, bias = slot.theta["weight"], slot.theta.get("bias")
        y = np.empty((slot.n_rows, self.n_units), slot.dtype)
        product = _product_for(slot)

        def forward(x: np.ndarray) -> np.ndarray:
            product(x, weight, out=y)
            return y if bias is None else np.add(y, bias, out=y)

        return forward


def _product_for(slot: Slot) -> Callable[..., np.ndarray]:
    """Return the product of matrices; only the data may be sparse."""
    return _product if slot.first else np.matmul


def _product(a: Any, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Multiply matrices. The first can be sparse."""
    if issparse(a):
        out[...] = a @ b
        return out
    return np.matmul(a, b, out=out)
