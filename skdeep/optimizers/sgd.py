"""Gradient descent, plain and with momentum."""

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np

from ..base import FRACTION, Interval
from .base import Optimizer, State, Update

__all__ = ["SGD"]


class SGD(Optimizer):
    """Gradient descent, optionally with momentum.

    ``v = g`` in the first step and ``v = β v + (1 - dampening) g`` in later steps. The update
    is ``theta -= α v``, or ``theta -= α (g + β v)`` with Nesterov momentum [1]_.

    Parameters
    ----------
    momentum : float, default=0.0
        β in [0, 1). With 0 the update is ``theta -= α g``.
    dampening : float, default=0.0
        In [0, 1]. With ``dampening = momentum``, v is the exponentially weighted average
        ``v = β v + (1 - β) g`` of the gradients. Then the scale of α does not depend on β.
    nesterov : bool, default=False
        Whether to use Nesterov momentum. It needs ``momentum > 0`` and ``dampening=0``.

    Raises
    ------
    ValueError
        If ``nesterov`` is combined with ``momentum=0`` or with dampening.

    Notes
    -----
    As in PyTorch, v starts at the first gradient. In Keras, v includes α, which gives another
    result if the learning rate changes.

    References
    ----------
    .. [1] Sutskever et al., "On the importance of initialization and momentum in deep
       learning", ICML 2013, equations 1 to 4.

    Examples
    --------
    >>> SGD(momentum=0.9, nesterov=True)
    SGD(momentum=0.9, nesterov=True)
    """

    steps_shrink = True
    vectors = ("velocity",)
    numbers: ClassVar[dict[str, float]] = {"step": 0}
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "momentum": FRACTION,
        "dampening": [Interval(Real, 0, 1, closed="both")],
        "nesterov": ["boolean"],
    }

    def __init__(
        self, momentum: float = 0.0, dampening: float = 0.0, nesterov: bool = False
    ) -> None:
        self.momentum = momentum
        self.dampening = dampening
        self.nesterov = nesterov

    def validate(self) -> Self:
        super().validate()
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            raise ValueError(
                "SGD(nesterov=True) needs momentum > 0 and dampening=0. Got "
                f"momentum={self.momentum!r} and dampening={self.dampening!r} instead."
            )
        return self

    def initial_state(self, theta: np.ndarray) -> State:
        return super().initial_state(theta if self.momentum else theta[:0])

    def bind(self, theta: np.ndarray, grad: np.ndarray, state: State, n_weights: int) -> Update:
        if not self.momentum:
            return self._bind_plain(theta, grad, state)
        if state["velocity"].size == 0:  # momentum was turned on between two calls
            state.update(self.initial_state(theta))
        beta, blocks = self.momentum, self._blocks(theta, grad, state)

        def update(learning_rate: float) -> None:
            fresh = 1.0 if state["step"] == 0 else 1 - self.dampening
            state["step"] += 1
            for w, g, v, s in blocks:
                np.multiply(v, beta, out=v)
                np.multiply(g, fresh, out=s)
                np.add(v, s, out=v)
                if self.nesterov:
                    np.multiply(v, beta, out=s)
                    np.add(s, g, out=s)
                    np.multiply(s, learning_rate, out=s)
                else:
                    np.multiply(v, learning_rate, out=s)
                np.subtract(w, s, out=w)

        return update

    def _bind_plain(self, theta: np.ndarray, grad: np.ndarray, state: State) -> Update:
        vectors = self._blocks(theta, grad, {"velocity": theta})

        def update(learning_rate: float) -> None:
            state["step"] += 1
            for w, g, _, s in vectors:
                np.multiply(g, learning_rate, out=s)
                np.subtract(w, s, out=w)

        return update
