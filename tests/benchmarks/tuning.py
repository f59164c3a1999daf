"""Search hyperparameters at random and from coarse to fine, with the same number of fits.

Run it with the path of a folder that holds the data::

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
from pathlib import Path

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import RandomizedSearchCV, ShuffleSplit, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skdeep import DeepClassifier, DeepRegressor
from skdeep.tuning import CoarseToFineSearchCV, HiddenLayers, search_space

TABLES = ["phoneme", "magic_telescope", "satimage", "electricity", "letter", "california_housing"]
SCORING = {"classification": "neg_log_loss", "regression": "r2"}


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


def run(search_class, entry, data, arguments, seed):
    """Return the validation score and the held-out score of a search."""
    X, X_test, y, y_test = data
    kind = DeepClassifier if entry["task"] == "classification" else DeepRegressor
    network = kind(max_epochs=arguments.epochs, random_state=seed)
    space = search_space(network, level=3)
    space["hidden_layer_sizes"] = HiddenLayers(depth=(1, 3), width=(8, 128))
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
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=900, help="rows to search on")
    parser.add_argument("--epochs", type=int, default=10, help="max_epochs of the networks")
    parser.add_argument("--n-iter", type=int, default=30, help="candidates of a search")
    parser.add_argument("--splits", type=int, default=3, help="fits of a candidate")
    parser.add_argument("--scoring", help="a scorer's name; log-loss or R² by default")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("names", nargs="*", default=TABLES)
    arguments = parser.parse_args()
    manifest = json.loads((arguments.data / "manifest.json").read_text())
    print(f"{'data':<20}{'score':<12}{'random':>9}{'fine':>9}{'difference':>18}{'won':>10}")
    for entry in manifest["tabular"]:
        if entry["name"] in arguments.names:
            report(entry, arguments)


if __name__ == "__main__":
    main()
