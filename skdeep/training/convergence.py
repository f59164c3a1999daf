"""Detect a training that failed: the network predicts no better than a constant."""

from collections.abc import Sequence

import numpy as np

from ..losses import LogitLoss
from ..objective import mean_loss
from ..plan import Plan
from .loop import Training

__all__ = ["why_no_progress"]

_ENOUGH_EPOCHS = 6  # needed to decide that the loss does not change
_STILL = 5e-4  # relative change of the loss over all epochs
_HUGE = 1e4  # times the constant's loss
_AS_GOOD = 1e-4  # relative difference to the constant's loss: as good as the constant
_ALMOST_CERTAIN = 0.01  # log-loss of class frequencies near 0 or 1, with little left to learn


def why_no_progress(training: Training) -> str | None:
    """Return why training failed, if the network is no better than a constant prediction.

    The history shows whether the training may have failed. Its loss did not change, as with a
    learning rate that is far too small. Or its loss was huge in some epoch, as with one that is
    far too large. Only then is the mean loss of the network on the training rows computed. In
    other cases a network that is no better than the constant is no failure: y may be noise.
    There is also no failure if the network is as good as the constant.

    Parameters
    ----------
    training : Training
        A complete training.

    Returns
    -------
    str or None
    """
    batches, loss = training.batches, training.objective.loss
    objectives = training.history["objective"][training.state.plan_start :]
    y = batches.rows.y
    if not objectives or (y == y[0]).all():
        return None
    is_classifier = isinstance(loss, LogitLoss)
    with np.errstate(over="ignore", invalid="ignore"):
        of_constant = float(loss.of_constant(batches.targets()))
        is_huge = not loss.may_be_huge and max(objectives) > _HUGE * abs(of_constant)
        if not (is_huge or _stands_still(objectives)):
            return None
        if is_classifier and of_constant < _ALMOST_CERTAIN:
            return None
        of_network = mean_loss(training.networks[-1], loss, batches)
    if of_network <= of_constant + _AS_GOOD * abs(of_constant):
        return None
    constant = "the class frequencies" if is_classifier else "the best constant"
    return (
        f"the network is no better than predicting {constant}. Its loss on the training rows is "
        f"{of_network:.4g}, that of the constant {of_constant:.4g}. {_remedy(training.plan)}."
    )


def _stands_still(objectives: Sequence[float]) -> bool:
    """Return whether the objective was almost the same in all of at least six epochs."""
    lowest, highest = min(objectives), max(objectives)
    return len(objectives) >= _ENOUGH_EPOCHS and highest - lowest <= _STILL * abs(lowest)


def _remedy(plan: Plan) -> str:
    """Return what to do, with the values of the hyperparameters that may be the cause."""
    names = ["learning_rate"] if plan.optimizer.takes_steps else []
    names += [name for name in ("l2", "l1") if getattr(plan, name)]
    given = " or ".join(f"{name} ({getattr(plan, name)})" for name in names)
    if plan.numerical_encoding is None:
        return f"Standardize X, or change {given}" if given else "Standardize X"
    return f"Change {given or 'the optimizer'}"
