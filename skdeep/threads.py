"""One BLAS thread for small networks, whose products are too short to share."""

from contextlib import contextmanager
from functools import cache
from threading import Lock

from threadpoolctl import ThreadpoolController

__all__ = ["blas_threads_for"]

# Multiplications in a matrix product from which a second thread pays: about 1 ms of work.
_WORTH_SHARING = 1 << 26

_limiting = Lock()


@contextmanager
def blas_threads_for(n_multiplications: int):
    """Limit BLAS to one thread in the context if the largest product is a small one.

    The limit is the process's. Of trainings that overlap, the first sets and lifts it: two
    that did so in turn could leave it behind.
    """
    if n_multiplications >= _WORTH_SHARING or not _limiting.acquire(blocking=False):
        yield
        return
    try:
        with _controller().limit(limits=1, user_api="blas"):
            yield
    finally:
        _limiting.release()


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looks through the loaded libraries, once
