"""A cluster: tasks on its workers, pairwise merging of results, and an error at its end."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from time import monotonic
from typing import Any
from uuid import uuid4

import dask
from dask.utils import funcname
from distributed import Client, Future, get_client, get_worker, wait
from distributed.scheduler import KilledWorker

from ..base import UsageError
from ..threads import blas_threads_for

__all__ = ["Cluster", "ClusterLostError"]

_LOST = (CancelledError, asyncio.CancelledError, KilledWorker, OSError)
_PATIENCE = 60.0  # seconds without any worker
_LOOK = 2.0  # seconds between looks at the workers
_LARGE_GRAPH = "1TiB"  # the numbers of a network travel with the task


class ClusterLostError(RuntimeError):
    """The cluster has no workers, or cannot be reached."""


class Cluster:
    """The workers of a client.

    Parameters
    ----------
    client : distributed.Client or None
        None is the current client.
    """

    def __init__(self, client: Client | None) -> None:
        self.client = _current() if client is None else client

    def compute(self, delayed: Sequence[Any]) -> list[Future]:
        """Compute delayed objects where their data lie, and keep the results there."""
        return self.client.compute(list(delayed), optimize_graph=False)

    def submit(self, function: Callable, *args: Any, at: str | None = None) -> Future:
        """Run a pure function on a worker, if possible on the one at an address."""
        place = {} if at is None else {"workers": [at], "allow_other_workers": True}
        key = f"{funcname(function)}-{uuid4().hex}"  # the dashboard names tasks by it
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": _LARGE_GRAPH}):
            return self.client.submit(_run, function, *args, key=key, **place)

    def put(self, value: Any) -> Future:
        """Place a value on the cluster. Unlike scattered data, it survives its worker."""
        return self.submit(_same, value)

    def spread(self, value: Any, places: Sequence[str]) -> list[Future]:
        """Place a value on some workers. Each worker that has it passes it on to one more."""
        copies = [self.submit(_same, value, at=places[0])]
        while len(copies) < len(places):
            n = len(copies)
            copies += [
                self.submit(_same, copy, at=place)
                for copy, place in zip(copies, places[n : 2 * n], strict=False)
            ]
        return copies

    def merged(self, futures: Sequence[Future], merge: Callable[[Any, Any], Any]) -> Future:
        """Merge results pairwise, on the workers, in a fixed order."""
        level = list(futures)
        while len(level) > 1:
            pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
            level = [self.submit(merge, *pair) if len(pair) > 1 else pair[0] for pair in pairs]
        return level[0]

    def fetch(self, future: Any) -> Any:
        """Return the result of a future, or of a list of them."""
        with _clear_errors():
            self._wait(future if isinstance(future, list) else [future])
            return self.client.gather(future)

    def holders(self, futures: Sequence[Future]) -> list[str]:
        """Wait for results; return the address of a worker that holds each of them."""
        with _clear_errors():
            self._wait(list(futures))
            for future in futures:
                if future.status != "finished":
                    future.result()  # raises its error
            holders = self.client.who_has(list(futures))
        return [sorted(holders[future.key])[0] for future in futures]

    def _wait(self, futures: list[Future]) -> None:
        """Wait for results as long as there are workers."""
        seen = monotonic()
        while True:
            try:
                wait(futures, timeout=_LOOK)
                return
            except TimeoutError:
                if self.client.status not in ("running", "connecting"):
                    raise ClusterLostError("the client was closed") from None
                if self.client.scheduler_info()["workers"]:
                    seen = monotonic()
                elif monotonic() - seen > _PATIENCE:
                    raise ClusterLostError(
                        f"the cluster has had no workers for {_PATIENCE:.0f} seconds"
                    ) from None


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Raise one error for all that a lost cluster raises."""
    try:
        yield
    except _LOST as error:
        raise ClusterLostError(f"{type(error).__name__}: {error}") from error


def _current() -> Client:
    try:
        return get_client()
    except ValueError:
        raise UsageError(
            "there is no current client. Create a distributed.Client, or give it as client=."
        ) from None


def _run(function: Callable, *args: Any) -> Any:
    """Run a task, with one BLAS thread on a worker that has several threads."""
    if get_worker().state.nthreads == 1:
        return function(*args)
    with blas_threads_for(0):
        return function(*args)


def _same(value: Any) -> Any:
    return value
