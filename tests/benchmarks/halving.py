"""Compare successive halving of epochs with searches that train all candidates to the end.

Run it with the path of a folder that holds the data::

    python tests/benchmarks/halving.py --data DATA
    python tests/benchmarks/halving.py --data DATA --seeds 10 phoneme letter

The data and the split into rows to search on and rows held out are those of ``tuning.py``.
For each table and seed, all searches see the same splits. Two searches train 27 candidates to the
end: a random search with evenly spread candidates, and a search from coarse to fine.
``HalvingEpochsSearchCV`` searches the candidates of the random search, 3 times as many and 6
times as many. The best candidate of each is then trained on all rows of the search. Epochs are
those that were trained, with early stopping. A line compares halving with one of the two others.
It gives the number of candidates, the share of the epochs and of the time of the other search, and
the mean paired differences to it of the validation score and of the score on the held-out rows,
with their standard errors and the number of seeds that halving won.
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
from tuning import SCORING, TABLES, load_table, mean_and_error, network_and_space, split

from skdeep.tuning import CoarseToFineSearchCV, HalvingEpochsSearchCV


def searches(n, multiples, max_epochs):
    """Return the two full searches and those by halving, as functions of estimator and space."""
    halving = partial(HalvingEpochsSearchCV, max_epochs=max_epochs)
    return {
        "random": partial(CoarseToFineSearchCV, n_rounds=1, n_iter=n),
        "fine": partial(CoarseToFineSearchCV, n_iter=n),
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
    found = {name: [] for name in kinds}
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        data = split(entry, X, y, arguments.rows, seed)
        for name, search in kinds.items():
            found[name].append(run(search, entry, data, arguments, seed))
    random, fine, *halvings = (np.array(each) for each in found.values())
    for name, halving in zip(list(kinds)[2:], halvings, strict=True):
        for other, full in (("random", random), ("fine", fine)):
            epochs, seconds = (halving[:, 2:] / full[:, 2:]).mean(axis=0)
            line = f"{entry['name']:<20}{name:<12}{other:<10}{epochs:>6.2f}{seconds:>7.2f}"
            for differences in (halving - full)[:, :2].T:
                line += f"{mean_and_error(differences, 4):>20}{np.sum(differences > 0):>4}"
            print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=900, help="rows to search on")
    parser.add_argument("--epochs", type=int, default=81, help="epochs of the last rung")
    parser.add_argument("--candidates", type=int, default=27)
    parser.add_argument("--multiples", type=int, nargs="+", default=[1, 3, 6], help="of candidates")
    parser.add_argument("--splits", type=int, default=2, help="fits of a candidate")
    parser.add_argument("names", nargs="*", default=TABLES)
    arguments = parser.parse_args()
    manifest = json.loads((arguments.data / "manifest.json").read_text())
    print(
        f"{'data':<20}{'candidates':<12}{'against':<10}{'epochs':>6}{'time':>7}"
        f"{'validation':>20} won{'held out':>20} won"
    )
    for entry in manifest["tabular"]:
        if entry["name"] in arguments.names:
            report(entry, arguments)


if __name__ == "__main__":
    main()
