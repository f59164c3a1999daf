"""Successive halving by epochs: survivors train on from where they stood."""

import copy
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from numbers import Integral, Real
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Literal, Self

import joblib
import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import Pipeline

from ..base import Interval, fit_context, is_int
from ..estimators.inside import Pauses, let_pause
from .rounds import SearchInRounds, rank_candidates
from .sampling import Proposals
from .spaces import find_network

__all__ = ["HalvingEpochsSearchCV"]

_NAME = "HalvingEpochsSearchCV"


class HalvingEpochsSearchCV(SearchInRounds):
    """Random search by successive halving: few epochs for most candidates, all for the best.

    All candidates are trained for a few epochs and scored. The best ``1 / factor`` of them train
    on, from where they stood, for ``factor`` times as many epochs in total, and so on [1]_. At the
    last rung, the remaining candidates reach ``max_epochs``. With the defaults:

    ===== ============ ========= ==========================
    rung  candidates   to epoch  epochs trained at the rung
    ===== ============ ========= ==========================
    0     27           3         81
    1     9            9         54
    2     3            27        54
    3     1            81        54
    ===== ============ ========= ==========================

    This is 243 epochs for each split, where a random search of 27 candidates trains for 2187.

    Parameters
    ----------
    estimator : DeepClassifier, DeepRegressor, or an estimator that contains one
        For example a ``Pipeline``. ``max_epochs`` of the search replaces that of the network. The
        optimizer must take steps; ``"lbfgs"`` does not.
    param_distributions : dict or list of dicts
        A distribution or a list for each hyperparameter name, as in ``CoarseToFineSearchCV``;
        see :func:`search_space`. ``max_epochs`` of the network cannot be searched.
    n_candidates : int, default=27
        Number of candidates at the first rung, at least 1. They are evenly spread over the
        search space. Six times as many as in a random search train for less than a third of its
        epochs (:ref:`benchmark-halving`).
    factor : float, default=3
        A rung has ``1 / factor`` as many candidates as the rung before, rounded down, and
        ``factor`` times as many epochs. At least 2; 3 and 4 are common.
    max_epochs : int, default=81
        Number of epochs at the last rung, at least 1. It is the length of the training for
        schedules, at each rung.
    scoring : str, callable, list, tuple or dict, default=None
        As in ``RandomizedSearchCV``. With several metrics, the metric named by ``refit``
        determines the survivors. If ``refit`` names none, the mean rank over all metrics does.
    n_jobs : int, default=None
        Number of fits that run in parallel, with joblib's current backend.
    refit : bool, str or callable, default=True
        As in ``RandomizedSearchCV``. The best candidate is trained anew on all rows, for
        ``max_epochs``.
    cv : int, cross-validation generator or an iterable, default=None
        As in ``RandomizedSearchCV``. All rungs use the same splits.
    verbose : int, default=0
    pre_dispatch : int or str, default="2*n_jobs"
    random_state : int, RandomState instance or None, default=None
        For the candidates.
    error_score : "raise" or numeric, default=np.nan
    return_train_score : bool, default=False
    directory : str or path, default=None
        Folder for the states of the paused trainings, on a disk that all processes share. After
        an interrupt, ``fit`` with the same arguments continues from there. When ``fit`` is
        complete, the states are removed. ``random_state`` must be an integer, here and in ``cv``.
        Each search needs its own directory. The states are pickles: use a folder that only you
        can write to. None uses a temporary folder of this machine.

    Attributes
    ----------
    cv_results_ : dict of str to ndarray
        As in ``RandomizedSearchCV``, with a row for each candidate at each of its rungs.
        Additional keys: ``rung``, from 0, and ``n_epochs``, the epoch at which the training
        paused to be scored. Fit times are those of the rung alone.
    best_index_ : int
        Row of the best candidate of the last rung.
    best_estimator_, best_score_, best_params_, scorer_, n_splits_
        As in ``RandomizedSearchCV``.
    refit_time_, multimetric_, n_features_in_, feature_names_in_, classes_
        As in ``RandomizedSearchCV``.

    Raises
    ------
    ValueError
        If a hyperparameter is out of range, if ``estimator`` does not contain exactly one
        network, if ``param_distributions`` replaces it or its ``max_epochs``, and in the cases in
        which ``RandomizedSearchCV`` raises it.

    Warns
    -----
    UserWarning
        If the search space has lists only, with fewer different candidates than
        ``n_candidates``. Then each candidate is tried once.

    See Also
    --------
    CoarseToFineSearchCV : Search in rounds of full trainings, each near the best so far.
    search_space : Ready distributions in order of importance.

    Notes
    -----
    The score of a candidate at a rung is that of a training with ``max_epochs`` that is stopped
    at the rung, bit for bit. This includes the schedule: a cosine has ``max_epochs`` as its length,
    so its learning rate is still high at the first rungs. With early stopping, the score is that
    of the best epoch so far. A candidate that has stopped early keeps its score and trains no
    further.

    Callbacks of the network hear of each rung as of a fit of its own.

    A training is saved under a key of its hyperparameters and its data. In a pipeline, the
    transformers are fitted once for each split and set of their hyperparameters, by the
    ``memory`` of the pipeline. Other estimators around a network fit their transformers anew at
    each rung. If the data of the network then change, its training starts again: the score is
    the same as that of a training at once, but it takes longer.

    Successive halving assumes that candidates which are good early are good late. A small
    learning rate can be a late winner. Hyperband [2]_ repeats the search with fewer candidates and
    more epochs at the first rung: here, ``n_candidates=9`` starts at 9 epochs.

    References
    ----------
    .. [1] Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter
       optimization", AISTATS 2016, figure 1.
    .. [2] Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, "Hyperband: a novel bandit-based
       approach to hyperparameter optimization", Journal of Machine Learning Research 18, 2018,
       algorithm 1.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdeep import DeepClassifier
    >>> from skdeep.tuning import HalvingEpochsSearchCV, LogUniform
    >>> X, y = load_iris(return_X_y=True)
    >>> search = HalvingEpochsSearchCV(
    ...     DeepClassifier((16,), random_state=0), {"learning_rate": LogUniform(1e-5, 1.0)},
    ...     n_candidates=9, max_epochs=27, cv=3, random_state=0,
    ... ).fit(X, y)
    >>> search.cv_results_["n_epochs"]
    array([ 3,  3,  3,  3,  3,  3,  3,  3,  3,  9,  9,  9, 27])
    >>> 1e-3 < search.best_params_["learning_rate"] < 1.0
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **{k: v for k, v in RandomizedSearchCV._parameter_constraints.items() if k != "n_iter"},
        "n_candidates": [Interval(Integral, 1, None, closed="left")],
        "factor": [Interval(Real, 2, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "directory": [str, Path, None],
    }

    def __init__(
        self,
        estimator: BaseEstimator,
        param_distributions: dict[str, Any] | list[dict[str, Any]],
        *,
        n_candidates: int = 27,
        factor: float = 3,
        max_epochs: int = 81,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: bool | str | Callable[[dict[str, Any]], int] = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        random_state: int | np.random.RandomState | None = None,
        error_score: float | Literal["raise"] = np.nan,
        return_train_score: bool = False,
        directory: str | Path | None = None,
    ) -> None:
        self.estimator = estimator
        self.param_distributions = param_distributions
        self.n_candidates = n_candidates
        self.factor = factor
        self.max_epochs = max_epochs
        self.scoring = scoring
        self.n_jobs = n_jobs
        self.refit = refit
        self.cv = cv
        self.verbose = verbose
        self.pre_dispatch = pre_dispatch
        self.random_state = random_state
        self.error_score = error_score
        self.return_train_score = return_train_score
        self.directory = directory

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Search, and fit the best candidate on all rows.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        **params : dict
            Parameters of ``fit``, of the scorer and of the splitter, such as ``sample_weight``
            and ``groups``, as in ``RandomizedSearchCV``.

        Returns
        -------
        self : HalvingEpochsSearchCV
        """
        path, _ = find_network(self.estimator, None, _NAME, "Search a model with one network.")
        self._check_searched(path)
        if self.directory is not None and not is_int(self.random_state):
            raise ValueError(
                f"{_NAME}: with directory, random_state must be an integer, so that another fit "
                f"draws the same candidates. Got {self.random_state!r} instead."
            )
        with _folder(self.directory) as folder:
            search = copy.copy(self)  # its estimator pauses, and the user's does not
            search._paused_fits = Pauses(folder, self.directory is not None, self.max_epochs)
            search.estimator = self._pausing_estimator(path, search._paused_fits)
            super(HalvingEpochsSearchCV, search).fit(X, y, **params)
        if self.refit and isinstance(self.estimator, Pipeline):
            search.best_estimator_.memory = self.estimator.memory
        self.__dict__.update({k: v for k, v in vars(search).items() if k.endswith("_")})
        return self

    def _check_searched(self, path: str) -> None:
        """Refuse hyperparameters that would replace the network or its number of epochs."""
        dicts = self.param_distributions
        names = {name for each in ([dicts] if isinstance(dicts, dict) else dicts) for name in each}
        if f"{path}max_epochs" in names:
            raise ValueError(
                f"{_NAME}: '{path}max_epochs' cannot be searched, because the search decides how "
                "long a candidate is trained. Set max_epochs of the search instead."
            )
        around = {name for name in names if path.startswith(f"{name}__")}
        if around:
            raise ValueError(
                f"{_NAME}: {min(around)!r} cannot be searched, because it contains the network "
                "that pauses. Search its hyperparameters instead."
            )

    def _pausing_estimator(self, path: str, pauses: Pauses) -> BaseEstimator:
        """Return a clone whose clones pause, with ``max_epochs`` as the length of the training."""
        estimator = clone(self.estimator).set_params(**{f"{path}max_epochs": self.max_epochs})
        let_pause(find_network(estimator, None, _NAME)[1], pauses)
        if isinstance(estimator, Pipeline) and estimator.memory is None:
            _check_saved(estimator[:-1])
            estimator.memory = str(pauses.folder / "transformers")
        return estimator

    def _run_rounds(self, proposals: Proposals, evaluate: Callable, context: Any) -> None:
        """Evaluate the rungs."""
        pauses = self.__dict__.pop("_paused_fits")
        rungs = _rungs(
            proposals.count(self.n_candidates, _NAME, "n_candidates"), self.factor, self.max_epochs
        )
        if not rungs:
            evaluate([])  # raises scikit-learn's error
        candidates = proposals.draw(rungs[0][0])
        search = context.subcontext(task_name="search", max_subtasks=len(rungs))
        search.call_on_fit_task_begin(estimator=self)
        for i, (n, n_epochs) in enumerate(rungs):
            candidates, pauses.n_epochs = candidates[:n], n_epochs
            n = len(candidates)
            if not n:  # all have failed
                break
            if self.verbose:
                print(f"[{_NAME}] rung {i}: {n} candidates to epoch {n_epochs}")
            results = self._evaluate(evaluate, search, candidates, rung=i, n_epochs=n_epochs)
            here = [j for j in rank_candidates(results, self.refit) if results["rung"][j] == i]
            candidates = [results["params"][j] for j in here]
        pauses.n_epochs = None  # the refit does not pause
        search.call_on_fit_task_end(estimator=self)

    @staticmethod
    def _select_best_index(refit: Any, refit_metric: str, results: dict[str, Any]) -> int:
        """Return the row of the best candidate of the last rung."""
        if callable(refit):
            return RandomizedSearchCV._select_best_index(refit, refit_metric, results)
        has_score = np.isfinite(results[f"mean_test_{refit_metric}"])
        rung = np.where(has_score, results["rung"], -1)
        last = np.flatnonzero(rung == rung.max())
        return int(last[np.argmin(results[f"rank_test_{refit_metric}"][last])])


def _rungs(n_candidates: int, factor: float, max_epochs: int) -> list[tuple[int, int]]:
    """Return the number of candidates and the epoch of each rung.

    In the symbols of Hyperband: ``n_i = ⌊n η⁻ⁱ⌋`` and ``r_i = R η^(i-s)``, rounded down, for i from
    0 to s, the largest number for which the last n and the first r are at least 1.
    """
    n, eta, R = n_candidates, factor, max_epochs
    s = -1
    while n // eta ** (s + 1) >= 1 and R // eta ** (s + 1) >= 1:
        s += 1
    return [(int(n // eta**i), int(R // eta ** (s - i))) for i in range(s + 1)]


@contextmanager
def _folder(directory: str | Path | None) -> Iterator[Path]:
    """Provide a folder for the states, and remove it at the end.

    Yields
    ------
    Path
    """
    if directory is None:
        with TemporaryDirectory(prefix="skdeep-") as name:
            yield Path(name)
        return
    folder = Path(directory) / "paused_fits"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder)  # not after an error or an interrupt, so that another fit can go on


def _check_saved(transformers: Pipeline) -> None:
    """Refuse transformers that cannot be saved."""
    try:
        joblib.hash(transformers)
    except (pickle.PicklingError, AttributeError, TypeError) as reason:
        raise ValueError(
            f"{_NAME}: the transformers are saved, and they cannot be pickled ({reason}). Define "
            "functions and classes in a module."
        ) from None
