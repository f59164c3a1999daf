"""Plot of losses and scores by epoch."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ...estimators.inside import picked_epoch
from ..averages import ewma
from ..locate import find_fitted
from .base import OKABE_ITO, Display, epoch_axis, legend_below, lone_marker

__all__ = ["TrainingCurveDisplay"]


@dataclass(repr=False)
class TrainingCurveDisplay(Display):
    """Training loss, validation loss, validation score and best epoch.

    The losses can be compared: both are without penalties. But the training loss is the mean over
    the steps of an epoch, with dropout and augmentation, and of several members it is the mean of
    their losses. So it can lie above the validation loss. To measure what a network has learned of
    the training rows, use :class:`~skdeep.BiasVarianceReport`.

    Create it with :meth:`from_estimator`.

    Parameters
    ----------
    epoch : ndarray of shape (n_epochs,)
    train_loss : ndarray of shape (n_epochs,)
        The training loss, without penalties.
    val_loss : ndarray of shape (n_epochs,) or None
        The validation loss, without penalties. For a classifier with early stopping, it is
        computed with the temperature of each epoch.
    val_score : ndarray of shape (n_epochs,) or None
        The validation score, if it is not the loss. For a classifier without ``scoring``,
        only if early stopping kept a best epoch.
    best_epoch : int or None
        The epoch whose weights early stopping kept. None if the last weights were kept.
    score_name : str, default="score"
    objective : ndarray of shape (n_epochs,) or None
        The training loss with penalties.

    Attributes
    ----------
    ax_, figure_ : matplotlib axes and figure
    score_ax_ : matplotlib axes or None
        Axes of the score, on the right.
    lines_ : list of matplotlib lines
    best_point_ : matplotlib line or None
        The best epoch on the curve that decided, which is never smoothed.
    legend_ : matplotlib legend

    Examples
    --------
    >>> import numpy as np
    >>> from skdeep import DeepRegressor
    >>> from skdeep.diagnostics import TrainingCurveDisplay
    >>> X = np.random.default_rng(0).normal(size=(50, 2))
    >>> model = DeepRegressor((8,), max_epochs=5, random_state=0).fit(X, X[:, 0])
    >>> TrainingCurveDisplay.from_estimator(model, plot=False).epoch
    array([0, 1, 2, 3, 4])
    """

    epoch: np.ndarray
    train_loss: np.ndarray
    val_loss: np.ndarray | None = None
    val_score: np.ndarray | None = None
    best_epoch: int | None = None
    score_name: str = "score"
    objective: np.ndarray | None = None

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        smoothing: float | None = None,
        objective: bool = False,
        ax: Any = None,
        plot: bool = True,
    ) -> Self:
        """Plot the training of an estimator.

        Parameters
        ----------
        estimator : fitted DeepClassifier or DeepRegressor
            Or a Pipeline or a search that contains one.
        smoothing : float, default=None
            As in :meth:`plot`.
        objective : bool, default=False
            As in :meth:`plot`.
        ax : matplotlib axes, default=None
        plot : bool, default=True
            Whether to plot at once.

        Returns
        -------
        TrainingCurveDisplay
        """
        deep, _ = find_fitted(estimator)
        history = {name: np.asarray(values) for name, values in deep.history_.items()}
        watched = not np.isnan(history["val_loss"]).all()
        best_epoch = picked_epoch(deep)
        picks = deep.scoring is not None or best_epoch is not None
        scored = (
            watched and picks and not np.array_equal(history["val_score"], -history["val_loss"])
        )
        display = cls(
            history["epoch"],
            history["train_loss"],
            history["val_loss"] if watched else None,
            history["val_score"] if scored else None,
            best_epoch,
            _score_name(deep.scoring),
            history["objective"],
        )
        return display._plot_if(plot, ax, smoothing=smoothing, objective=objective)

    def _summary(self) -> str:
        best = "" if self.best_epoch is None else f", best epoch {self.best_epoch}"
        return f"{len(self.epoch)} epochs{best}"

    def plot(
        self, ax: Any = None, *, smoothing: float | None = None, objective: bool = False
    ) -> Self:
        """Plot the curves.

        Parameters
        ----------
        ax : matplotlib axes, default=None
            New ones by default.
        smoothing : float, default=None
            β in [0, 1) of an exponentially weighted average of each curve. The original
            curve is plotted in a lighter color.
        objective : bool, default=False
            Whether to plot the training loss with penalties, too. It shows how large they are.

        Returns
        -------
        TrainingCurveDisplay
        """
        return self._plot(ax, smoothing=smoothing, objective=objective)

    def _plot_on(self, ax: Any, smoothing: float | None, objective: bool) -> None:
        self.lines_: list[Any] = []
        self.score_ax_, self.best_point_ = None, None
        self._curve(ax, self.train_loss, "training loss", "blue", "-", smoothing)
        if objective and self.objective is not None:
            label = "training loss with penalties"
            self._curve(ax, self.objective, label, "sky blue", "-.", smoothing)
        if self.val_loss is not None:
            self._curve(ax, self.val_loss, "validation loss", "vermilion", "--", smoothing)
        epoch_axis(ax)
        ax.set_ylabel("loss")
        if self.val_score is not None:
            self.score_ax_ = ax.twinx()
            label = f"validation {self.score_name} (right)"
            self._curve(
                self.score_ax_, self.val_score, label, "green", (0, (4, 1, 1, 1)), smoothing
            )
            self.score_ax_.set_ylabel(self.score_name)
        if self.best_epoch is not None:
            self._mark(ax, self.best_epoch)
        title = None if smoothing is None else f"smoothed, β = {smoothing:g}"
        top = ax if self.score_ax_ is None else self.score_ax_  # no curve runs over it
        self.legend_ = top.legend(handles=self.lines_, title=title, **self._place())

    def _mark(self, ax: Any, best: int) -> None:
        """Mark the best epoch, and its point on the curve that decided."""
        label = f"best epoch ({best})"
        self.lines_.append(ax.axvline(best, color="0.4", ls=":", marker="o", label=label))
        self.lines_[-1].set_markevery([])
        on, values = self.score_ax_, self.val_score
        if on is None:
            on, values = ax, self.val_loss
        if values is not None:
            (self.best_point_,) = on.plot(
                best, values[list(self.epoch).index(best)], "o", color="0.4"
            )

    def _place(self) -> dict[str, Any]:
        """Return the position of the legend: below the axes if there is also a score."""
        if self.score_ax_ is None:
            return {"loc": "best"}
        if self.figure_.get_layout_engine() is None:
            return {"loc": "center right"}
        return {"ncols": 2, **legend_below(self.ax_)}

    def _curve(
        self,
        ax: Any,
        values: np.ndarray,
        label: str,
        color: str,
        ls: Any,
        smoothing: float | None,
    ) -> None:
        """Plot one curve, and with smoothing the original in a lighter color."""
        style = {"color": OKABE_ITO[color], "ls": ls, "marker": lone_marker(self.epoch)}
        if smoothing is not None:
            ax.plot(self.epoch, values, alpha=0.35, **style)
            values = ewma(values, smoothing)
        self.lines_ += ax.plot(self.epoch, values, label=label, **style)


def _score_name(scoring: Any) -> str:
    """Return the readable name of a score."""
    if scoring is None:
        return "D² Brier score"
    if not isinstance(scoring, str):
        return "score"
    return {"r2": "R²"}.get(scoring, scoring.replace("_", " "))
