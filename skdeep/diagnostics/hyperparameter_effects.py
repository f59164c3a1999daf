"""What the hyperparameters that a search tried did to its score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import partial_dependence

from ..base import is_real

__all__ = ["HyperparameterEffect", "hyperparameter_effects"]

_N_GRID = 50
_MIN_RATIO = 10.0  # of the largest to the smallest value on a logarithmic axis
_LONGEST = 24  # characters of a category
_MISSING = object()


@dataclass
class HyperparameterEffect:
    """The values of a hyperparameter that a search tried, and the score expected for each.

    Parameters
    ----------
    name : str
        Label of the axis.
    values : ndarray of shape (n_candidates,)
        Numbers, or positions in ``categories``; nan if a candidate has no such hyperparameter.
    categories : list of str or None
        Best first; None for numbers.
    is_log : bool
        Whether the axis is logarithmic.
    grid : ndarray of shape (n_grid,)
        Increasing values.
    dependence : ndarray of shape (n_grid,)
        Partial dependence: the score expected for each value of the grid, as the mean over the
        other hyperparameters.
    """

    name: str
    values: np.ndarray
    categories: list[str] | None
    is_log: bool
    grid: np.ndarray
    dependence: np.ndarray

    @property
    def size(self) -> float:
        """The largest expected score minus the smallest."""
        return float(np.ptp(self.dependence))


def hyperparameter_effects(
    params: Sequence[dict[str, Any]],
    scores: np.ndarray,
    is_first: np.ndarray,
    resource: np.ndarray | None,
    random_state: int | np.random.RandomState | None,
) -> list[HyperparameterEffect]:
    """Return the effect of each hyperparameter with several values, the largest first.

    A random forest learns the score from the hyperparameters, and from the resource if there is
    one. The scale of a numerical axis is the one on which the values of the first round are spread
    most evenly.
    """
    columns = [
        column
        for name in sorted({name for each in params for name in each})
        for column in _columns(
            name, [each.get(name, _MISSING) for each in params], scores, is_first
        )
        if len(np.unique(column[1][~np.isnan(column[1])])) > 1
    ]
    features = [values for _, values, *_ in columns]
    X = np.column_stack([*features, np.zeros(len(scores)) if resource is None else resource])
    has_score = np.isfinite(scores)
    forest = RandomForestRegressor(min_samples_leaf=2, random_state=random_state)
    forest.fit(X[has_score], scores[has_score])
    effects = []
    for i, (name, values, categories, is_log) in enumerate(columns):
        grid = _grid(values)
        found = partial_dependence(
            forest, X, [i], custom_values={i: grid}, method="recursion", kind="average"
        )
        effects.append(
            HyperparameterEffect(name, values, categories, is_log, grid, found["average"][0])
        )
    return sorted(effects, key=lambda effect: -effect.size)


Column = tuple[str, np.ndarray, list[str] | None, bool]


def _columns(name: str, values: list, scores: np.ndarray, is_first: np.ndarray) -> list[Column]:
    """Return the columns of a hyperparameter: two for tuples of numbers, otherwise one."""
    present = [value for value in values if value is not _MISSING]
    if all(map(is_real, present)):
        return [_numbers(name, [np.nan if v is _MISSING else v for v in values], is_first)]
    if all(isinstance(v, tuple) and all(map(is_real, v)) for v in present):
        shapes = [() if value is _MISSING else value for value in values]
        lengths = [np.nan if value is _MISSING else len(value) for value in values]
        means = [np.mean(shape) if shape else np.nan for shape in shapes]
        return [
            _numbers(f"{name} (length)", lengths, is_first),
            _numbers(f"{name} (mean)", means, is_first),
        ]
    return [_categories(name, values, scores)]


def _numbers(name: str, values: list, is_first: np.ndarray) -> Column:
    """Return a column of numbers, on a scale that suits them."""
    x = np.array(values, dtype=float)
    first = x[is_first & ~np.isnan(x)]
    if _is_log(first):
        return name, x, None, True
    if np.all(first < 1) and _is_log(1 - first):  # such as a β of 0.9 to 0.999
        return f"1 − {name}", 1 - x, None, True
    return name, x, None, False


def _is_log(x: np.ndarray) -> bool:
    """Return whether the logarithms of numbers are spread more evenly than the numbers."""
    if len(x) == 0 or x.min() <= 0 or x.max() < _MIN_RATIO * x.min():
        return False
    return _unevenness(np.log(x)) < _unevenness(x)


def _unevenness(x: np.ndarray) -> float:
    """Return the largest distance of the sorted numbers from evenly spaced ones, in [0, 1]."""
    x = np.sort(x)
    return float(np.abs((x - x[0]) / (x[-1] - x[0]) - np.linspace(0, 1, len(x))).max())


def _categories(name: str, values: list, scores: np.ndarray) -> Column:
    """Return a column of positions in the list of categories, the one with the best mean first."""
    labels = np.array(["" if v is _MISSING else str(v)[:_LONGEST] for v in values])
    is_missing = np.array([value is _MISSING for value in values])
    has_score = np.isfinite(scores)

    def mean(label: str) -> float:
        here = scores[(labels == label) & has_score]
        return here.mean() if len(here) else -np.inf

    categories = sorted(dict.fromkeys(labels[~is_missing].tolist()), key=mean, reverse=True)
    positions = [categories.index(v) if v in categories else 0 for v in labels.tolist()]
    return name, np.where(is_missing, np.nan, positions), categories, False


def _grid(values: np.ndarray) -> np.ndarray:
    """Return the different values, or quantiles of them if there are many."""
    x = np.unique(values[~np.isnan(values)])
    return x[np.unique(np.linspace(0, len(x) - 1, _N_GRID).round().astype(int))]
