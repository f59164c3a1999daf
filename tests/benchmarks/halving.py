"""Compare successive halving of epochs with training all candidates to the end.

Run it with the path of a folder that holds the data::

    python tests/benchmarks/halving.py --data DATA
    python tests/benchmarks/halving.py --data DATA --seeds 10 phoneme letter

The data and the split into rows to search on and rows held out are those of ``tuning.py``.
For each table and seed, all searches see the same splits. A random search trains 27 evenly
spread candidates to the end, and ``HalvingEpochsSearchCV`` searches the same candidates, 3 times
as many and 7 times as many. The best candidate of each is then trained on all rows of the
search. Epochs are those that were trained, with early stopping. A line gives the number of
candidates, the share of the epochs and of the time of the random search, and the mean paired
differences to it of the validation score and of the score on the held-out rows, with their
standard errors.
"""

import argparse
import json
from functools import partial
from pathlib import Path
from time import perf_counter

import joblib
import numpy as np
from sklearn.metrics import get_scorer
from sklearn.model_selection import ShuffleSplit
from tuning import SCORING, TABLES, load_table, network_and_space, split

from skdeep.tuning import CoarseToFineSearchCV, HalvingEpochsSearchCV


def searches(n, multiples, max_epochs):
    """Return the random search and those by halving, as functions of estimator and space."""
    halving = partial(HalvingEpochsSearchCV, max_epochs=max_epochs)
    return {
        "all": partial(CoarseToFineSearchCV, n_rounds=1, n_iter=n),
        **{f"{k * n}": partial(halving, n_candidates=k * n) for k in multiples},
    }


def run(search_class, entry, data, arguments, seed):
    """Return the validation score, the held-out score, the epochs and the time of a search."""
    X, X_test, y, y_test = data
    scorer, trained = get_scorer(SCORING[entry["task"]]), {}

    def score(estimator, X, y):
        key = joblib.hash((X, estimator.get_params()))
        trained[key] = max(trained.get(key, 0), estimator.n_epochs_)
        return scorer(estimator, X, y)

    network, space = network_and_space(entry, max_epochs=arguments.epochs, random_state=seed)
    cv = ShuffleSplit(arguments.splits, test_size=1 / 3, random_state=seed)
    started = perf_counter()
    search = search_class(network, space, scoring=score, cv=cv, random_state=seed, refit=False)
    search.fit(X, y)
    seconds = perf_counter() - started
    best = network.set_params(**search.best_params_).fit(X, y)
    return search.best_score_, scorer(best, X_test, y_test), sum(trained.values()), seconds


def report(entry, arguments):
    """Search a table with each seed and print its lines."""
    X, y = load_table(arguments.data, entry)
    kinds = searches(arguments.candidates, arguments.multiples, arguments.epochs)
    found = []
    for seed in range(arguments.seeds):
        data = split(entry, X, y, arguments.rows, seed)
        found.append([run(each, entry, data, arguments, seed) for each in kinds.values()])
    found = np.array(found)  # seed, search, (validation, held out, epochs, seconds)
    for i, name in list(enumerate(kinds))[1:]:
        shares = (found[:, i, 2:] / found[:, 0, 2:]).mean(axis=0)
        differences = found[:, i, :2] - found[:, 0, :2]
        means = differences.mean(axis=0)
        errors = differences.std(axis=0, ddof=1) / np.sqrt(len(found))
        print(
            f"{entry['name']:<20}{name:<12}{shares[0]:>8.2f}{shares[1]:>8.2f}"
            f"{means[0]:>+10.4f} ± {errors[0]:.4f}{means[1]:>+10.4f} ± {errors[1]:.4f}",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=900, help="rows to search on")
    parser.add_argument("--epochs", type=int, default=81, help="epochs of the last rung")
    parser.add_argument("--candidates", type=int, default=27)
    parser.add_argument("--multiples", type=int, nargs="+", default=[1, 3, 7], help="of candidates")
    parser.add_argument("--splits", type=int, default=2, help="fits of a candidate")
    parser.add_argument("names", nargs="*", default=TABLES)
    arguments = parser.parse_args()
    manifest = json.loads((arguments.data / "manifest.json").read_text())
    print(
        f"{'data':<20}{'candidates':<12}{'epochs':>8}{'time':>8}{'validation':>19}{'held out':>19}"
    )
    for entry in manifest["tabular"]:
        if entry["name"] in arguments.names:
            report(entry, arguments)


if __name__ == "__main__":
    main()
