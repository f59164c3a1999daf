"""BLAS threads in training: one for small networks, and one pool of them for large ones.

NumPy and SciPy may each bring a BLAS library with threads of its own. Matrix products run on
NumPy's, vector updates on SciPy's, and the two pools compete for the cores: an epoch of a large
network took twice as long on two threads as on one.
"""

import os
from functools import cache
from pathlib import Path

import scipy
from threadpoolctl import LibController, ThreadpoolController

__all__ = ["blas_threads_for"]

# Multiplications in a matrix product from which a second thread pays: about 1 ms of work.
_WORTH_SHARING = 1 << 26


class blas_threads_for:  # noqa: N801 - a context manager, named like a function
    """Limit BLAS in the context: to one thread if the largest product is a small one.

    If it is a large one, only a BLAS library that SciPy has for itself is limited to one thread.

    Most BLAS libraries have one limit for the whole process. So each context lifts only what
    it has set itself, and only if the number of threads is still 1: a limit that another thread
    sets or lifts in the meantime stays. When contexts overlap, the first one to end lifts the
    limit for all.

    Parameters
    ----------
    n_multiplications : int
        In the largest matrix product.
    """

    def __init__(self, n_multiplications: int):
        self._is_small = n_multiplications < _WORTH_SHARING
        self._lowered: list[tuple[LibController, int]] = []

    def __enter__(self):
        try:
            self._limit()
            return self
        except BaseException:
            self.lift()
            raise

    def __exit__(self, *exception):
        self.lift()

    def _limit(self) -> None:
        _open.add(self)
        for library in _libraries() if self._is_small else _scipys_own():
            n = library.num_threads or 1  # None if the library does not tell
            if n > 1:
                self._lowered.append((library, n))  # first: an interrupt must not lose the number
                library.set_num_threads(1)
                _let_others_set(library)

    def lift(self) -> None:
        """Lift the limit. Call it again if Ctrl-C may have cut a call short."""
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
    """Look through the loaded libraries, once."""
    return ThreadpoolController().select(user_api="blas").lib_controllers


@cache
def _scipys_own() -> list[LibController]:
    """Return the BLAS libraries that came with SciPy, in its folder or the one beside it."""
    folders = Path(scipy.__file__).parent, Path(scipy.__file__).parents[1] / "scipy.libs"
    return [
        library
        for library in _libraries()
        if any(Path(library.filepath).is_relative_to(folder) for folder in folders)
    ]


def _let_others_set(library: LibController) -> None:
    """Give back the right to set the limit, which recent threadpoolctl keeps for one thread."""
    if hasattr(library, "clear_controlling_thread"):
        library.clear_controlling_thread()


def _lift_all() -> None:
    """Lift the limits in a forked process, where the trainings that set them do not run."""
    for limit in list(_open):
        limit.lift()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_lift_all)
