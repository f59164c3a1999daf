"""Bind once for each number of rows."""

from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["BySize"]

Bound = TypeVar("Bound")


class BySize(dict[int, Bound], Generic[Bound]):
    """Bound functions by number of rows. Each is bound at its first use.

    Parameters
    ----------
    bind : callable
        ``n_rows -> bound``.

    Examples
    --------
    >>> squares = BySize(lambda n_rows: n_rows**2)
    >>> squares[3], len(squares)
    (9, 1)
    """

    def __init__(self, bind: Callable[[int], Bound]):
        super().__init__()
        self._bind = bind

    def __missing__(self, n_rows: int) -> Bound:
        self[n_rows] = bound = self._bind(n_rows)
        return bound
