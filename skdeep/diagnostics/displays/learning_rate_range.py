"""Plot of a learning-rate range test."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ..learning_rate_range import LearningRateRange, find_learning_rate
from .base import OKABE_ITO, Display

__all__ = ["LearningRateRangeDisplay"]

_LOSS = OKABE_ITO["blue"]


@dataclass(repr=False)
class LearningRateRangeDisplay(Display):
    """A learning-rate range test: the loss for an increasing learning rate.

    It plots the loss of each step, the smoothed loss and the suggestion.

    Create it with :meth:`from_estimator` or :meth:`from_result`.

    Parameters
    ----------
    result : LearningRateRange

    Attributes
    ----------
    ax_, figure_ : matplotlib axes and figure
    lines_ : list of matplotlib lines
    """

    result: LearningRateRange

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, y: Any, *, ax: Any = None, plot: bool = True, **options: Any
    ) -> Self:
        """Run the test and plot it.

        Parameters
        ----------
        estimator : DeepClassifier or DeepRegressor
            Or a Pipeline or a search that contains one. It is not changed.
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        ax : matplotlib axes, default=None
        plot : bool, default=True
            Whether to plot at once.
        **options : dict
            Passed to :func:`~skdeep.diagnostics.find_learning_rate`.

        Returns
        -------
        LearningRateRangeDisplay
        """
        return cls.from_result(find_learning_rate(estimator, X, y, **options), ax=ax, plot=plot)

    @classmethod
    def from_result(cls, result: LearningRateRange, *, ax: Any = None, plot: bool = True) -> Self:
        """Plot the result of a range test.

        Parameters
        ----------
        result : LearningRateRange
        ax : matplotlib axes, default=None
        plot : bool, default=True
            Whether to plot at once.

        Returns
        -------
        LearningRateRangeDisplay
        """
        return cls(result)._plot_if(plot, ax)

    def _summary(self) -> str:
        return self.result.summary

    def _plot_on(self, ax: Any) -> None:
        found = self.result
        raw = ax.semilogx(
            found.learning_rates, found.losses, ":", color=_LOSS, alpha=0.6, label="loss"
        )
        smooth = ax.semilogx(
            found.learning_rates, found.smoothed_losses, color=_LOSS, label="smoothed loss"
        )
        self.lines_ = [*raw, *smooth]
        if np.isfinite(found.suggestion):
            label = f"suggestion: {found.suggestion:.2g}"
            self.lines_.append(
                ax.axvline(found.suggestion, color=OKABE_ITO["vermilion"], ls="--", label=label)
            )
        finite = found.smoothed_losses[np.isfinite(found.smoothed_losses)]
        low = min(finite.min(), np.nanmin(found.losses))
        high = finite[0] + 0.5 * (finite[0] - finite.min())
        if high > low:
            ax.set_ylim(low - 0.1 * (high - low), high)
        ax.set(xlabel="learning rate", ylabel="loss of the mini-batch")
        ax.legend(loc="lower left")  # the loss begins high
