"""The script that fetches the tables of the benchmarks, with a fetcher that needs no network."""

import json
import re
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest

from tests.benchmarks import fetch
from tests.benchmarks.accuracy import load_split

pd = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


@pytest.fixture
def openml(monkeypatch):
    """Tables by their id; an id that is not there cannot be reached."""
    tables = {}

    def fetch_openml(*, data_id, as_frame, return_X_y, parser):
        if data_id not in tables:
            raise URLError("no route to host")
        return tables[data_id]

    monkeypatch.setattr(fetch, "fetch_openml", fetch_openml)
    return tables


def phoneme(n_rows=5404, n_columns=5):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n_rows, n_columns))).rename(columns="V{}".format)
    return X, pd.Series(np.where(X["V0"] > 0, "1", "2"), name="Class", dtype="category")


def entries(folder):
    return json.loads((folder / "manifest.json").read_text())["tabular"]


def test_a_fetched_table_is_read_by_the_benchmark(openml, tmp_path, capsys):
    openml[1489] = phoneme()
    assert fetch.main(["--data", str(tmp_path), "--tables", "phoneme"]) == 0
    assert capsys.readouterr().out == "phoneme: fetched\n"
    (entry,) = entries(tmp_path)
    X_train, X_test, y_train, _ = load_split(tmp_path, entry, seed=0, max_rows=1000)
    assert X_train.shape == (1000, 5)
    assert X_test.shape == (4404, 5)
    assert set(y_train) == {"1", "2"}


def test_categories_stay_categories_and_their_missing_values_missing(openml, tmp_path):
    X, _ = phoneme(1000)
    X["port"] = pd.Categorical(np.where(X["V1"] > 1, None, "Cherbourg"))
    openml[44956] = X, pd.Series(np.arange(1000), name="V0")  # a name that a column has too
    assert fetch.main(["--data", str(tmp_path), "--tables", "abalone"]) == 0
    (entry,) = entries(tmp_path)
    assert entry["categorical"] == ["port"]
    assert entry["target"] == "target"
    X_train, X_test, y_train, _ = load_split(tmp_path, entry, seed=0, max_rows=700)
    port = pd.concat([X_train, X_test])["x5_port"]
    assert port.dtype == "category"
    assert port.isna().sum() == (X["V1"] > 1).sum()
    assert y_train.dtype == np.float64


def test_one_class_is_told_from_all_others(openml, tmp_path):
    X, _ = phoneme(300)
    openml[150] = X, pd.Series(np.arange(300) % 7 + 1, name="class")
    fetch.main(["--data", str(tmp_path), "--tables", "covertype_binary"])
    (entry,) = entries(tmp_path)
    table = pd.read_parquet(tmp_path / entry["file"])
    np.testing.assert_array_equal(table["class"] == "1", np.arange(300) % 7 == 1)


def test_another_table_than_that_of_the_figures_is_reported(openml, tmp_path, capsys):
    openml[1489] = phoneme(n_rows=5000, n_columns=4)
    assert fetch.main(["--data", str(tmp_path), "--tables", "phoneme"]) == 0
    assert capsys.readouterr().out == (
        "phoneme: fetched, but it has 5000 rows instead of 5404, 4 numerical columns instead of 5\n"
    )


def test_the_other_tables_go_on_when_one_cannot_be_fetched(openml, tmp_path, capsys):
    openml[1489] = phoneme()
    openml[197] = phoneme()[0], pd.Series(["high"] * 5404, name="usr")
    tables = ["adult", "titanic", "cpu_act", "phoneme"]
    assert fetch.main(["--data", str(tmp_path), "--tables", *tables]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "adult: not fetched: <urlopen error no route to host>",
        "titanic: not fetched: no download is known; docs/benchmarks/data.rst names its file",
        "cpu_act: not fetched: could not convert string to float: 'high'",
        "phoneme: fetched",
        "missing: adult, titanic, cpu_act",
    ]
    assert [entry["name"] for entry in entries(tmp_path)] == ["phoneme"]


def test_a_table_that_is_there_is_not_fetched_again(openml, tmp_path, capsys):
    openml[1489] = phoneme()
    fetch.main(["--data", str(tmp_path), "--tables", "phoneme"])
    del openml[1489]
    assert fetch.main(["--data", str(tmp_path), "--tables", "phoneme"]) == 0
    assert capsys.readouterr().out.endswith("phoneme: already in the folder\n")


def test_the_page_of_the_data_says_the_same():
    text = (Path(__file__).parents[1] / "docs/benchmarks/data.rst").read_text(encoding="utf-8")
    rows = [row.split("\n     - ") for row in text.split("\n   * - ")[2:]]
    shown = {
        name: (n_rows, n_numerical, n_categorical, "".join(re.findall(r"/d/(\d+)>", openml)))
        for name, _, n_rows, n_numerical, n_categorical, openml, _ in rows
    }
    assert shown == {
        name: (
            f"{table.rows:,}",
            str(table.n_numerical),
            str(table.n_categorical),
            str(table.source) if isinstance(table.source, int) else "",
        )
        for name, table in fetch.TABLES.items()
    }
