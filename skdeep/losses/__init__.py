"""Losses as functions of the raw output, each with its inverse link."""

import copy
from typing import Any

from .base import Evaluate, Loss, Targets, Value
from .gaussian import Gaussian
from .log_link import Gamma, LogLinkLoss, Poisson
from .logits import Logistic, LogitLoss, Sigmoid, Softmax, SoftmaxCrossEntropy
from .quantile import QUANTILES, Quantile
from .residuals import AbsoluteError, Huber, RegressionLoss, SquaredError

__all__ = [
    "LOSSES",
    "QUANTILES",
    "AbsoluteError",
    "Evaluate",
    "Gamma",
    "Gaussian",
    "Huber",
    "LogLinkLoss",
    "Logistic",
    "LogitLoss",
    "Loss",
    "Poisson",
    "Quantile",
    "RegressionLoss",
    "Sigmoid",
    "Softmax",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "Targets",
    "Value",
    "from_plain",
    "make_loss",
    "to_plain",
]

_ALL = (
    SoftmaxCrossEntropy,
    Logistic,
    SquaredError,
    AbsoluteError,
    Huber,
    Quantile,
    Gaussian,
    Poisson,
    Gamma,
)
PlainLoss = tuple[str | type[Loss], dict[str, Any]]

LOSSES: dict[str, type[Loss]] = {loss.name: loss for loss in _ALL}


def make_loss(given: Any) -> Loss:
    """Return a copy of ``given.loss``, or the loss of this name with parameters in ``given``."""
    if isinstance(given.loss, Loss):
        return copy.deepcopy(given.loss)
    loss = LOSSES[given.loss]
    own = [parameter for parameter in loss._get_param_names() if hasattr(given, parameter)]
    return loss(**{parameter: getattr(given, parameter) for parameter in own})


def to_plain(loss: Loss) -> PlainLoss:
    """Return the class of a loss and its hyperparameters.

    A class of this package is given by its name. Another one is pickled by reference.
    """
    kind = type(loss)
    is_known = LOSSES.get(kind.name) is kind
    return (kind.name if is_known else kind), loss.get_params(deep=False)


def from_plain(plain: PlainLoss) -> Loss:
    """Return the loss for the values from ``to_plain``."""
    kind, hyperparameters = plain
    return (LOSSES[kind] if isinstance(kind, str) else kind)(**hyperparameters)
