"""Measure on real tables which hyperparameters of the search space matter most.

Run it with the path of a folder that holds the data::

    python tests/benchmarks/importance.py --data DATA
    python tests/benchmarks/importance.py --data DATA --optimizer momentum phoneme letter

The data and the split into rows to search on and rows held out are those of ``tuning.py``. For
each table, a random search trains candidates of ``search_space(network, "extended")`` and scores
them on the held-out rows. ``SearchDisplay`` gives the effect of each hyperparameter: the largest
minus the smallest score that a random forest expects for its values. A line gives the effects as
shares of their sum; the last line gives their means over the tables. Scores count by their rank
among the candidates, so that a few failures do not decide.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.stats import rankdata
from sklearn.model_selection import RandomizedSearchCV
from tuning import SCORING, TABLES, load_table, network_and_space, split

from skdeep import SearchDisplay


def effects(entry, arguments):
    """Return the share of each hyperparameter in the effects on a table."""
    X, X_held_out, y, y_held_out = split(
        entry, *load_table(arguments.data, entry), arguments.rows, arguments.seed
    )
    network, space = network_and_space(
        entry, optimizer=arguments.optimizer, max_epochs=100, random_state=arguments.seed
    )
    search = RandomizedSearchCV(
        network,
        space,
        n_iter=arguments.candidates,
        scoring=SCORING[entry["task"]],
        cv=[(np.arange(len(y)), len(y) + np.arange(len(y_held_out)))],
        random_state=arguments.seed,
        refit=False,
    )
    search.fit(np.concatenate([X, X_held_out]), np.concatenate([y, y_held_out]))
    results = search.cv_results_
    scores = np.nan_to_num(results["mean_test_score"], nan=-np.inf)  # nan: the training diverged
    results["mean_test_score"] = rankdata(scores) / arguments.candidates
    sizes = {e.name: e.size for e in SearchDisplay.from_search(search, plot=False).effects}
    return {name: size / sum(sizes.values()) for name, size in sizes.items()}


def line(name, shares):
    """Return a line with the shares, the largest first."""
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    return f"{name}: " + ", ".join(f"{each} {share:.2f}" for each, share in ordered)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--optimizer", default="adam")
    parser.add_argument("--rows", type=int, default=900, help="rows to train on")
    parser.add_argument("--candidates", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("names", nargs="*", default=TABLES)
    arguments = parser.parse_args()
    manifest = json.loads((arguments.data / "manifest.json").read_text())
    entries = {entry["name"]: entry for entry in manifest["tabular"]}
    found = []
    for name in arguments.names:
        found.append(effects(entries[name], arguments))
        print(line(name, found[-1]), flush=True)
    print(line("mean", {n: np.mean([each.get(n, 0) for each in found]) for n in found[0]}))


if __name__ == "__main__":
    main()
