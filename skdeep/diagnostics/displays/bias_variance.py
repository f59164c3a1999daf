"""Plot of errors and of the gaps between them."""

from dataclasses import dataclass

from ..bias_variance import BiasVarianceReport
from .base import Display

__all__ = ["BiasVarianceDisplay"]

_WORDS = ("avoidable bias", "variance", "data mismatch", "overfitting to the dev set")


@dataclass
class BiasVarianceDisplay(Display):
    """The errors of the data sets as bars.

    Each bar shows the error before it in gray, and the gap between both in color on top. A
    negative gap is drawn as an outline.

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
        cls, estimator, X_train, y_train, X_dev, y_dev, *, ax=None, plot=True, **options
    ):
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
    def from_report(cls, report, *, ax=None, plot=True):
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
        display = cls(report)
        return display.plot(ax) if plot else display

    def plot(self, ax=None):
        """Plot the errors and the gaps.

        Parameters
        ----------
        ax : matplotlib axes, default=None
            New ones by default.

        Returns
        -------
        BiasVarianceDisplay
        """
        ax = self._start(ax)
        bars = self._bars()
        below = highest = self.report.bayes_error
        for i, (_, error, gap, size) in enumerate(bars):
            _draw_bar(ax, i, error, gap, size, below)
            below, highest = error, max(highest, error)
        ax.set_xticks(range(len(bars)), [name for name, *_ in bars])
        ax.set(ylabel="error", title=self.report.diagnosis)
        if highest > 0:
            ax.set_ylim(top=max(ax.get_ylim()[1], 1.1 * highest))  # others may share it
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)
        return self

    def _bars(self):
        """Return (name, error, name of the gap, its size), starting with the Bayes error."""
        r = self.report
        bars = [("Bayes", r.bayes_error, None, None)]
        bars.append(("training", r.train_error, _WORDS[0], r.avoidable_bias))
        if r.train_dev_error is None:
            bars.append(("dev", r.dev_error, _WORDS[1], r.variance))
        else:
            bars.append(("train-dev", r.train_dev_error, _WORDS[1], r.variance))
            bars.append(("dev", r.dev_error, _WORDS[2], r.data_mismatch))
        if r.test_error is not None:
            bars.append(("test", r.test_error, _WORDS[3], r.dev_overfitting))
        return bars


def _draw_bar(ax, i, error, gap, size, below) -> None:
    """Draw one error: the one before in gray, the gap in color, or as outline if negative."""
    if size is None:
        ax.bar(i, error, color="0.7", label="lowest possible error")
    else:
        color = f"C{_WORDS.index(gap)}"
        ax.bar(i, min(below, error), color="0.9")
        style = {"color": color} if size >= 0 else {"fc": "none", "ec": color, "ls": "--"}
        name = gap if size >= 0 else f"{gap} (negative)"
        ax.bar(i, size, bottom=below, label=name, **style)
    top = max(error, below)
    offset = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center"}
    ax.annotate(f"{error:.3g}", (i, top), va="bottom", **offset)
