"""Search hyperparameters from coarse to fine, at random and with Optuna's TPE.

All searches make the same number of fits. TPE takes part where Optuna is installed. Without data,
they search smooth surfaces::

    python tests/benchmarks/tuning.py

A surface is minus a distance of each point of the unit cube from its optimum. A line gives for
each search the median distance of its best candidate, and for each search but coarse to fine the
mean ratio of the distances, as a power of ten, with its standard error and the number of seeds
that coarse to fine won. Negative powers mean that coarse to fine is closer.

Run it with the path of a folder that holds the data to search tables::

    python tests/benchmarks/tuning.py --data DATA
    python tests/benchmarks/tuning.py --data DATA --seeds 12 phoneme letter

DATA/manifest.json lists under "tabular" for each table its name, parquet file, numerical
and categorical columns and target. Reading tables needs pandas and pyarrow.

For each table and seed, a random part of the rows is searched on and another, never seen by
a search, is held out. All searches draw from the same space, and see the same splits of the
rows into training and validation rows; the best candidate is then trained on all rows of the
search. A line gives for each search the mean validation score of the best candidate, or its mean
score on the held-out rows, and for each search but coarse to fine the mean of the paired
differences, with its standard error and the number of seeds that coarse to fine won. Positive
differences mean that coarse to fine is better.
"""

import argparse
import json
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import RandomizedSearchCV, ShuffleSplit, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skdeep import DeepClassifier, DeepRegressor
from skdeep.tuning import CoarseToFineSearchCV, HiddenLayers, LogUniform, Uniform, search_space

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

    def __sklearn_clone__(self):
        """Return a copy with the same generator: each candidate has noise of its own."""
        return Surface(**self.get_params())

    def fit(self, X, y=None):
        return self

    def score(self, X, y=None):
        x = np.array([self.x[name] for name in sorted(self.x)])
        return -self.distance(x) + self.noise * self.rng.normal()


class TPESearchCV(RandomizedSearchCV):
    """Optuna's TPE, with its defaults: one candidate after another."""

    def _run_search(self, evaluate_candidates):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler = optuna.samplers.TPESampler(seed=self.random_state)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        for i in range(self.n_iter):
            trial = study.ask()
            candidate = {
                name: SUGGEST[type(values)](trial, name, values)
                for name, values in self.param_distributions.items()
            }
            study.tell(trial, evaluate_candidates([candidate])["mean_test_score"][i])


def suggest_hidden_layers(trial, name, layers):
    """Return the sizes of up to some number of hidden layers of the same width."""
    n_layers = trial.suggest_int(f"{name}: layers", *layers.depth)
    return n_layers * (trial.suggest_int(f"{name}: width", *layers.width, log=True),)


SUGGEST = {
    Uniform: lambda trial, name, values: trial.suggest_float(name, values.low, values.high),
    LogUniform: lambda trial, name, values: trial.suggest_float(
        name, values.low, values.high, log=True
    ),
    HiddenLayers: suggest_hidden_layers,
    list: lambda trial, name, values: trial.suggest_categorical(name, values),
}
SEARCHES = {
    "fine": CoarseToFineSearchCV,
    "random": RandomizedSearchCV,
    **({"TPE": TPESearchCV} if find_spec("optuna") else {}),
}


def closest(search_class, distance, d, arguments, seed):
    """Return the distance of the best candidate of a search."""
    search = search_class(
        Surface(distance, arguments.noise, np.random.RandomState(seed)),
        {f"x{i}": Uniform(0, 1) for i in range(d)},
        n_iter=arguments.n_iter,
        cv=[(np.arange(2), np.arange(2))],
        random_state=seed,
        refit=False,
    ).fit(np.zeros((2, 1)))
    return distance(np.array([search.best_params_[f"x{i}"] for i in range(d)]))


def mean_and_error(differences, decimals):
    """Return the mean of paired differences, with its standard error."""
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return f"{differences.mean():+.{decimals}f} ± {error:.{decimals}f}"


def report_surface(surface, d, arguments):
    """Search a surface with each seed and print its line."""
    found = {name: [] for name in SEARCHES}
    for seed in range(arguments.seeds):
        rng = np.random.RandomState(1000 * d + seed)
        optimum = rng.uniform(0.15, 0.85, size=d)
        rotation = np.linalg.qr(rng.normal(size=(d, d)))[0]
        distance = partial(surface, optimum=optimum, rotation=rotation)
        for name, search_class in SEARCHES.items():
            found[name].append(closest(search_class, distance, d, arguments, seed))
    line = f"{surface.__name__:<15}{d:>2}"
    line += "".join(f"{np.median(distances):>10.2g}" for distances in found.values())
    for name in list(SEARCHES)[1:]:
        powers = np.log10(found["fine"]) - np.log10(found[name])
        line += f"   {name} {mean_and_error(powers, 2)} {np.sum(powers < 0):>3}"
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
    """Search a table with each seed and print its lines."""
    X, y = load_table(arguments.data, entry)
    found = {name: [] for name in SEARCHES}
    for seed in range(arguments.seeds):
        data = split(entry, X, y, arguments.rows, seed)
        for name, search_class in SEARCHES.items():
            found[name].append(run(search_class, entry, data, arguments, seed))
    for i, where in enumerate(("validation", "held out")):
        scores = {name: np.array(pairs)[:, i] for name, pairs in found.items()}
        line = f"{entry['name']:<20}{where:<11}"
        line += "".join(f"{each.mean():>9.4f}" for each in scores.values())
        for name in list(SEARCHES)[1:]:
            differences = scores["fine"] - scores[name]
            line += f"   {name} {mean_and_error(differences, 4)} {np.sum(differences > 0):>3}"
        print(line, flush=True)


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
    print(f"{'data':<20}{'score':<11}" + "".join(f"{name:>9}" for name in SEARCHES))
    for entry in manifest["tabular"]:
        if entry["name"] in (arguments.names or TABLES):
            report(entry, arguments)


if __name__ == "__main__":
    main()
