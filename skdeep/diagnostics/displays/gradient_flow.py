"""Plot of the gradient norm of each layer by epoch."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ...estimators.inside import model_of
from ..forward_hooks import layer_names
from ..locate import find_fitted
from .base import DASHES, Display, colors, epoch_axis, lone_marker

__all__ = ["GradientFlowDisplay"]

_FAR = 100.0  # ratio of norms
_LARGE = 100.0  # norm


@dataclass(repr=False)
class GradientFlowDisplay(Display):
    """The gradient norm of each layer by epoch, on a logarithmic scale.

    The gradients *vanish* in an epoch if the norm of the first layer is less than 1/100 of
    that of the output layer. They *explode* if the norm of the first layer is more than 100
    times that of the output layer, or if the norm over all layers is above ``limit``. The
    limit is needed for ReLU networks: when their signal grows from layer to layer, the
    gradients of all layers grow equally. The title reports vanishing or exploding gradients
    if they occur in at least a tenth of the epochs.

    These thresholds are conventions. ``limit`` assumes a loss and inputs of about size 1.
    Inputs in the thousands exceed it too; standardize them. The norms are those of the last
    step of each epoch, before ``clip_norm`` is applied.

    Create it with :meth:`from_estimator`.

    Parameters
    ----------
    epoch : ndarray of shape (n_epochs,)
    norms : ndarray of shape (n_epochs, n_layers)
        From the first hidden layer to the output layer.
    layers : list of str
        Names of the layers.
    limit : float, default=100.0
        Norm over all layers above which gradients count as exploding, in (0, inf].

    Attributes
    ----------
    ax_, figure_ : matplotlib axes and figure
    lines_ : list of matplotlib lines

    Examples
    --------
    >>> import numpy as np
    >>> from skdeep.diagnostics import GradientFlowDisplay
    >>> norms = np.array([[1e-6, 1e-3, 1.0], [1e-5, 1e-2, 1.0]])
    >>> GradientFlowDisplay(np.arange(2), norms, ["hidden 1", "hidden 2", "output"]).verdict
    'vanishing'
    >>> GradientFlowDisplay(np.arange(2), 180 + norms, ["hidden 1", "hidden 2", "output"]).verdict
    'exploding'
    """

    epoch: np.ndarray
    norms: np.ndarray
    layers: list[str]
    limit: float = _LARGE

    @property
    def verdict(self) -> str:
        """``"vanishing"``, ``"exploding"`` or ``"steady"``."""
        vanishing, exploding = self._n_vanishing, self._n_exploding
        if 10 * max(vanishing, exploding) < len(self.epoch) or not max(vanishing, exploding):
            return "steady"
        return "vanishing" if vanishing >= exploding else "exploding"

    def _summary(self) -> str:
        return f"{self._title()}: {len(self.layers)} layers, {len(self.epoch)} epochs"

    @property
    def _n_vanishing(self) -> int:
        return int(np.sum(_FAR * self.norms[:, 0] < self.norms[:, -1]))

    @property
    def _n_exploding(self) -> int:
        grows_downward = self.norms[:, 0] > _FAR * self.norms[:, -1]
        is_large = np.sqrt(np.square(self.norms).sum(axis=1)) > self.limit
        return int(np.sum(grows_downward | is_large))

    def _title(self) -> str:
        verdict = self.verdict
        if verdict == "steady":
            return "steady gradients"
        n = self._n_vanishing if verdict == "vanishing" else self._n_exploding
        return f"{verdict} gradients in {n} of {len(self.epoch)} epochs"

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, limit: float | None = None, ax: Any = None, plot: bool = True
    ) -> Self:
        """Plot the gradients of an estimator's training.

        Parameters
        ----------
        estimator : fitted DeepClassifier or DeepRegressor
            Or a Pipeline or a search that contains one.
        limit : float, default=None
            Norm over all layers above which gradients count as exploding, in (0, inf]. None
            is 100. For a regressor with ``standardize_target=False`` it is inf, because the
            gradients depend on the units of the target.
        ax : matplotlib axes, default=None
        plot : bool, default=True
            Whether to plot at once.

        Returns
        -------
        GradientFlowDisplay
        """
        deep, _ = find_fitted(estimator)
        network = model_of(deep).network
        learning = [view for _, view, _ in network.views]
        names = [n for n, view in zip(layer_names(network), learning, strict=True) if view]
        layers = list(dict.fromkeys(names))
        belongs = np.array([[name == layer for layer in layers] for name in names], float)
        norms = np.sqrt(np.square(deep.history_["layer_gradient_norms"]) @ belongs)
        if limit is None:
            limit = _LARGE if getattr(deep, "standardize_target", True) else np.inf
        display = cls(np.asarray(deep.history_["epoch"]), norms, layers, limit)
        return display._plot_if(plot, ax)

    def _plot_on(self, ax: Any) -> None:
        marker = lone_marker(self.epoch)
        self.lines_ = [
            ax.semilogy(
                self.epoch,
                np.where(norms > 0, norms, np.nan),
                label=name,
                color=color,
                ls=DASHES[i % len(DASHES)],
                marker=marker,
            )[0]
            for i, (name, norms, color) in enumerate(
                zip(self.layers, self.norms.T, colors(len(self.layers)), strict=True)
            )
        ]
        epoch_axis(ax)
        ax.set(ylabel="norm of the gradient", title=self._title())
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), title="layer")
