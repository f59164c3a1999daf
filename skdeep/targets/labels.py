"""A target with any number of labels for each row."""

from typing import Any

import numpy as np

from ..base import MismatchError, UsageError
from ..losses import Logistic, LogitLoss
from .base import ClassTarget
from .class_weights import count_values, multiply, weight_of_each_value
from .indicator import check_classes

__all__ = ["Labels"]


class Labels(ClassTarget):
    """Each row has any number of labels: an indicator matrix with a column for each label.

    Parameters
    ----------
    n_labels : int
    """

    def __init__(self, n_labels: int):
        self.classes = np.arange(n_labels)
        self.weight_of_value: np.ndarray | None = None

    @property
    def loss(self) -> LogitLoss:
        return self._loss or Logistic()

    def check_loss(self, loss: LogitLoss) -> None:
        if loss.sums_to_one:
            raise UsageError(
                f"loss={loss!r} divides the probability among all outputs, so it needs one class "
                f"for each row. y has {len(self.classes)} labels. Derive the loss from Sigmoid."
            )

    @property
    def n_outputs(self) -> int:
        return len(self.classes)

    def has(self, classes: np.ndarray) -> bool:
        return len(classes) == len(self.classes)

    def keep(self, y: Any) -> np.ndarray:
        y, is_indicator = check_classes(y)
        if not is_indicator:
            raise MismatchError(
                f"y must be an indicator matrix of {len(self.classes)} labels, as before. Got "
                "one class for each row.",
                f"y_val must be an indicator matrix of {len(self.classes)} labels, as y is. Got "
                "one class for each row.",
            )
        if y.shape[1] != len(self.classes):
            raise MismatchError(
                f"y is an indicator matrix of {y.shape[1]} labels. Before, it had "
                f"{len(self.classes)} labels.",
                f"y_val is an indicator matrix of {y.shape[1]} labels, and y has "
                f"{len(self.classes)} labels.",
            )
        return y

    @property
    def n_columns(self) -> int:
        return len(self.classes)

    @property
    def form(self) -> str:
        return f"an indicator matrix of {len(self.classes)} labels"

    def count(self, kept: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray:
        if self.class_weight is None:
            return super().count(kept, sample_weight)
        return count_values(kept, sample_weight)

    def learn_weights_from(self, counts: np.ndarray) -> None:
        self.weight_of_value = None
        if self.class_weight is not None:
            self.weight_of_value = weight_of_each_value(self.class_weight, counts)

    def weigh(self, kept: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray | None:
        if self.weight_of_value is None:
            return sample_weight
        lacks, has = self.weight_of_value
        with np.errstate(over="ignore"):  # infinite weights have their own error
            of_row = np.where(kept, has, lacks).prod(axis=1)
        return multiply(of_row, sample_weight)

    def encode(self, kept: np.ndarray, dtype: np.dtype) -> np.ndarray:
        return kept.astype(dtype)

    def decode(self, kept: np.ndarray) -> np.ndarray:
        return kept

    def strata(self, kept: np.ndarray) -> np.ndarray:
        return np.unique(kept, axis=0, return_inverse=True)[1]

    def predict(self, raw: np.ndarray) -> np.ndarray:
        return (raw > 0).astype(int)
