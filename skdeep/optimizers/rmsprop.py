"""RMSprop."""

from typing import Any, ClassVar

import numpy as np

from ..base import FRACTION, POSITIVE
from .base import Optimizer, State, Update, divided_step, epsilon_in

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    """Divide the gradient by its running root mean square.

    ``v = β v + (1 - β) g²``, ``theta -= α g / (√v + ε)`` [1]_.

    Parameters
    ----------
    beta : float, default=0.9
        In [0, 1). v averages over about 1 / (1 - β) steps.
    epsilon : float, default=1e-8
        In (0, inf). In float32, values below 3.7e-23 are replaced by it.

    Notes
    -----
    PyTorch's default β is 0.99. Keras adds ε inside the square root.

    References
    ----------
    .. [1] Hinton, Srivastava and Swersky, "Neural networks for machine learning",
       lecture 6e, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> theta, grad = np.zeros(2), np.array([100.0, -0.01])
    >>> optimizer = RMSprop(beta=0.9)
    >>> step = optimizer.bind(theta, grad, optimizer.initial_state(theta), n_weights=2)
    >>> step(0.1)
    >>> theta.round(3)
    array([-0.316,  0.316])
    """

    vectors = ("v",)
    _parameter_constraints: ClassVar[dict[str, Any]] = {"beta": FRACTION, "epsilon": POSITIVE}

    def __init__(self, beta: float = 0.9, epsilon: float = 1e-8) -> None:
        self.beta = beta
        self.epsilon = epsilon

    def bind(self, theta: np.ndarray, grad: np.ndarray, state: State, n_weights: int) -> Update:
        beta, blocks = self.beta, self._blocks(theta, grad, state)
        epsilon = epsilon_in(theta.dtype, self.epsilon)

        def update(learning_rate: float) -> None:
            for w, g, v, s in blocks:
                np.multiply(g, g, out=s)
                np.multiply(s, 1 - beta, out=s)
                np.multiply(v, beta, out=v)
                np.add(v, s, out=v)
                divided_step(w, g, v, s, learning_rate, epsilon)

        return update
