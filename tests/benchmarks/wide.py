"""Compare encodings of numbers on tables with hundreds to thousands of columns.

Run it with a folder of files such as those of the repository jundongl/scikit-feature, in
``skfeature/data``, each with a matrix ``X`` and labels ``Y``::

    python tests/benchmarks/wide.py --data FOLDER
    python tests/benchmarks/wide.py --data FOLDER --splits 5 madelon.mat leukemia.mat

Without a folder, the tables are scikit-learn's ``make_classification`` with 2,000 columns, of
which 20 or 100 are informative. Their scales tell which: the variance of an informative column is
that of a sum, and the variance of the others is 1.

The default, ``Standardize(one_scale=True)``, and numbers as they are get the same splits, 30 % of
the rows for testing. A line gives for each the mean error and the mean log-loss, and the last line
their geometric means, relative to the default.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
from scipy.io import loadmat
from sklearn.datasets import make_classification
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from skdeep import DeepClassifier, Standardize

ENCODINGS = {"default": "auto", "one scale": Standardize(one_scale=True), "as given": None}


def made():
    """Yield the names and tables of make_classification."""
    for n_samples in (1000, 4000):
        for n_informative in (20, 100):
            X, y = make_classification(
                n_samples, 2000, n_informative=n_informative, n_redundant=n_informative,
                random_state=0,
            )  # fmt: skip
            yield f"{n_samples} rows, {n_informative}", X, y


def read(folder, names):
    """Yield the names and tables of the files, without classes of fewer than four rows."""
    for path in sorted(folder.glob("*.mat")):
        if not names or path.name in names:
            file = loadmat(path)
            X, y = np.nan_to_num(file["X"].astype(float)), file["Y"].ravel()
            _, place, counts = np.unique(y, return_inverse=True, return_counts=True)
            yield path.stem, X[counts[place] >= 4], y[counts[place] >= 4]


def measure(X, y, n_splits):
    """Return the mean error and log-loss of each encoding."""
    figures = []
    for seed in range(n_splits):
        X_train, X_test, y_train, y_test = train_test_split(
            X, y, test_size=0.3, stratify=y, random_state=seed
        )
        for encoding in ENCODINGS.values():
            network = DeepClassifier(numerical_encoding=encoding, random_state=seed)
            probabilities = network.fit(X_train, y_train).predict_proba(X_test)
            error = 1 - network.score(X_test, y_test)
            figures.append((error, log_loss(y_test, probabilities, labels=network.classes_)))
    return np.reshape(figures, (n_splits, len(ENCODINGS), 2)).mean(axis=0)


def line(name, figures):
    """Return a line of a table."""
    return f"{name:<20}" + "".join(f"{error:>10.3f} /{loss:>6.3f}" for error, loss in figures)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with files; else make_classification")
    parser.add_argument("--splits", type=int, default=2)
    parser.add_argument("names", nargs="*", help="of files; all by default")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)  # of scales, and of training that ends early
    print(f"{'data':<20}" + "".join(f"{name:>18}" for name in ENCODINGS))
    found = []
    tables = read(arguments.data, arguments.names) if arguments.data else made()
    for name, X, y in tables:
        found.append(measure(X, y, arguments.splits))
        print(line(name, found[-1]), flush=True)
    # an error of 0 has no logarithm
    logs = np.log(np.array(found) + np.array([0.005, 0]))
    print(line("ratio to default", np.exp((logs - logs[:, :1]).mean(axis=0))))


if __name__ == "__main__":
    main()
