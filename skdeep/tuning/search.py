"""Random search in rounds, from coarse to fine."""

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import RandomizedSearchCV

from ..base import Interval
from .rounds import SearchInRounds, rank_candidates
from .sampling import Proposals

__all__ = ["CoarseToFineSearchCV"]


class CoarseToFineSearchCV(SearchInRounds):
    r"""Random search in rounds, from coarse to fine.

    The first round spreads a quarter of the candidates over the whole search space. Each later
    round samples around the best candidates so far, a fraction ``top`` of them. To make a new
    candidate, it combines two of them at random, taking each hyperparameter from one of the two,
    and samples from a box around the combination.

    The width of the box is learned for each hyperparameter, from the spread of the best
    candidates: if they lie close together, the hyperparameter matters, and the box narrows. If
    they lie anywhere, the box stays wider. See Notes.

    Each box yields several drafts. The one whose nearest neighbors among all candidates have the
    best scores is trained. A fraction ``explore`` of the candidates of the later rounds is sampled
    from the whole space instead.

    The boxes are measured on the scale of each distribution: for a log-uniform learning rate
    in its logarithm, for an integer or an ordered list of numbers in its order, and for
    ``HiddenLayers`` in depth and width. For a category, the width is the probability to sample it
    again.

    Parameters
    ----------
    estimator : estimator object
        A scikit-learn estimator. It needs a method ``score`` unless ``scoring`` is given.
    param_distributions : dict or list of dicts
        A distribution or a list for each hyperparameter name. A distribution can come from
        this package or from SciPy. A list of increasing or decreasing numbers is treated as
        ordered. For any other list, and for an object with ``rvs`` only, a good value is
        either kept or sampled again. With several dicts, a good candidate is varied within
        its own dict.
    n_iter : int, default=30
        Number of candidates in all rounds together, at least 1.
    n_rounds : int, default=10
        Number of rounds, at least 1. More rounds come closer to the best values. The fits of a
        round run in parallel, and the rounds run one after another: with many processors, use
        fewer rounds or more candidates. One round is a random search with evenly spread
        candidates.
    top : float, default=0.2
        Fraction of the candidates so far to sample around, in (0, 1]; at least three candidates.
    shrink : float, default=0.5
        Smallest width of a box relative to the round before, in (0, 1]. With 1, boxes never
        narrow. Larger values suit noisy scores.
    explore : float, default=0.1
        Fraction of the candidates of the later rounds that are sampled from the whole space, in
        [0, 1].
    scoring : str, callable, list, tuple or dict, default=None
        As in ``RandomizedSearchCV``. With several metrics, the metric named by ``refit``
        determines the best candidates. If ``refit`` names none, the mean rank over all
        metrics does.
    n_jobs : int, default=None
        Number of fits that run in parallel, with joblib's current backend. See Notes.
    refit : bool, str or callable, default=True
        As in ``RandomizedSearchCV``. If it is a callable, its choice counts as the best.
    cv : int, cross-validation generator or an iterable, default=None
        As in ``RandomizedSearchCV``. All rounds use the same splits.
    verbose : int, default=0
    pre_dispatch : int or str, default="2*n_jobs"
    random_state : int, RandomState instance or None, default=None
    error_score : "raise" or numeric, default=np.nan
    return_train_score : bool, default=False

    Attributes
    ----------
    cv_results_ : dict of str to ndarray
        As in ``RandomizedSearchCV``, with the additional key ``round``, counted from 0.
    best_estimator_, best_score_, best_params_, best_index_, scorer_, n_splits_
        As in ``RandomizedSearchCV``.
    refit_time_, multimetric_, n_features_in_, feature_names_in_, classes_
        As in ``RandomizedSearchCV``.

    Raises
    ------
    ValueError
        If a hyperparameter is out of range, and in the cases in which ``RandomizedSearchCV``
        raises it.

    Warns
    -----
    UserWarning
        If the search space has lists only, with fewer different candidates than ``n_iter``.
        Then each candidate is tried once.

    See Also
    --------
    search_space : Ready distributions in order of importance.

    Notes
    -----
    Random search tries a new value of *every* hyperparameter in each fit. A grid tries only
    a few values of each, including the important ones [1]_. Each round samples around several
    good candidates, because the best score alone is partly random. No candidate is fitted
    twice while the space has others.

    The width w of a box is a fraction of the axis. With the variance s² of the k best candidates
    relative to that of the whole axis, the next width is

    .. math:: w \leftarrow 0.9 \sqrt{\frac{2 w^2 + (k - 1) s^2}{k + 1}},

    limited to ``[shrink * w, 1]``. The width of the round before counts as much as two candidates,
    so that a few close candidates, which can be chance, do not close the box. For categories, s² is
    the fraction of pairs of the best candidates that differ, relative to that of random pairs. A
    draft is ranked by the mean rank of its three nearest candidates, and distances are in units
    of the widths: a hyperparameter that matters also counts more there.

    Learning the scale of each axis from the best candidates is the idea of estimation of
    distribution algorithms [2]_.

    With ``n_jobs``, joblib's processes share X, y and other large arrays through memory
    mapping, and joblib divides the cores among the processes. A fit copies only the training
    rows of its split. Fit parameters whose length differs from that of X, such as ``X_val``,
    stay shared. On a cluster, connect a ``distributed.Client`` and call ``fit`` inside
    ``with joblib.parallel_backend("dask")``. Each worker receives the data once. Workers
    that Dask starts with a nanny (its default) use one BLAS thread. For other workers set
    ``OMP_NUM_THREADS`` and ``OPENBLAS_NUM_THREADS``.

    References
    ----------
    .. [1] Bergstra and Bengio, "Random search for hyper-parameter optimization", Journal
       of Machine Learning Research 13, 2012.
    .. [2] Larrañaga and Lozano (eds.), "Estimation of distribution algorithms: a new tool for
       evolutionary computation", Kluwer, 2002.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdeep import DeepClassifier
    >>> from skdeep.tuning import CoarseToFineSearchCV, LogUniform
    >>> X, y = load_iris(return_X_y=True)
    >>> network = DeepClassifier((16,), max_epochs=20, random_state=0)
    >>> search = CoarseToFineSearchCV(
    ...     network, {"learning_rate": LogUniform(1e-5, 1.0)},
    ...     n_iter=9, n_rounds=3, cv=3, random_state=0,
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
        estimator: BaseEstimator,
        param_distributions: dict[str, Any] | list[dict[str, Any]],
        *,
        n_iter: int = 30,
        n_rounds: int = 10,
        top: float = 0.2,
        shrink: float = 0.5,
        explore: float = 0.1,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: bool | str | Callable[[dict[str, Any]], int] = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        random_state: int | np.random.RandomState | None = None,
        error_score: float | Literal["raise"] = np.nan,
        return_train_score: bool = False,
    ) -> None:
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

    def _run_rounds(self, proposals: Proposals, evaluate: Callable, context: Any) -> None:
        """Evaluate the rounds."""
        sizes = _round_sizes(
            proposals.count(self.n_iter, "CoarseToFineSearchCV", "n_iter"), self.n_rounds
        )
        if not sizes:
            evaluate([])  # raises scikit-learn's error
        search = context.subcontext(task_name="search", max_subtasks=len(sizes))
        search.call_on_fit_task_begin(estimator=self)
        best_first: list[int] = []
        for i, (n, n_explore) in enumerate(zip(sizes, _explored(sizes, self.explore), strict=True)):
            n_near = n - n_explore if best_first else 0
            candidates = proposals.draw_near(n_near, best_first, self.top, self.shrink)
            candidates += proposals.draw(n - n_near)
            results = self._evaluate(evaluate, search, candidates, round=i)
            best_first = rank_candidates(results, self.refit)
        search.call_on_fit_task_end(estimator=self)


def _round_sizes(n_iter: int, n_rounds: int) -> list[int]:
    """Return the number of candidates in each round.

    The first round has a quarter of them, or an equal share if that is more. The others share the
    rest equally, and the first of them take the remainder.
    """
    first = max(-(-n_iter // n_rounds), round(n_iter / 4))
    rest, n_later = n_iter - first, max(n_rounds - 1, 1)
    sizes = [first, *(rest // n_later + (i < rest % n_later) for i in range(n_later))]
    return [n for n in sizes if n]


def _explored(sizes: list[int], explore: float) -> list[int]:
    """Return how many candidates of each round are from the whole space: all of the first."""
    total = np.round(explore * np.cumsum([0, *sizes[1:]])).astype(int)
    return [*sizes[:1], *np.diff(total).tolist()]
