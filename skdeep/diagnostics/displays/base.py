"""What the displays share: matplotlib, only when something is plotted."""

from typing import Any

__all__ = ["Display"]


class Display:
    """Numbers that can be plotted.

    Attributes
    ----------
    ax_, figure_ : matplotlib axes and figure
        Of the last ``plot``.
    """

    ax_: Any
    figure_: Any

    def _start(self, ax):
        """Remember the axes to plot on, new ones if there are none, and return them."""
        if ax is None:
            _, ax = _pyplot(type(self).__name__).subplots(layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return ax

    def _count_epochs(self, ax, at_least: int = 1) -> None:
        """Label the epochs from below, by whole numbers where that many ticks are to be had."""
        from matplotlib.ticker import MaxNLocator

        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=at_least))
        ax.set_xlabel("epoch")

    def _colors(self, n: int):
        """Return n colors in an order that can be seen."""
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
