"""The Gaussian likelihood: a mean and a standard deviation for each row."""

from math import expm1, log, pi
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike
from scipy.special import expit

from .base import Evaluate, Loss, Targets, Value

__all__ = ["Gaussian"]


class Gaussian(Loss):
    """Minus the logarithm of the density of a normal distribution.

    For each number of y, the network has two raw outputs, the mean μ and one for the standard
    deviation σ [1]_. The loss is averaged over the outputs:

    ``log σ + (y - μ)² / 2σ² + log(2π) / 2`` with ``σ = 0.001 + softplus(raw + 0.54)``

    The unit is that of the target in training, its standard deviation if it is standardized. So
    the first predictions have about the variance of the target. Where the target can be predicted
    exactly, the likelihood would grow without a bound as σ vanishes, hence the smallest value.

    Several members predict a mixture of normal distributions. Their prediction is its mean and its
    standard deviation: the variance is the mean of the members' variances plus the variance of
    their means [2]_.

    References
    ----------
    .. [1] Nix and Weigend, "Estimating the mean and variance of the target probability
       distribution", ICNN 1994.
    .. [2] Lakshminarayanan, Pritzel and Blundell, "Simple and scalable predictive uncertainty
       estimation using deep ensembles", NeurIPS 2017, section 2.4.
    """

    name = "gaussian"
    link_name = "mean and standard deviation"
    may_be_huge = True
    least: ClassVar[float] = 1e-3  # σ; without a bound, the likelihood would have none
    start: ClassVar[float] = log(expm1(1 - least))  # a raw output of 0 stands for σ = 1

    @property
    def outputs_per_number(self) -> int:
        return 2

    def bind(self, n_rows: int, n_outputs: int, dtype: DTypeLike) -> Evaluate:
        d_raw = np.empty((n_rows, n_outputs), dtype)
        n_numbers = n_outputs // 2

        def evaluate(raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Value:
            mean, std = self.inverse_link(raw), self.std(raw)
            z = (mean - target) / std
            share = (weight / n_numbers)[:, None]
            value = float((share * (np.log(std) + z * z / 2 + log(2 * pi) / 2)).sum())
            d_mean, d_std = z / std, (1 - z * z) / std  # the softplus has the slope expit
            d_raw[:, ::2] = share * d_mean
            d_raw[:, 1::2] = share * d_std * expit(raw[:, 1::2] + self.start)
            return value, d_raw

        return evaluate

    def inverse_link(self, raw: np.ndarray) -> np.ndarray:
        return raw[:, ::2]

    def std(self, raw: np.ndarray) -> np.ndarray:
        return self.least + np.logaddexp(0, raw[:, 1::2] + self.start)

    def pool(self, raw: np.ndarray) -> np.ndarray:
        n_rows, n_members, n_outputs = raw.shape
        members = raw.reshape(-1, n_outputs)
        means, stds = (
            of(members).reshape(n_rows, n_members, -1) for of in (self.inverse_link, self.std)
        )
        variance = np.square(stds).mean(axis=1) + means.var(axis=1)
        return _raw_for(means.mean(axis=1), np.sqrt(variance))

    def of_constant(self, parts: Targets) -> float:
        target, share = (np.concatenate(part) for part in zip(*parts, strict=True))
        mean = share @ target
        raw = _raw_for(mean[None], np.sqrt(share @ np.square(target - mean))[None])
        evaluate = self.bind(len(target), raw.shape[1], target.dtype)
        return evaluate(raw.repeat(len(target), axis=0), target, share)[0]


def _raw_for(mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """Return the finite raw output that stands for means and standard deviations."""
    above = np.maximum(std - Gaussian.least, np.finfo(std.dtype).tiny)
    inverse = above + np.log(-np.expm1(-above)) - Gaussian.start  # of the softplus
    return np.stack([mean, inverse], axis=2).reshape(len(mean), -1)
