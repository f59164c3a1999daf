"""A distribution of hidden layer sizes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base import is_int
from .distributions import Distribution, LogUniformInt

__all__ = ["HiddenLayers"]


@dataclass(frozen=True)
class HiddenLayers(Distribution):
    """Hidden layer sizes: the number of hidden layers and the number of units in each.

    The depth has a uniform distribution. The width is an integer with a log-uniform
    distribution. With ``equal=True``, all layers of a network have the same width.
    According to [1]_, this works as well as increasing or decreasing widths, and there
    are fewer values to search.

    Parameters
    ----------
    depth : int or (int, int), default=(1, 3)
        Number of hidden layers, or its minimum and maximum. At least 1.
    width : int or (int, int), default=(16, 512)
        Units in a hidden layer, or their minimum and maximum. At least 1.
    equal : bool, default=True
        Whether all layers of a network have the same width. Otherwise each layer has its
        own width.

    Raises
    ------
    ValueError
        If ``depth`` or ``width`` is neither an integer >= 1 nor an increasing pair of them.

    Notes
    -----
    Each sample is a tuple for ``hidden_layer_sizes``. ``rvs(size)`` returns an array of
    tuples. There is no ``cdf`` or ``ppf``, because the tuples have no order.

    References
    ----------
    .. [1] Bengio, "Practical recommendations for gradient-based training of deep
       architectures", 2012, section 3.2.

    Examples
    --------
    >>> from skdeep.tuning import HiddenLayers
    >>> HiddenLayers(depth=(1, 3), width=(16, 256)).rvs(random_state=0)
    (115, 115)
    >>> HiddenLayers(depth=3, width=(16, 256), equal=False).rvs(random_state=1)
    (117, 16, 36)
    """

    depth: int | tuple[int, int] = (1, 3)
    width: int | tuple[int, int] = (16, 512)
    equal: bool = True

    def __post_init__(self) -> None:
        for name in ("depth", "width"):
            low, high = self._range(name)
            self._require(
                is_int(low) and is_int(high) and 1 <= low <= high,
                f"{name} to be an integer >= 1 or an increasing pair of them",
            )
            object.__setattr__(self, name, low if low == high else (low, high))

    def _range(self, name: str) -> tuple[Any, Any]:
        """Return the minimum and the maximum of ``depth`` or ``width``."""
        value = getattr(self, name)
        pair = value if isinstance(value, list | tuple) else (value, value)
        return (pair[0], pair[1]) if len(pair) == 2 else (None, None)

    @property
    def n_coordinates(self) -> int:  # type: ignore[override]
        """One for the depth, and one for the width or for each possible layer's width."""
        return 2 if self.equal else 1 + self._range("depth")[1]

    def at(self, point: np.ndarray) -> tuple[int, ...]:
        least, most = self._range("depth")
        depth = min(least + int(point[0] * (most - least + 1)), most)
        widths = [self._width(u) for u in point[1:]]
        return tuple(widths * depth if self.equal else widths[:depth])

    def _width(self, u: float) -> int:
        low, high = self._range("width")
        return low if low == high else LogUniformInt(low, high).ppf(u).item()
