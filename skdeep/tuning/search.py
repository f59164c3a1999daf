"""Random search in rounds, from coarse to fine."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.model_selection import RandomizedSearchCV
from sklearn.utils import check_random_state

from ..base import Interval
from .sampling import Proposals

__all__ = ["CoarseToFineSearchCV"]


class CoarseToFineSearchCV(RandomizedSearchCV):
    """Random search in rounds, each around the best candidates of the rounds before.

    The first round spreads its candidates over the whole space. Each later round draws
    near the best ``top`` of all candidates so far: it crosses two of them, taking each
    hyperparameter from one or the other, and draws from a box around the cross that is
    ``shrink`` times as wide as in the round before. Boxes lie in the unit cube in which
    the distributions are uniform: a log-uniform learning rate shrinks in its logarithm,
    an integer or an ordered list of numbers by its order, a shape of hidden layers in depth
    and width; a category stays with a probability that grows from round to round. A
    fraction ``explore`` of a later round is drawn from the whole space.

    Parameters
    ----------
    estimator : estimator object
        Anything with scikit-learn's interface; it needs a ``score`` unless ``scoring`` is
        given.
    param_distributions : dict or list of dicts
        Hyperparameter names, each with a distribution or a list. Those of this package
        and those of SciPy shrink on their scale, a list of growing or shrinking numbers
        by its order. Of a list of other values, or of an object that has ``rvs`` alone, a
        good value is kept or drawn anew. With several dicts, each good candidate is
        varied within its own.
    n_iter : int, default=30
        Number of candidates in all rounds, at least 1.
    n_rounds : int, default=3
        At least 1, which is a random search spread evenly. The candidates of a round are
        fitted in parallel, the rounds one after the other.
    top : float, default=0.2
        Part of the candidates so far to draw near, in (0, 1]; at least one.
    shrink : float, default=0.5
        Width of a round's boxes as a part of the round's before, in (0, 1].
    explore : float, default=0.1
        Part of a later round that is drawn from the whole space, in [0, 1].
    scoring : str, callable, list, tuple or dict, default=None
        As in ``RandomizedSearchCV``. With several metrics, the one that ``refit`` names
        says what is best, or the mean of the ranks on all of them if it names none.
    n_jobs : int, default=None
        Fits at a time, by joblib's backend of the moment; see the notes.
    refit : bool, str or callable, default=True
        As in ``RandomizedSearchCV``. What a callable chooses counts as the best.
    cv : int, cross-validation generator or an iterable, default=None
        As in ``RandomizedSearchCV``. All rounds see the same splits.
    verbose : int, default=0
    pre_dispatch : int or str, default="2*n_jobs"
    random_state : int, RandomState instance or None, default=None
    error_score : "raise" or numeric, default=np.nan
    return_train_score : bool, default=False

    Attributes
    ----------
    cv_results_ : dict of str to ndarray
        As in ``RandomizedSearchCV``, and ``round``, counted from 0.
    best_estimator_, best_score_, best_params_, best_index_, scorer_, n_splits_
        As in ``RandomizedSearchCV``.
    refit_time_, multimetric_, n_features_in_, feature_names_in_, classes_
        As in ``RandomizedSearchCV``.

    Raises
    ------
    ValueError
        For hyperparameters out of range, and what ``RandomizedSearchCV`` raises.

    Warns
    -----
    UserWarning
        When lists alone give fewer different candidates than ``n_iter``; then each of them
        is tried once.

    See Also
    --------
    search_space : Ready distributions by importance.

    Notes
    -----
    A random search tries a new value of *every* hyperparameter in each fit, whereas a grid
    tries few values of those that matter [1]_. Narrowing the search by hand from
    coarse to fine is common practice; here each round follows several good candidates at
    once, because a single best score is partly luck. No candidate is fitted twice as long
    as the space has others.

    Many models side by side: with ``n_jobs``, joblib's processes share X, y and other large
    arrays by mapping them into memory, and divide the cores between them; a fit copies only
    the training rows of its split, and fit parameters that are not as long as X (such as
    ``X_val``) stay shared. On a cluster, connect a ``distributed.Client`` and fit in a
    ``with joblib.parallel_backend("dask")``: each worker receives the data once. Workers
    that Dask starts with a nanny (its default) multiply in one thread; for others set
    ``OMP_NUM_THREADS`` and ``OPENBLAS_NUM_THREADS``.

    References
    ----------
    .. [1] Bergstra and Bengio, "Random search for hyper-parameter optimization", Journal
       of Machine Learning Research 13, 2012.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdeep import DeepClassifier
    >>> from skdeep.tuning import CoarseToFineSearchCV, LogUniform
    >>> X, y = load_iris(return_X_y=True)
    >>> network = DeepClassifier((16,), max_epochs=20, random_state=0)
    >>> search = CoarseToFineSearchCV(
    ...     network, {"learning_rate": LogUniform(1e-5, 1.0)}, n_iter=9, cv=3, random_state=0
    ... ).fit(X, y)
    >>> search.cv_results_["round"]
    array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    >>> 1e-3 < search.best_params_["learning_rate"] < 1.0
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **RandomizedSearchCV._parameter_constraints,
        "n_rounds": [Interval(Integral, 1, None, closed="left")],
        "top": [Interval(Real, 0, 1, closed="right")],
        "shrink": [Interval(Real, 0, 1, closed="right")],
        "explore": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        estimator,
        param_distributions,
        *,
        n_iter=30,
        n_rounds=3,
        top=0.2,
        shrink=0.5,
        explore=0.1,
        scoring=None,
        n_jobs=None,
        refit=True,
        cv=None,
        verbose=0,
        pre_dispatch="2*n_jobs",
        random_state=None,
        error_score=np.nan,
        return_train_score=False,
    ):
        super().__init__(
            estimator,
            param_distributions,
            n_iter=n_iter,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            random_state=random_state,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.n_rounds = n_rounds
        self.top = top
        self.shrink = shrink
        self.explore = explore

    def _check_input_parameters(self, X, y, split_params):
        """Draw the splits once, so that candidates of different rounds can be compared."""
        self._splits = _Splits(list(self._checked_cv_orig.split(X, y, **split_params)))

    def _run_search(self, evaluate_candidates, *, callback_ctx=None):
        """Evaluate the rounds; scikit-learn's ``fit`` calls this."""
        splits = vars(self).pop("_splits")
        proposals = Proposals(self.param_distributions, check_random_state(self.random_state))
        sizes = _round_sizes(proposals.count(self.n_iter), self.n_rounds)
        if not sizes:
            evaluate_candidates([])  # raises scikit-learn's error
        search = callback_ctx.subcontext(task_name="search", max_subtasks=len(sizes))
        search.call_on_fit_task_begin(estimator=self)
        best_first: list[int] = []
        for i, n in enumerate(sizes):
            near = best_first[: max(1, round(self.top * len(best_first)))]
            candidates = proposals.draw(n, near, self.shrink**i, self.explore)
            task = search.subcontext(
                task_name="round", max_subtasks=n * self.n_splits_, sequential_subtasks=False
            )
            task.call_on_fit_task_begin(estimator=self)
            results = evaluate_candidates(
                candidates, splits, more_results={"round": [i] * n}, callback_ctx=task
            )
            task.call_on_fit_task_end(estimator=self)
            best_first = _best_first(results, self.refit)
        search.call_on_fit_task_end(estimator=self)


class _Splits:
    """A splitter that gives the same splits on each call."""

    def __init__(self, splits):
        self.splits = splits

    def split(self, X, y=None, **params):
        return self.splits


def _round_sizes(n_iter: int, n_rounds: int) -> list[int]:
    """Return the number of candidates in each round, the first ones larger by one if need be."""
    sizes = [n_iter // n_rounds + (i < n_iter % n_rounds) for i in range(n_rounds)]
    return [n for n in sizes if n]


def _best_first(results, refit) -> list[int]:
    """Return the indices of the candidates whose scores are numbers, from the best on."""
    metrics = [key.removeprefix("rank_test_") for key in results if key.startswith("rank_test_")]
    if isinstance(refit, str) and refit in metrics:
        metrics = [refit]
    rank = np.mean([results[f"rank_test_{metric}"] for metric in metrics], axis=0)
    finite = np.all([np.isfinite(results[f"mean_test_{metric}"]) for metric in metrics], axis=0)
    order = [int(i) for i in np.argsort(rank, kind="stable") if finite[i]]
    if callable(refit) and order:
        chosen = int(refit(results))
        order = [chosen, *(i for i in order if i != chosen)]
    return order
