"""Optimizers, one file each: how to update ``theta`` with a gradient."""

from collections.abc import Callable

from ..base import plain, unknown_name
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .base import Optimizer
from .lbfgs import LBFGS
from .nadam import Nadam
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "make_optimizer",
]

OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "sgd": SGD,
    "momentum": lambda: SGD(momentum=0.9),
    "nesterov": lambda: SGD(momentum=0.9, nesterov=True),
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
    "nadam": Nadam,
    "adagrad": Adagrad,
    "lbfgs": LBFGS,
}


def make_optimizer(optimizer: str | Optimizer) -> Optimizer:
    """Return the optimizer for a value of the hyperparameter ``optimizer``."""
    if isinstance(optimizer, Optimizer):
        return plain(optimizer)
    if optimizer not in OPTIMIZERS:
        raise unknown_name("optimizer", optimizer, OPTIMIZERS)
    return OPTIMIZERS[optimizer]()
