"""What searches in rounds share: scikit-learn's own search, asked once for each round."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from sklearn.model_selection import RandomizedSearchCV
from sklearn.utils import check_random_state

from .sampling import Proposals

__all__ = ["SearchInRounds", "rank_candidates"]


class SearchInRounds(RandomizedSearchCV):
    """Base class of searches in rounds. Subclasses implement ``_run_rounds``."""

    _run_rounds: Callable[[Proposals, Callable, Any], None]  # proposals, evaluate, callback context

    def _check_input_parameters(self, X: Any, y: Any, split_params: dict[str, Any]) -> None:
        """Compute the splits once, so that all rounds have the same."""
        self._splits = _Splits(list(self._checked_cv_orig.split(X, y, **split_params)))

    def _run_search(self, evaluate_candidates: Callable, *, callback_ctx: Any = None) -> None:
        """Run the rounds; scikit-learn's ``fit`` calls this."""
        evaluate = partial(evaluate_candidates, cv=self.__dict__.pop("_splits"))
        proposals = Proposals(self.param_distributions, check_random_state(self.random_state))
        self._run_rounds(proposals, evaluate, callback_ctx)

    def _evaluate(
        self, evaluate: Callable, search: Any, candidates: list[dict[str, Any]], **more: int
    ) -> dict[str, Any]:
        """Score the candidates of a round, which is a task for callbacks.

        Parameters
        ----------
        evaluate : callable
            As ``_run_rounds`` gets it.
        search : callback context
        candidates : list of dict
        **more : int
            Further columns of ``cv_results_``. The first one names the task.

        Returns
        -------
        dict of str to ndarray
            ``cv_results_`` so far.
        """
        n = len(candidates)
        task = search.subcontext(
            task_name=next(iter(more)), max_subtasks=n * self.n_splits_, sequential_subtasks=False
        )
        task.call_on_fit_task_begin(estimator=self)
        columns = {name: [value] * n for name, value in more.items()}
        results = evaluate(candidates, more_results=columns, callback_ctx=task)
        task.call_on_fit_task_end(estimator=self)
        return results


class _Splits:
    """A splitter that returns the same splits in each call."""

    def __init__(self, splits: list) -> None:
        self.splits = splits

    def split(self, X: Any, y: Any = None, **params: Any) -> list:
        return self.splits


def rank_candidates(results: dict[str, Any], refit: Any) -> list[int]:
    """Return the indices of the candidates with finite scores, best first."""
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
