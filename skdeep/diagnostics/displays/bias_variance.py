"""Plot of errors and of the gaps between them."""

from dataclasses import dataclass
from typing import Any, Self

from ..bias_variance import BiasVarianceReport, Gap, gaps_of
from .base import OKABE_ITO, Display

__all__ = ["BiasVarianceDisplay"]

_COLORS = {
    "avoidable bias": "blue",
    "variance": "orange",
    "data mismatch": "green",
    "overfitting to the dev set": "purple",
}


@dataclass(repr=False)
class BiasVarianceDisplay(Display):
    """The errors of the data sets as bars.

    Each bar shows the error before it in gray, and the gap between both in color on top. A
    negative gap is plotted as an outline. A dashed line shows how high the gap may be.

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

    def _summary(self) -> str:
        return f"{self.report.diagnosis}: " + ", ".join(
            f"{gap.set} error {gap.error:.3g}" for gap in gaps_of(self.report)
        )

    def _plot_on(self, ax: Any) -> None:
        report, gaps = self.report, gaps_of(self.report)
        errors = [report.bayes_error or 0.0, *(gap.error for gap in gaps)]
        ax.bar(0, errors[0], color="0.7", label="lowest possible error")
        _annotate(ax, 0, errors[0], errors[0])
        for i, gap in enumerate(gaps, 1):
            _plot_gap(ax, i, gap, errors[i - 1])
            ax.hlines(errors[i - 1] + report.tolerance, i - 0.4, i + 0.4, "0", "dashed", lw=1)
        lowest = report.bayes_label.replace(" ", "\n")
        names = [lowest, *(f"{gap.set}\n{gap.name}".replace(" to", "\nto") for gap in gaps)]
        ax.set_xticks(range(len(errors)), names)
        ax.set(ylabel="error", title=report.diagnosis)
        ax.set_xlabel(f"a gap above {report.tolerance:.3g} (dashed) is high")
        top = 1.1 * max(*errors, max(errors[:-1]) + report.tolerance)
        if top > 0:
            ax.set_ylim(top=max(ax.get_ylim()[1], top))  # others may share it


def _plot_gap(ax: Any, i: int, gap: Gap, before: float) -> None:
    """Plot one error: the one before in gray, the gap in color, or as outline if negative."""
    ax.bar(i, min(before, gap.error), color="0.9")
    color = OKABE_ITO[_COLORS[gap.name]]
    style = {"color": color} if gap.size >= 0 else {"fc": "none", "ec": color, "ls": "--"}
    name = gap.name if gap.size >= 0 else f"{gap.name} (negative)"
    ax.bar(i, gap.size, bottom=before, label=name, **style)
    _annotate(ax, i, gap.error, before)


def _annotate(ax: Any, i: int, error: float, before: float) -> None:
    """Write an error above its bar."""
    offset = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center"}
    over_the_line = {"fc": "1", "ec": "none", "pad": 0.5}
    ax.annotate(f"{error:.3g}", (i, max(error, before)), va="bottom", bbox=over_the_line, **offset)
