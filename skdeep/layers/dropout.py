"""Inverted dropout."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ..base import Interval
from .base import Backward, Forward, Layer, Slot

__all__ = ["Dropout"]

_LEVELS = 1 << 16


class Dropout(Layer):
    """Set a random fraction of the inputs to zero and scale up the rest.

    ``y = x · mask / keep`` with ``mask ~ Bernoulli(keep)`` and ``keep = 1 - rate``. The
    expectation of ``y`` is ``x``, so prediction uses ``y = x`` [1]_. Each step draws a new
    mask.

    Parameters
    ----------
    rate : float
        Fraction of the inputs set to zero, in [0, 1), rounded to a multiple of 2⁻¹⁶.

    References
    ----------
    .. [1] Srivastava et al., "Dropout: a simple way to prevent neural networks from
       overfitting", JMLR 15, 2014, section 4.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "rate": [Interval(Real, 0, 1, closed="left")],
    }

    label = ""

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        if slot.rng is None:
            raise ValueError(
                f"{self!r}: training needs a random generator, but rng is None. "
                "Give Network.bind a numpy.random.Generator."
            )
        size = slot.n_rows * slot.n_inputs
        n_words = -(-size // 4)  # a random 64-bit word gives four 16-bit numbers
        kept = max(1, round((1 - self.rate) * _LEVELS))
        scale = _LEVELS / kept
        mask = np.empty((slot.n_rows, slot.n_inputs), slot.dtype)  # 0, or the scale
        draw = slot.rng.bit_generator.random_raw

        def forward(x: np.ndarray) -> np.ndarray:
            noise = draw(n_words).view(np.uint16)[:size].reshape(mask.shape)
            np.less(noise, kept, out=mask)
            np.multiply(mask, scale, out=mask)
            return np.multiply(x, mask, out=x)

        def backward(dy: np.ndarray) -> np.ndarray:
            return np.multiply(dy, mask, out=dy)

        return forward, backward

    def bind_prediction(self, slot: Slot) -> Forward:
        return lambda x: x
