"""Follow the advice of the bias and variance report, and count how often the error falls.

Run it with the path of a folder that holds the data, on one BLAS thread::

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python tests/benchmarks/advice.py --data DATA
    python tests/benchmarks/advice.py --data DATA letter adult --all-steps --states "few rows"

The tables are those of ``accuracy.py``. Each is put into six states:

- *small*: 1,000 training rows, one hidden layer of two units on standardized numbers;
- *penalized*: 1,000 training rows, ``l2=1000``;
- *short*: 1,000 training rows, five epochs, a learning rate of 0.0005;
- *few rows*: 150 training rows, a large network, no early stopping;
- *few rows, defaults*: 150 training rows and the default hyperparameters;
- *shifted*: 1,000 training rows of which one numerical column is below its median, where the dev
  rows are above it. A train-dev set of such training rows belongs to it.

In each state, the report names its problem, with the estimated Bayes error. Then its first step
is followed: by its hyperparameters; "More training data" by three times the rows; "Training data
more like the dev set" by as many rows of the dev set's distribution as a fifth of the training
rows. The error of both networks is measured on the same test rows, with three random states. A
fall counts if it is above two standard errors, which hold the spread over the rows (paired) and
over the random states. ``--all-steps`` follows every step of the report that can be followed,
each on its own.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from accuracy import load_table
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning

from skdeep import DeepClassifier, DeepRegressor
from skdeep.diagnostics import BiasVarianceReport
from skdeep.diagnostics.next_steps import steps_against

TABLES = [
    "adult",
    "telco_churn",
    "letter",
    "satimage",
    "magic_telescope",
    "california_housing",
    "bike_sharing_hour",
    "cpu_act",
]
LARGE = {
    "hidden_layer_sizes": (256, 256, 256),
    "early_stopping": False,
    "n_iter_no_change": None,
    "max_epochs": 60,
    "learning_rate": 0.001,
}
STATES = {
    "small": (1000, {"hidden_layer_sizes": (2,), "numerical_encoding": "standardize"}),
    "penalized": (1000, {"l2": 1000.0}),
    "short": (1000, {"max_epochs": 5, "learning_rate": 5e-4}),
    "few rows": (150, LARGE),
    "few rows, defaults": (150, {}),
    "shifted": (1000, {}),
}
N_TEST = 2000


class Rows:
    """The rows of a table, in sets without common rows.

    Attributes
    ----------
    train, more, dev, test : ndarray of int
        Rows to train on; rows to add to them; dev rows; test rows with their distribution.
    train_dev : ndarray of int or None
        Dev rows with the distribution of the training rows, if that is another.
    """

    def __init__(self, X, y, entry, n_train, is_shifted, seed):
        order = np.random.default_rng(seed).permutation(len(y))
        self.train_dev = None
        like_dev = order
        if is_shifted:
            above = self._is_above(X, y, entry)[order]
            order, like_dev = order[~above], order[above]
            self.train_dev, order = np.split(order, [1000])
        self.train, rest = np.split(order, [n_train])
        n_more = n_train // 5 if is_shifted else 2 * n_train
        self.more, rest = np.split(like_dev if is_shifted else rest, [n_more])
        self.dev, self.test = np.split(rest[: 1000 + N_TEST], [1000])

    @staticmethod
    def _is_above(X, y, entry):
        """Return whether the number that correlates best with y is above its median."""
        code = np.unique(y, return_inverse=True)[1] if entry["task"] == "classification" else y
        numbers = X[X.columns[: len(entry["numerical"])]]
        correlation = numbers.corrwith(numbers.iloc[:, 0] * 0 + code)
        column = X[correlation.abs().idxmax()]
        return (column > column.median()).to_numpy()


def follow(problem, step, model, rows):
    """Return the estimator and the training rows after a step, or None if it is only advice."""
    if step.params:
        return clone(model).set_params(**step.params), rows.train
    if problem in ("variance", "data_mismatch") and "raining data" in step.text:
        return clone(model), np.concatenate([rows.train, rows.more])
    return None


def error(model, train, X, y, test, seed):
    """Return the error on the test rows, in units of 1 - score, and the fitted estimator."""
    fitted = clone(model).set_params(random_state=seed).fit(X.iloc[train], y[train])
    predicted = fitted.predict(X.iloc[test])
    if is_classifier(model):
        return np.mean(predicted != y[test]), fitted
    return np.mean((predicted - y[test]) ** 2) / np.var(y[test]), fitted


def diagnose(fitted, X, y, rows):
    """Return the report on the sets of rows."""
    sets = {}
    if rows.train_dev is not None:
        sets = {"X_train_dev": X.iloc[rows.train_dev], "y_train_dev": y[rows.train_dev]}
    return BiasVarianceReport.from_estimator(
        fitted, X.iloc[rows.train], y[rows.train], X.iloc[rows.dev], y[rows.dev], **sets
    )


def measure(entry, X, y, name, arguments):
    """Return the problem that the report names in a state, the error, and the falls by step."""
    n_train, params = STATES[name]
    kind = DeepClassifier if entry["task"] == "classification" else DeepRegressor
    model, problem, steps, before, falls = kind(**params), None, [], [], {}
    for seed in range(arguments.draws):
        rows = Rows(X, y, entry, n_train, name == "shifted", seed)
        own, fitted = error(model, rows.train, X, y, rows.test, seed)
        before.append(own)
        if seed == 0:
            problems = diagnose(fitted, X, y, rows).problems
            if not problems:
                return "none", own, {}
            problem = problems[0]
            steps = steps_against(problem, fitted)
        for step in steps if arguments.all_steps else steps[:1]:
            followed = follow(problem, step, model, rows)
            if followed is not None:
                after, _ = error(*followed, X, y, rows.test, seed)
                falls.setdefault(step.text, []).append(own - after)
    return problem, np.mean(before), falls


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--states", nargs="+", choices=STATES, default=list(STATES))
    parser.add_argument("--all-steps", action="store_true", help="not only the first")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("names", nargs="*", default=TABLES)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    manifest = json.loads((arguments.data / "manifest.json").read_text())
    tables = {e["name"]: e for e in manifest["tabular"] if e["name"] in arguments.names}
    for name in arguments.states:
        n_helped, n_first = 0, 0
        for table, entry in tables.items():
            X, y = load_table(arguments.data, entry)
            problem, before, falls = measure(entry, X, y, name, arguments)
            print(f"{name:<20}{table:<20}{problem:<16}{before:>7.3f}", flush=True)
            for i, (text, fall) in enumerate(falls.items()):
                mean, noise = np.mean(fall), np.std(fall, ddof=1) / np.sqrt(len(fall))
                helps = mean > 2 * noise
                if i == 0:
                    n_first, n_helped = n_first + 1, n_helped + helps
                mark = "falls" if helps else "rises" if mean < -2 * noise else "-"
                print(f"    {mean:>+8.3f} ± {noise:.3f} {mark:<6} {text[:90]}", flush=True)
        print(f"{name}: the first step helped in {n_helped} of {n_first}", flush=True)


if __name__ == "__main__":
    main()
