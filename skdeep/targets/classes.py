"""A target with one class for each row."""

import copy
from typing import Any, cast

import numpy as np

from ..base import MismatchError, UsageError
from ..losses import Logistic, LogitLoss, SoftmaxCrossEntropy
from .base import ClassTarget, Link, Target
from .class_weights import multiply, weight_of_each_class
from .indicator import check_classes

__all__ = ["Classes"]


class Classes(ClassTarget):
    """Each row has one of the classes. Training stores the index of the class.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Labels, sorted and distinct.
    """

    def __init__(self, classes: np.ndarray):
        self.classes = classes
        self.weight_of_class: np.ndarray | None = None

    @property
    def loss(self) -> LogitLoss:
        """By default the logistic loss for two classes, else the softmax cross-entropy."""
        return self._loss or (Logistic() if len(self.classes) == 2 else SoftmaxCrossEntropy())

    @property
    def n_outputs(self) -> int:
        return len(self.classes) if self.loss.sums_to_one else 1

    def check_loss(self, loss: LogitLoss) -> None:
        if len(self.classes) != 2 and not loss.sums_to_one:
            raise UsageError(
                f"loss={loss!r} has one probability for each output, so it needs two classes or "
                f"labels. y has {len(self.classes)} classes. Derive the loss from Softmax."
            )

    def has(self, classes: np.ndarray) -> bool:
        return np.array_equal(classes, self.classes)

    def keep(self, y: Any) -> np.ndarray:
        y, is_indicator = check_classes(y)
        if is_indicator:
            raise MismatchError(
                f"y is an indicator matrix of {y.shape[1]} labels. Before, it had "
                f"{len(self.classes)} classes.",
                f"y_val is an indicator matrix of {y.shape[1]} labels, and y has "
                f"{len(self.classes)} classes.",
            )
        labels, which = np.unique(y, return_inverse=True)
        place = {label: i for i, label in enumerate(self.classes.tolist())}  # 1 is never '1'
        unseen = [label for label in labels.tolist() if label not in place]
        if unseen:
            raise MismatchError(
                f"y contains the classes {unseen}, which are not among {self.classes.tolist()}. "
                "Give every class at the first call: in y to fit, or by classes= to partial_fit.",
                f"y_val contains the classes {unseen}, which are not among those of y, "
                f"{self.classes.tolist()}.",
            )
        return np.array([place[label] for label in labels.tolist()], dtype=np.intp)[which]

    def merge(self, other: Target) -> Target:
        merged = copy.copy(cast(Classes, super().merge(other)))
        both = self.classes, cast(Classes, other).classes
        merged.classes = np.unique(np.concatenate(both))
        return merged

    @property
    def n_columns(self) -> int:
        return 0

    @property
    def form(self) -> str:
        return "classes"

    def count(self, kept: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray:
        if self.class_weight != "balanced":
            return np.zeros(0)
        return np.bincount(kept, sample_weight, minlength=len(self.classes))

    def learn_weights_from(self, counts: np.ndarray) -> None:
        self.weight_of_class = None
        if self.class_weight is not None:
            self.weight_of_class = weight_of_each_class(self.class_weight, self.classes, counts)

    def weigh(self, kept: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray | None:
        if self.weight_of_class is None:
            return sample_weight
        return multiply(self.weight_of_class[kept], sample_weight)

    def encode(self, kept: np.ndarray, dtype: np.dtype) -> np.ndarray:
        if not self.loss.sums_to_one:
            return kept[:, None].astype(dtype)
        # classes × rows in memory, as NumPy is fast along a long last axis, and the loss needs it
        return (np.arange(len(self.classes))[:, None] == kept).astype(dtype).T

    def decode(self, kept: np.ndarray) -> np.ndarray:
        return self.classes[kept]

    def strata(self, kept: np.ndarray) -> np.ndarray:
        return kept

    def classes_of(self, kept: np.ndarray) -> np.ndarray:
        return kept

    def predict(self, raw: np.ndarray) -> np.ndarray:
        if not self.loss.sums_to_one:
            return self.classes[(raw[:, 0] > 0).astype(int)]
        return self.classes[raw.argmax(axis=1)]

    def decision(self, raw: np.ndarray) -> np.ndarray:
        if raw.shape[1] == 1:
            return raw[:, 0]
        return raw[:, 1] - raw[:, 0] if len(self.classes) == 2 else raw

    def _by_choice(self, link: Link, raw: np.ndarray) -> np.ndarray:
        return link(raw) if self.loss.sums_to_one else np.hstack([link(-raw), link(raw)])
