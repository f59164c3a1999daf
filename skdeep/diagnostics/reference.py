"""An estimate of the lowest possible error: that of a strong reference, cross-validated."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, is_classifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import resample
from threadpoolctl import threadpool_limits

from ..estimators.base import BaseDeepEstimator
from ..estimators.inside import model_of, read_columns
from .locate import find_fitted

__all__ = ["Floor", "estimate_floor"]

_MOST_ROWS, _MOST_COLUMNS, _N_FOLDS = 5000, 400, 3
_MOST_CATEGORIES = 255  # of a categorical feature in HistGradientBoosting


class Floor(NamedTuple):
    """An estimate of the lowest possible error.

    Attributes
    ----------
    error : float or None
        None if there is no estimate.
    how : str
        How it was estimated, or why not.
    """

    error: float | None
    how: str


def estimate_floor(
    estimator: Any,
    X: Any,
    y: Any,
    scorer: Callable[..., float],
    is_negative: bool,
    own_error: float,
) -> Floor:
    """Return the mean error over three folds of scikit-learn's HistGradientBoosting or ExtraTrees.

    At most 5,000 random rows are used. The error includes what the reference cannot learn from so
    few rows, so it is on average too high. If the network's own error is lower, that is the
    estimate.

    Parameters
    ----------
    estimator : fitted DeepClassifier or DeepRegressor
        Or a Pipeline or a search that contains one. What comes before the network is used as it
        is.
    X, y : array-like
        The training data.
    scorer : callable
        ``(estimator, X, y) -> score``
    is_negative : bool
        Whether scores are negative errors. Otherwise, the error is 1 - score.
    own_error : float
        The network's error on rows of the same distribution that it was not trained on, or on the
        training rows if that is larger: then the new rows are easier by chance.
    """
    deep, _ = find_fitted(estimator)
    reason = _why_not(deep, X, y)
    if reason:
        return Floor(None, reason)
    y = np.asarray(y).reshape(len(y))
    n_rows = min(len(y), _MOST_ROWS)
    X, y = resample(
        X, y, replace=False, n_samples=n_rows, random_state=0, stratify=_strata(deep, y)
    )
    columns, categories = _read(estimator, X)
    trees = _trees(deep, _few(columns, categories))
    reference = make_pipeline(FunctionTransformer(lambda rows: _read(estimator, rows)[0]), trees)
    folds = StratifiedKFold if is_classifier(deep) else KFold
    cv = folds(_N_FOLDS, shuffle=True, random_state=0)
    with threadpool_limits(1, user_api="openmp"):  # on a busy machine, threads wait for each other
        scores = cross_val_score(reference, X, y, scoring=scorer, cv=cv, error_score="raise")
    error = (not is_negative) - float(np.mean(scores))
    how = (
        f"the error of {type(trees).__name__} in {_N_FOLDS}-fold cross-validation on {n_rows} "
        "training rows"
    )
    if own_error < error:
        return Floor(own_error, f"the network's own, because {how} is {error:.4g}")
    return Floor(error, how)


def _trees(deep: BaseDeepEstimator, categories: list[int]) -> BaseEstimator:
    """Return boosting, or for several classes a forest: boosting needs a tree for each class."""
    if not is_classifier(deep):
        return HistGradientBoostingRegressor(categorical_features=categories, random_state=0)
    if deep.n_outputs_ == 1:
        return HistGradientBoostingClassifier(categorical_features=categories, random_state=0)
    return ExtraTreesClassifier(random_state=0)


def _why_not(deep: BaseDeepEstimator, X: Any, y: Any) -> str:
    """Return why there is no estimate, or an empty string."""
    if np.ndim(y) > 1 and np.shape(y)[1] > 1:
        return "the reference predicts one output only"
    if model_of(deep).target.loss.levels is not None:
        return "the reference predicts one number only, not several quantiles"
    if issparse(X) or deep.n_features_in_ > _MOST_COLUMNS:
        return f"it is estimated for dense tables of up to {_MOST_COLUMNS} columns only"
    rows = np.unique(np.asarray(y), return_counts=True)[1] if is_classifier(deep) else [len(y)]
    share = min(1, _MOST_ROWS / len(y))
    if int(share * min(rows)) < _N_FOLDS:
        return f"{_N_FOLDS}-fold cross-validation needs {_N_FOLDS} rows of each class"
    return ""


def _strata(deep: BaseDeepEstimator, y: Any) -> Any:
    return y if is_classifier(deep) else None


def _read(estimator: Any, X: Any) -> tuple[np.ndarray, list[int]]:
    """Return X as the network reads it: numbers, and codes of the categories in some columns."""
    return read_columns(*find_fitted(estimator, X))


def _few(columns: np.ndarray, categories: list[int]) -> list[int]:
    """Return the columns whose categories are few enough for the reference to use as such."""
    return [j for j in categories if len(np.unique(columns[:, j])) <= _MOST_CATEGORIES]
