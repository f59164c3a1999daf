"""Time predictions beside those of scikit-learn's networks with the same layers.

Run it on an otherwise idle machine::

    python tests/benchmarks/prediction.py

Each figure is the shortest time of many calls, on one BLAS thread, divided by that of
``MLPClassifier.predict_proba`` or ``MLPRegressor.predict`` with ReLU and the same layers, for the
same rows in float32. The contenders take turns. *defaults* has the layers too, but also the
default encoding of numbers and the default number of members.
"""

import argparse
import warnings
from functools import partial
from time import perf_counter

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

from skdeep import DeepClassifier, DeepRegressor

KINDS = {
    "classifier": (DeepClassifier, MLPClassifier, "predict_proba"),
    "regressor": (DeepRegressor, MLPRegressor, "predict"),
}
LAYERS = [(100,), (128, 128, 128), (2048, 2048)]
PLAIN = {"n_members": 1, "numerical_encoding": None}
OURS = {"relu": {"activation": "relu", **PLAIN}, "mish": PLAIN, "defaults": {}}


def contenders(kind, layers, X, y):
    """Return the fitted estimators by name."""
    ours, theirs, _ = KINDS[kind]
    fitted = {name: ours(layers, max_epochs=1, **options) for name, options in OURS.items()}
    fitted["MLP"] = theirs(hidden_layer_sizes=layers, max_iter=1)
    return {name: estimator.fit(X, y) for name, estimator in fitted.items()}


def shortest(calls, n_turns):
    """Return the shortest seconds of each call. They take turns."""
    seconds = dict.fromkeys(calls, np.inf)
    for _ in range(n_turns):
        for name, call in calls.items():
            start = perf_counter()
            call()
            seconds[name] = min(seconds[name], perf_counter() - start)
    return seconds


def main():
    """Print a line for each network and number of rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=400, help="calls of each estimator")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    rng = np.random.default_rng(0)
    X = rng.standard_normal((1000, 20), dtype=np.float32)
    targets = {"classifier": rng.integers(3, size=1000), "regressor": rng.standard_normal(1000)}
    print(f"{'':40}{'MLP, µs':>10}" + "".join(f"{name:>10}" for name in OURS))
    with threadpool_limits(1, "blas"):
        for kind, y in targets.items():
            for layers in LAYERS:
                fitted = contenders(kind, layers, X, y)
                for n_rows in (1, 512):
                    rows, method = X[:n_rows], KINDS[kind][2]
                    calls = {
                        name: partial(getattr(estimator, method), rows)
                        for name, estimator in fitted.items()
                    }
                    n_turns = arguments.turns // (1 if max(layers) * n_rows < 1e5 else 20)
                    seconds = shortest(calls, n_turns)
                    name = f"{kind}, {'-'.join(map(str, layers))}, {n_rows} rows"
                    print(f"{name:40}{1e6 * seconds['MLP']:>10.0f}", end="")
                    print("".join(f"{seconds[each] / seconds['MLP']:>10.2f}" for each in OURS))


if __name__ == "__main__":
    main()
