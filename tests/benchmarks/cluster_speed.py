"""Rows per second on one and more workers of a Dask cluster, and where the time of a round goes.

Run it on a quiet machine that has a core for each worker and one more, or give a scheduler::

    python tests/benchmarks/cluster_speed.py --workers 1 2
    python tests/benchmarks/cluster_speed.py --scheduler tcp://host:8786 --workers 1 2 8 32

The same rows are divided among more and more workers (strong scaling). Each worker takes batches
of the same size, in rounds of the same number of steps, and no rows are held out. The times are
those of Dask's task stream. A round is the time from the end of one average to that of the next:

- *sending*: the average travels to the client, and from there to all workers, until the last of
  them begins its steps;
- *steps*: until the last worker has taken its steps, so waiting for the slowest is in it;
- *reduction*: the results are sent to each other and averaged pairwise.

The first round is left out. *speed-up* is in rows per second, and compares with one worker. The
line *fit* is ``DeepClassifier.fit``, without a cluster. The rows are random numbers, because the
time does not depend on them.
"""

import argparse
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import dask.array as da
import numpy as np
from dask.utils import key_split
from distributed import Client, LocalCluster, get_task_stream
from threadpoolctl import threadpool_limits

from skdeep import DeepClassifier
from skdeep.dask import DaskDeepClassifier


class Round(NamedTuple):
    """Seconds of a round."""

    sending: float
    steps: float
    reduction: float

    @property
    def seconds(self):
        """Seconds of the whole round."""
        return sum(self)


def make_rows(n_rows, n_columns, n_classes, seed):
    """Return random rows and classes."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_rows, n_columns), dtype="float32")
    return X, rng.integers(n_classes, size=n_rows)


def placed(client, n_rows, n_columns, n_classes, n_workers):
    """Return rows as Dask arrays, an equal part of them on each worker."""
    addresses = sorted(client.nthreads())[:n_workers]
    n = n_rows // len(addresses)
    parts = [
        client.submit(make_rows, n, n_columns, n_classes, i, workers=[address], pure=False)
        for i, address in enumerate(addresses)
    ]
    columns = [
        [client.submit(lambda pair, j=j: pair[j], part, pure=False) for part in parts]
        for j in range(2)
    ]
    X = [da.from_delayed(each, (n, n_columns), "float32") for each in columns[0]]
    return da.concatenate(X), da.concatenate([da.from_delayed(y, (n,), int) for y in columns[1]])


def rounds_of(stream, n_workers):
    """Return the rounds in a task stream, without the first one."""
    times = {"local_steps": [], "merge": []}
    for task in stream:
        name = key_split(task["key"])
        if name in times:
            (computed,) = [each for each in task["startstops"] if each["action"] == "compute"]
            times[name].append((computed["start"], computed["stop"]))
    steps = np.array(sorted(times["local_steps"])).reshape(-1, n_workers, 2)
    begun, done = steps[:, :, 0].max(axis=1), steps[:, :, 1].max(axis=1)
    averaged = done
    if n_workers > 1:  # surveys of the rows were merged before the first steps
        first = steps[0, 0, 0]
        merges = np.array(sorted(each for each in times["merge"] if each[0] > first))
        averaged = merges.reshape(-1, n_workers - 1, 2)[:, :, 1].max(axis=1)
    phases = np.stack([begun[1:] - averaged[:-1], (done - begun)[1:], (averaged - done)[1:]])
    return [Round(*each) for each in phases.T.tolist()]


def train(client, X, y, **hyperparameters):
    """Return a network that was trained on a cluster, and the task stream of its training."""
    with get_task_stream(client) as stream:
        model = DaskDeepClassifier(client=client, early_stopping=False, **hyperparameters)
        model.fit(X, y)
    return model, stream.data


@contextmanager
def connected(scheduler, n_workers):
    """Yield a client of a cluster, or of one on this machine."""
    with ExitStack() as stack:
        if scheduler is None:
            scheduler = stack.enter_context(
                LocalCluster(
                    n_workers=n_workers,
                    threads_per_worker=1,
                    dashboard_address=":0",
                    memory_limit=0,
                )
            )
        client = stack.enter_context(Client(scheduler))
        client.wait_for_workers(n_workers)
        yield client


def report(workers, n_rounds, seconds, rate, alone, mean=None):
    """Print a line."""
    shares = [] if mean is None else [f"{each / mean.seconds:>11.0%}" for each in mean]
    compared = f"{rate / alone:.2f}" if alone else "–"
    print(
        f"{workers!s:>7}{n_rounds:>8}{seconds:>12.3f}{rate:>12,.0f}{compared:>10}", *shares, sep=""
    )


def main():
    """Measure on all numbers of workers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scheduler", help="address; by default, processes on this machine")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--columns", type=int, default=784)
    parser.add_argument("--layers", type=int, nargs="*", default=[512, 256])
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--rows", type=int, default=32768)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=32, help="steps of a round")
    parser.add_argument("--epochs", type=int, default=5)
    given = parser.parse_args()
    shape = given.rows, given.columns, given.classes
    options = {
        "hidden_layer_sizes": tuple(given.layers), "activation": "relu", "n_members": 1,
        "numerical_encoding": None, "batch_size": given.batch_size, "max_epochs": given.epochs,
        "n_iter_no_change": None, "random_state": 0,
    }  # fmt: skip
    print(
        f"{'workers':>7}{'rounds':>8}{'s a round':>12}{'rows/s':>12}{'speed-up':>10}"
        f"{'sending':>11}{'steps':>11}{'reduction':>11}"
    )
    with threadpool_limits(1, "blas"):
        model = DeepClassifier(early_stopping=False, **options).fit(*make_rows(*shape, seed=0))
    seconds = np.mean(model.history_["seconds"][1:])
    report("fit", given.epochs - 1, seconds, given.rows / seconds, None)
    alone = None
    for n_workers in given.workers:
        with connected(given.scheduler, n_workers) as client:
            data = placed(client, *shape, n_workers)
            model, stream = train(client, *data, steps_per_round=given.steps, **options)
        rounds = rounds_of(stream, n_workers)
        mean = Round(*np.mean(rounds, axis=0).tolist())
        rows_of_round = data[0].shape[0] * given.epochs / (len(rounds) + 1)
        rate = rows_of_round / mean.seconds
        alone = alone or rate
        report(n_workers, len(rounds), mean.seconds, rate, alone, mean)


if __name__ == "__main__":
    main()
