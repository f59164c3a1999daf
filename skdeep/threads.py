"""One BLAS thread for small networks, whose products are too short to share."""

from contextlib import AbstractContextManager, nullcontext
from functools import cache

from threadpoolctl import ThreadpoolController

__all__ = ["blas_threads_for"]

# Multiplications in a matrix product from which a second thread pays: about 1 ms of work.
_WORTH_SHARING = 1 << 26


def blas_threads_for(n_multiplications: int) -> AbstractContextManager:
    """Return a context with one BLAS thread if the largest product in it is a small one."""
    if n_multiplications >= _WORTH_SHARING:
        return nullcontext()
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looks through the loaded libraries, once
