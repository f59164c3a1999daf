"""One BLAS thread for small networks, whose products are too short to share."""

from contextlib import contextmanager
from functools import cache
from threading import Lock

from threadpoolctl import ThreadpoolController

__all__ = ["blas_threads_for"]

# Multiplications in a matrix product from which a second thread pays: about 1 ms of work.
_WORTH_SHARING = 1 << 26

_lock = Lock()
_limits: list = []  # of the trainings that run now; the first one holds the limiter


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looks through the loaded libraries once


@contextmanager
def blas_threads_for(n_multiplications: int):
    """Limit BLAS to one thread in the context if the largest product is a small one.

    The limit is the process's. Trainings in several threads share it: it is set by the
    first and lifted by the last.
    """
    if n_multiplications >= _WORTH_SHARING:
        yield
        return
    with _lock:
        if not _limits:
            _limits.append(_controller().limit(limits=1, user_api="blas"))
        _limits.append(None)
    try:
        yield
    finally:
        with _lock:
            _limits.pop()
            if len(_limits) == 1:
                _limits.pop().restore_original_limits()
