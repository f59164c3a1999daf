"""Class weights: a weight for each class, or for each value of each label."""

from numbers import Real
from typing import Any, Literal

import numpy as np

from ..base import BadValueError, UsageError

__all__ = [
    "ClassWeight",
    "count_values",
    "multiply",
    "weight_of_each_class",
    "weight_of_each_value",
]

ClassWeight = dict[Any, float] | Literal["balanced"] | None


def weight_of_each_class(
    class_weight: dict[Any, float] | Literal["balanced"],
    classes: np.ndarray,
    totals: np.ndarray,
) -> np.ndarray:
    """Return the weight of each class. "balanced" gives each class the same total weight.

    Parameters
    ----------
    class_weight : dict or "balanced"
    classes : ndarray of shape (n_classes,)
    totals : ndarray of shape (n_classes,)
        Sum of the sample weights of each class.

    Returns
    -------
    ndarray of shape (n_classes,)
    """
    if class_weight == "balanced":
        return _balanced(totals)
    given = dict(class_weight)
    weights = [given.pop(label, 1.0) for label in classes.tolist()]
    if given or not all(isinstance(weight, Real) and float(weight) >= 0 for weight in weights):
        raise UsageError(
            f"class_weight must give numbers >= 0 to some of the classes {classes.tolist()}. "
            f"Got {class_weight!r} instead."
        )
    return np.array(weights, dtype=float)


def _balanced(totals: np.ndarray) -> np.ndarray:
    """Return the factors that make the totals of all classes equal; 1 for an absent class."""
    with np.errstate(over="ignore", invalid="ignore"):  # infinite totals have their own error
        mean = totals.sum() / np.count_nonzero(totals)
        return np.divide(mean, totals, out=np.ones(len(totals)), where=totals > 0)


def weight_of_each_value(
    class_weight: dict[Any, float] | Literal["balanced"], totals: np.ndarray
) -> np.ndarray:
    """Return the balanced weights of the values of each label.

    Parameters
    ----------
    class_weight : "balanced"
    totals : ndarray of shape (n_labels, 2)
        From ``count_values``.

    Returns
    -------
    ndarray of shape (2, n_labels)
        For each label, the weights of 0 and of 1.
    """
    if class_weight != "balanced":
        raise BadValueError(
            "class_weight",
            "'balanced' or None for a multilabel target",
            class_weight,
            "Weigh rows by sample_weight.",
        )
    return np.column_stack([_balanced(of_values) for of_values in totals])


def count_values(kept: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray:
    """Return the sum of the weights of the rows without and with each label.

    Parameters
    ----------
    kept : ndarray of shape (n_samples, n_labels)
    sample_weight : ndarray of shape (n_samples,) or None

    Returns
    -------
    ndarray of shape (n_labels, 2)
    """
    has = kept.astype(bool)
    return np.array([np.bincount(label, sample_weight, minlength=2) for label in has.T])


def multiply(by_class: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray:
    """Return the product of class weights and sample weights."""
    with np.errstate(over="ignore", invalid="ignore"):  # infinite weights have their own error
        return by_class if sample_weight is None else by_class * sample_weight
