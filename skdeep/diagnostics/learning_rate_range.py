"""The learning-rate range test."""

from dataclasses import dataclass, replace
from math import isfinite
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..base import Interval, check_option, is_real
from ..estimators.inside import Opened, open_up
from ..objective import mean_loss
from ..schedules import Schedule, Time
from .averages import ewma
from .locate import find_deep

__all__ = ["LearningRateRange", "find_learning_rate"]

_BETA = 0.9  # of the smoothed loss
_STEPS = Interval(Integral, 10, None, closed="left")


@dataclass(frozen=True, repr=False)
class LearningRateRange:
    """Result of :func:`find_learning_rate`.

    Attributes
    ----------
    learning_rates : ndarray of shape (n_steps,)
        The learning rate of each step. It grows by a constant factor.
    losses : ndarray of shape (n_steps,)
        The loss of the mini-batch before each step.
    smoothed_losses : ndarray of shape (n_steps,)
        The exponentially weighted average of ``losses`` with β = 0.9.
    suggestion : float
        A learning rate to start with: a tenth of the one with the lowest smoothed loss. nan if
        the loss never decreased.
    diverged : bool
        Whether the test stopped early because the loss increased too much.
    """

    learning_rates: np.ndarray
    losses: np.ndarray
    smoothed_losses: np.ndarray
    suggestion: float
    diverged: bool

    @property
    def summary(self) -> str:
        """The suggestion and the learning rates that were tried, in a line."""
        rates, end = self.learning_rates, "diverged" if self.diverged else "stayed finite"
        return (
            f"suggestion={self.suggestion:.2g}, {len(rates)} learning rates from {rates[0]:.2g} to "
            f"{rates[-1]:.2g}, {end}"
        )

    def __repr__(self) -> str:
        return f"LearningRateRange({self.summary})"


def find_learning_rate(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    sample_weight: ArrayLike | None = None,
    min_learning_rate: float = 1e-6,
    max_learning_rate: float = 10.0,
    n_steps: int = 100,
) -> LearningRateRange:
    r"""Train for a few steps with an increasing learning rate, to find a good one.

    Step i of n, counted from 0, uses the learning rate [1]_

    .. math:: \alpha_i = \alpha_\min (\alpha_\max / \alpha_\min)^{i / (n - 1)}.

    The loss does not change while α is too small, decreases while α is suitable, and increases
    when α is too large. The test stops when the smoothed loss is more than four times its first
    value, or is not finite.

    Parameters
    ----------
    estimator : DeepClassifier or DeepRegressor
        Fitted or not. Or a Pipeline or a search that contains one. It is not changed. A clone is
        trained from its initial weights, with the same hyperparameters except for a constant
        schedule and no weight averaging. The steps of an unfitted pipeline are fitted on X.
    X : array-like or sparse matrix of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    sample_weight : array-like of shape (n_samples,), default=None
        Weights, at least 0.
    min_learning_rate, max_learning_rate : float, default=1e-6, 10.0
        0 < α_min < α_max.
    n_steps : int, default=100
        Number of steps, at least 10. If an epoch has fewer mini-batches, several epochs are
        run.

    Returns
    -------
    LearningRateRange

    Raises
    ------
    TypeError
        If ``estimator`` contains no DeepClassifier or DeepRegressor.
    ValueError
        If options, hyperparameters or data are not valid, if the loss is not finite before the
        first step, or with ``optimizer="lbfgs"``, which has no learning rate.

    Notes
    -----
    Other libraries suggest the learning rate where the loss decreases fastest, which depends more
    on the smoothing. The result is valid for the optimizer, the batch size and the first steps of
    a training. Use it as the starting point of a search.

    References
    ----------
    .. [1] Smith, "Cyclical learning rates for training neural networks", WACV 2017,
       section 3.3.

    Examples
    --------
    >>> import numpy as np
    >>> from skdeep import DeepRegressor
    >>> from skdeep.diagnostics import find_learning_rate
    >>> X = np.random.default_rng(0).normal(size=(200, 5))
    >>> found = find_learning_rate(DeepRegressor(random_state=0), X, X.sum(axis=1))
    >>> bool(1e-5 < found.suggestion < 1e-1)
    True
    """
    _check_options(min_learning_rate, max_learning_rate, n_steps)
    deep, X = find_deep(estimator, X, y)
    opened = open_up(
        deep, X, y, sample_weight, fresh=True, lr_schedule="constant", weight_averaging=None
    )
    if not opened.plan.optimizer.takes_steps:
        raise ValueError(
            "find_learning_rate: optimizer='lbfgs' sets its own step lengths. Take another "
            "optimizer."
        )
    rates = np.geomspace(min_learning_rate, max_learning_rate, n_steps)
    losses = _losses(opened, rates)
    smoothed = ewma(losses, _BETA)
    lowest = int(np.nanargmin(smoothed))
    suggestion = rates[lowest] / 10 if lowest else np.nan
    diverged = len(losses) < n_steps or not np.isfinite(losses[-1])
    return LearningRateRange(
        rates[: len(losses)], losses, smoothed, float(suggestion), bool(diverged)
    )


def _check_options(least: Any, most: Any, n_steps: Any) -> None:
    if not (is_real(least) and is_real(most)) or not 0 < least < most < np.inf:
        raise ValueError(
            "find_learning_rate needs 0 < min_learning_rate < max_learning_rate < inf. Got "
            f"{least!r} and {most!r} instead."
        )
    check_option("find_learning_rate", "n_steps", n_steps, _STEPS)


class _Rates(Schedule):
    """A schedule that takes the learning rate of each step from a list."""

    def __init__(self, rates: np.ndarray) -> None:
        self.rates = rates

    def at(self, time: Time, state: dict[str, Any]) -> float:
        return float(self.rates[time.step])


def _losses(opened: Opened, rates: np.ndarray) -> np.ndarray:
    """Take a step with each learning rate, until the loss is too large."""
    plan = replace(opened.plan, schedule=_Rates(rates), learning_rate=1.0)
    losses: list[float] = []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for loss in opened.step_losses(plan):
            losses.append(loss)
            limit = losses[0] + 3 * abs(losses[0])
            if len(losses) == len(rates) or not ewma(losses, _BETA)[-1] <= limit:
                break
    if not isfinite(losses[-1]):
        _check_first_loss(opened)
    return np.array(losses)


def _check_first_loss(opened: Opened) -> None:
    """Raise an error if the loss of the initial network is not finite."""
    objective, batches = opened.objective(opened.network())
    with np.errstate(over="ignore", invalid="ignore"):
        loss = mean_loss(objective.network, objective.loss, batches)
    if not isfinite(loss):
        raise ValueError(
            f"find_learning_rate: the loss of the untrained network is {loss}, so that no learning "
            "rate can be tried. Standardize X."
        )
