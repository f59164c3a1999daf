"""Find the deep estimator inside pipelines and searches, and transform X for it."""

from typing import Any

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from ..estimators.base import BaseDeepEstimator
from ..estimators.inside import is_fitted, model_of

__all__ = ["find_deep", "find_fitted"]

_INNER = ("best_estimator_", "estimator_", "estimator")  # of searches and other wrappers


def find_deep(estimator: Any, X: Any = None, y: Any = None) -> tuple[BaseDeepEstimator, Any]:
    """Return the deep estimator in ``estimator``, and X as it receives it.

    The steps of a fitted pipeline transform X. The steps of an unfitted pipeline are cloned and
    fitted on X first. The arguments are not changed.
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


def find_fitted(estimator: Any, X: Any = None) -> tuple[BaseDeepEstimator, Any]:
    """Return the same as ``find_deep``; raise ``NotFittedError`` if it is not fitted."""
    deep, _ = find_deep(estimator)
    model_of(deep)  # raises if there is none
    return find_deep(estimator, X)
