"""What happens when a worker or the whole cluster is lost."""

import os
import signal
import threading
from contextlib import contextmanager

import numpy as np
import pytest
from sklearn.datasets import load_digits

from skdeep import DeepClassifier
from tests.helpers import error_of, thetas

pytest.importorskip("distributed")
pytest.importorskip("dask.dataframe")

import dask
import distributed

from skdeep.dask import DaskDeepClassifier
from tests.dask.helpers import in_chunks, two_processes


class AtEpoch:
    """A callback that does something while an epoch runs, and remembers that it did."""

    def __init__(self, epoch, action, delay):
        self.epoch, self.action, self.delay, self.n_begun, self.threads = (
            epoch,
            action,
            delay,
            0,
            [],
        )

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context, **told):
        if context.task_name != "epoch":
            return
        if self.n_begun == self.epoch:
            self.threads.append(threading.Timer(self.delay, self.action))
            self.threads[0].start()
        self.n_begun += 1

    def on_fit_task_end(self, estimator, context, **told):
        return False


@contextmanager
def _new_cluster():
    patience = {"distributed.comm.timeouts.connect": "2s", "distributed.comm.retry.count": 0}
    with dask.config.set(patience), two_processes() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def cluster():
    """A cluster whose workers are started again when they are killed."""
    with _new_cluster() as cluster:
        yield cluster


@pytest.fixture
def doomed():
    """A cluster that a test closes."""
    with _new_cluster() as cluster:
        yield cluster


def _data():
    X, y = load_digits(return_X_y=True)
    return in_chunks(X[:600], [200, 100, 300]), in_chunks(y[:600], [200, 100, 300])


def _model(client, **options):
    return DaskDeepClassifier(
        (32,), client=client, max_epochs=4, batch_size=16, steps_per_round=5, n_members=1,
        random_state=0, **options,
    )  # fmt: skip


ROUNDS = {"dropout": 0.2, "batch_norm": True}
SUMS = {"optimizer": "lbfgs", "batch_size": "auto", "max_epochs": 8}


@pytest.mark.parametrize("options", [ROUNDS, SUMS], ids=["rounds", "sums"])
def test_a_killed_worker_changes_no_number(cluster, options):
    with distributed.Client(cluster) as client:
        client.wait_for_workers(2)
        X, y = (each.persist() for each in _data())
        distributed.wait([X, y])
        expected = _model(client).set_params(**options).fit(X, y)
        pids = client.run(os.getpid)
        address = sorted(pids)[0]
        killing = AtEpoch(1, lambda: os.kill(pids[address], signal.SIGKILL), delay=0.05)
        found = _model(client).set_params(**options).set_callbacks(killing).fit(X, y)
        assert killing.threads
        assert pids[address] not in client.run(os.getpid).values()
        np.testing.assert_array_equal(thetas(found), thetas(expected))
        assert found.history_["train_loss"] == expected.history_["train_loss"]


def _fit_and_lose(doomed, epoch):
    """Return a model whose cluster is closed in an epoch of its fit, and the error."""
    with distributed.Client(doomed) as client:
        client.wait_for_workers(2)
        X, y = _data()
        closing = AtEpoch(epoch, doomed.close, delay=0.0)
        model = _model(client).set_callbacks(closing)
        message = error_of(lambda: model.fit(X, y), RuntimeError)
        closing.threads[0].join()
    return model, message


def test_the_last_model_is_kept_when_the_cluster_is_lost(doomed):
    model, message = _fit_and_lose(doomed, epoch=2)
    assert message.startswith("DaskDeepClassifier: the cluster was lost in epoch 2: ")
    assert message.endswith(
        ". to_local() returns the best model so far. Connect a client to a cluster, and fit anew."
    )
    local = model.to_local()
    assert local.n_epochs_ == 2
    assert isinstance(local, DeepClassifier)
    X, y = load_digits(return_X_y=True)
    assert local.score(X[600:], y[600:]) > 0.5  # one class of ten would be 0.1


@pytest.mark.slow
def test_without_a_complete_epoch_the_estimator_is_as_before(doomed):
    model, message = _fit_and_lose(doomed, epoch=0)
    assert message.endswith("No epoch was complete. Connect a client to a cluster, and fit anew.")
    assert not hasattr(model, "history_")
