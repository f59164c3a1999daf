"""Time many small fits beside MLPClassifier: a search on digits, and an epoch on iris.

Run it on an otherwise idle machine::

    python tests/benchmarks/many_fits.py

The search is a ``RandomizedSearchCV`` of 40 configurations over networks of one and two layers of
32 to 128 units and batches of 32 to 128, for 30 epochs and 3 splits, in one and two processes with
one BLAS thread each. The figures are how many times as many fits a second as with ``MLPClassifier``
there are. *same work* is ReLU on the numbers as they are, without validation, averages and
members, as ``MLPClassifier`` has it; *defaults* has all of them, one member, and mish.
"""

import argparse
import os
import warnings
from itertools import product
from time import perf_counter

import numpy as np
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import RandomizedSearchCV
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from skdeep import DeepClassifier

SPACE = {
    "hidden_layer_sizes": [*product((32, 64, 96, 128)), *product((32, 64, 96, 128), repeat=2)],
    "batch_size": [32, 64, 128],
}
SAME_WORK = {
    "activation": "relu",
    "n_members": 1,
    "numerical_encoding": None,
    "early_stopping": False,
    "weight_averaging": None,
}


def seconds_of_search(estimator, n_candidates, n_jobs):
    """Return the seconds of a search on digits."""
    search = RandomizedSearchCV(
        estimator, SPACE, n_iter=n_candidates, cv=3, n_jobs=n_jobs, random_state=0, refit=False
    )
    start = perf_counter()
    search.fit(*load_digits(return_X_y=True))
    return perf_counter() - start


def print_search(n_candidates):
    """Print the throughput of searches."""
    mlp = MLPClassifier(max_iter=30, n_iter_no_change=1000, tol=0.0, random_state=0)
    ours = {
        "same work": DeepClassifier(max_epochs=30, random_state=0, **SAME_WORK),
        "defaults": DeepClassifier(
            max_epochs=30, n_iter_no_change=None, n_members=1, random_state=0
        ),
    }
    for n_jobs in (1, 2):
        theirs = seconds_of_search(mlp, n_candidates, n_jobs)
        for name, estimator in ours.items():
            ratio = theirs / seconds_of_search(estimator, n_candidates, n_jobs)
            print(f"search on digits, {n_jobs} process(es), {name}: {ratio:.2f} times the fits")


def print_epoch(n_turns):
    """Print the time of a fit of one epoch on iris."""
    X, y = load_iris(return_X_y=True)
    ours = DeepClassifier(max_epochs=1, random_state=0, **SAME_WORK)
    layers = ours.hidden_layer_sizes
    contenders = {
        "same work": ours,
        "defaults": DeepClassifier(max_epochs=1, random_state=0),
        "MLP": MLPClassifier(layers, max_iter=1, random_state=0),
    }
    seconds = {name: [] for name in contenders}
    for _ in range(n_turns):
        for name, estimator in contenders.items():
            start = perf_counter()
            estimator.fit(X, y)
            seconds[name].append(perf_counter() - start)
    best = {name: np.min(each) for name, each in seconds.items()}
    for name in ("same work", "defaults"):
        print(f"an epoch on iris, {name}: {best[name] / best['MLP']:.2f} times the time")


def main():
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=40)
    parser.add_argument("--turns", type=int, default=60, help="fits of each estimator on iris")
    arguments = parser.parse_args()
    os.environ["PYTHONWARNINGS"] = "ignore"  # of the processes
    warnings.simplefilter("ignore", ConvergenceWarning)
    with threadpool_limits(1, "blas"):
        print_epoch(arguments.turns)
        print_search(arguments.candidates)


if __name__ == "__main__":
    main()
