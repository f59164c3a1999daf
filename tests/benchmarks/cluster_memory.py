"""Measure how much the workers of a Dask cluster grow while they train on their partitions.

Run it with the megabytes of each worker's partitions::

    python tests/benchmarks/cluster_memory.py --workers 2 --partitions 4 --megabytes 400

The workers are processes on this machine, and make their partitions of random numbers in float32
themselves. The figure is the highest anonymous memory (``RssAnon``) of a worker during ``fit``,
less that before it, sampled every 5 ms, for each worker: what it needs beyond its partitions.
Linux only.
"""

import argparse

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster, wait
from memory import Peak

from skdeep.dask import DaskDeepClassifier

CASES = {
    "all rows": {"early_stopping": False},
    "held-out rows": {"early_stopping": True},
    "numbers as they are": {"early_stopping": False, "numerical_encoding": None},
}


def make_rows(n_rows, n_columns, seed):
    """Return standard normal numbers."""
    return np.random.default_rng(seed).standard_normal((n_rows, n_columns), dtype="float32")


def classes_of(X):
    """Return the class of each row, which the first column decides."""
    return (X[:, 0] > 0).astype(np.int8)


def placed(client, n_rows, n_columns, n_partitions):
    """Return rows and classes in partitions, the same number of them on each worker."""
    addresses = sorted(client.nthreads()) * n_partitions
    parts = [
        client.submit(make_rows, n_rows, n_columns, i, workers=[address], pure=False)
        for i, address in enumerate(addresses)
    ]
    classes = [client.submit(classes_of, part, pure=False) for part in parts]
    wait(classes)
    X = [da.from_delayed(part, (n_rows, n_columns), "float32") for part in parts]
    return da.concatenate(X), da.concatenate([da.from_delayed(y, (n_rows,), int) for y in classes])


def begin(dask_worker):
    """Begin to watch the memory of a worker."""
    dask_worker.peak = Peak().__enter__()


def end(dask_worker):
    """Return how much the memory of a worker has grown."""
    dask_worker.peak.__exit__()
    return dask_worker.peak.growth


def main():
    """Measure each case on a new cluster."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--partitions", type=int, default=4, help="of each worker")
    parser.add_argument("--megabytes", type=float, default=400, help="of each worker's partitions")
    parser.add_argument("--features", type=int, default=200)
    given = parser.parse_args()
    n_rows = int(given.megabytes * 1e6 / (given.partitions * given.features * 4))
    for name, options in CASES.items():
        cluster = LocalCluster(
            n_workers=given.workers, threads_per_worker=1, dashboard_address=":0", memory_limit=0
        )
        with cluster, Client(cluster) as client:
            client.wait_for_workers(given.workers)
            model = DaskDeepClassifier(
                (64,), n_members=1, batch_size=256, max_epochs=1, random_state=0, **options
            )
            model.fit(*placed(client, 1000, given.features, 2))  # imports and buffers come first
            X, y = placed(client, n_rows, given.features, given.partitions)
            client.run(begin)
            model.fit(X, y)
            grown = client.run(end).values()
            size = f"{X.nbytes / given.workers / 1e6:.0f} MB in {given.partitions}"
            figures = [f"+{each / 1e6:6.1f} MB" for each in grown]
            print(f"{name:20}", size, *figures, sep="  ", flush=True)


if __name__ == "__main__":
    main()
