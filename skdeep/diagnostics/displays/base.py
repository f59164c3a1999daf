"""The base class of displays. It imports matplotlib only when something is plotted."""

from typing import Any

__all__ = ["Display"]

_BELOW = 3.3  # height of ticks, tick labels and axis label, in units of the font size


class Display:
    """Data that can be plotted.

    Attributes
    ----------
    ax_, figure_ : matplotlib axes and figure
        Axes and figure of the last call of ``plot``.
    """

    ax_: Any
    figure_: Any

    def _start(self, ax):
        """Store and return the axes to plot on; create new ones if ``ax`` is None."""
        if ax is None:
            _, ax = _pyplot(type(self).__name__).subplots(layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return ax

    def _count_epochs(self, ax, at_least: int = 1) -> None:
        """Label the x-axis with epochs, with at least ``at_least`` integer ticks if possible."""
        from matplotlib.ticker import MaxNLocator

        ax.xaxis.set_major_locator(
            MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True, min_n_ticks=at_least)
        )
        ax.set_xlabel("epoch")

    def _below(self, ax) -> dict:
        """Return the position of a legend below the label of the x-axis."""
        from matplotlib import rcParams
        from matplotlib.transforms import ScaledTranslation

        down = ScaledTranslation(0, -_BELOW * rcParams["font.size"] / 72, ax.figure.dpi_scale_trans)
        place = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "borderaxespad": 0}
        return {**place, "bbox_transform": ax.transAxes + down}

    def _colors(self, n: int):
        """Return n colors in a visible order."""
        from matplotlib import colormaps

        return [colormaps["viridis"](0.9 * i / max(1, n - 1)) for i in range(n)]


def _pyplot(who: str):
    try:
        import matplotlib.pyplot
    except ImportError as error:
        raise ImportError(
            f"{who}.plot needs matplotlib, which is not installed. Install it by "
            "'pip install matplotlib'."
        ) from error
    return matplotlib.pyplot
