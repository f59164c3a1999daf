"""Cast numbers to the precision of the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from scipy.sparse import issparse

__all__ = ["cast", "checked", "too_large"]


def cast(x: Any, dtype: np.dtype) -> Any:
    """Return rows in ``dtype`` and C order, copied only if needed. Sparse rows stay sparse."""
    if type(x) is np.ndarray and x.dtype == dtype and x.flags.c_contiguous:
        return x
    with checked(dtype):
        return x.astype(dtype, copy=False) if issparse(x) else np.ascontiguousarray(x, dtype)


@contextmanager
def checked(dtype: np.dtype) -> Iterator[None]:
    """Raise scikit-learn's error for values that are too large for ``dtype``."""
    try:
        with np.errstate(over="raise"):
            yield
    except FloatingPointError:
        raise too_large(dtype) from None


def too_large(dtype: np.dtype) -> ValueError:
    """Return scikit-learn's error for values that are too large for ``dtype``."""
    return ValueError(f"Input X contains infinity or a value too large for {np.dtype(dtype)!r}.")
