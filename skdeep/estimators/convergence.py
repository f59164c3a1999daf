"""The warning about a network that predicts no better than a constant."""

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ..losses import LogitLoss
from ..objective import mean_loss
from ..optimizers import LBFGS, make_optimizer
from ..training import Training

__all__ = ["warn_of_no_progress"]

_ENOUGH_EPOCHS = 6  # to say that the loss stands still
_STILL = 5e-4  # change of the loss over all epochs, as a share of it
_HUGE = 1e4  # times the constant's loss
_AS_GOOD = 1e-4  # more than the constant's loss, as a share: a training that has found it
_ALMOST_CERTAIN = 0.01  # log-loss of class frequencies so near 0 or 1 that there is little to learn


def warn_of_no_progress(
    estimator, training: Training, train_losses: Sequence[float], stacklevel: int
) -> None:
    """Warn if training failed and left a network no better than a constant prediction.

    The history tells whether training failed: its loss stood still, as it does when the
    learning rate is far too small, or was huge in some epoch, as when it is far too large.
    Only then is the network that is kept judged, by a pass over the training rows. It is not
    judged in other cases: where y is noise, no network beats the constant. Nor is a warning
    due where it has found the constant, as it should where X says nothing.

    Parameters
    ----------
    estimator : estimator
        Holds the network that is kept.
    training : Training
    train_losses : sequence of float
        Training objective of each epoch of this fit.
    stacklevel : int
        As of ``warnings.warn``, for the caller.
    """
    batches, loss = training.batches, training.objective.loss
    if not train_losses or (batches.y == batches.y[0]).all():
        return
    is_classifier = isinstance(loss, LogitLoss)
    with np.errstate(over="ignore", invalid="ignore"):
        of_constant = float(loss.of_constant(batches.targets()))
        # an exponential link makes the loss huge at the start of many a training that succeeds
        may_be_huge = loss.link_name == "log"
        is_huge = not may_be_huge and max(train_losses) > _HUGE * abs(of_constant)
        if not (is_huge or _stands_still(train_losses)):
            return
        if is_classifier and of_constant < _ALMOST_CERTAIN:
            return
        of_network = mean_loss(estimator._network, loss, batches)
    if of_network <= of_constant + _AS_GOOD * abs(of_constant):
        return
    constant = "the class frequencies" if is_classifier else "the best constant"
    warnings.warn(
        f"{type(estimator).__name__}: the network is no better than predicting {constant}. Its "
        f"loss on the training rows is {of_network:.4g}, that of the constant {of_constant:.4g}. "
        f"Standardize X{_what_to_change(estimator)}.",
        ConvergenceWarning,
        stacklevel=stacklevel + 1,
    )


def _stands_still(train_losses: Sequence[float]) -> bool:
    """Return whether the loss was the same in all of enough epochs."""
    lowest, highest = min(train_losses), max(train_losses)
    return len(train_losses) >= _ENOUGH_EPOCHS and highest - lowest <= _STILL * abs(lowest)


def _what_to_change(estimator) -> str:
    """Return the hyperparameters that may be to blame, with their values."""
    names = [] if isinstance(make_optimizer(estimator.optimizer), LBFGS) else ["learning_rate"]
    names += [name for name in ("l2", "l1") if getattr(estimator, name)]
    given = " or ".join(f"{name} ({getattr(estimator, name)})" for name in names)
    return f", or change {given}" if given else ""
