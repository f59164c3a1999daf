"""Compare skdeep at its defaults with other estimators on real tables.

Run it with the path of a folder that holds the data, on one BLAS thread::

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python tests/benchmarks/accuracy.py --data DATA
    python tests/benchmarks/accuracy.py --data DATA --estimators skdeep MLP --tables adult

DATA/manifest.json lists under "tabular" for each table its name, task, parquet file,
numerical and categorical columns and target. Reading tables needs pandas and pyarrow.

A split draws at most 10,000 training and 10,000 test rows. ``skdeep``, ``HGB``
(scikit-learn's HistGradientBoosting, ``categorical_features="from_dtype"``), ``CatBoost`` and
``LightGBM`` get the table as it is: a frame with missing values and categories. ``RealMLP``
(pytabkit's RealMLP-TD-S) and ``TabM`` (pytabkit's TabM-D) get it with medians for missing
numbers, which they refuse. The others get it through the recommended pipeline: medians for
missing numbers, then ``StandardScaler``; one column for each category, rare ones together.
``piped`` is skdeep in this pipeline. ``MLP`` is scikit-learn's MLPClassifier or MLPRegressor at
its defaults, ``MLP-ES`` the same with ``early_stopping=True``, and both learn a standardized
target, as DeepRegressor does by itself. Other estimators' defaults are those of their
libraries. CatBoost, LightGBM, RealMLP and TabM run only if named by ``--estimators``.

The error is the share of wrong classes, or the root mean squared error over the target's
standard deviation in the test set. All figures are means over the splits; a rank is that of
the mean error among the estimators. With ``--spread 10`` they are standard deviations over
ten random states instead, all on the first split. ``--variants`` adds skdeep with other
hyperparameters, such as ``'numerical_encoding="robust"'``. The last table shows, for each
estimator, its figure over that of the first: geometric means over every other table of the
manifest, and over the rest. ``--cache`` keeps every fit's outcome in a JSON file and does not
repeat it, unless its estimator is named by ``--again``.
"""

import argparse
import json
import re
import warnings
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np
from sklearn.compose import (
    TransformedTargetRegressor,
    make_column_selector,
    make_column_transformer,
)
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss, root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import skdeep
from skdeep import DeepClassifier, DeepRegressor

TINY = 1e-12  # a spread of rounding errors: the estimator does not depend on its random state


def standardized_target(regressor):
    """Return a regressor that learns (y - mean) / std."""
    return TransformedTargetRegressor(regressor, transformer=StandardScaler())


def make_skdeep(task, seed, **hyperparameters):
    """Return skdeep's estimator."""
    kind = DeepClassifier if task == "classification" else DeepRegressor
    return kind(random_state=seed, **hyperparameters)


def make_hgb(task, seed):
    """Return scikit-learn's histogram-based gradient boosting."""
    if task == "classification":
        return HistGradientBoostingClassifier(random_state=seed)
    return HistGradientBoostingRegressor(random_state=seed)


def make_catboost(task, seed):
    """Return CatBoost. It takes categories as text."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostClassifier if task == "classification" else CatBoostRegressor
    own = kind(random_seed=seed, verbose=False, allow_writing_files=False, thread_count=1)
    return CatBoostOnFrames(own)


def make_lightgbm(task, seed):
    """Return LightGBM."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMClassifier if task == "classification" else LGBMRegressor
    return kind(random_state=seed, verbose=-1, n_jobs=1)


def make_pytabkit(name, task, seed):
    """Return an estimator of pytabkit. It takes categories, but no missing numbers."""
    import pytabkit

    kind = getattr(pytabkit, f"{name}_{'Classifier' if task == 'classification' else 'Regressor'}")
    numerical = make_column_selector(dtype_include="number")
    imputer = make_column_transformer(
        (SimpleImputer(strategy="median"), numerical), remainder="passthrough"
    )
    return make_pipeline(
        imputer.set_output(transform="pandas"),
        kind(device="cpu", n_threads=1, random_state=seed),
    )


def make_mlp(task, seed, **hyperparameters):
    """Return scikit-learn's multi-layer perceptron."""
    if task == "classification":
        return MLPClassifier(random_state=seed, **hyperparameters)
    return standardized_target(MLPRegressor(random_state=seed, **hyperparameters))


class CatBoostOnFrames:
    """CatBoost, which takes the names of the categorical columns in ``fit``, and text in them."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y):
        names = [*X.select_dtypes("category")]
        self.estimator.fit(self._text(X), y, cat_features=names)
        self.classes_ = getattr(self.estimator, "classes_", None)

    @staticmethod
    def _text(X):
        names = [*X.select_dtypes("category")]
        return X.assign(**{n: X[n].astype(object).fillna("").astype(str) for n in names})

    def predict(self, X):
        return self.estimator.predict(self._text(X)).ravel()

    def predict_proba(self, X):
        return self.estimator.predict_proba(self._text(X))


def encoded(make):
    """Return a maker of the estimator behind imputation, scaling and one-hot encoding."""
    return lambda task, seed: make_pipeline(encoder(), make(task, seed))


ESTIMATORS = {
    "skdeep": make_skdeep,
    "piped": encoded(make_skdeep),
    "MLP": encoded(make_mlp),
    "MLP-ES": encoded(partial(make_mlp, early_stopping=True)),
    "HGB": make_hgb,
    "CatBoost": make_catboost,
    "LightGBM": make_lightgbm,
    "RealMLP": partial(make_pytabkit, "RealMLP_TD_S"),
    "TabM": partial(make_pytabkit, "TabM_D"),
}
OPTIONAL = ("CatBoost", "LightGBM", "RealMLP", "TabM")  # not installed with skdeep


def encoder():
    """Return imputation, scaling and encoding by kind of column, in float32."""
    numerical = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categorical = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=10, sparse_output=False
    )
    columns = make_column_transformer(
        (numerical, make_column_selector(dtype_include="number")),
        (categorical, make_column_selector(dtype_include="category")),
    )
    return make_pipeline(columns, FunctionTransformer(np.float32))


def load_table(folder, entry):
    """Return the columns of a table, numbers and categories as such, and its target."""
    import pandas as pd

    table = pd.read_parquet(folder / entry["file"])
    columns = {name: table[name].astype(float) for name in entry["numerical"]}
    for name in entry["categorical"]:
        text = table[name].astype(object)
        columns[name] = text.where(text.notna(), np.nan).astype("category")
    # LightGBM refuses names with other characters
    columns = {f"x{i}_{re.sub(r'[^a-z]', '', n)}": c for i, (n, c) in enumerate(columns.items())}
    return pd.DataFrame(columns), table[entry["target"]].to_numpy()


def load_split(folder, entry, seed, max_rows):
    """Return training and test rows and their targets."""
    table, y = load_table(folder, entry)
    rows = min(max_rows, int(0.75 * len(y)))
    train, test = train_test_split(
        np.arange(len(y)),
        train_size=rows,
        test_size=min(10_000, len(y) - rows),
        stratify=y if entry["task"] == "classification" else None,
        random_state=seed,
    )
    return table.iloc[train], table.iloc[test], y[train], y[test]


def measure(task, estimator, X_train, X_test, y_train, y_test):
    """Fit an estimator and return its error, log-loss (of a classifier) and seconds."""
    start = process_time()
    estimator.fit(X_train, y_train)
    seconds = process_time() - start
    predicted = estimator.predict(X_test)
    if task == "regression":
        error = root_mean_squared_error(y_test, predicted) / np.std(y_test)
        return {"error": float(error), "seconds": seconds}
    loss = log_loss(y_test, estimator.predict_proba(X_test), labels=estimator.classes_)
    return {"error": float(np.mean(predicted != y_test)), "loss": loss, "seconds": seconds}


class Cache(dict):
    """Outcomes by name, kept in a JSON file if there is a path."""

    def __init__(self, path):
        super().__init__(json.loads(path.read_text()) if path and path.exists() else {})
        self.path = path

    def store(self, key, outcome):
        """Remember an outcome and write the file."""
        self[key] = outcome
        if self.path:
            self.path.write_text(json.dumps(self, indent=0))


def measure_split(entry, arguments, cache, seed, states):
    """Return for each estimator its outcomes on one split, one for each random state."""
    keys = {
        (name, state): f"{entry['name']}/{arguments.rows}/{seed}/{name}/{state}"
        for name in arguments.estimators
        for state in states
    }
    wanted = [k for k in keys if keys[k] not in cache or k[0] in arguments.again]
    split = load_split(arguments.data, entry, seed, arguments.rows) if wanted else None
    for name, state in wanted:
        estimator = ESTIMATORS[name](entry["task"], state)
        cache.store(keys[name, state], measure(entry["task"], estimator, *split))
    return {n: [cache[keys[n, state]] for state in states] for n in arguments.estimators}


def measure_table(entry, arguments, cache):
    """Return for each estimator its mean outcome over the splits of a table, or its spread."""
    if arguments.spread:
        runs, summarize = [(arguments.seeds[0], range(arguments.spread))], partial(np.std, ddof=1)
    else:
        runs, summarize = [(seed, [seed]) for seed in arguments.seeds], np.mean
    found = {name: [] for name in arguments.estimators}
    for seed, states in runs:
        for name, outcomes in measure_split(entry, arguments, cache, seed, states).items():
            found[name] += outcomes
    return {
        name: {what: float(summarize([o[what] for o in outcomes])) for what in outcomes[0]}
        for name, outcomes in found.items()
    }


def ranks(values):
    """Return ranks from 1; equal values share the mean of theirs."""
    values = np.asarray(values)
    return (values < values[:, None]).sum(1) + ((values == values[:, None]).sum(1) + 1) / 2


def print_tables(results, what, names):
    """Print a figure of every estimator, a table of data a line."""
    print(f"\n| {what} | " + " | ".join(names) + " |")
    print("|---|" + "---:|" * len(names))
    for table, outcome in results.items():
        if what in outcome[names[0]]:
            figures = (f"{outcome[name][what]:.4g}" for name in names)
            print(f"| {table} | " + " | ".join(figures) + " |")


def print_summary(results, names):
    """Print mean ranks and total seconds, and on how many tables the first beats each other."""
    first, errors = names[0], [[o[n]["error"] for n in names] for o in results.values()]
    rank = np.mean([ranks(row) for row in errors], axis=0)
    print(f"\n| estimator | mean rank | seconds | {first} lower error | lower log-loss |")
    print("|---|" + "---:|" * 4)
    for name, mean_rank in zip(names, rank, strict=True):
        seconds = sum(outcome[name]["seconds"] for outcome in results.values())
        wins = [win_rate(results, first, name, what) for what in ("error", "loss")]
        print(f"| {name} | {mean_rank:.2f} | {seconds:.1f} | {wins[0]} | {wins[1]} |")


def print_halves(results, names):
    """Print the figures of each other estimator over those of the first, on both halves."""
    first, halves = names[0], ([*results][::2], [*results][1::2])
    print(f"\n| estimator / {first} | error | log-loss | seconds |")
    print("|---|---:|---:|---:|")
    for name in names[1:]:
        cells = []
        for what in ("error", "loss", "seconds"):
            found = [pairs({t: results[t] for t in half}, name, first, what) for half in halves]
            means = [np.exp(np.mean(np.log([a / b for a, b in half]))) for half in found if half]
            cells.append(", ".join(f"{mean:.3f}" for mean in means))
        print(f"| {name} | " + " | ".join(cells) + " |")


def print_spread(results, names):
    """Print the spread of the first over that of each other, and on how many tables it is less."""
    first = names[0]
    print(f"\n| estimator | spread of {first} over its own | narrower |")
    print("|---|---:|---:|")
    for name in names[1:]:
        for what in ("error", "loss"):
            found = [(a, b) for a, b in pairs(results, first, name, what) if b > TINY]
            if found:
                ratio = np.exp(np.mean([np.log(a / b) for a, b in found]))
                print(f"| {name}, {what} | {ratio:.2f} | {win_rate(results, first, name, what)} |")


def pairs(results, first, name, what):
    """Return a figure of two estimators for each table that has it."""
    return [(o[first][what], o[name][what]) for o in results.values() if what in o[first]]


def win_rate(results, first, name, what):
    """Return on how many of the tables an estimator's figure is lower, as "9 of 11"."""
    found = pairs(results, first, name, what)
    return "" if first == name else f"{sum(a < b for a, b in found)} of {len(found)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    usual = [name for name in ESTIMATORS if name not in OPTIONAL]
    parser.add_argument("--estimators", nargs="*", choices=ESTIMATORS, default=usual)
    parser.add_argument("--variants", nargs="+", default=[], help="hyperparameters of skdeep")
    parser.add_argument("--tables", nargs="+", help="names of tables, by default all")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], help="one a split")
    parser.add_argument("--spread", type=int, default=0, metavar="N", help="over N random states")
    parser.add_argument("--rows", type=int, default=10_000, help="largest number to train on")
    parser.add_argument("--cache", type=Path, help="JSON file of outcomes, read and written")
    parser.add_argument("--again", nargs="+", default=[], help="estimators to fit once more")
    arguments = parser.parse_args()
    if arguments.spread == 1:
        parser.error("--spread needs two random states or more")
    for text in arguments.variants:
        ESTIMATORS[text] = partial(make_skdeep, **eval(f"dict({text})", vars(skdeep)))
    arguments.estimators += arguments.variants
    warnings.simplefilter("ignore", ConvergenceWarning)  # MLPClassifier's at max_iter
    cache, results = Cache(arguments.cache), {"classification": {}, "regression": {}}
    manifest = json.loads((arguments.data / "manifest.json").read_text())
    for entry in manifest["tabular"]:
        if arguments.tables is None or entry["name"] in arguments.tables:
            found = measure_table(entry, arguments, cache)
            results[entry["task"]][entry["name"]] = found
    for task, found in results.items():
        if found:
            over = arguments.spread or len(arguments.seeds)
            kind = "random states" if arguments.spread else "splits"
            print(f"\n{task}: {len(found)} tables, {over} {kind}")
            for what in ("error", "loss", "seconds"):
                if any(what in o[arguments.estimators[0]] for o in found.values()):
                    print_tables(found, what, arguments.estimators)
            if arguments.spread:
                print_spread(found, arguments.estimators)
            else:
                print_summary(found, arguments.estimators)
                print_halves(found, arguments.estimators)


if __name__ == "__main__":
    main()
