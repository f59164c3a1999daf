"""Time an epoch of DeepClassifier against its bare matrix products and against other libraries.

Run it on an otherwise idle machine::

    python tests/benchmarks/speed.py
    python tests/benchmarks/speed.py --activation mish
    python tests/benchmarks/speed.py --n-members 8
    python tests/benchmarks/speed.py --features
    python tests/benchmarks/speed.py --members
    python tests/benchmarks/speed.py --threads

Every figure is the best epoch of several, on one BLAS thread, in float32, with Adam. The
contenders take turns, an epoch each, so that a slow moment of the machine hits them all.

The first table gives, for each network, the time of a step of ``DeepClassifier.fit`` and
how many times the bare matrix products it takes: a loop of ``np.matmul`` over the same
shapes into ready buffers (forward, gradient by weights and, except in the first layer,
gradient by inputs). 1 is the theoretical minimum; the goal is what skdeep sets itself.
scikit-learn's ``MLPClassifier``, PyTorch's eager loop, and an epoch that JAX compiles as a whole
are measured in the same turns, PyTorch and JAX only where they are installed. A star marks a
library that does less work: ``MLPClassifier`` has neither batch norm nor dropout, and has no mish.
JAX takes all cores of the process, so compare with it under ``taskset -c 0``, or with
``--blas-threads`` as many as there are cores.

``--features`` gives the time of a step of 784 -> 512 -> 256 -> 10 with one hyperparameter
switched on, as a percentage more than the same network without it; the goal is at most 5.

``--members`` gives the time of a step of three layers of 128 units with several members, as a
multiple of the same network with one.

``--threads`` gives the time of an epoch with as many BLAS threads as there are cores, as a multiple
of the time with one thread, each in a process of its own; the goal is at most 1. Where PyTorch is
installed it is loaded in these processes too, and its own threads must make no difference.
"""

import argparse
import os
import subprocess
import sys
import warnings
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from time import perf_counter

import numpy as np
from other_libraries import EPOCHS, set_torch_threads
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from skdeep import DeepClassifier


@dataclass(frozen=True)
class Case:
    """A network and the data that it is trained on.

    Attributes
    ----------
    sizes : tuple of int
        Features, hidden units and classes.
    batch_size, n_rows : int
    regularized : bool
        Batch norm and a dropout of 0.1 in every hidden layer.
    goal : float
        Largest ratio to the bare products that skdeep accepts.
    """

    sizes: tuple[int, ...]
    batch_size: int
    n_rows: int
    regularized: bool
    goal: float

    @property
    def n_steps(self):
        """Number of steps in an epoch."""
        return -(-self.n_rows // self.batch_size)

    @property
    def widths(self):
        """Columns of every layer's values; two classes share one output."""
        return [*self.sizes[:-1], 1 if self.sizes[-1] == 2 else self.sizes[-1]]

    def data(self):
        """Return random rows and classes."""
        rng = np.random.default_rng(0)
        X = rng.standard_normal((self.n_rows, self.sizes[0]), dtype=np.float32)
        return X, rng.integers(self.sizes[-1], size=self.n_rows)

    def classifier(self, **hyperparameters):
        """Return the network as a DeepClassifier that runs all its epochs."""
        return DeepClassifier(
            self.sizes[1:-1],
            hyperparameters.pop("activation", "relu"),
            n_members=hyperparameters.pop("n_members", 1),
            numerical_encoding=None,
            batch_norm=self.regularized,
            dropout=0.1 if self.regularized else 0.0,
            batch_size=self.batch_size,
            n_iter_no_change=None,
            random_state=0,
            **hyperparameters,
        )

    def __str__(self):
        extras = " + bn, dropout" if self.regularized else ""
        return "-".join(map(str, self.sizes)) + extras


CASES = [
    Case((20, 100, 2), 200, 10_000, False, 2.8),
    Case((50, 128, 128, 5), 128, 20_000, True, 2.0),
    Case((784, 512, 256, 10), 256, 20_000, True, 1.3),
    Case((32, 64, 64, 64, 3), 1024, 60_000, False, 1.35),
]

NO_EXTRAS = {"early_stopping": False, "weight_averaging": None}

FEATURES = {
    "l2": {"l2": 1.0},
    "l1": {"l1": 1.0},
    "clip_norm": {"clip_norm": 1e-3},  # always clips
    "weight_averaging": {"weight_averaging": 0.99},
    "label_smoothing": {"label_smoothing": 0.1},
}

MEMBERS = {f"{k} members": {"n_members": k} for k in (2, 4, 8)}

THREADED = {
    "plain": {},
    "l2": {"l2": 1.0},
    "weight_averaging": {"weight_averaging": 0.99},
    "early_stopping": {"early_stopping": True},
    "all three": {"l2": 1.0, "weight_averaging": 0.99, "early_stopping": True},
}


def bare_products(case):
    """Return an epoch of nothing but the matrix products of the case."""
    rng = np.random.default_rng(0)
    widths = case.widths
    values = [rng.standard_normal((case.batch_size, n), dtype=np.float32) for n in widths]
    weights = [rng.standard_normal(shape, dtype=np.float32) for shape in pairwise(widths)]
    gradients = [value.copy() for value in values]
    dweights = [weight.copy() for weight in weights]

    def step():
        for i, weight in enumerate(weights):
            np.matmul(values[i], weight, out=values[i + 1])
        for i in reversed(range(len(weights))):
            np.matmul(values[i].T, gradients[i + 1], out=dweights[i])
            if i:
                np.matmul(gradients[i + 1], weights[i].T, out=gradients[i])

    def epoch():
        for _ in range(case.n_steps):
            step()

    return epoch


class Turns:
    """A callback of ``fit`` that lets other contenders run an epoch after each of its own."""

    def __init__(self, contenders):
        self.contenders = contenders
        self.seconds = defaultdict(list)

    def setup(self, estimator, context):
        """Do nothing."""

    def teardown(self, estimator, context):
        """Do nothing."""

    def on_fit_task_begin(self, estimator, context):
        """Do nothing."""

    def on_fit_task_end(self, estimator, context):
        """Time an epoch of each contender."""
        if context.task_name == "epoch":
            for name, epoch in self.contenders.items():
                start = perf_counter()
                epoch()
                self.seconds[name].append(perf_counter() - start)


def time_case(case, activation, n_members, n_epochs):
    """Return the best seconds an epoch of every contender, by name."""
    X, y = case.data()
    others = {name: epoch(case, activation, X, y) for name, epoch in EPOCHS.items()}
    turns = Turns({"bare": bare_products(case), **others})
    classifier = case.classifier(
        activation=activation, n_members=n_members, max_epochs=n_epochs, **NO_EXTRAS
    )
    turns.seconds["skdeep"] = classifier.set_callbacks(turns).fit(X, y).history_["seconds"]
    return {name: min(seconds) for name, seconds in turns.seconds.items()}


def time_features(case, features, n_epochs):
    """Return the best seconds an epoch of the plain network and with each feature, by name."""
    X, y = case.data()
    classifiers = {
        name: case.classifier(max_epochs=1, warm_start=True, **hyperparameters)
        for name, hyperparameters in {"plain": {}, **features}.items()
    }
    for _ in range(n_epochs):
        for classifier in classifiers.values():
            classifier.fit(X, y)
    return {name: min(c.history_["seconds"]) for name, c in classifiers.items()}


def time_threads(case, name, n_epochs, n_threads):
    """Return the best seconds of an epoch with ``n_threads`` BLAS threads, in a fresh process."""
    command = [sys.executable, __file__, "--epochs", str(n_epochs)]
    command += ["--child", str(CASES.index(case)), name]
    variables = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = os.environ | dict.fromkeys(variables, str(n_threads))
    return float(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)


def print_epoch(case, name, n_epochs):
    """Print the best seconds of an epoch in this process, its BLAS threads as they are."""
    classifier = case.classifier(max_epochs=n_epochs, **{**NO_EXTRAS, **THREADED[name]})
    print(min(classifier.fit(*case.data()).history_["seconds"]))


def print_cases(activation, n_members, n_epochs):
    """Print the table of ratios to the bare products."""
    print(f"{'network':<36}{'batch':>6}{'µs/step':>9}{'bare':>9}", end="")
    print(f"{'goal':>7}{'skdeep':>9}{'MLPClassifier':>15}{'PyTorch':>9}{'JAX':>7}")
    for case in CASES:
        best = time_case(case, activation, n_members, n_epochs)
        ratio = {name: f"{seconds / best['bare']:.2f}" for name, seconds in best.items()}
        step, bare = (best[name] / case.n_steps * 1e6 for name in ("skdeep", "bare"))
        mlp = ratio["MLPClassifier"] + ("*" if case.regularized else " ")
        print(f"{case!s:<36}{case.batch_size:>6}{step:>9.1f}{bare:>9.1f}", end="")
        print(f"{case.goal:>7}{ratio['skdeep']:>9}{mlp:>15}", end="")
        print(f"{ratio.get('PyTorch', '-'):>9}{ratio.get('JAX', '-'):>7}")
    print("* without batch norm and dropout, which it does not have")


def print_features(n_epochs):
    """Print what each feature adds to a step."""
    case = replace(CASES[2], n_rows=5000)  # short epochs, so that turns follow closely
    best = time_features(case, FEATURES, 4 * n_epochs)
    print(f"{case}, batch {case.batch_size}: {best['plain'] / case.n_steps * 1e6:.0f} µs a step")
    for name in FEATURES:
        print(f"{name:<18}{100 * (best[name] / best['plain'] - 1):>+6.1f} %")


def print_members(n_epochs):
    """Print the time of a step with several members over that with one."""
    case = Case((50, 128, 128, 128, 5), 128, 5000, False, 0)
    for activation in ("relu", "mish"):
        members = {k: {"activation": activation, **v} for k, v in MEMBERS.items()}
        one = {"one": {"activation": activation}}
        best = time_features(case, {**one, **members}, 2 * n_epochs)
        print(f"{case}, batch {case.batch_size}, {activation}")
        for name in MEMBERS:
            print(f"{name:<18}{best[name] / best['one']:>6.2f}")


def print_threads(n_epochs):
    """Print the time of an epoch on all cores over that on one thread."""
    n_cores = len(os.sched_getaffinity(0))
    print(f"{'network':<36}" + "".join(f"{name:>18}" for name in THREADED))
    for case in CASES:
        print(f"{case!s:<36}", end="", flush=True)
        for name in THREADED:
            one, many = (time_threads(case, name, n_epochs, n) for n in (1, n_cores))
            print(f"{many / one:>18.2f}", end="", flush=True)
        print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=8, help="epochs that each contender runs")
    parser.add_argument("--activation", choices=["relu", "mish"], default="relu")
    parser.add_argument("--n-members", type=int, default=1, help="members of skdeep's networks")
    parser.add_argument("--blas-threads", type=int, default=1)
    parser.add_argument("--features", action="store_true", help="time single hyperparameters")
    parser.add_argument("--members", action="store_true", help="time several members")
    parser.add_argument("--threads", action="store_true", help="compare one BLAS thread with many")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    if arguments.child:
        case, name = arguments.child
        return print_epoch(CASES[int(case)], name, arguments.epochs)
    if arguments.threads:
        return print_threads(arguments.epochs)
    set_torch_threads(arguments.blas_threads)
    with threadpool_limits(limits=arguments.blas_threads):
        if arguments.members:
            print_members(arguments.epochs)
        elif arguments.features:
            print_features(arguments.epochs)
        else:
            print_cases(arguments.activation, arguments.n_members, arguments.epochs)


if __name__ == "__main__":
    main()
