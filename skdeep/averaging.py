"""Exponentially weighted average of the network's numbers over the steps of a training."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.linalg.blas import get_blas_funcs

__all__ = ["bind_average"]

_BLOCK = 1 << 15


def bind_average(
    values: list[np.ndarray], averages: list[np.ndarray], state: dict[str, Any], beta: float
) -> Callable[[], None]:
    """Return the update ``average += (1 - β) / mass · (value - average)``.

    ``mass = β·mass + 1 - β`` starts at ``state["mass"] = 0`` and is the sum of the weights so
    far. Therefore the average is not biased towards its initial value.

    Parameters
    ----------
    values, averages : list of ndarray
        Vectors in pairs. ``update`` changes the averages in place.
    state : dict
        ``update`` changes its ``mass``.
    beta : float
        β in (0, 1).

    Returns
    -------
    callable
        ``update() -> None``.
    """
    pairs = [
        (value[i : i + _BLOCK], average[i : i + _BLOCK])
        for value, average in zip(values, averages, strict=True)
        for i in range(0, value.size, _BLOCK)
    ]
    difference = np.empty(_BLOCK, values[0].dtype)
    blocks = [(value, average, difference[: value.size]) for value, average in pairs]
    axpy = get_blas_funcs("axpy", dtype=difference.dtype)  # overwrites its second argument

    def update() -> None:
        state["mass"] = beta * state["mass"] + 1 - beta
        rate = (1 - beta) / state["mass"]
        for value, average, d in blocks:
            np.subtract(value, average, out=d)
            axpy(d, average, a=rate)

    return update
