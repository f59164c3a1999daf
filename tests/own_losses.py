"""Losses of a user's own, in a module of their own so that they can be pickled."""

import numpy as np

from skdeep.base import NON_NEGATIVE
from skdeep.losses import RegressionLoss, Sigmoid, Softmax


class LogCosh(RegressionLoss):
    """log cosh r: quadratic for small residuals, absolute for large ones."""

    def __init__(self, scale=1.0):
        self.scale = scale

    def value_and_slope(self, r, values):
        np.divide(r, self.scale, out=r)
        np.logaddexp(r, -r, out=values)
        np.subtract(values, np.log(2), out=values)
        np.multiply(values, self.scale, out=values)
        np.tanh(r, out=r)


class Focal(Softmax):
    """-(1 - p)^γ log p for the probability p of the class."""

    name = "focal"
    _parameter_constraints = {"gamma": NON_NEGATIVE}  # noqa: RUF012 - as a user writes it

    def __init__(self, gamma=2.0):
        self.gamma = gamma

    def bind(self, n_rows, n_outputs, dtype):
        gamma = self.gamma

        def evaluate(raw, target, weight):
            log_p = self.log_inverse_link(raw)
            p, q = np.exp(log_p), -np.expm1(log_p)
            value = -(target * q**gamma * log_p).sum(axis=1) @ weight
            slope = target * (gamma * q ** (gamma - 1) * p * log_p - q**gamma)  # by log p
            d_raw = slope - p * slope.sum(axis=1, keepdims=True)
            return float(value), d_raw * weight[:, None]

        return evaluate


class Squared(Sigmoid):
    """(σ(raw) - t)², the Brier score."""

    name = "squared"

    def bind(self, n_rows, n_outputs, dtype):
        def evaluate(raw, target, weight):
            p = self.inverse_link(raw)
            value = float(((p - target) ** 2).sum(axis=1) @ weight)
            return value, 2 * (p - target) * p * (1 - p) * weight[:, None]

        return evaluate
