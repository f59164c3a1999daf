"""BLAS threads in training: one for small networks, and one thread pool for large ones.

NumPy and SciPy can each contain a BLAS library with its own threads. Matrix products use NumPy's
library, and vector updates use SciPy's. The two thread pools compete for the cores: an epoch of a
large network took twice as long with two threads as with one.
"""

import os
from functools import cache
from pathlib import Path
from typing import Self

import scipy
from threadpoolctl import LibController, ThreadpoolController

__all__ = ["blas_threads_for"]

# From this number of multiplications on (about 1 ms), a second thread is faster.
_WORTH_SHARING = 1 << 26


class blas_threads_for:  # noqa: N801 - a context manager, named like a function
    """Limit BLAS in the context to one thread, if the largest matrix product is small.

    If it is large, only a BLAS library that SciPy has for itself is limited to one thread.

    Most BLAS libraries have one limit for the whole process. A context restores only a limit that
    it has set, and only if the number of threads is still 1. A limit that another thread sets or
    restores in the meantime remains. When contexts overlap, the first one to end restores the
    limit for all.

    Parameters
    ----------
    n_multiplications : int
        Number of multiplications in the largest matrix product.
    """

    def __init__(self, n_multiplications: int):
        self._is_small = n_multiplications < _WORTH_SHARING
        self._lowered: list[tuple[LibController, int]] = []

    def __enter__(self) -> Self:
        try:
            self._limit()
            return self
        except BaseException:
            self.lift()
            raise

    def __exit__(self, *exception: object) -> None:
        self.lift()

    def _limit(self) -> None:
        _open.add(self)
        for library in _libraries() if self._is_small else _scipys_own():
            n = library.num_threads or 1  # None if it is unknown
            if n > 1:
                self._lowered.append((library, n))  # first: an interrupt must not lose the number
                library.set_num_threads(1)
                _let_others_set(library)

    def lift(self) -> None:
        """Restore the number of threads. Call it again if Ctrl-C may have ended a call early."""
        while self._lowered:
            library, n = self._lowered[-1]
            if library.num_threads == 1:
                library.set_num_threads(n)
            _let_others_set(library)
            self._lowered.pop()
        _open.discard(self)


_open: set[blas_threads_for] = set()


@cache
def _libraries() -> list[LibController]:
    """Return the loaded BLAS libraries. They are searched for once."""
    return ThreadpoolController().select(user_api="blas").lib_controllers


@cache
def _scipys_own() -> list[LibController]:
    """Return the BLAS libraries of SciPy, in its folder or in the one next to it."""
    folders = Path(scipy.__file__).parent, Path(scipy.__file__).parents[1] / "scipy.libs"
    return [
        library
        for library in _libraries()
        if any(Path(library.filepath).is_relative_to(folder) for folder in folders)
    ]


def _let_others_set(library: LibController) -> None:
    """Let other threads set the limit. Recent threadpoolctl reserves this for one thread."""
    if hasattr(library, "clear_controlling_thread"):
        library.clear_controlling_thread()


def _lift_all() -> None:
    """Restore the limits in a forked process, in which the trainings that set them do not run."""
    for limit in list(_open):
        limit.lift()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_lift_all)
