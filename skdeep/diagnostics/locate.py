"""Find the deep estimator inside pipelines and searches, and what it sees of the data."""

import copy

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ..estimators.base import BaseDeepEstimator
from ..estimators.fitting import Rows
from ..estimators.parameters import plain_hyperparameters

__all__ = ["copy_features", "copy_with_rows", "find_deep", "find_fitted", "is_fitted", "plain_copy"]

_INNER = ("best_estimator_", "estimator_", "estimator")  # of searches and other wrappers


def is_fitted(estimator: BaseDeepEstimator) -> bool:
    """Return whether the estimator has a network."""
    return hasattr(estimator, "_network")


def find_deep(estimator, X=None, y=None) -> tuple[BaseDeepEstimator, object]:
    """Return the deep estimator in ``estimator``, and X as it arrives there.

    The steps of a fitted pipeline transform X; those of an unfitted one are cloned and
    fitted on it first. Nothing that was passed changes.
    """
    if isinstance(estimator, BaseDeepEstimator):
        return estimator, X
    if isinstance(estimator, Pipeline):
        last = estimator.steps[-1][1]
        if X is not None and len(estimator.steps) > 1:
            before = estimator[:-1]
            fitted = is_fitted(find_deep(last)[0])
            X = before.transform(X) if fitted else clone(before).fit_transform(X, y)
        return find_deep(last, X, y)
    for name in _INNER:
        if hasattr(estimator, name):
            return find_deep(getattr(estimator, name), X, y)
    raise TypeError(
        "Expected a DeepClassifier or a DeepRegressor: alone, as the last step of a Pipeline, or "
        f"inside a search. Got {estimator!r} instead."
    )


def find_fitted(estimator, X=None) -> tuple[BaseDeepEstimator, object]:
    """Return what ``find_deep`` does, if it was fitted."""
    deep, _ = find_deep(estimator)
    check_is_fitted(deep, "_network")
    return find_deep(estimator, X)


def plain_copy(deep: BaseDeepEstimator) -> BaseDeepEstimator:
    """Return a copy whose hyperparameters are valid, and in the form that training reads."""
    deep._validate_params()
    deep = copy.copy(deep)
    deep.__dict__.update(plain_hyperparameters(deep))
    return deep


def copy_with_rows(
    estimator, X, y, sample_weight=None, *, fresh=False, **hyperparameters
) -> tuple[BaseDeepEstimator, Rows]:
    """Return a copy of the deep estimator with other hyperparameters, and its checked rows.

    The copy keeps what a fitted estimator has learned, unless ``fresh``.
    """
    deep, X = find_deep(estimator, X, y)
    fitted = is_fitted(deep) and not fresh
    deep = plain_copy((copy.copy(deep) if fitted else clone(deep)).set_params(**hyperparameters))
    rows = deep._check_rows(X, y, sample_weight, reset=not fitted, reset_y=not fitted)
    if not fitted:
        deep._learn_scale(rows.y, rows.weight)
    return deep, rows


def copy_features(estimator, X, y=None) -> tuple[BaseDeepEstimator, np.ndarray]:
    """Return a copy of the deep estimator, without dropout, and its checked features."""
    deep, X = find_deep(estimator, X, y)
    fitted = is_fitted(deep)
    if fitted:
        return copy.copy(deep), deep._check_features(X, reset=False)
    deep = plain_copy(clone(deep).set_params(dropout=0.0))
    return deep, deep._check_features(X, reset=True)
