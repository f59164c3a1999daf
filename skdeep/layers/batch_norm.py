"""Batch normalization."""

from collections.abc import Callable
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ..base import Interval
from .base import Backward, Forward, Layer, Parameter, Parameters, Shapes, Slot, Views

__all__ = ["BatchNorm"]


class BatchNorm(Layer):
    """Normalize each column over the mini-batch, then scale and shift it.

    ``mu = Σ share·x``, ``var = Σ share·(x - mu)²``, ``x̂ = (x - mu) / √(var + ε)``,
    ``y = gamma·x̂ + beta`` [1]_. The share of a row is ``1 / n_rows``, or its sample weight
    divided by the sum of the weights in the batch. Prediction uses exponentially weighted
    running averages of ``mu`` and ``var``, corrected for bias:
    ``average += (1 - momentum) / mass · (batch - average)``, where
    ``mass = momentum·mass + 1 - momentum`` starts at 0. They are accurate after a few steps.

    Parameters
    ----------
    momentum : float, default=0.9
        Weight β of the past in the running averages, in [0, 1). They average over about
        1 / (1 - β) steps.
    epsilon : float, default=1e-5
        Added to the variance, in (0, inf). At least 1.2e-38 for a network in float32.

    Notes
    -----
    ``momentum`` is defined as in Keras. PyTorch's is ``1 - momentum``. The running variance
    averages the variances of the batches, as in Keras and Flax. PyTorch multiplies them by
    ``n / (n - 1)``. A training batch needs at least two rows. The estimators merge a last
    batch of less than half of the batch size into the batch before it.

    References
    ----------
    .. [1] Ioffe and Szegedy, "Batch normalization: accelerating deep network training
       by reducing internal covariate shift", ICML 2015, algorithm 1.

    Examples
    --------
    >>> BatchNorm(momentum=0.99)
    BatchNorm(momentum=0.99)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
    }

    min_rows = 2
    label = "batch_norm"

    def __init__(self, momentum: float = 0.9, epsilon: float = 1e-5) -> None:
        self.momentum = momentum
        self.epsilon = epsilon

    def parameters(self, n_inputs: int) -> Parameters:
        return {"gamma": Parameter((n_inputs,)), "beta": Parameter((n_inputs,))}

    def statistics(self, n_inputs: int) -> Shapes:
        return {"mean": (n_inputs,), "var": (n_inputs,), "mass": (1,)}

    def initialize(self, theta: Views, running: Views, rng: np.random.Generator) -> None:
        theta["gamma"].fill(1)
        theta["beta"].fill(0)
        running["mean"].fill(0)
        running["var"].fill(1)
        running["mass"].fill(0)

    def forget_statistics(self, running: Views) -> None:
        running["mass"].fill(0)

    def _check_epsilon(self, dtype: np.dtype) -> None:
        """Raise an error if ε is practically zero in the precision of the network."""
        least = np.finfo(dtype).tiny
        if self.epsilon < least:
            raise ValueError(
                f"The 'epsilon' parameter of BatchNorm must be at least {least:.3g} for a network "
                f"in {np.dtype(dtype)}. Got {self.epsilon!r} instead."
            )

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        self._check_epsilon(slot.dtype)
        gamma, beta = slot.theta["gamma"], slot.theta["beta"]
        dgamma, dbeta = slot.grad["gamma"], slot.grad["beta"]
        share, ones = slot.share, np.ones(slot.n_rows, slot.dtype)
        scratch, y = (np.empty((slot.n_rows, slot.n_inputs), slot.dtype) for _ in range(2))
        mu, var, inv_std, scale = (np.empty(slot.n_inputs, slot.dtype) for _ in range(4))
        remember = self._bind_running(slot)
        x: np.ndarray

        def forward(x_: np.ndarray) -> np.ndarray:
            nonlocal x
            np.matmul(share, x_, out=mu)
            x = np.subtract(x_, mu, out=x_)
            np.multiply(x, x, out=scratch)
            np.matmul(share, scratch, out=var)
            remember(mu, var)
            np.add(var, self.epsilon, out=inv_std)
            np.sqrt(inv_std, out=inv_std)
            np.reciprocal(inv_std, out=inv_std)
            np.multiply(gamma, inv_std, out=scale)
            np.multiply(x, scale, out=y)
            return np.add(y, beta, out=y)

        def backward(dy: np.ndarray) -> np.ndarray:
            # dx = gamma/std · (dy - share·(dbeta + x̂·dgamma))
            np.matmul(ones, dy, out=dbeta)
            np.multiply(dy, x, out=scratch)
            np.matmul(ones, scratch, out=dgamma)
            np.multiply(dgamma, inv_std, out=dgamma)
            np.multiply(x, dgamma * inv_std, out=scratch)
            np.add(scratch, dbeta, out=scratch)
            np.multiply(scratch, share[:, None] if slot.weighted else share[0], out=scratch)
            np.subtract(dy, scratch, out=dy)
            return np.multiply(dy, scale, out=dy)

        return forward, backward

    def _bind_running(self, slot: Slot) -> Callable[[np.ndarray, np.ndarray], None]:
        """Return the update of the running averages by the mean and variance of a batch."""
        mean, var, mass = (slot.running[name] for name in ("mean", "var", "mass"))

        def remember(batch_mean: np.ndarray, batch_var: np.ndarray) -> None:
            mass[0] = self.momentum * mass[0] + (1 - self.momentum)
            rate = (1 - self.momentum) / mass[0]
            mean[...] += rate * (batch_mean - mean)
            var[...] += rate * (batch_var - var)

        return remember

    def bind_prediction(self, slot: Slot) -> Forward:
        gamma, beta = slot.theta["gamma"], slot.theta["beta"]
        mean, var = slot.running["mean"], slot.running["var"]

        def forward(x: np.ndarray) -> np.ndarray:
            scale = gamma / np.sqrt(var + self.epsilon)
            shift = beta - mean * scale
            np.multiply(x, scale, out=x)
            return np.add(x, shift, out=x)

        return forward
