"""The learning-rate range test."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np

from ..estimators.fitting import build_training, new_state
from ..objective import Objective, mean_loss
from ..optimizers import LBFGS, make_optimizer
from ..schedules import Schedule
from ..training import Training
from .averages import ewma
from .checks import check_int, is_real
from .locate import copy_with_rows

__all__ = ["LearningRateRange", "find_learning_rate"]

_BETA = 0.9  # of the smoothed loss
_STEPS_LEAST = 10


@dataclass(frozen=True)
class LearningRateRange:
    """Result of :func:`find_learning_rate`.

    Attributes
    ----------
    learning_rates : ndarray of shape (n_steps,)
        The learning rate of each step, growing by a constant factor.
    losses : ndarray of shape (n_steps,)
        The mini-batch's loss before each step.
    smoothed_losses : ndarray of shape (n_steps,)
        Their exponentially weighted average.
    suggestion : float
        A learning rate to begin with: a tenth of that at which the smoothed loss is
        lowest; nan if the loss never fell.
    diverged : bool
        Whether the test ended early because the loss grew without bound.
    """

    learning_rates: np.ndarray
    losses: np.ndarray
    smoothed_losses: np.ndarray
    suggestion: float
    diverged: bool


def find_learning_rate(
    estimator,
    X,
    y,
    *,
    sample_weight=None,
    min_learning_rate=1e-6,
    max_learning_rate=10.0,
    n_steps=100,
) -> LearningRateRange:
    r"""Train for a few steps while the learning rate grows, to see which ones work.

    Step i of n, from 0, takes the learning rate [1]_

    .. math:: \alpha_i = \alpha_{min} (\alpha_{max} / \alpha_{min})^{i / (n - 1)}.

    The loss stays where it is while α is too small, falls while it is right, and grows
    when it is too large. The test ends when the smoothed loss has grown to four times
    its first value, or is no longer finite.

    Parameters
    ----------
    estimator : DeepClassifier or DeepRegressor
        Fitted or not, alone, in a Pipeline or in a search. A clone of it is trained from
        its first weights, with its optimizer, batch size and all else; it is left as it
        was. The steps of an unfitted pipeline before it are fitted on X.
    X : array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    sample_weight : array-like of shape (n_samples,), default=None
    min_learning_rate, max_learning_rate : float, default=1e-6, 10.0
        0 < α_min < α_max.
    n_steps : int, default=100
        Mini-batches, at least 10. With fewer in an epoch, several epochs are run.

    Returns
    -------
    LearningRateRange

    Raises
    ------
    TypeError
        When there is no deep estimator in ``estimator``.
    ValueError
        For bad options, hyperparameters or data, also when the loss is not finite before
        the first step, and for ``optimizer="lbfgs"``, which has no learning rate.

    Notes
    -----
    Others suggest the rate of the steepest fall, which depends more on the smoothing.
    The answer holds for the optimizer, the batch size and the first steps of training:
    take it as a place to start a search.

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
    deep, rows = copy_with_rows(
        estimator, X, y, sample_weight, fresh=True, lr_schedule="constant", weight_averaging=None
    )
    if isinstance(make_optimizer(deep.optimizer), LBFGS):
        raise ValueError(
            "find_learning_rate: optimizer='lbfgs' sets its own step lengths. Take another "
            "optimizer."
        )
    training, _ = build_training(deep, rows, new_state(deep), resume=False)
    rates = np.geomspace(min_learning_rate, max_learning_rate, n_steps)
    losses = _losses(training, rates)
    smoothed = ewma(losses, _BETA)
    lowest = int(np.nanargmin(smoothed))
    suggestion = rates[lowest] / 10 if lowest else np.nan
    diverged = len(losses) < n_steps or not np.isfinite(losses[-1])
    return LearningRateRange(
        rates[: len(losses)], losses, smoothed, float(suggestion), bool(diverged)
    )


def _check_options(least, most, n_steps) -> None:
    if not (is_real(least) and is_real(most)) or not 0 < least < most < np.inf:
        raise ValueError(
            "find_learning_rate needs 0 < min_learning_rate < max_learning_rate < inf. Got "
            f"{least!r} and {most!r} instead."
        )
    check_int("find_learning_rate", "n_steps", n_steps, _STEPS_LEAST)


class _Enough(Exception):  # noqa: N818
    """The range test is over."""


class _Rates(Schedule):
    """Take the learning rate of each step from a list."""

    def __init__(self, rates):
        self.rates = rates

    def at(self, time, state):
        return float(self.rates[time.step])


@dataclass(frozen=True)
class _Recorded(Objective):
    """An objective that keeps the losses of its steps, and ends the test."""

    losses: list[float] = field(default_factory=list)
    n_steps: int = 0

    def bind(self, n_rows, rng=None, weighted=False):
        step = super().bind(n_rows, rng, weighted)

        def recorded(x, target, weight=None):
            self.losses.append(step(x, target, weight))
            limit = self.losses[0] + 3 * abs(self.losses[0])
            if len(self.losses) == self.n_steps or not ewma(self.losses, _BETA)[-1] <= limit:
                raise _Enough
            return self.losses[-1]

        return recorded


def _losses(training: Training, rates: np.ndarray) -> np.ndarray:
    """Take a step with each learning rate, as long as the loss stays within bounds."""
    plain = training.objective
    recorded = _Recorded(plain.network, plain.loss, plain.l2, plain.l1, n_steps=len(rates))
    test = replace(training, objective=recorded, schedule=_Rates(rates), learning_rate=1.0)
    start = plain.network.snapshot()
    with suppress(_Enough, FloatingPointError):
        test.run(len(rates), lambda: None, lambda row: False)
    if not isfinite(recorded.losses[-1]):
        plain.network.restore(start)
        _check_first_loss(training)
    return np.array(recorded.losses)


def _check_first_loss(training: Training) -> None:
    """Refuse data on which the loss is not finite at any learning rate."""
    with np.errstate(over="ignore", invalid="ignore"):
        loss = mean_loss(training.objective.network, training.objective.loss, training.batches)
    if not isfinite(loss):
        raise ValueError(
            f"find_learning_rate: the loss of the untrained network is {loss}, so that no learning "
            "rate can be tried. Standardize X."
        )
