"""Search hyperparameters at random and from coarse to fine, with the same number of fits.

Without data, it searches smooth surfaces, also with Optuna's TPE where Optuna is installed::

    python tests/benchmarks/tuning.py

A surface is minus a distance of each point of the unit cube from its optimum. A line gives for
each search the median distance of its best candidate, and against each of the others the mean
ratio of the distances, as a power of ten, with its standard error and the number of seeds that
coarse to fine won. Negative powers mean that coarse to fine is closer.

Run it with the path of a folder that holds the data to search tables::

    python tests/benchmarks/tuning.py --data DATA
    python tests/benchmarks/tuning.py --data DATA --seeds 10 phoneme letter

DATA/manifest.json lists under "tabular" for each table its name, parquet file, numerical
and categorical columns and target. Reading tables needs pandas and pyarrow.

For each table and seed, a random part of the rows is searched on and another, never seen by
a search, is held out. Both searches draw from the same space, see the same splits of the
rows into training and validation rows, and make the same number of fits; the best candidate
is then trained on all rows of the search. A line gives for both the mean validation score of
the best candidate and the mean score on the held-out rows, with the mean of the paired
differences, its standard error and the number of seeds that coarse to fine won.
"""

import argparse
import json
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy.stats import uniform
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import RandomizedSearchCV, ShuffleSplit, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skdeep import DeepClassifier, DeepRegressor
from skdeep.tuning import CoarseToFineSearchCV, HiddenLayers, search_space

TABLES = ["phoneme", "magic_telescope", "satimage", "electricity", "letter", "california_housing"]
SCORING = {"classification": "neg_log_loss", "regression": "r2"}


def bowl(x, optimum, rotation):
    """Return the squared distance."""
    return np.sum((x - optimum) ** 2)


def idle_axis(x, optimum, rotation):
    """Return the squared distance without the last axis, which does not matter."""
    return bowl(x[:-1], optimum[:-1], rotation)


def unequal_axes(x, optimum, rotation):
    """Return a squared distance in which the last axis counts a hundredth of the first."""
    return np.geomspace(1, 0.01, len(x)) @ (x - optimum) ** 2


def valley(x, optimum, rotation):
    """Return a squared distance that is ten times as steep across as along a rotated valley."""
    return np.geomspace(1, 100, len(x)) @ ((x - optimum) @ rotation) ** 2


def cliff(x, optimum, rotation):
    """Return a squared distance that is eight times as large above the optimum as below."""
    return np.sum(np.where(x > optimum, 8, 1) * (x - optimum) ** 2)


def curved_valley(x, optimum, rotation):
    """Return a distance along a curve, as that of Rosenbrock."""
    z = 3 * (x - optimum)
    return np.sum(5 * (z[1:] - z[:-1] ** 2) ** 2 + z[:-1] ** 2)


SURFACES = [bowl, idle_axis, unequal_axes, valley, cliff, curved_valley]


class Surface(BaseEstimator):
    """An estimator whose score is a surface, with noise, at its hyperparameters."""

    def __init__(self, distance=None, noise=0.0, rng=None, **x):
        self.distance, self.noise, self.rng, self.x = distance, noise, rng, x

    def get_params(self, deep=True):
        return {"distance": self.distance, "noise": self.noise, "rng": self.rng, **self.x}

    def set_params(self, **params):
        self.x = {**self.x, **params}
        return self

    def fit(self, X, y=None):
        return self

    def score(self, X, y=None):
        x = np.array([self.x[name] for name in sorted(self.x)])
        return -self.distance(x) + self.noise * self.rng.normal()


def by_search(search_class, distance, d, arguments, seed):
    """Return the distance of the best candidate of a search."""
    search = search_class(
        Surface(distance, arguments.noise, np.random.RandomState(seed)),
        {f"x{i}": uniform(0, 1) for i in range(d)},
        n_iter=arguments.n_iter,
        cv=[(np.arange(2), np.arange(2))],
        random_state=seed,
        refit=False,
    ).fit(np.zeros((2, 1)))
    return distance(np.array([search.best_params_[f"x{i}"] for i in range(d)]))


def by_tpe(distance, d, arguments, seed):
    """Return the distance of the best trial of Optuna's TPE."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rng = np.random.RandomState(seed)

    def score(trial):
        x = np.array([trial.suggest_float(f"x{i}", 0, 1) for i in range(d)])
        return -distance(x) + arguments.noise * rng.normal()

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(score, n_trials=arguments.n_iter)
    return distance(np.array([study.best_params[f"x{i}"] for i in range(d)]))


def report_surface(surface, d, arguments):
    """Search a surface with each seed and print its line."""
    searches = {
        "fine": partial(by_search, CoarseToFineSearchCV),
        "random": partial(by_search, RandomizedSearchCV),
        **({"TPE": by_tpe} if find_spec("optuna") else {}),
    }
    found = {name: [] for name in searches}
    for seed in range(arguments.seeds):
        rng = np.random.RandomState(1000 * d + seed)
        optimum = rng.uniform(0.15, 0.85, size=d)
        rotation = np.linalg.qr(rng.normal(size=(d, d)))[0]
        distance = partial(surface, optimum=optimum, rotation=rotation)
        for name, search in searches.items():
            found[name].append(search(distance, d, arguments, seed))
    line = f"{surface.__name__:<15}{d:>2}"
    line += "".join(f"{np.median(distances):>10.2g}" for distances in found.values())
    for name in list(searches)[1:]:
        powers = np.log10(found["fine"]) - np.log10(found[name])
        error = powers.std(ddof=1) / np.sqrt(len(powers))
        line += f"   {name} {powers.mean():+.2f} ± {error:.2f} {np.sum(powers < 0):>3}"
    print(line, flush=True)


def load_table(folder, entry):
    """Return the columns and the target of a table."""
    import pandas as pd

    table = pd.read_parquet(folder / entry["file"])
    return table[entry["numerical"] + entry["categorical"]], table[entry["target"]].to_numpy()


def split(entry, X, y, n_rows, seed):
    """Return numbers and targets of the rows to search on and of those held out."""
    strata = y if entry["task"] == "classification" else None
    X, X_test, y, y_test = train_test_split(
        X, y, train_size=n_rows, test_size=min(4000, len(y) - n_rows), stratify=strata,
        random_state=seed,
    )  # fmt: skip
    numerical = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categorical = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=10, sparse_output=False
    )
    columns = make_column_transformer(
        (numerical, entry["numerical"]), (categorical, entry["categorical"])
    )
    X, X_test = columns.fit_transform(X), columns.transform(X_test)
    return X.astype(np.float32), X_test.astype(np.float32), y, y_test


def network_and_space(entry, **hyperparameters):
    """Return the network for a table, and its search space, with small hidden layers."""
    kind = DeepClassifier if entry["task"] == "classification" else DeepRegressor
    network = kind(**hyperparameters)
    space = search_space(network, "extended")
    space["hidden_layer_sizes"] = HiddenLayers(depth=(1, 3), width=(8, 128))
    return network, space


def run(search_class, entry, data, arguments, seed):
    """Return the validation score and the held-out score of a search."""
    X, X_test, y, y_test = data
    network, space = network_and_space(entry, max_epochs=arguments.epochs, random_state=seed)
    search = search_class(
        network,
        space,
        n_iter=arguments.n_iter,
        scoring=arguments.scoring or SCORING[entry["task"]],
        cv=ShuffleSplit(arguments.splits, test_size=1 / 3, random_state=seed),
        random_state=seed,
        n_jobs=arguments.jobs,
    ).fit(X, y)
    return search.best_score_, search.score(X_test, y_test)


def report(entry, arguments):
    """Search a table with each seed and print its line."""
    X, y = load_table(arguments.data, entry)
    scores = []
    for seed in range(arguments.seeds):
        data = split(entry, X, y, arguments.rows, seed)
        scores.append(
            [
                run(c, entry, data, arguments, seed)
                for c in (RandomizedSearchCV, CoarseToFineSearchCV)
            ]
        )
    scores = np.array(scores)  # seed, search, (validation, held out)
    difference = scores[:, 1] - scores[:, 0]
    error = difference.std(axis=0, ddof=1) / np.sqrt(len(difference))
    for i, where in enumerate(("validation", "held out")):
        random, fine = scores[:, :, i].mean(axis=0)
        print(
            f"{entry['name']:<20}{where:<12}{random:>9.4f}{fine:>9.4f}"
            f"{difference[:, i].mean():>+9.4f} ± {error[i]:.4f}"
            f"{np.sum(difference[:, i] > 0):>5} of {len(scores)}",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with manifest.json; else surfaces")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=900, help="rows to search on")
    parser.add_argument("--epochs", type=int, default=10, help="max_epochs of the networks")
    parser.add_argument("--n-iter", type=int, default=30, help="candidates of a search")
    parser.add_argument("--splits", type=int, default=3, help="fits of a candidate")
    parser.add_argument("--axes", type=int, nargs="+", default=range(2, 7), help="of surfaces")
    parser.add_argument("--noise", type=float, default=0.0, help="of the scores of surfaces")
    parser.add_argument("--scoring", help="a scorer's name; log-loss or R² by default")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("names", nargs="*", help="of tables or surfaces; all by default")
    arguments = parser.parse_args()
    if arguments.data is None:
        for surface in SURFACES:
            if not arguments.names or surface.__name__ in arguments.names:
                for d in arguments.axes:
                    report_surface(surface, d, arguments)
        return
    manifest = json.loads((arguments.data / "manifest.json").read_text())
    print(f"{'data':<20}{'score':<12}{'random':>9}{'fine':>9}{'difference':>18}{'won':>10}")
    for entry in manifest["tabular"]:
        if entry["name"] in (arguments.names or TABLES):
            report(entry, arguments)


if __name__ == "__main__":
    main()
