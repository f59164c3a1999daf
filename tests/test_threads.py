"""One BLAS thread for small networks, and as many as before afterwards."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from skdeep import DeepClassifier
from skdeep.threads import blas_threads_for

SMALL, LARGE = 1000, 1 << 30


def n_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture
def two_threads():
    with threadpool_limits(2, "blas"):
        if n_threads() != {2}:
            pytest.skip("this BLAS has one thread")
        yield


def test_small_products_run_on_one_thread_and_large_ones_on_all(two_threads):
    with blas_threads_for(SMALL):
        assert n_threads() == {1}
    assert n_threads() == {2}
    with blas_threads_for(LARGE):
        assert n_threads() == {2}


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
