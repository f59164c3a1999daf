"""Plot of what a search tried, and of which hyperparameters mattered."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from sklearn.exceptions import NotFittedError

from ..hyperparameter_effects import HyperparameterEffect, hyperparameter_effects
from .base import OKABE_ITO, Display, colors

__all__ = ["SearchDisplay"]

_ROUNDS = ("round", "rung", "iter")  # their keys in cv_results_
_RESOURCES = ("n_epochs", "n_resources")
_LINE = OKABE_ITO["vermilion"]  # stands out from viridis
_REACH = 3.0  # scores shown, as a multiple of the distance from the best to the lower quartile
_N_COLUMNS = 3


@dataclass(repr=False)
class SearchDisplay(Display):
    """The scores of a search by round, and the effect of each hyperparameter on them.

    The upper plot shows the score of each candidate in the order of the search, and the best
    score of each round. There is one plot for each hyperparameter of which several values were
    tried, the one with the largest effect first. Its line is the partial dependence of a random
    forest that has learned the score from the hyperparameters: the score expected for each value,
    as the mean over the other hyperparameters. Its points are the candidates.

    Scores far below the others, such as those of a training that diverged, are drawn on the lower
    edge as triangles, and the forest learns them as such. Candidates that failed have no score,
    and are crosses there.

    With few candidates, the small effects are noise. A hyperparameter that a search held near a
    good value from the first round on shows a smaller effect than it has.

    Create it with :meth:`from_search`.

    Parameters
    ----------
    scores : ndarray of shape (n_candidates,)
        Mean validation scores in the order of the search; nan or infinite if the fit failed.
    rounds : ndarray of shape (n_candidates,)
        Number of the round, from 0.
    round_labels : list of str
        Name of each round on the axis. Empty for a search without rounds.
    effects : list of HyperparameterEffect
        The largest first.
    score_name : str, default="score"
    round_name : str, default="round"

    Attributes
    ----------
    ax_, figure_ : matplotlib axes and figure
        Axes that enclose all plots, and their figure.
    axes_ : list of matplotlib axes
        Those of the scores, then those of the hyperparameters in the order of ``effects``.

    See Also
    --------
    sklearn.inspection.PartialDependenceDisplay : Partial dependence of an estimator.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdeep import DeepClassifier
    >>> from skdeep.diagnostics import SearchDisplay
    >>> from skdeep.tuning import CoarseToFineSearchCV, LogUniform
    >>> X, y = load_iris(return_X_y=True)
    >>> search = CoarseToFineSearchCV(
    ...     DeepClassifier((16,), max_epochs=10, random_state=0),
    ...     {"learning_rate": LogUniform(1e-6, 1.0), "activation": ["relu", "tanh"]},
    ...     n_iter=12, n_rounds=3, cv=2, random_state=0,
    ... ).fit(X, y)
    >>> display = SearchDisplay.from_search(search, plot=False)
    >>> [effect.name for effect in display.effects]
    ['learning_rate', 'activation']
    """

    scores: np.ndarray
    rounds: np.ndarray
    round_labels: list[str]
    effects: list[HyperparameterEffect]
    score_name: str = "score"
    round_name: str = "round"

    def _summary(self) -> str:
        best = self.scores[np.isfinite(self.scores)].max()
        return f"{len(self.scores)} candidates, best {self.score_name} {best:.4g}"

    @classmethod
    def from_search(
        cls,
        search: Any,
        *,
        metric: str | None = None,
        random_state: int | np.random.RandomState | None = 0,
        ax: Any = None,
        plot: bool = True,
    ) -> Self:
        """Plot a search.

        Parameters
        ----------
        search : fitted search
            ``CoarseToFineSearchCV``, ``HalvingEpochsSearchCV``, a search of scikit-learn, or
            another object with ``cv_results_``.
        metric : str, default=None
            Name of one of several metrics. None uses the one named by ``refit``.
        random_state : int, RandomState or None, default=0
            For the forest.
        ax : matplotlib axes, default=None
        plot : bool, default=True
            Whether to plot at once.

        Returns
        -------
        SearchDisplay

        Raises
        ------
        NotFittedError
            If the search has no ``cv_results_``.
        ValueError
            If the metric is unknown, or if no candidate has a score.
        """
        if not hasattr(search, "cv_results_"):
            raise NotFittedError(
                "SearchDisplay needs a search with cv_results_. Got "
                f"{type(search).__name__} without it. Call its fit first."
            )
        results = search.cv_results_
        key = _score_key(search, metric)
        scores = np.asarray(results[f"mean_test_{key}"], dtype=float)
        if not np.isfinite(scores).any():
            raise ValueError(
                f"SearchDisplay needs a score that is finite. Those of all {len(scores)} "
                'candidates are not. Search with error_score="raise" to see why.'
            )
        name = next((each for each in _ROUNDS if each in results), None)
        rounds = np.zeros(len(scores), int) if name is None else np.asarray(results[name])
        resource = next((each for each in _RESOURCES if each in results), None)
        amounts = None if resource is None else np.asarray(results[resource])
        effects = hyperparameter_effects(
            results["params"], _raised(scores), rounds == rounds[0], amounts, random_state
        )
        labels = [] if name is None else _round_labels(results, rounds, resource)
        scoring = search.scoring if key == "score" else key
        score_name = scoring.replace("_", " ") if isinstance(scoring, str) else "score"
        return cls(scores, rounds, labels, effects, score_name, name or "candidate")._plot_if(
            plot, ax
        )

    def _size(self) -> tuple[float, float]:
        return 10.0, 2.8 * (1 + self._n_rows)

    @property
    def _n_rows(self) -> int:
        """Number of rows of plots of hyperparameters."""
        return -(-len(self.effects) // _N_COLUMNS)

    def _plot_on(self, ax: Any) -> None:
        ax.set_axis_off()
        grid = ax.get_subplotspec().subgridspec(1 + self._n_rows, _N_COLUMNS)
        figure = ax.figure
        top = figure.add_subplot(grid[0, :])
        below = [
            figure.add_subplot(grid[1 + i // _N_COLUMNS, i % _N_COLUMNS], sharey=top)
            for i in range(len(self.effects))
        ]
        self.axes_ = [top, *below]
        self._plot_rounds(top)
        for i, (axes, effect) in enumerate(zip(below, self.effects, strict=True)):
            self._plot_effect(axes, effect)
            axes.tick_params(labelleft=i % _N_COLUMNS == 0)
            if i % _N_COLUMNS == 0:
                axes.set_ylabel(self.score_name)
        top.legend(loc="lower right")

    def _plot_rounds(self, ax: Any) -> None:
        """Plot the scores in the order of the search, and the best of each round."""
        order = np.arange(len(self.scores))
        self._plot_scores(ax, order)
        edges = np.flatnonzero(np.diff(self.rounds, prepend=-1, append=-1))
        for start, end in pairwise(edges):
            scores = self.scores[start:end]
            if np.isfinite(scores).any():
                best = scores[np.isfinite(scores)].max()
                label = f"best of the {self.round_name}" if self.round_labels else "best"
                ax.hlines(
                    best, start - 0.5, end - 0.5, color=_LINE, label=label if start == 0 else None
                )
            if start > 0:
                ax.axvline(start - 0.5, color="0.85", linewidth=1, zorder=0)
        if self.round_labels:
            ax.set_xticks((edges[:-1] + edges[1:] - 1) / 2, self.round_labels)
        ax.set(xlabel=self.round_name, ylabel=self.score_name)

    def _plot_effect(self, ax: Any, effect: HyperparameterEffect) -> None:
        """Plot the scores by the values of a hyperparameter, and their partial dependence."""
        x = effect.values
        if effect.categories is not None:
            steps = np.linspace(-0.25, 0.25, len(x))  # so that equal points do not cover each other
            ax.hlines(effect.dependence, effect.grid - 0.4, effect.grid + 0.4, color=_LINE)
            ax.set_xticks(range(len(effect.categories)), effect.categories, rotation=20)
            x = x + steps
        else:
            ax.plot(effect.grid, effect.dependence, color=_LINE)
        if effect.is_log:
            ax.set_xscale("log")
        self._plot_scores(ax, x)
        ax.set_xlabel(effect.name)

    def _plot_scores(self, ax: Any, x: np.ndarray) -> None:
        """Plot a mark for each candidate in the color of its round."""
        shown = _raised(self.scores)
        round_of = np.unique(self.rounds, return_inverse=True)[1]
        color = np.array(colors(round_of.max() + 1))[round_of]
        has_score = np.isfinite(self.scores)
        is_low = has_score & (shown > self.scores)
        for here, marker in ((has_score & ~is_low, "o"), (is_low, "v"), (~has_score, "x")):
            ax.scatter(x[here], shown[here], c=color[here], marker=marker, s=20, zorder=2)


def _raised(scores: np.ndarray) -> np.ndarray:
    """Return the scores, with those that failed or are far below the others raised to a limit."""
    finite = scores[np.isfinite(scores)]
    best = finite.max()
    low = max(finite.min(), best - _REACH * (best - np.quantile(finite, 0.25)))
    return np.maximum(np.where(np.isfinite(scores), scores, low), low)


def _score_key(search: Any, metric: str | None) -> str:
    """Return the name of the metric in ``cv_results_``."""
    start = "mean_test_"
    keys = [key.removeprefix(start) for key in search.cv_results_ if key.startswith(start)]
    wanted = search.refit if metric is None else metric
    if len(keys) == 1 and metric is None:
        return keys[0]
    if wanted not in keys:
        raise ValueError(
            f"SearchDisplay needs the metric to plot. metric must be one of {keys}. Got "
            f"{metric!r} instead."
        )
    return wanted


def _round_labels(results: dict[str, Any], rounds: np.ndarray, resource: str | None) -> list[str]:
    """Return the number of each round, and its amount of the resource if there is one."""
    numbers, first = np.unique(rounds, return_index=True)
    if resource is None:
        return [f"{i}" for i in numbers]
    amounts = results[resource][first]
    return [f"{i}\n{resource} = {n}" for i, n in zip(numbers, amounts, strict=True)]
