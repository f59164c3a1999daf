"""Cast numbers to the precision of the network."""

from typing import Any

import numpy as np
from scipy.sparse import issparse

__all__ = ["cast", "checked"]


def cast(x: Any, dtype: np.dtype) -> Any:
    """Return rows in ``dtype`` and C order, copied only if needed. Sparse rows stay sparse."""
    if type(x) is np.ndarray and x.dtype == dtype and x.flags.c_contiguous:
        return x
    with checked(dtype):
        return x.astype(dtype, copy=False) if issparse(x) else np.ascontiguousarray(x, dtype)


class checked:  # noqa: N801 - used as a function
    """Raise scikit-learn's error for values that are too large for ``dtype``, in the context."""

    def __init__(self, dtype: np.dtype) -> None:
        self._dtype, self._errstate = dtype, np.errstate(over="raise")

    def __enter__(self) -> None:
        self._errstate.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._errstate.__exit__(kind, error, trace)
        if isinstance(error, FloatingPointError):
            raise ValueError(
                f"Input X contains infinity or a value too large for {np.dtype(self._dtype)!r}."
            ) from None
