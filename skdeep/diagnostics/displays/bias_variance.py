"""Plot of errors and of the gaps between them."""

from dataclasses import dataclass
from typing import Any, Self

from ..bias_variance import BiasVarianceReport, Gap, gaps_of
from .base import Display

__all__ = ["BiasVarianceDisplay"]

_GAPS = ("avoidable bias", "variance", "data mismatch", "overfitting to the dev set")


@dataclass
class BiasVarianceDisplay(Display):
    """The errors of the data sets as bars.

    Each bar shows the error before it in gray, and the gap between both in color on top. A
    negative gap is plotted as an outline.

    Create it with :meth:`from_estimator` or :meth:`from_report`.

    Parameters
    ----------
    report : BiasVarianceReport

    Attributes
    ----------
    ax_, figure_ : matplotlib axes and figure
    """

    report: BiasVarianceReport

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X_train: Any,
        y_train: Any,
        X_dev: Any,
        y_dev: Any,
        *,
        ax: Any = None,
        plot: bool = True,
        **options: Any,
    ) -> Self:
        """Compute the errors of a fitted estimator and plot them.

        Parameters
        ----------
        estimator : fitted DeepClassifier or DeepRegressor
            Or a Pipeline or a search that contains one.
        X_train, X_dev : array-like of shape (n_samples, n_features)
        y_train, y_dev : array-like of shape (n_samples,) or (n_samples, n_outputs)
        ax : matplotlib axes, default=None
        plot : bool, default=True
            Whether to plot at once.
        **options : dict
            Passed to :meth:`BiasVarianceReport.from_estimator
            <skdeep.diagnostics.BiasVarianceReport.from_estimator>`.

        Returns
        -------
        BiasVarianceDisplay
        """
        report = BiasVarianceReport.from_estimator(
            estimator, X_train, y_train, X_dev, y_dev, **options
        )
        return cls.from_report(report, ax=ax, plot=plot)

    @classmethod
    def from_report(cls, report: BiasVarianceReport, *, ax: Any = None, plot: bool = True) -> Self:
        """Plot a report.

        Parameters
        ----------
        report : BiasVarianceReport
        ax : matplotlib axes, default=None
        plot : bool, default=True
            Whether to plot at once.

        Returns
        -------
        BiasVarianceDisplay
        """
        return cls(report)._plot_if(plot, ax)

    def _plot_on(self, ax: Any) -> None:
        lowest, gaps = self.report.bayes_error, gaps_of(self.report)
        errors = [lowest, *(gap.error for gap in gaps)]
        ax.bar(0, lowest, color="0.7", label="lowest possible error")
        _annotate(ax, 0, lowest, lowest)
        for i, gap in enumerate(gaps, 1):
            _plot_gap(ax, i, gap, errors[i - 1])
        ax.set_xticks(range(len(errors)), ["Bayes", *(gap.set for gap in gaps)])
        ax.set(ylabel="error", title=self.report.diagnosis)
        if max(errors) > 0:
            ax.set_ylim(top=max(ax.get_ylim()[1], 1.1 * max(errors)))  # others may share it
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)


def _plot_gap(ax: Any, i: int, gap: Gap, before: float) -> None:
    """Plot one error: the one before in gray, the gap in color, or as outline if negative."""
    color = f"C{_GAPS.index(gap.name)}"
    ax.bar(i, min(before, gap.error), color="0.9")
    style = {"color": color} if gap.size >= 0 else {"fc": "none", "ec": color, "ls": "--"}
    name = gap.name if gap.size >= 0 else f"{gap.name} (negative)"
    ax.bar(i, gap.size, bottom=before, label=name, **style)
    _annotate(ax, i, gap.error, before)


def _annotate(ax: Any, i: int, error: float, before: float) -> None:
    """Write an error above its bar."""
    offset = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center"}
    ax.annotate(f"{error:.3g}", (i, max(error, before)), va="bottom", **offset)
