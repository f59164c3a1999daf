"""Hyperparameter search: distributions, ready search spaces, and two searches."""

from .distributions import (
    Distribution,
    LogUniform,
    LogUniformInt,
    OneMinusLogUniform,
    Uniform,
)
from .halving import HalvingEpochsSearchCV
from .hidden_layers import HiddenLayers
from .search import CoarseToFineSearchCV
from .spaces import search_space

__all__ = [
    "CoarseToFineSearchCV",
    "Distribution",
    "HalvingEpochsSearchCV",
    "HiddenLayers",
    "LogUniform",
    "LogUniformInt",
    "OneMinusLogUniform",
    "Uniform",
    "search_space",
]
