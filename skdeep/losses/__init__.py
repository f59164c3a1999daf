"""Losses as functions of the raw output, each with its inverse link."""

from typing import Any

from .base import Evaluate, Loss, Targets, Value
from .logits import Logistic, LogitLoss, SoftmaxCrossEntropy
from .poisson import Poisson
from .residuals import AbsoluteError, Huber, Quantile, RegressionLoss, SquaredError

__all__ = [
    "LOSSES",
    "AbsoluteError",
    "Evaluate",
    "Huber",
    "Logistic",
    "LogitLoss",
    "Loss",
    "Poisson",
    "Quantile",
    "RegressionLoss",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "Targets",
    "Value",
    "make_loss",
]

_ALL = (SoftmaxCrossEntropy, Logistic, SquaredError, AbsoluteError, Huber, Quantile, Poisson)
LOSSES: dict[str, type[Loss]] = {loss.name: loss for loss in _ALL}


def make_loss(name: str, given: Any) -> Loss:
    """Return the loss of this name, with those of its parameters that ``given`` has."""
    loss = LOSSES[name]
    own = [parameter for parameter in loss._get_param_names() if hasattr(given, parameter)]
    return loss(**{parameter: getattr(given, parameter) for parameter in own})
