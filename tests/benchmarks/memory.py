"""Measure how much a process grows while it trains on a memory-mapped file.

Run it with the size of the file, in gigabytes, and room for it in the folder::

    python tests/benchmarks/memory.py --gigabytes 1 --folder /tmp

For each precision of the file, a new process trains DeepClassifier for an epoch over
all of it, in shuffled order, and predicts it. The figure is the highest anonymous
memory (``RssAnon``) during the two, less that before them, sampled every 5 ms: pages of
the file in memory belong to the system and are not in it. The goal is at most 300 MB,
whatever the size of the file; ``y`` and the order of the rows, 8 bytes a row each, are in
it, and grow with the number of rows, not with their width. Linux only.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from time import perf_counter

import numpy as np

GOAL = 300e6
_BLOCK = 1 << 24  # numbers written at a time


def write(path, n_rows, n_features, dtype):
    """Write standard normal numbers; the first column decides the class."""
    file = np.memmap(path, dtype=dtype, mode="w+", shape=(n_rows, n_features))
    block = np.random.default_rng(0).standard_normal(
        (min(n_rows, _BLOCK // n_features), n_features), dtype="float32"
    )
    for start in range(0, n_rows, len(block)):
        file[start : start + len(block)] = block[: n_rows - start]
    file.flush()


def anonymous_memory():
    """Return the bytes of this process that no file backs."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("RssAnon"))
    return 1024 * int(line.split()[1])


class Peak:
    """Watch the anonymous memory while a block of code runs."""

    def __enter__(self):
        self._done = threading.Event()
        self.start = self.highest = anonymous_memory()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self):
        while not self._done.wait(0.005):
            self.highest = max(self.highest, anonymous_memory())

    def __exit__(self, *error):
        self._done.set()
        self._thread.join()

    @property
    def growth(self):
        """Bytes above the start."""
        return self.highest - self.start


def measure(path, n_rows, n_features, dtype, early_stopping):
    """Train and predict in this process, and print the growth."""
    from skdeep import DeepClassifier

    X = np.memmap(path, dtype=dtype, mode="r", shape=(n_rows, n_features))
    y = (X[:, 0] > 0).astype(np.int8)
    model = DeepClassifier(max_epochs=1, early_stopping=early_stopping, random_state=0)
    model.fit(X[:1000], y[:1000])  # imports and BLAS buffers come first
    start = perf_counter()
    with Peak() as fit:
        model.fit(X, y)
    seconds = perf_counter() - start
    with Peak() as predict:
        model.predict(X)
    growth = max(fit.growth, predict.growth)
    verdict = "ok" if growth <= GOAL else "TOO MUCH"
    kind = "held-out part" if early_stopping else "plain"
    print(
        f"{dtype}  {kind:13}  {X.nbytes / 1e9:6.2f} GB  fit +{fit.growth / 1e6:6.1f} MB  "
        f"predict +{predict.growth / 1e6:6.1f} MB  {seconds:6.1f} s an epoch  {verdict}"
    )


def main():
    """Write each file and measure in a new process."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=0.5)
    parser.add_argument("--features", type=int, default=200)
    parser.add_argument("--folder", default=tempfile.gettempdir())
    parser.add_argument("--measure", nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        path, n_rows, n_features, dtype, early_stopping = arguments.measure
        measure(path, int(n_rows), int(n_features), dtype, early_stopping == "True")
        return
    for dtype in ("float32", "float64"):
        n_rows = int(arguments.gigabytes * 1e9 / (arguments.features * np.dtype(dtype).itemsize))
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            path = os.path.join(folder, "X")
            write(path, n_rows, arguments.features, dtype)
            for early_stopping in (False, True):
                values = [path, n_rows, arguments.features, dtype, early_stopping]
                command = [sys.executable, __file__, "--measure", *map(str, values)]
                subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
