"""Time and memory of an epoch as the rows and the columns grow, and of partial_fit as calls go by.

Run it with room for a file of 2 GB in the folder, or draw the figure of an earlier run::

    python tests/benchmarks/scale.py --folder /tmp --save figures.json
    python tests/benchmarks/scale.py --load figures.json --output scale.png

A network with one hidden layer of 64 units trains for an epoch, held-out rows included, and
predicts all rows, each time in a new process and on one BLAS thread. *Rows* is a memory-mapped
file with 50 columns. *Columns* is an array in memory, dense, or sparse with 1 % of the numbers,
with the same number of numbers (2·10⁷) for each width. The memory is the highest anonymous memory
(``RssAnon``) less that before; the target and the order of the rows are in it, at 8 bytes a row
each. Linux only. Plotting needs matplotlib.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from memory import Peak, write
from scipy.sparse import random_array
from threadpoolctl import threadpool_limits

ROWS = (10**4, 10**5, 10**6, 10**7)
COLUMNS = (10, 100, 1000, 10**4)
CALLS = (1, 10, 100, 1000)
_FILE_COLUMNS, _NUMBERS, _DENSITY = 50, 2 * 10**7, 0.01
_CALL_COLUMNS, _CALL_ROWS = 10, 1000


def classifier(**hyperparameters):
    """Return the network that is measured."""
    from skdeep import DeepClassifier

    return DeepClassifier(
        (64,),
        n_members=1,
        numerical_encoding="standardize",
        batch_size=256,
        max_epochs=1,
        random_state=0,
        **hyperparameters,
    )


def of_file(folder, n_rows):
    """Return a memory-mapped file and its classes."""
    path = os.path.join(folder, "X")
    write(path, n_rows, _FILE_COLUMNS, "float32")
    X = np.memmap(path, dtype="float32", mode="r", shape=(n_rows, _FILE_COLUMNS))
    return X, (X[:, 0] > 0).astype(np.int8)


def of_width(kind, n_columns):
    """Return a dense or sparse array and its classes."""
    n_rows, rng = _NUMBERS // n_columns, np.random.default_rng(0)
    if kind == "dense":
        X = rng.standard_normal((n_rows, n_columns), dtype="float32")
    else:
        X = random_array(
            (n_rows, n_columns), density=_DENSITY, format="csr", dtype="float32", rng=rng
        )
    return X, rng.integers(2, size=n_rows)


def measure(sweep, size, folder):
    """Return the figures of an epoch over data of one size."""
    X, y = of_file(folder, size) if sweep == "rows" else of_width(sweep, size)
    classifier().fit(X[:1000], y[:1000])  # imports and BLAS buffers come first
    figures = {"size": size, "n_rows": X.shape[0]}
    with Peak() as peak:
        start = perf_counter()
        model = classifier().fit(X, y)
        figures["fit"] = (perf_counter() - start) / X.shape[0]
        figures["epoch"] = model.history_["seconds"][0] / X.shape[0]
        start = perf_counter()
        model.predict(X)
        figures["predict"] = (perf_counter() - start) / X.shape[0]
    return figures | {"memory": peak.growth}


def measure_calls():
    """Return the seconds per row of calls of partial_fit."""
    X, y = of_width("dense", _CALL_COLUMNS)
    model, seconds = classifier(), []
    for i in range(max(CALLS) + 5):
        rows = slice(i * _CALL_ROWS, (i + 1) * _CALL_ROWS)
        start = perf_counter()
        model.partial_fit(X[rows], y[rows], classes=[0, 1])
        seconds.append((perf_counter() - start) / _CALL_ROWS)
    return [{"size": n, "call": min(seconds[n : n + 5])} for n in CALLS]


def in_new_process(*arguments):
    """Return the figures that this script prints for a hidden argument."""
    command = [sys.executable, __file__, *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run(folder):
    """Measure and print everything."""
    results = {"rows": [], "dense": [], "sparse": []}
    for sweep, found in results.items():
        for size in ROWS if sweep == "rows" else COLUMNS:
            with tempfile.TemporaryDirectory(dir=folder) as own:
                found.append(in_new_process("--measure", sweep, size, own))
            each = found[-1]
            times = "  ".join(f"{k} {1e6 * each[k]:8.2f}" for k in ("fit", "epoch", "predict"))
            print(f"{sweep:7}{size:>9}  µs per row: {times}  +{each['memory'] / 1e6:6.1f} MB")
    results["calls"] = in_new_process("--calls")
    for each in results["calls"]:
        print(f"call {each['size']:>5} of partial_fit: {1e6 * each['call']:.2f} µs per row")
    return results


def plot(results, path):
    """Draw time per row against rows and columns, and memory against rows."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.4), layout="constrained")
    by_rows, by_columns, memory = figure.subplots(1, 3)
    rows = results["rows"]
    sizes = [each["size"] for each in rows]
    for what, color, marker in (("fit", "#D55E00", "o"), ("predict", "#0072B2", "s")):
        label = "fit, one epoch" if what == "fit" else what
        values = [1e6 * each[what] for each in rows]
        by_rows.plot(sizes, values, marker + "-", color=color, label=label)
        for kind, dashes in (("dense", "-"), ("sparse", "--")):
            values = [1e6 * each[what] for each in results[kind]]
            by_columns.plot(COLUMNS, values, marker + dashes, color=color, label=f"{what}, {kind}")
    memory.plot(sizes, [each["memory"] / 1e6 for each in rows], "o-", color="#D55E00")
    file_size = [4e-6 * _FILE_COLUMNS * size for size in sizes]
    memory.plot(sizes, file_size, ":", color="#000000", label="size of the file")
    titles = {by_rows: "µs per row, 50 columns", by_columns: "µs per row", memory: "Memory, MB"}
    for axes, title in titles.items():
        axes.set(title=title, xlabel="columns" if axes is by_columns else "rows", xscale="log")
        axes.legend(frameon=False, fontsize="small")
        axes.spines[["top", "right"]].set_visible(False)
    by_rows.set_ylim(bottom=0)
    by_columns.set_yscale("log")
    memory.set_yscale("log")
    FigureCanvasAgg(figure).print_png(path, metadata={"Software": None})


def main():
    """Measure, or draw what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", default=tempfile.gettempdir())
    parser.add_argument("--save", type=Path, help="file to write the figures to")
    parser.add_argument("--load", type=Path, help="file of an earlier run, instead of measuring")
    parser.add_argument("--output", help="file for the picture")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--calls", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    with threadpool_limits(1, "blas"):
        if arguments.measure:
            sweep, size, folder = arguments.measure
            return print(json.dumps(measure(sweep, int(size), folder)))
        if arguments.calls:
            return print(json.dumps(measure_calls()))
    results = json.loads(arguments.load.read_text()) if arguments.load else run(arguments.folder)
    if arguments.save:
        arguments.save.write_text(json.dumps(results))
    if arguments.output:
        plot(results, arguments.output)


if __name__ == "__main__":
    main()
