"""Plot of a learning-rate schedule before training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Self

import numpy as np

from ...base import Interval, check_option, plain
from ...schedules import Schedule, Time, make_schedule
from ..locate import find_deep
from .base import DASHES, OKABE_ITO, Display, epoch_axis

__all__ = ["LearningRateDisplay"]

_FROM_ONE = Interval(Integral, 1, None, closed="left")


@dataclass(repr=False)
class LearningRateDisplay(Display):
    """The learning rate of each step of a planned training.

    Create it with :meth:`from_estimator` or :meth:`from_schedule`.

    Parameters
    ----------
    epoch : ndarray of shape (n_steps,)
        Time at which each step begins, in epochs from 0.
    learning_rate : ndarray of shape (n_steps,)
    name : str, default=None
        Name of the schedule in the legend.

    Attributes
    ----------
    ax_, figure_ : matplotlib axes and figure
    line_ : matplotlib line

    Examples
    --------
    >>> from skdeep import Staircase
    >>> from skdeep.diagnostics import LearningRateDisplay
    >>> LearningRateDisplay.from_schedule(
    ...     Staircase(factor=0.5, every=2), learning_rate=0.1, max_epochs=4, plot=False
    ... ).learning_rate
    array([0.1 , 0.1 , 0.05, 0.05])
    """

    epoch: np.ndarray
    learning_rate: np.ndarray
    name: str | None = None

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        steps_per_epoch: int = 1,
        losses: Sequence[float] | None = None,
        ax: Any = None,
        plot: bool = True,
    ) -> Self:
        """Plot the schedule of an estimator.

        Parameters
        ----------
        estimator : DeepClassifier or DeepRegressor
            Or a Pipeline or a search that contains one. It need not be fitted.
        steps_per_epoch : int, default=1
            As in :meth:`from_schedule`.
        losses : sequence of float, default=None
            As in :meth:`from_schedule`.
        ax : matplotlib axes, default=None
            As in :meth:`from_schedule`.
        plot : bool, default=True
            As in :meth:`from_schedule`.

        Returns
        -------
        LearningRateDisplay
        """
        deep, _ = find_deep(estimator)
        return cls.from_schedule(
            deep.lr_schedule,
            learning_rate=deep.learning_rate,
            max_epochs=deep.max_epochs,
            steps_per_epoch=steps_per_epoch,
            losses=losses,
            ax=ax,
            plot=plot,
        )

    @classmethod
    def from_schedule(
        cls,
        schedule: str | Schedule | Callable[[int], float] | Sequence[float],
        *,
        learning_rate: float = 1.0,
        max_epochs: int = 100,
        steps_per_epoch: int = 1,
        losses: Sequence[float] | None = None,
        ax: Any = None,
        plot: bool = True,
    ) -> Self:
        """Plot a schedule.

        Parameters
        ----------
        schedule : str, Schedule, callable or sequence of float
            Same values as for the hyperparameter ``lr_schedule``.
        learning_rate : float, default=1.0
            α₀ > 0.
        max_epochs, steps_per_epoch : int, default=100, 1
            Number of epochs, and number of mini-batches in an epoch.
        losses : sequence of float, default=None
            Loss at the end of each epoch, for schedules that depend on it, such as
            :class:`~skdeep.ReduceOnPlateau`. None assumes that the loss always decreases.
        ax : matplotlib axes, default=None
        plot : bool, default=True
            Whether to plot at once.

        Returns
        -------
        LearningRateDisplay

        Raises
        ------
        ValueError
            If the schedule is not valid, or if ``max_epochs`` or ``steps_per_epoch`` is below 1.
        """
        schedule = make_schedule(schedule)
        check_option("LearningRateDisplay", "max_epochs", max_epochs, _FROM_ONE)
        check_option("LearningRateDisplay", "steps_per_epoch", steps_per_epoch, _FROM_ONE)
        factors = _factors(schedule, plain(max_epochs), plain(steps_per_epoch), losses)
        epoch = np.arange(len(factors)) / steps_per_epoch
        display = cls(epoch, plain(learning_rate) * factors, repr(schedule))
        return display._plot_if(plot, ax)

    def _summary(self) -> str:
        rates = self.learning_rate
        name = "" if self.name is None else f"{self.name}: "
        return f"{name}{rates[0]:.3g} to {rates[-1]:.3g} in {len(rates)} steps"

    def plot(self, ax: Any = None, **kwargs: Any) -> Self:
        """Plot the learning rate.

        Parameters
        ----------
        ax : matplotlib axes, default=None
            New ones by default.
        **kwargs : dict
            Passed to matplotlib's ``plot``.

        Returns
        -------
        LearningRateDisplay
        """
        return self._plot(ax, **kwargs)

    def _plot_on(self, ax: Any, **kwargs: Any) -> None:
        style: dict[str, Any] = {"drawstyle": "steps-post", "label": self.name, **kwargs}
        i, colors = len(ax.lines), [*OKABE_ITO.values()]  # several schedules can share the axes
        if not {"color", "c"} & style.keys():
            style["color"] = colors[i % len(colors)]
        if not {"linestyle", "ls"} & style.keys():
            style["ls"] = DASHES[i % len(DASHES)]
        (self.line_,) = ax.plot(self.epoch, self.learning_rate, **style)
        epoch_axis(ax, at_least=2 if self.epoch[-1] > 0 else 1)
        ax.set_ylabel("learning rate")
        ax.set_ylim(bottom=0)
        if style["label"] is not None:
            ax.legend()


def _factors(
    schedule: Schedule, max_epochs: int, steps_per_epoch: int, losses: Sequence[float] | None
) -> np.ndarray:
    """Return the factor of each step."""
    state = schedule.initial_state()
    stride = 1 / (max_epochs * steps_per_epoch)
    factors = []
    given = () if losses is None else losses
    for epoch in range(max_epochs):
        for i in range(steps_per_epoch):
            step = epoch * steps_per_epoch + i
            factors.append(schedule.at(Time(epoch, step, step * stride, stride), state))
        schedule.observe(state, given[epoch] if epoch < len(given) else 0.5**epoch)
    return np.array(factors)
