"""Activation functions, their slopes, and facts about them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import expit, ndtr

from ..base import unknown_name
from .base import Backward, Forward, Layer, Slot

__all__ = ["ACTIVATIONS", "Activation", "ActivationFunction", "make_activation"]

# Each function overwrites x with y = f(x) and writes f'(x) to slope. Those below compute y alone.


def identity(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray) -> None:
    """y = x."""
    slope.fill(1)


def logistic(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray) -> None:
    """y = σ(x) = 1 / (1 + e⁻ˣ); y' = y (1 - y)."""
    expit(x, out=x)
    np.subtract(1, x, out=slope)
    np.multiply(slope, x, out=slope)


def tanh(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray) -> None:
    """y = tanh x; y' = 1 - y²."""
    np.tanh(x, out=x)
    np.multiply(x, x, out=slope)
    np.subtract(1, slope, out=slope)


def relu(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray) -> None:
    """y = max(x, 0); y' = [x > 0]."""
    np.greater(x, 0, out=slope)
    np.multiply(x, slope, out=x)


def leaky_relu(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray, alpha: float = 0.01) -> None:
    """y = x if x > 0 else α x, with α = 0.01."""
    np.greater(x, 0, out=slope)
    np.multiply(slope, 1 - alpha, out=slope)
    np.add(slope, alpha, out=slope)
    np.multiply(x, slope, out=x)


def elu(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray) -> None:
    """y = max(x, 0) + e^min(x, 0) - 1; y' = e^min(x, 0)."""
    np.minimum(x, 0, out=slope)
    np.exp(slope, out=slope)
    np.maximum(x, 0, out=x)
    np.add(x, slope, out=x)
    np.subtract(x, 1, out=x)


# Klambauer et al., "Self-normalizing neural networks", NeurIPS 2017, equation 14.
_SELU_ALPHA, _SELU_LAMBDA = 1.6732632423543772, 1.0507009873554805


def selu(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray) -> None:
    """y = λ (max(x, 0) + α (e^min(x, 0) - 1)); y' = λ if x > 0 else λ α eˣ."""
    np.minimum(x, 0, out=slope)
    np.exp(slope, out=slope)
    np.subtract(slope, 1, out=scratch)
    np.multiply(scratch, _SELU_ALPHA, out=scratch)
    np.maximum(x, 0, out=x)
    np.add(x, scratch, out=x)
    np.multiply(x, _SELU_LAMBDA, out=x)
    # y' = λ (α e^min(x, 0) + (1 - α) [x > 0])
    np.greater(x, 0, out=scratch)
    np.multiply(scratch, _SELU_LAMBDA * (1 - _SELU_ALPHA), out=scratch)
    np.multiply(slope, _SELU_LAMBDA * _SELU_ALPHA, out=slope)
    np.add(slope, scratch, out=slope)


def gelu(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray) -> None:
    """y = x Φ(x); y' = Φ(x) + x φ(x), with Φ the normal distribution function."""
    np.multiply(x, x, out=scratch)
    np.multiply(scratch, -0.5, out=scratch)
    np.exp(scratch, out=scratch)
    np.multiply(scratch, 1 / np.sqrt(2 * np.pi).item(), out=scratch)
    np.multiply(scratch, x, out=scratch)
    ndtr(x, out=slope)
    np.multiply(x, slope, out=x)
    np.add(slope, scratch, out=slope)


def silu(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray) -> None:
    """y = x σ(x); y' = σ(x) (1 + x (1 - σ(x))); with h = x/2, 2 σ(x) = 1 + tanh h."""
    np.multiply(x, 0.5, out=x)
    np.tanh(x, out=slope)
    np.subtract(1, slope, out=scratch)
    np.multiply(scratch, x, out=scratch)
    np.add(scratch, 1, out=scratch)
    np.add(slope, 1, out=slope)
    np.multiply(x, slope, out=x)
    np.multiply(scratch, 0.5, out=scratch)
    np.multiply(slope, scratch, out=slope)


def mish(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray) -> None:
    """y = x t with t = tanh(log(1 + eˣ)); y' = t + x σ(x) (1 - t²).

    With u = 2 / (e²ˣ + 2 eˣ + 2), one exponential is enough: t = 1 - u, and
    σ(x) (1 - t²) = (e²ˣ + eˣ) u².
    """
    slope.fill(43)  # e²ˣ does not overflow, and t is 1 above
    np.minimum(x, slope, out=slope)  # NumPy is slower with a number in the place of the array
    np.exp(slope, out=slope)
    np.add(slope, 1, out=scratch)
    np.multiply(scratch, slope, out=scratch)
    np.add(slope, scratch, out=slope)
    np.add(slope, 2, out=slope)
    np.divide(2, slope, out=slope)
    np.multiply(scratch, slope, out=scratch)
    np.multiply(scratch, slope, out=scratch)
    np.multiply(scratch, x, out=scratch)
    np.subtract(1, slope, out=slope)
    np.multiply(x, slope, out=x)
    np.add(slope, scratch, out=slope)


def softplus(x: np.ndarray, slope: np.ndarray, scratch: np.ndarray) -> None:
    """y = log(1 + eˣ); y' = σ(x)."""
    expit(x, out=slope)
    np.logaddexp(0, x, out=x)


def _identity(x: np.ndarray, scratch: np.ndarray) -> None:
    """y = x."""


def _logistic(x: np.ndarray, scratch: np.ndarray) -> None:
    """y = σ(x)."""
    expit(x, out=x)


def _tanh(x: np.ndarray, scratch: np.ndarray) -> None:
    """y = tanh x."""
    np.tanh(x, out=x)


def _relu(x: np.ndarray, scratch: np.ndarray) -> None:
    """y = max(x, 0)."""
    scratch.fill(0)
    np.maximum(x, scratch, out=x)  # slower with a number in the place of the array


def _leaky_relu(x: np.ndarray, scratch: np.ndarray, alpha: float = 0.01) -> None:
    """y = max(x, α x)."""
    np.multiply(x, alpha, out=scratch)
    np.maximum(x, scratch, out=x)


def _elu(x: np.ndarray, scratch: np.ndarray) -> None:
    """y = max(x, 0) + e^min(x, 0) - 1."""
    elu(x, scratch, scratch)


def _selu(x: np.ndarray, scratch: np.ndarray) -> None:
    """y = λ (max(x, 0) + α (e^min(x, 0) - 1))."""
    np.minimum(x, 0, out=scratch)
    np.exp(scratch, out=scratch)
    np.subtract(scratch, 1, out=scratch)
    np.multiply(scratch, _SELU_ALPHA, out=scratch)
    np.maximum(x, 0, out=x)
    np.add(x, scratch, out=x)
    np.multiply(x, _SELU_LAMBDA, out=x)


def _gelu(x: np.ndarray, scratch: np.ndarray) -> None:
    """y = x Φ(x)."""
    ndtr(x, out=scratch)
    np.multiply(x, scratch, out=x)


def _silu(x: np.ndarray, scratch: np.ndarray) -> None:
    """y = h (1 + tanh h), with h = x/2."""
    np.multiply(x, 0.5, out=x)
    np.tanh(x, out=scratch)
    np.add(scratch, 1, out=scratch)
    np.multiply(x, scratch, out=x)


def _mish(x: np.ndarray, scratch: np.ndarray) -> None:
    """y = x (1 - 2 / ((eˣ + 1)² + 1))."""
    scratch.fill(43)
    np.minimum(x, scratch, out=scratch)
    np.exp(scratch, out=scratch)
    np.add(scratch, 1, out=scratch)
    np.multiply(scratch, scratch, out=scratch)
    np.add(scratch, 1, out=scratch)
    np.divide(-2, scratch, out=scratch)
    np.add(scratch, 1, out=scratch)
    np.multiply(x, scratch, out=x)


def _softplus(x: np.ndarray, scratch: np.ndarray) -> None:
    """y = log(1 + eˣ)."""
    np.logaddexp(0, x, out=x)


@dataclass(frozen=True)
class ActivationFunction:
    """An activation function, its slope, and facts about it.

    Attributes
    ----------
    function : callable
        ``function(x, slope, scratch)`` overwrites x with ``y = f(x)`` and writes ``f'(x)`` to
        slope. scratch is an array of the same shape for intermediate results. The name of the
        function is the name of the activation.
    value : callable or None, default=None
        ``value(x, scratch)`` overwrites x with y, for prediction, which needs no slope. None uses
        ``function``.
    initializer : str, default="he_normal"
        The ``weight_init`` that keeps the variance of the signal constant over the layers.
    kinks : tuple of float, default=()
        Points where ``f'`` or ``f''`` jumps, in ascending order. A unit is dead if its inputs
        for all rows are below all of them.
    bounds : (float, float) or None, default=None
        Lower and upper limit of y, if it has both. A unit is saturated if y is close to one.
    """

    function: Callable[[np.ndarray, np.ndarray, np.ndarray], None]
    value: Callable[[np.ndarray, np.ndarray], None] | None = None
    initializer: str = "he_normal"
    kinks: tuple[float, ...] = ()
    bounds: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """Name in the hyperparameter ``activation``."""
        return self.function.__name__


ACTIVATIONS: dict[str, ActivationFunction] = {
    activation.name: activation
    for activation in (
        ActivationFunction(identity, _identity, "xavier_normal"),
        ActivationFunction(logistic, _logistic, "xavier_normal", bounds=(0, 1)),
        ActivationFunction(tanh, _tanh, "xavier_normal", bounds=(-1, 1)),
        ActivationFunction(relu, _relu, kinks=(0,)),
        ActivationFunction(leaky_relu, _leaky_relu, kinks=(0,)),
        ActivationFunction(elu, _elu, kinks=(0,)),
        ActivationFunction(selu, _selu, "lecun_normal", kinks=(0,)),
        ActivationFunction(gelu, _gelu),
        ActivationFunction(silu, _silu),
        ActivationFunction(mish, _mish),
        ActivationFunction(softplus, _softplus),
    )
}

_ELSEWHERE = {
    "leakyrelu": "leaky_relu",
    "linear": "identity",
    "none": "identity",
    "sigmoid": "logistic",
    "swish": "silu",
}


class Activation(Layer):
    """Apply a function to every number: ``y = f(x)``, ``dx = f'(x) dy``.

    Parameters
    ----------
    name : str
        A key of ``ACTIVATIONS``: identity, logistic, tanh, relu, leaky_relu, elu, selu,
        gelu, silu, mish or softplus.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"name": [str]}

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def facts(self) -> ActivationFunction:
        """The entry of ``ACTIVATIONS``."""
        return ACTIVATIONS[self.name]

    @property
    def kinks(self) -> tuple[float, ...]:
        return self.facts.kinks

    @property
    def label(self) -> str:
        return self.name

    def validate(self) -> Self:
        super().validate()
        make_activation(self.name)
        return self

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        function = self.facts.function
        slope, scratch = np.empty((2, slot.n_rows, slot.n_inputs), slot.dtype)

        def forward(x: np.ndarray) -> np.ndarray:
            function(x, slope, scratch)
            return x

        def backward(dy: np.ndarray) -> np.ndarray:
            return np.multiply(dy, slope, out=dy)

        return forward, backward

    def bind_prediction(self, slot: Slot) -> Forward:
        value = self.facts.value
        if value is None:
            return self.bind(slot)[0]
        scratch = np.empty((slot.n_rows, slot.n_inputs), slot.dtype)

        def forward(x: np.ndarray) -> np.ndarray:
            value(x, scratch)
            return x

        return forward


def make_activation(name: str) -> Activation:
    """Return the layer for a value of the hyperparameter ``activation``."""
    if name not in ACTIVATIONS:
        raise unknown_name("activation", name, ACTIVATIONS, _ELSEWHERE)
    return Activation(name)
