"""Read y as an array, whatever its type."""

from typing import Any

from scipy.sparse import issparse
from sklearn.utils import assert_all_finite, check_array

from ..base import is_missing

__all__ = ["as_array"]


def as_array(y: Any) -> Any:
    """Return an array or sparse matrix with no missing or infinite value."""
    y = check_array(
        y,
        accept_sparse=True,
        dtype=None,
        ensure_all_finite=False,
        ensure_2d=False,
        allow_nd=True,
        ensure_min_samples=0,
        ensure_min_features=0,
        input_name="y",
    )
    if y.dtype == object and any(map(is_missing, y.flat)):
        raise ValueError("Input y contains NaN.")
    if not issparse(y) and y.dtype != object:
        assert_all_finite(y, input_name="y")
    return y
