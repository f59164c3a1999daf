"""Check y, weights and validation data that a user gives to ``fit``."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_consistent_length

from ..base import MismatchError, UsageError, check_sample_weight
from ..rows import Rows, check_weights
from ..targets import Target

__all__ = ["checked_rows", "has_validation_data", "keep_validation"]


def checked_rows(
    target: Target, X: Any, kept: np.ndarray, sample_weight: Any, is_training: bool
) -> Rows:
    """Return the rows whose weight is not zero."""
    check_consistent_length(X, kept)
    if sample_weight is not None:
        sample_weight = check_sample_weight(
            sample_weight,
            X,
            dtype=np.float64,
            ensure_non_negative=True,
            allow_all_zero_weights=not is_training,  # check_weights names the validation rows
        )
    if is_training:
        target.learn_weights(kept, sample_weight)
    weight = target.weigh(kept, sample_weight)
    check_weights(weight, is_training)
    return Rows(X, kept, weight, sample_weight).weighing()


def has_validation_data(X: Any, y: Any, sample_weight: Any) -> bool:
    """Return whether validation data are given, or raise an error if a part is missing."""
    if (X is None) != (y is None):
        raise UsageError(
            f"X_val and y_val belong together. Got only {'X_val' if y is None else 'y_val'}."
        )
    if X is None and sample_weight is not None:
        raise UsageError(
            "sample_weight_val belongs to X_val and y_val. Got only sample_weight_val."
        )
    return X is not None


def keep_validation(target: Target, y: Any) -> np.ndarray:
    """Return y_val in the form used in training, or raise an error that names it."""
    try:
        return target.keep(y)
    except MismatchError as error:
        raise UsageError(error.of_validation) from None
    except UsageError as error:
        raise UsageError(f"in y_val, {error}") from None
