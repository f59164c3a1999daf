"""Compare several quantiles in one fit with a fit for each quantile, on real tables.

Run it with the path of a folder that holds the data, as described in ``accuracy.py``::

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python tests/benchmarks/quantiles.py --data DATA

Each line gives the mean pinball loss on the test rows, divided by that of a fit for each quantile
(means over the splits and random states), and the share of the test rows in which the separate
fits cross. Three constructions are compared that keep quantiles in order:

- "sorted": each raw output is trained on its own quantile. The predictions, which early stopping
  judges, are the sorted raw outputs (``loss="quantile"``);
- "sorted in training": the loss is that of the sorted raw outputs, in training too;
- "increments": the middle quantile, and outward from it increments that are the softplus of the
  other raw outputs. They start at the quantiles of a normal distribution.
"""

import argparse
import json
from pathlib import Path
from time import process_time

import numpy as np
from accuracy import load_split
from scipy.special import expit
from scipy.stats import norm
from sklearn.metrics import mean_pinball_loss

from skdeep import DeepRegressor
from skdeep.losses import Quantile

TABLES = ["california_housing", "concrete", "airfoil", "abalone"]
THREE, NINE = (0.05, 0.5, 0.95), tuple(np.linspace(0.1, 0.9, 9).round(1).tolist())


class SortedInTraining(Quantile):
    """The gradient of a prediction goes to the raw output that it came from."""

    name = "sorted in training"

    def bind(self, n_rows, n_outputs, dtype):
        of_sorted = super().bind(n_rows, n_outputs, dtype)

        def evaluate(raw, target, weight):
            source = np.argsort(raw, axis=1)[:, np.argsort(np.argsort(self.quantile))]
            value, d_sorted = of_sorted(np.take_along_axis(raw, source, axis=1), target, weight)
            d_raw = np.empty_like(d_sorted)
            np.put_along_axis(d_raw, source, d_sorted, axis=1)
            return value, d_raw

        return evaluate


class Increments(Quantile):
    """Increments outward from the middle quantile, for quantiles in ascending order."""

    name = "increments"

    def _unfold(self, raw):
        """Return the signs and softplus of the increments, zero for the middle."""
        z = norm.ppf(self.quantile)
        middle = len(z) // 2
        gaps = np.insert(np.diff(z), middle, 1.0)
        start = np.log(np.expm1(gaps)).astype(raw.dtype)
        sign = np.sign(np.arange(len(z)) - middle).astype(raw.dtype)
        return middle, sign, raw + start

    def inverse_link(self, raw):
        middle, sign, shifted = self._unfold(raw)
        steps = np.abs(sign) * np.logaddexp(0, shifted)
        up = np.cumsum(steps[:, middle:], axis=1)
        down = np.cumsum(steps[:, middle::-1], axis=1)[:, :0:-1]
        return (raw[:, [middle]] + np.hstack([-down, up]))[:, None]

    def bind(self, n_rows, n_outputs, dtype):
        q = np.array(self.quantile)

        def evaluate(raw, target, weight):
            middle, sign, shifted = self._unfold(raw)
            r = self.inverse_link(raw)[:, 0] - target
            slope = np.where(r > 0, 1 - q, -q)
            value = float((weight / n_outputs) @ (r * slope).sum(axis=1))
            outward = slope * sign  # an increment moves all quantiles beyond it
            above = np.cumsum(outward[:, ::-1], axis=1)[:, ::-1][:, middle:]
            below = np.cumsum(outward, axis=1)[:, :middle]
            d_raw = np.hstack([below, above]) * expit(shifted)
            d_raw[:, middle] = slope.sum(axis=1)
            return value, (d_raw * (weight / n_outputs)[:, None]).astype(dtype)

        return evaluate

    def link(self, mean):
        mean = mean.reshape(*mean.shape[:-2], -1)
        middle, _, start = self._unfold(np.zeros_like(mean))
        steps = np.abs(np.diff(mean, axis=-1))
        steps = np.insert(steps, middle, 1.0, axis=-1)
        steps = np.maximum(steps, np.finfo(mean.dtype).tiny)
        raw = steps + np.log(-np.expm1(-steps)) - start
        raw[..., middle] = mean[..., middle]
        return raw


CONSTRUCTIONS = {
    "sorted": Quantile,
    "sorted in training": SortedInTraining,
    "increments": Increments,
}


def measure(split, levels, state):
    """Return the mean pinball loss and the seconds of each construction."""
    X_train, X_test, y_train, y_test = split

    def pinball(predicted):
        columns = zip(levels, predicted.T, strict=True)
        return np.mean([mean_pinball_loss(y_test, c, alpha=level) for level, c in columns])

    start = process_time()
    predicted = np.column_stack(
        [
            DeepRegressor(loss="quantile", quantile=level, random_state=state)
            .fit(X_train, y_train)
            .predict(X_test)
            for level in levels
        ]
    )
    outcomes = {"separate": (pinball(predicted), process_time() - start)}
    crossed = float((np.diff(predicted, axis=1) < 0).any(axis=1).mean())
    for name, loss in CONSTRUCTIONS.items():
        start = process_time()
        model = DeepRegressor(loss=loss(levels), random_state=state).fit(X_train, y_train)
        seconds = process_time() - start
        predicted = model.predict(X_test)
        assert (np.diff(predicted, axis=1) >= 0).all()
        outcomes[name] = pinball(predicted), seconds
    return outcomes, crossed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--tables", nargs="+", default=TABLES)
    parser.add_argument("--rows", type=int, default=10_000, help="largest number to train on")
    parser.add_argument("--states", type=int, default=3, help="splits and random states")
    arguments = parser.parse_args()
    manifest = json.loads((arguments.data / "manifest.json").read_text())
    entries = {entry["name"]: entry for entry in manifest["tabular"]}
    print("table, quantiles, share of rows that cross; loss and seconds relative to separate fits")
    for name in arguments.tables:
        for levels in (THREE, NINE):
            runs = [
                measure(load_split(arguments.data, entries[name], s, arguments.rows), levels, s)
                for s in range(arguments.states)
            ]
            crossed = np.mean([crossed for _, crossed in runs])
            means = {c: np.mean([run[c] for run, _ in runs], axis=0) for c in runs[0][0]}
            base = means.pop("separate")
            ratios = [
                f"{c} {loss:.3f} {s:.2f}"
                for c, (loss, s) in ((c, mean / base) for c, mean in means.items())
            ]
            print(f"{name}, {len(levels)}, {crossed:.1%}; {'; '.join(ratios)}", flush=True)


if __name__ == "__main__":
    main()
