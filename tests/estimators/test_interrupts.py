"""Ctrl-C at any time leaves an estimator that is consistent, and the BLAS threads as they were."""

import contextlib
import os
import pickle
import subprocess
import sys
import time
import warnings
from pathlib import Path
from signal import SIGINT
from threading import Timer

import numpy as np
import pytest
import threadpoolctl
from sklearn.exceptions import ConvergenceWarning

import skdeep
from skdeep import DeepClassifier, threads
from skdeep.estimators.inside import is_fitted

ROOT = Path(__file__).parents[2]

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 4))
Y = (X @ rng.normal(size=(4, 3))).argmax(axis=1)


def small(**options):
    options = {"batch_size": 20, "max_epochs": 3, "random_state": 0, **options}
    return DeepClassifier((5,), **options)


def fit(estimator):
    estimator.fit(X, Y)


def stream(estimator):
    for _ in range(estimator.max_epochs):
        estimator.partial_fit(X, Y)


# name: (hyperparameters, how it is trained, whether it goes on from an earlier training)
SCENARIOS = {
    "early stopping": ({"early_stopping": True}, fit, False),
    "plateau": ({"early_stopping": False, "lr_schedule": "reduce_on_plateau"}, fit, False),
    "warm start": ({"early_stopping": True, "warm_start": True}, fit, True),
    "batch norm": ({"batch_norm": True, "weight_averaging": 0.9, "warm_start": True}, fit, True),
    "stream": ({}, stream, False),
    "lbfgs": ({"optimizer": "lbfgs", "batch_size": "auto", "warm_start": True}, fit, True),
}


def scenario(name, **options):
    """Return an estimator, trained before if the scenario wants it, and what trains it."""
    defaults, train, goes_on = SCENARIOS[name]
    estimator = small(**{**defaults, **options})
    if goes_on:
        estimator.fit(X, Y)
    return estimator, train


def check(estimator):
    """Check that all parts of a fitted estimator tell of the same epochs, and that it works."""
    n = estimator.n_epochs_
    assert {len(column) for column in estimator.history_.values()} == {n}
    assert estimator.history_["epoch"] == list(range(n))
    assert estimator._state.epoch == n
    assert 0 <= estimator.best_epoch_ < max(n, 1)
    proba = estimator.predict_proba(X)
    assert np.isfinite(proba).all()
    again = pickle.loads(pickle.dumps(estimator))
    np.testing.assert_array_equal(again.predict_proba(X), proba)
    n = n if again.warm_start else 0
    assert len(again.set_params(max_epochs=1).fit(X, Y).history_["epoch"]) == n + 1


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def interrupting(n, error=KeyboardInterrupt):
    """Return a scorer whose n-th call raises an error, and that is better at each call."""
    calls = iter(range(1, n))

    def score(estimator, X, y):
        try:
            return float(next(calls))
        except StopIteration:
            raise error from None

    return score


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_an_epoch_that_is_not_judged_yet_is_not_there(optimizer):
    options = {"optimizer": optimizer, "batch_size": "auto", "early_stopping": True}
    estimator = small(**options, max_epochs=9, scoring=interrupting(4))
    with pytest.warns(ConvergenceWarning, match="was interrupted in epoch 3;"):
        estimator.fit(X, Y)
    assert estimator.history_["val_score"] == [1.0, 2.0, 3.0]
    assert estimator.best_epoch_ == 2
    check(estimator.set_params(scoring=None))
    whole = small(**options, scoring=interrupting(4)).fit(X, Y)
    np.testing.assert_array_equal(whole.predict_proba(X), estimator.predict_proba(X))


def test_a_warm_start_interrupted_in_its_first_epoch_leaves_all_as_it_was():
    estimator = small(early_stopping=True, warm_start=True).fit(X, Y)
    before = pickle.dumps(estimator)
    estimator.set_params(scoring=interrupting(1))
    with pytest.warns(ConvergenceWarning, match="was interrupted in epoch 3;"):
        estimator.fit(X, Y)
    assert pickle.dumps(estimator.set_params(scoring=None)) == before


@pytest.mark.parametrize(
    "options", [{}, {"weight_averaging": 0.9, "lr_schedule": "reduce_on_plateau"}]
)
def test_a_first_epoch_that_is_interrupted_leaves_no_trace(options):
    steps = iter(range(2))

    def interrupt_the_third_step(x, target, rng):
        try:
            next(steps)
        except StopIteration:
            raise KeyboardInterrupt from None
        return x, target

    options = {"early_stopping": True, "warm_start": True, "batch_norm": True, **options}
    options |= {"numerical_encoding": None}
    estimator = small(**options, augment=interrupt_the_third_step)
    with pytest.warns(ConvergenceWarning, match="was interrupted in epoch 0;"):
        estimator.fit(X, Y)
    check(estimator.set_params(augment=None))
    estimator.fit(X, Y)
    straight = small(**options).fit(X, Y)
    np.testing.assert_array_equal(estimator.predict_proba(X), straight.predict_proba(X))


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_a_stop_iteration_from_a_scorer_reaches_the_user(optimizer):
    scorer = interrupting(2, StopIteration("mine"))
    estimator = small(optimizer=optimizer, batch_size="auto", early_stopping=True, scoring=scorer)
    with pytest.raises(StopIteration, match=r"^mine$"):
        estimator.fit(X, Y)
    assert not hasattr(estimator, "history_")


# CPython handles a signal where a Python function begins and where a C function has returned
POINTS = {"call", "c_return"}

BOOKKEEPING = (
    "progress.py", "stopping.py", "history.py", "state.py", "loop.py", "iterations.py", "start.py",
    "threads.py", "base.py",
)  # fmt: skip


class Interrupt:
    """A profiler that raises KeyboardInterrupt at the n-th point in files with some endings."""

    def __init__(self, n, endings):
        self.n, self.endings, self.count = n, endings, 0

    def __call__(self, frame, event, arg):
        if event in POINTS and self._is_ours(frame):
            self.count += 1
            if self.count == self.n:
                sys.setprofile(None)
                raise KeyboardInterrupt

    def _is_ours(self, frame):
        file = frame.f_code.co_filename
        if file == contextlib.__file__:
            file = frame.f_back.f_code.co_filename
        return file.startswith(os.path.dirname(skdeep.__file__)) and file.endswith(self.endings)


class Library:
    """A BLAS library of four threads."""

    num_threads = 4

    def set_num_threads(self, n):
        self.num_threads = n


def run_with(interrupt, name, monkeypatch):
    """Train with an interrupt, check what it leaves, and return the number of points passed."""
    libraries = [Library(), Library()]
    estimator, train = scenario(name)
    monkeypatch.setattr(threads, "_libraries", lambda: libraries)
    with quiet(), contextlib.suppress(KeyboardInterrupt):
        sys.setprofile(interrupt)
        try:
            train(estimator)
        finally:
            sys.setprofile(None)
    assert [library.num_threads for library in libraries] == [4, 4]
    if is_fitted(estimator):
        check(estimator)
    return interrupt.count


def run_with_each(name, endings, at_most, monkeypatch):
    """Train with an interrupt at each point, or at so many that are spread evenly."""
    n_points = run_with(Interrupt(0, endings), name, monkeypatch)
    points = np.unique(np.linspace(1, n_points, min(n_points, at_most)).astype(int))
    for n in points:
        run_with(Interrupt(n, endings), name, monkeypatch)


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_interrupt_anywhere_in_the_bookkeeping_leaves_a_consistent_estimator(name, monkeypatch):
    run_with_each(name, BOOKKEEPING, 60, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_an_interrupt_anywhere_leaves_a_consistent_estimator(name, monkeypatch):
    run_with_each(name, ".py", 100, monkeypatch)


def blas_threads():
    return [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]


def run_and_interrupt(function, delay):
    """Call a function, with Ctrl-C after a delay."""
    timer = Timer(delay, os.kill, (os.getpid(), SIGINT))
    with contextlib.suppress(KeyboardInterrupt):
        timer.start()
        function()
        timer.join()
        time.sleep(0.01)  # here the signal is handled if it came late
    timer.join()


def interrupt_at_random(n_trials):
    """Interrupt real trainings, and check what is left. Runs in a process of its own."""
    rng, before = np.random.default_rng(0), blas_threads()
    assert max(before) > 1
    names = list(SCENARIOS)
    for i in range(n_trials):
        estimator, train = scenario(names[i % len(names)], max_epochs=30, n_iter_no_change=None)
        delay = rng.uniform(0, 0.05)
        with quiet():
            run_and_interrupt(lambda: train(estimator), delay)  # noqa: B023 - called at once
        assert blas_threads() == before, (i, delay)
        if is_fitted(estimator):
            check(estimator)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process on Windows")
def test_ctrl_c_at_random_times_leaves_consistent_estimators_and_the_threads_as_they_were():
    script = "from tests.estimators.test_interrupts import *; interrupt_at_random(50)"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2"}
    subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, timeout=200, check=True
    )
