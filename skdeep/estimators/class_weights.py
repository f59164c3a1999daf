"""What class_weight means: a weight for each class, or for each row of labels."""

from numbers import Real

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight

from ..base import InvalidParameterError

__all__ = ["multilabel_weights", "weight_of_each_class"]


def weight_of_each_class(estimator, y: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray:
    """Return the weight of each class, in the order of ``classes_``.

    "balanced" gives each class of y the same total weight.

    Parameters
    ----------
    estimator : DeepClassifier
    y : ndarray of shape (n_samples,)
        Places in ``classes_``.
    sample_weight : ndarray of shape (n_samples,) or None
    """
    classes = estimator.classes_.tolist()
    if estimator.class_weight == "balanced":
        return _balanced(np.bincount(y, sample_weight, minlength=len(classes)))
    given = dict(estimator.class_weight)
    weights = [given.pop(label, 1.0) for label in classes]
    if given or not all(isinstance(weight, Real) and float(weight) >= 0 for weight in weights):
        raise ValueError(
            f"{type(estimator).__name__}: class_weight must give numbers >= 0 to some of the "
            f"classes {classes}. Got {estimator.class_weight!r} instead."
        )
    return np.array(weights, dtype=float)


def _balanced(totals: np.ndarray) -> np.ndarray:
    """Return what to multiply each class's total by for equal totals; 1 for an absent class."""
    with np.errstate(over="ignore", invalid="ignore"):  # infinite totals have their own error
        mean = totals.sum() / np.count_nonzero(totals)
        return np.divide(mean, totals, out=np.ones(len(totals)), where=totals > 0)


def multilabel_weights(estimator, y: np.ndarray) -> np.ndarray:
    """Return the weight of each row: the product of its labels' balanced weights."""
    if not isinstance(estimator.class_weight, str):
        raise InvalidParameterError(
            f"The 'class_weight' parameter of {type(estimator).__name__} must be 'balanced' or "
            f"None for a multilabel target. Got {estimator.class_weight!r} instead. Weigh rows "
            "by sample_weight."
        )
    return compute_sample_weight(estimator.class_weight, y)
