"""Adagrad."""

from typing import Any, ClassVar

import numpy as np

from ..base import POSITIVE
from .base import Optimizer, State, Update, divided_step, epsilon_in

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    """Divide the gradient by the square root of the sum of all its squares so far.

    ``v += g²``, ``theta -= α g / (√v + ε)`` [1]_.

    Parameters
    ----------
    epsilon : float, default=1e-10
        In (0, inf). In float32, values below 3.7e-23 are replaced by it.

    Notes
    -----
    The same as PyTorch's Adagrad with ``lr_decay=0``. Keras starts v at 0.1.

    References
    ----------
    .. [1] Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning
       and stochastic optimization", JMLR 12, 2011, section 1.

    Examples
    --------
    >>> import numpy as np
    >>> theta, grad = np.zeros(2), np.array([100.0, -0.01])
    >>> optimizer = Adagrad()
    >>> step = optimizer.bind(theta, grad, optimizer.initial_state(theta), n_weights=2)
    >>> step(0.1)
    >>> theta.round(3)
    array([-0.1,  0.1])
    """

    steps_shrink = True
    vectors = ("v",)
    _parameter_constraints: ClassVar[dict[str, Any]] = {"epsilon": POSITIVE}

    def __init__(self, epsilon: float = 1e-10) -> None:
        self.epsilon = epsilon

    def bind(self, theta: np.ndarray, grad: np.ndarray, state: State, n_weights: int) -> Update:
        blocks = self._blocks(theta, grad, state)
        epsilon = epsilon_in(theta.dtype, self.epsilon)

        def update(learning_rate: float) -> None:
            for w, g, v, s in blocks:
                np.multiply(g, g, out=s)
                np.add(v, s, out=v)
                divided_step(w, g, v, s, learning_rate, epsilon)

        return update
