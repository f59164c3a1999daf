"""Predictions by partition, and scores that are sums over partitions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dask
import dask.array as da
import numpy as np
from sklearn.base import is_classifier

from ..base import UsageError
from ..estimators import BaseDeepEstimator
from ..estimators.inside import model_of
from ..targets.moments import Moments
from .collections import blocks_of, parts_of

__all__ = ["predict_lazily", "predict_lazily_with_std", "score_of"]


def predict_lazily(deep: BaseDeepEstimator, method: str, X: Any) -> Any:
    """Return what a method of a fitted estimator predicts for each partition, not computed.

    Parameters
    ----------
    deep : DeepClassifier or DeepRegressor
    method : str
    X : Dask array or frame of shape (n_samples, n_features)

    Returns
    -------
    dask.array.Array
        In the chunks of X.
    """
    like, model = _of_no_rows(deep, method), dask.delayed(deep, pure=False)
    parts = parts_of(X, "X")
    return _concatenated(X, [dask.delayed(_ask)(model, method, part) for part in parts], like)


def predict_lazily_with_std(deep: BaseDeepEstimator, X: Any) -> tuple[Any, Any]:
    """Return predictions and their standard deviations for each partition, not computed.

    Both come from one task for each partition.

    Parameters
    ----------
    deep : DeepRegressor
    X : Dask array or frame of shape (n_samples, n_features)

    Returns
    -------
    dask.array.Array, dask.array.Array
        In the chunks of X.
    """
    likes, model = _pair_of_no_rows(deep), dask.delayed(deep, pure=False)
    pairs = [dask.delayed(_ask_both, nout=2)(model, part) for part in parts_of(X, "X")]
    y, std = (
        _concatenated(X, parts, like)
        for parts, like in zip(zip(*pairs, strict=True), likes, strict=True)
    )
    return y, std


def score_of(client: Any, deep: BaseDeepEstimator, X: Any, y: Any, sample_weight: Any) -> float:
    """Return the accuracy of a classifier, or R² of a regressor.

    Parameters
    ----------
    client : distributed.Client
    deep : DeepClassifier or DeepRegressor
    X : Dask array or frame of shape (n_samples, n_features)
    y : Dask array, frame or series
    sample_weight : Dask array or series, or None
    """
    if model_of(deep).target.loss.levels is not None:
        raise UsageError(
            "several quantiles have no score that is a sum over partitions. Call "
            "to_local().score on rows in memory."
        )
    model, blocks = dask.delayed(deep, pure=False), blocks_of(X, y, sample_weight)
    part = _correct if is_classifier(deep) else _squares
    parts = client.gather(client.compute([dask.delayed(part)(model, *block) for block in blocks]))
    parts = [each for each in parts if each is not None]
    if is_classifier(deep):
        return float(np.sum([right for right, _ in parts]) / np.sum([total for _, total in parts]))
    return _r2(parts)


@dataclass(frozen=True)
class Squares:
    """Squared errors of predictions of some rows, and the moments of their targets."""

    errors: np.ndarray
    y: Moments


def _concatenated(X: Any, parts: Sequence[Any], like: np.ndarray) -> Any:
    """Return delayed parts as an array in the chunks of X."""
    lengths = getattr(X, "chunks", [[np.nan] * len(parts)])[0]
    return da.concatenate(
        [
            da.from_delayed(part, (n, *like.shape[1:]), meta=like)
            for part, n in zip(parts, lengths, strict=True)
        ]
    )


def _ask(deep: BaseDeepEstimator, method: str, X: Any) -> np.ndarray:
    """Return what a method predicts; a partition can be empty."""
    return getattr(deep, method)(X) if X.shape[0] else _of_no_rows(deep, method)


def _ask_both(deep: Any, X: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return predictions and their standard deviations; a partition can be empty."""
    return deep.predict(X, return_std=True) if X.shape[0] else _pair_of_no_rows(deep)


def _pair_of_no_rows(deep: BaseDeepEstimator) -> tuple[np.ndarray, np.ndarray]:
    return _of_no_rows(deep, "predict"), _of_no_rows(deep, "std")


def _of_no_rows(deep: BaseDeepEstimator, method: str) -> np.ndarray:
    """Return what a method predicts for no rows."""
    model = model_of(deep)
    names = {"predict_proba": "probabilities", "decision_function": "decision"}
    convert = getattr(model.target, names.get(method, method))
    return convert(np.zeros((1, model.network.n_outputs), model.network.dtype))[:0]


def _correct(
    deep: BaseDeepEstimator, X: Any, y: Any, sample_weight: Any
) -> tuple[float, float] | None:
    """Return the weight of the rows that are predicted correctly, and that of all rows."""
    total = float(X.shape[0] if sample_weight is None else np.sum(sample_weight))
    return (deep.score(X, y, sample_weight) * total, total) if total else None


def _squares(deep: BaseDeepEstimator, X: Any, y: Any, sample_weight: Any) -> Squares | None:
    weight = np.ones(X.shape[0]) if sample_weight is None else np.asarray(sample_weight, float)
    if not weight.any():
        return None
    y = np.asarray(y, float).reshape(X.shape[0], -1)
    error = y - deep.predict(X).reshape(y.shape)
    return Squares(weight @ error**2, Moments.of(y, weight))


def _r2(parts: Sequence[Squares]) -> float:
    """Return R², the mean over the outputs, as ``sklearn.metrics.r2_score``."""
    errors, y = np.sum([part.errors for part in parts], axis=0), parts[0].y
    for part in parts[1:]:
        y = y.merge(part.y)
    squares = y.weight * y.std**2
    of_constant = np.where(errors == 0, 1.0, 0.0)
    ratio = np.divide(errors, squares, out=np.zeros(len(errors)), where=squares > 0)
    return float(np.where(squares > 0, 1 - ratio, of_constant).mean())
