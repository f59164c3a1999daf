"""Compare training on a Dask cluster with training in one place, at the same number of epochs.

Run it with the path of a folder that holds the data (see ``real_data.py``)::

    python tests/benchmarks/on_a_cluster.py --data DATA
    python tests/benchmarks/on_a_cluster.py --data DATA letter --workers 2 --steps 8 32 epoch

Each line gives the number of training rows, the number of workers, the steps of a round, the
accuracy on the test set, its difference to ``DeepClassifier.fit`` in points, and the seconds of
``fit``. All workers are processes on this machine, so seconds say something about a cluster only
if the machine has a core for each of them. The rows are in 16 partitions of different sizes.
"""

import argparse
import json
from pathlib import Path
from time import perf_counter

import dask.array as da
import dask.dataframe as dd
import numpy as np
from distributed import Client, LocalCluster, wait
from real_data import load_images, load_table, to_unit_range

from skdeep import DeepClassifier
from skdeep.dask import DaskDeepClassifier

EPOCHS = {"letter": 30, "adult": 10, "fashion_mnist": 8}
N_PARTITIONS = 16


def load(folder, name, n_rows):
    """Return training and test rows and their classes."""
    manifest = json.loads((folder / "manifest.json").read_text())
    if name in [entry["name"] for entry in manifest["images"]]:
        (entry,) = [entry for entry in manifest["images"] if entry["name"] == name]
        X_train, X_test, y_train, y_test = load_images(folder, entry)
        X_train, X_test = to_unit_range(X_train), to_unit_range(X_test)
    else:
        (entry,) = [entry for entry in manifest["tabular"] if entry["name"] == name]
        X_train, X_test, y_train, y_test = load_table(folder, entry)
    return X_train[:n_rows], X_test, y_train[:n_rows], y_test


def collections(X, y):
    """Return Dask collections in partitions of different sizes."""
    rng = np.random.default_rng(0)
    ends = np.sort(rng.choice(np.arange(1, len(y)), N_PARTITIONS - 1, replace=False))
    sizes = np.diff([0, *ends, len(y)]).tolist()
    labels = da.from_array(np.asarray(y), chunks=(tuple(sizes),))
    if isinstance(X, np.ndarray):
        return da.from_array(X, chunks=(tuple(sizes), X.shape[1])), labels
    parts = [X.iloc[end - n : end] for end, n in zip(np.cumsum(sizes), sizes, strict=True)]
    return dd.from_delayed([_delayed(part) for part in parts], meta=X.iloc[:0]), labels


def _delayed(value):
    import dask

    return dask.delayed(value, traverse=False)


def report(name, n_rows, n_workers, steps, accuracy, alone, seconds):
    """Print a line."""
    difference = 100 * (accuracy - alone)
    print(
        f"{name:<15}{n_rows:>8}{n_workers:>9}{steps!s:>8}{accuracy:>10.4f}{difference:>+8.2f}"
        f"{seconds:>9.1f}",
        flush=True,
    )


def compare(name, options, arguments):
    """Print the lines of a data set."""
    X, X_test, y, y_test = load(arguments.data, name, arguments.rows)
    start = perf_counter()
    alone = DeepClassifier(**options).fit(X, y)
    seconds, expected = perf_counter() - start, alone.score(X_test, y_test)
    report(name, len(y), 1, "fit", expected, expected, seconds)
    for n_workers in arguments.workers:
        cluster = LocalCluster(
            n_workers=n_workers, threads_per_worker=1, dashboard_address=":0", memory_limit=0
        )
        with cluster, Client(cluster) as client:
            client.wait_for_workers(n_workers)
            data = [each.persist() for each in collections(X, y)]
            wait(data)
            for steps in arguments.steps:
                start = perf_counter()
                model = DaskDeepClassifier(**options, steps_per_round=steps).fit(*data)
                seconds = perf_counter() - start
                accuracy = model.to_local().score(X_test, y_test)
                report(name, len(y), n_workers, steps, accuracy, expected, seconds)


def main():
    """Compare all data sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--rows", type=int, default=None, help="training rows, at most")
    parser.add_argument("--workers", type=int, nargs="*", default=[2, 4])
    parser.add_argument("--steps", nargs="*", default=["auto"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("names", nargs="*", default=list(EPOCHS))
    arguments = parser.parse_args()
    arguments.steps = [int(each) if each.isdigit() else each for each in arguments.steps]
    print(f"{'data':<15}{'rows':>8}{'workers':>9}{'steps':>8}{'accuracy':>10}{'points':>8}{'s':>9}")
    for name in arguments.names:
        options = {"max_epochs": EPOCHS[name], "n_iter_no_change": None}
        compare(name, {**options, "random_state": arguments.seed}, arguments)


if __name__ == "__main__":
    main()
