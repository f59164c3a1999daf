"""The fully connected layer."""

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from ..base import Interval
from ..initializers import Initializer
from .base import Backward, Forward, Layer, Parameter, Parameters, Slot, Views

__all__ = ["Dense", "Multiply", "Pull", "data_product", "product_of_width"]

Multiply = Callable[[Any, np.ndarray], None]
Pull = Callable[[Any, np.ndarray], np.ndarray | None]


class Dense(Layer):
    """Compute ``y = x W + b``.

    With several members, their inputs are side by side in ``x``, and their outputs in ``y``. They
    share ``W``, and each has its own ``b``: ``y_j = x_j W + b_j``.

    Parameters
    ----------
    n_units : int
        Number of units, at least 1; of each member, if there are several.
    bias : bool, default=True
        Whether to add ``b``. A layer before batch norm needs no bias, because the
        normalization would remove it.
    initializer : Initializer or None, default=None
        Draws the initial ``W``. None for a layer whose weights are loaded.
    bias_limit : float, default=0.0
        The initial ``b`` is uniform on ``±bias_limit``, in [0, inf).
    n_members : int, default=1
        Number of members, at least 1.

    Notes
    -----
    ``dW = xᵀ dy``, ``db = Σ_rows dy``, ``dx = dy Wᵀ``. For ``W``, each row of ``x`` counts as
    ``n_members`` rows: one product serves all members.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_units": [Interval(Integral, 1, None, closed="left")],
        "bias": ["boolean"],
        "initializer": [Initializer, None],
        "bias_limit": [Interval(Real, 0, None, closed="left")],
        "n_members": [Interval(Integral, 1, None, closed="left")],
    }

    overwrites_input = False
    starts_layer = True

    def __init__(
        self,
        n_units: int,
        bias: bool = True,
        initializer: Initializer | None = None,
        bias_limit: float = 0.0,
        n_members: int = 1,
    ) -> None:
        self.n_units = n_units
        self.bias = bias
        self.initializer = initializer
        self.bias_limit = bias_limit
        self.n_members = n_members

    @property
    def label(self) -> str:
        members = f"{self.n_members} x " if self.n_members > 1 else ""
        return f"-> {members}{self.n_units}"

    def to_plain(self) -> dict[str, Any]:
        return {"n_units": self.n_units, "bias": self.bias, "n_members": self.n_members}

    def n_outputs(self, n_inputs: int) -> int:
        return self.n_members * self.n_units

    def _weight_shape(self, n_inputs: int) -> tuple[int, ...]:
        """Return the shape of ``W``."""
        return n_inputs // self.n_members, self.n_units

    def parameters(self, n_inputs: int) -> Parameters:
        parameters = {"weight": Parameter(self._weight_shape(n_inputs), penalized=True)}
        if self.bias:
            parameters["bias"] = Parameter((self.n_members * self.n_units,))
        return parameters

    def initialize(self, theta: Views, running: Views, rng: np.random.Generator) -> None:
        if self.initializer is None:
            raise ValueError(
                f"{self!r}: initializer=None cannot draw the initial weights. "
                "Give an initializer, such as VarianceScaling()."
            )
        weight = theta["weight"]
        for matrix in weight.reshape(-1, *weight.shape[-2:]):
            matrix[...] = self.initializer.draw(rng, matrix.shape)
        if self.bias:
            bias, limit = theta["bias"], self.bias_limit
            bias[...] = rng.uniform(-limit, limit, bias.shape) if limit else 0

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        dbias, ones = slot.grad.get("bias"), np.ones(slot.n_rows, slot.dtype)
        multiply, pull = self._bind_product(slot)
        affine = self._plus_bias(slot, multiply)
        x: np.ndarray

        def forward(x_: np.ndarray) -> np.ndarray:
            nonlocal x
            x = x_
            return affine(x)

        def backward(dy: np.ndarray) -> np.ndarray | None:
            if dbias is not None:
                np.matmul(ones, dy, out=dbias)
            return pull(x, dy)

        return forward, backward

    def bind_prediction(self, slot: Slot) -> Forward:
        return self._plus_bias(slot, self._bind_multiply(slot))

    def _plus_bias(self, slot: Slot, multiply: Multiply) -> Forward:
        """Return ``x -> x W + b``."""
        bias = slot.theta.get("bias")
        y = np.empty((slot.n_rows, self.n_outputs(slot.n_inputs)), slot.dtype)

        def forward(x: np.ndarray) -> np.ndarray:
            multiply(x, y)
            return y if bias is None else np.add(y, bias, out=y)

        return forward

    def _bind_product(self, slot: Slot) -> tuple[Multiply, Pull]:
        """Return the product, and the function that writes dW and returns dx."""
        weight, dweight = slot.theta["weight"], slot.grad["weight"]
        product, each = _product_for(slot), _rows_of_members(self.n_members)
        dx = None if slot.first else np.empty((slot.n_rows, slot.n_inputs), slot.dtype)
        times = product_of_width(self.n_units)

        def pull(x: np.ndarray, dy: np.ndarray) -> np.ndarray | None:
            product(each(x).T, each(dy), out=dweight)
            if dx is not None:
                times(each(dy), weight.T, out=each(dx))
            return dx

        return self._bind_multiply(slot), pull

    def _bind_multiply(self, slot: Slot) -> Multiply:
        """Return the product, which is written to its second argument."""
        weight = slot.theta["weight"]
        product, each = _product_for(slot), _rows_of_members(self.n_members)

        def multiply(x: np.ndarray, y: np.ndarray) -> None:
            product(each(x), weight, out=each(y))

        return multiply


def _rows_of_members(n_members: int) -> Callable[[Any], Any]:
    """Return ``(n_rows, n_members · n) -> (n_rows · n_members, n)``, which copies nothing."""
    if n_members == 1:
        return lambda x: x
    return lambda x: x.reshape(len(x) * n_members, -1)


def _product_for(slot: Slot) -> Callable[..., np.ndarray]:
    """Return the product of matrices; only the data may be sparse."""
    return data_product if slot.first else np.matmul


def product_of_width(n: int) -> Callable[..., np.ndarray]:
    """Return the product of matrices with n columns and n rows: for n = 1, the outer product."""
    return np.multiply if n == 1 else np.matmul  # multiply is three times as fast


def data_product(a: Any, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Multiply matrices. The first can be sparse."""
    if isinstance(a, np.ndarray):
        return np.matmul(a, b, out=out)
    out[...] = a @ b
    return out
