"""Hyperparameter search: distributions, ready search spaces, and a search from coarse to fine."""

from .distributions import (
    Distribution,
    HiddenLayers,
    LogUniform,
    LogUniformInt,
    OneMinusLogUniform,
)
from .search import CoarseToFineSearchCV
from .spaces import search_space

__all__ = [
    "CoarseToFineSearchCV",
    "Distribution",
    "HiddenLayers",
    "LogUniform",
    "LogUniformInt",
    "OneMinusLogUniform",
    "search_space",
]
