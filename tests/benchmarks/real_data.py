"""Train DeepClassifier on real tables and images, and print how well it predicts.

Run it with the path of a folder that holds the data::

    python tests/benchmarks/real_data.py --data DATA
    python tests/benchmarks/real_data.py --data DATA adult

DATA/manifest.json lists under "tabular" for each table its name, parquet file, numerical
and categorical columns and target, and under "images" for each set of images its name and
the file with the arrays ``X_train``, ``y_train``, ``X_test`` and ``y_test``. A table's
official split is used where it has a column "split", else a quarter of the rows is the test
set. Reading tables needs pandas and pyarrow.

Each line gives the number of training rows, accuracy and log-loss on the test set, the
number of epochs and the seconds of ``fit``. The settings are the same for all tables; early
stopping holds out a part of the training rows and nothing is tuned on the test set.
"""

import argparse
import json
from pathlib import Path
from time import perf_counter

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skdeep import DeepClassifier


def load_table(folder, entry):
    """Return training and test rows and targets of a table."""
    import pandas as pd

    table = pd.read_parquet(folder / entry["file"])
    categories = table[entry["categorical"]].astype(object).fillna("missing").astype(str)
    X, y = table[entry["numerical"]].join(categories), table[entry["target"]].to_numpy()
    if "split" in table:
        train, test = (table["split"] == part for part in ("train", "test"))
        return X[train], X[test], y[train], y[test]
    return train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)


def table_pipeline(entry, seed):
    """Return imputation, scaling and encoding by kind of column, then the network."""
    numerical = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categorical = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=10, sparse_output=False
    )
    columns = make_column_transformer(
        (numerical, entry["numerical"]), (categorical, entry["categorical"])
    )
    classifier = DeepClassifier(
        batch_norm=True,
        dropout=0.2,
        lr_schedule="cosine",
        max_epochs=30,
        early_stopping=True,
        random_state=seed,
    )
    return make_pipeline(columns, classifier)


def load_images(folder, entry):
    """Return training and test images, a row each, and their classes."""
    with np.load(folder / entry["file"]) as arrays:
        X_train, X_test = (
            arrays[name].reshape(len(arrays[name]), -1) for name in ("X_train", "X_test")
        )
        return X_train, X_test, arrays["y_train"], arrays["y_test"]


def to_unit_range(X):
    """Return gray values from 0 to 255 as float32 from -1 to 1."""
    return X.astype(np.float32) / 127.5 - 1


def image_pipeline(seed):
    """Return scaling, then the network."""
    classifier = DeepClassifier(
        (512, 256),
        batch_norm=True,
        dropout=0.2,
        lr_schedule="cosine",
        max_epochs=15,
        early_stopping=True,
        random_state=seed,
    )
    return make_pipeline(FunctionTransformer(to_unit_range), classifier)


def report(name, model, X_train, X_test, y_train, y_test):
    """Fit a pipeline and print its line."""
    start = perf_counter()
    model.fit(X_train, y_train)
    seconds = perf_counter() - start
    accuracy = accuracy_score(y_test, model.predict(X_test))
    loss = log_loss(y_test, model.predict_proba(X_test), labels=model.classes_)
    print(
        f"{name:<20}{len(y_train):>8}{accuracy:>10.4f}{loss:>10.4f}"
        f"{model[-1].n_epochs_:>8}{seconds:>9.1f}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--seed", type=int, default=0, help="random_state of the network")
    parser.add_argument("names", nargs="*", default=["adult", "fashion_mnist"])
    arguments = parser.parse_args()
    manifest = json.loads((arguments.data / "manifest.json").read_text())
    print(f"{'data':<20}{'rows':>8}{'accuracy':>10}{'log-loss':>10}{'epochs':>8}{'seconds':>9}")
    for entry in manifest["tabular"]:
        if entry["name"] in arguments.names and entry["task"] == "classification":
            model = table_pipeline(entry, arguments.seed)
            report(entry["name"], model, *load_table(arguments.data, entry))
    for entry in manifest["images"]:
        if entry["name"] in arguments.names:
            model = image_pipeline(arguments.seed)
            report(entry["name"], model, *load_images(arguments.data, entry))


if __name__ == "__main__":
    main()
