"""What all displays share. matplotlib is imported only when something is plotted."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Self

import numpy as np

__all__ = [
    "DASHES",
    "OKABE_ITO",
    "Display",
    "colors",
    "epoch_axis",
    "legend_below",
    "lone_marker",
]

# colors that color-blind people can distinguish; Okabe and Ito, "Color universal design", 2008
OKABE_ITO = {
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky blue": "#56B4E9",
}
DASHES = ("-", "--", "-.", ":")  # tell lines apart without color

_BELOW = 3.3  # height of ticks, tick labels and axis label, in units of the font size


class Display:
    """Data that can be plotted. Subclasses implement ``_plot_on`` and ``_summary``.

    Attributes
    ----------
    ax_, figure_ : matplotlib axes and figure
        Axes and figure of the last call of ``plot``.
    """

    ax_: Any
    figure_: Any
    _plot_on: Callable[..., None]  # of axes, and of the options that ``plot`` takes
    _summary: Callable[[], str]  # what the display shows, in a few words

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._summary()})"

    def plot(self, ax: Any = None) -> Self:
        """Plot the data.

        Parameters
        ----------
        ax : matplotlib axes, default=None
            New ones by default.

        Returns
        -------
        Display
            The display itself.
        """
        return self._plot(ax)

    def _plot(self, ax: Any, **options: Any) -> Self:
        """Plot on axes, or on new ones if ``ax`` is None."""
        if ax is None:
            pyplot = _pyplot(type(self).__name__)
            _, ax = pyplot.subplots(figsize=self._size(), layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        self._plot_on(ax, **options)
        return self

    def _plot_if(self, plot: bool, ax: Any, **options: Any) -> Self:
        """Return the display, plotted if ``plot``."""
        return self.plot(ax, **options) if plot else self

    def _size(self) -> tuple[float, float] | None:
        """Return width and height of a new figure in inches; matplotlib's own if None."""
        return None


def _pyplot(who: str) -> ModuleType:
    try:
        import matplotlib.pyplot
    except ImportError as error:
        raise ImportError(
            f"{who}.plot needs matplotlib, which is not installed. Install it by "
            "'pip install matplotlib'."
        ) from error
    return matplotlib.pyplot


def epoch_axis(ax: Any, at_least: int = 1) -> None:
    """Label the x-axis with epochs, with at least ``at_least`` integer ticks if possible."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(
        MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True, min_n_ticks=at_least)
    )
    ax.set_xlabel("epoch")


def legend_below(ax: Any) -> dict[str, Any]:
    """Return the position of a legend below the label of the x-axis."""
    from matplotlib import rcParams
    from matplotlib.transforms import ScaledTranslation

    down = ScaledTranslation(0, -_BELOW * rcParams["font.size"] / 72, ax.figure.dpi_scale_trans)
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "borderaxespad": 0}
    return {**place, "bbox_transform": ax.transAxes + down}


def colors(n: int) -> list[tuple[float, ...]]:
    """Return n colors in a visible order."""
    from matplotlib import colormaps

    return [colormaps["viridis"](0.9 * i / max(1, n - 1)) for i in range(n)]


def lone_marker(x: np.ndarray) -> str | None:
    """Return the marker of a curve: a dot if it has one point only, which no line shows."""
    return "o" if len(x) == 1 else None
