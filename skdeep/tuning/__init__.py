"""Search hyperparameters: distributions on the right scales, spaces by importance, searches."""

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
