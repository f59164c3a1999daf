"""Fetch the tables of the benchmarks, where the network allows it.

Run it with the path of a folder, which then is DATA of the other scripts::

    python tests/benchmarks/fetch.py --data DATA
    python tests/benchmarks/fetch.py --data DATA --tables adult phoneme

Each table comes from OpenML through scikit-learn's ``fetch_openml``, or from
``fetch_california_housing``. It becomes DATA/name.parquet, with an entry in DATA/manifest.json: its
name, task, file, rows, numerical and categorical columns, and target. A table that is already in
the folder is left as it is. Writing needs pandas and pyarrow.

A fetched table is compared with that of the published figures: its number of rows, of numerical
columns, of categorical columns and of classes. What differs is printed, and the table is written
all the same. Then its figures are not comparable. Even without a difference, columns can have
other names and rows another order, so a split with the same seed has other rows.

A table that cannot be fetched is reported with the reason, and the others go on. The exit status is
1 if a table is missing in the end, and 0 otherwise.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from sklearn.datasets import fetch_california_housing, fetch_openml

CALIFORNIA = "fetch_california_housing"


@dataclass(frozen=True)
class Table:
    """A table as it was in the published figures, and where to get it.

    Parameters
    ----------
    task : {"classification", "regression"}
    rows, n_numerical, n_categorical : int
    n_classes : int or None, default=None
        None for regression.
    source : int, str or None, default=None
        The id in OpenML, or ``CALIFORNIA``, or None if there is no download.
    positive : str or None, default=None
        The class that is told from all others.
    """

    task: str
    rows: int
    n_numerical: int
    n_categorical: int
    n_classes: int | None = None
    source: int | str | None = None
    positive: str | None = None


TABLES = {
    "adult": Table("classification", 48842, 6, 8, 2, 1590),
    "credit_g": Table("classification", 1000, 7, 13, 2, 31),
    "telco_churn": Table("classification", 7043, 3, 16, 2, 42178),
    "titanic": Table("classification", 891, 4, 4, 2),
    "letter": Table("classification", 20000, 16, 0, 26, 6),
    "satimage": Table("classification", 6435, 36, 0, 6, 182),
    "spambase": Table("classification", 4601, 57, 0, 2, 44),
    "magic_telescope": Table("classification", 19020, 10, 0, 2, 1120),
    "phoneme": Table("classification", 5404, 5, 0, 2, 1489),
    "electricity": Table("classification", 45312, 7, 1, 2, 151),
    "covertype_binary": Table("classification", 581012, 54, 0, 2, 150, positive="2"),
    "california_housing": Table("regression", 20640, 8, 1, source=CALIFORNIA),
    "bike_sharing_hour": Table("regression", 17379, 6, 6, source=42712),
    "diamonds": Table("regression", 53940, 6, 3, source=42225),
    "concrete": Table("regression", 1030, 8, 0, source=44959),
    "airfoil": Table("regression", 1503, 5, 0, source=44957),
    "medical_insurance": Table("regression", 1338, 3, 3),
    "abalone": Table("regression", 4177, 7, 1, source=44956),
    "wine_quality": Table("regression", 6497, 11, 1, source=287),
    "cpu_act": Table("regression", 8192, 21, 0, source=197),
}


def fetch(table):
    """Return the columns of a table as a frame, and its target."""
    if table.source is None:
        raise ValueError("no download is known; docs/benchmarks/data.rst names its file")
    if table.source == CALIFORNIA:
        return fetch_california_housing(as_frame=True, return_X_y=True)
    X, y = fetch_openml(data_id=table.source, as_frame=True, return_X_y=True, parser="auto")
    return X, y if table.positive is None else (y.astype(str) == table.positive).astype(int)


def split_columns(X):
    """Return the names of the numerical columns, and those of the others."""
    numerical = [*X.select_dtypes("number").columns]
    return numerical, [name for name in X.columns if name not in numerical]


def differences(table, X, y):
    """Return in words what differs from the table of the published figures."""
    numerical, categorical = split_columns(X)
    n_classes = None if table.task == "regression" else y.nunique()
    found = {
        "rows": (len(X), table.rows),
        "numerical columns": (len(numerical), table.n_numerical),
        "categorical columns": (len(categorical), table.n_categorical),
        "classes": (n_classes, table.n_classes),
    }
    return [
        f"{got} {what} instead of {wanted}"
        for what, (got, wanted) in found.items()
        if got != wanted
    ]


def write(folder, name, table, X, y):
    """Write the parquet file of a table, and return its entry in the manifest."""
    numerical, categorical = split_columns(X)
    target = "target" if y.name in (None, *X.columns) else str(y.name)
    as_text = {each: X[each].astype("string") for each in categorical}
    values = y.astype("string") if table.task == "classification" else y.astype(float)
    file = f"{name}.parquet"
    X.assign(**as_text, **{target: values}).to_parquet(folder / file)
    return {
        "name": name,
        "task": table.task,
        "file": file,
        "rows": len(X),
        "numerical": numerical,
        "categorical": categorical,
        "ignore": [],
        "target": target,
        "source": f"OpenML {table.source}" if isinstance(table.source, int) else table.source,
    }


def add(folder, name):
    """Fetch and write a table, print how it went, and return whether the folder has it."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text()) if path.exists() else {"tabular": [], "images": []}
    if name in [entry["name"] for entry in manifest["tabular"]]:
        print(f"{name}: already in the folder", flush=True)
        return True
    try:
        X, y = fetch(TABLES[name])
        entry = write(folder, name, TABLES[name], X, y)
    except (OSError, ValueError) as error:  # of the network, of OpenML, or of another kind of table
        print(f"{name}: not fetched: {error}", flush=True)
        return False
    manifest["tabular"].append(entry)
    path.write_text(json.dumps(manifest, indent=1))
    found = differences(TABLES[name], X, y)
    print(f"{name}: fetched" + (f", but it has {', '.join(found)}" if found else ""), flush=True)
    return True


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder to write to")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=[*TABLES], metavar="TABLE")
    arguments = parser.parse_args(arguments)
    arguments.data.mkdir(parents=True, exist_ok=True)
    missing = [name for name in arguments.tables if not add(arguments.data, name)]
    if missing:
        print(f"missing: {', '.join(missing)}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
