"""Choose the target of a classifier from its y."""

from typing import Any

import numpy as np

from ..base import UsageError
from .base import ClassTarget
from .classes import Classes
from .indicator import check_classes
from .labels import Labels

__all__ = ["announce_classes", "read_classes"]


def read_classes(y: Any) -> tuple[ClassTarget, np.ndarray]:
    """Return the target for y, and y in the form used in training."""
    y, is_indicator = check_classes(y)
    if is_indicator:
        return Labels(y.shape[1]), y
    classes, kept = np.unique(y, return_inverse=True)
    return Classes(classes), kept


def announce_classes(classes: Any, y: Any, before: ClassTarget | None) -> ClassTarget:
    """Return the target for all classes of this and later calls.

    In the first call, y determines whether they are classes or labels. Later calls must name
    the same classes.
    """
    classes = np.unique(np.asarray(classes))
    if before is None:
        _, is_indicator = check_classes(y)
        return Labels(len(classes)) if is_indicator else Classes(classes)
    if not before.has(classes):
        raise UsageError(
            f"classes={classes.tolist()} differ from those of the first call to partial_fit, "
            f"{before.classes.tolist()}."
        )
    return before
