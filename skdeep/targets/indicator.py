"""Distinguish classes (a vector) from labels (an indicator matrix)."""

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from ..base import UsageError
from .arrays import as_array

__all__ = ["check_classes"]


def check_classes(y: Any) -> tuple[np.ndarray, bool]:
    """Return y as an array, and whether it is an indicator matrix of labels.

    Parameters
    ----------
    y : array-like or sparse matrix

    Returns
    -------
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        Classes, or 0 and 1 for each label.
    is_indicator : bool
    """
    y = as_array(y)
    if y.ndim == 0:
        column_or_1d(y)  # raises scikit-learn's error for the shape
    if y.ndim > 1:
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind == "multilabel-indicator":
            return _zeros_and_ones(y), True
    check_classification_targets(y)
    return column_or_1d(y, warn=True), False


def _zeros_and_ones(y: Any) -> np.ndarray:
    y = y.toarray() if issparse(y) else y
    if not np.isin(y, (0, 1)).all():
        raise UsageError(
            "y must be an indicator matrix of 0 and 1, a column for each label. Got the values "
            f"{np.unique(y)[:5].tolist()}."
        )
    return y
