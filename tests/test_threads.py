"""One BLAS thread for small networks, and as many as before afterwards."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from skdeep import DeepClassifier, threads
from skdeep.threads import blas_threads_for

SMALL, LARGE = 1000, 1 << 30


def n_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def in_another_thread(function):
    """Call a function in a thread of its own, and return what it returned."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result(timeout=60)


@pytest.fixture
def two_threads():
    before = threadpool_info()
    # threadpoolctl lets one thread at a time change a limit: one that ends hands this right back
    in_another_thread(lambda: threadpool_limits(2, "blas"))
    if n_threads() != {2}:
        pytest.skip("this BLAS has one thread")
    yield
    in_another_thread(lambda: threadpool_limits(before))


def test_small_products_run_on_one_thread_and_large_ones_on_all(two_threads):
    with blas_threads_for(SMALL):
        assert n_threads() == {1}
    assert n_threads() == {2}
    with blas_threads_for(LARGE):
        assert 2 in n_threads()
    assert n_threads() == {2}


def test_large_products_leave_one_pool_of_threads(two_threads):
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    if len(pools) == 1:
        pytest.skip("NumPy and SciPy share one BLAS")
    with blas_threads_for(LARGE):
        n = {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}
    assert {"scipy.libs" in path: n[path] for path in n} == {True: 1, False: 2}


def test_the_limit_is_lifted_after_an_error(two_threads):
    with pytest.raises(ZeroDivisionError), blas_threads_for(SMALL):
        raise ZeroDivisionError
    assert n_threads() == {2}


def test_trainings_in_two_threads_leave_the_threads_as_they_were():
    X, y = np.random.default_rng(0).normal(size=(100, 5)), np.arange(100) % 2
    barrier, seen, before = Barrier(2), [], n_threads()

    def look(X, y, rng):
        barrier.wait(timeout=60)  # both are in the middle of training
        seen.append(n_threads())
        barrier.wait(timeout=60)
        return X, y

    options = {"max_epochs": 1, "batch_size": "full", "early_stopping": False, "augment": look}
    models = [DeepClassifier((4,), **options) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda model: model.fit(X, y), models))
    assert seen == [{1}, {1}]
    assert n_threads() == before


@pytest.mark.parametrize("first_to_leave", [0, 1])
def test_overlapping_limits_are_all_lifted(two_threads, first_to_leave):
    limits = [blas_threads_for(SMALL) for _ in range(2)]
    for limit in limits:
        limit.__enter__()
    assert n_threads() == {1}
    limits.pop(first_to_leave).__exit__(None, None, None)
    limits.pop().__exit__(None, None, None)
    assert n_threads() == {2}


def test_a_limit_that_another_thread_sets_meanwhile_is_left_alone(two_threads):
    with blas_threads_for(SMALL):
        in_another_thread(lambda: threadpool_limits(3, "blas"))
        assert n_threads() == {3}
    assert n_threads() == {3}


def test_a_limit_that_another_thread_lifts_meanwhile_does_not_come_back(two_threads):
    begun, over = Barrier(2), Barrier(2)

    def limited():
        with threadpool_limits(1, "blas"):
            begun.wait(timeout=60)
            over.wait(timeout=60)

    thread = Thread(target=limited)
    thread.start()
    begun.wait(timeout=60)
    with blas_threads_for(SMALL):
        over.wait(timeout=60)
        thread.join()
    assert n_threads() == {2}


def test_other_threads_can_set_limits_afterwards(two_threads):
    with blas_threads_for(SMALL):
        pass
    in_another_thread(lambda: threadpool_limits(1, "blas"))
    assert n_threads() == {1}


class Interrupted:
    """A library of which a call is interrupted, before or after it takes effect."""

    def __init__(self, call, when):
        self.n, self.call, self.when, self.n_calls = 4, call, when, 0

    @property
    def num_threads(self):
        return self.n

    def set_num_threads(self, n):
        self.n_calls += 1
        interrupted = self.n_calls == self.call
        if not (interrupted and self.when == "before"):
            self.n = n
        if interrupted:
            raise KeyboardInterrupt


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_interrupt_while_limiting_or_lifting_leaves_no_limit(monkeypatch, call, when):
    libraries = [Interrupted(call, when), Interrupted(0, when)]
    monkeypatch.setattr(threads, "_libraries", lambda: libraries)
    limit = blas_threads_for(SMALL)
    with pytest.raises(KeyboardInterrupt), limit:
        pass
    limit.lift()
    assert [library.n for library in libraries] == [4, 4]


FORK = """
import os
from tests.test_threads import SMALL, blas_threads_for, n_threads

before = n_threads()
with blas_threads_for(SMALL):
    child = os.fork()
    if child == 0:
        free = n_threads()
        with blas_threads_for(SMALL):
            limited = n_threads()
        os._exit(0 if (free, limited, n_threads()) == (before, {1}, before) else 1)
    _, status = os.waitpid(child, 0)
assert before == n_threads() == {2}, before
raise SystemExit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_forked_during_a_training_is_not_limited_and_can_limit(two_threads):
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "PYTHONWARNINGS": "ignore"}
    subprocess.run([sys.executable, "-c", FORK], env=environment, timeout=120, check=True)
