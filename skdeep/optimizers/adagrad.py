"""Adagrad."""

from typing import Any, ClassVar

import numpy as np

from .base import POSITIVE, Optimizer, epsilon_in

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    """Divide the gradient by the root of the sum of its squares so far.

    ``v += g²``, ``theta -= α g / (√v + ε)`` [1]_.

    Parameters
    ----------
    epsilon : float, default=1e-10
        In (0, inf). In float32, less than 3.7e-23 counts as that.

    Notes
    -----
    Equal to PyTorch's Adagrad at ``lr_decay=0``. Keras starts v at 0.1.

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

    vectors = ("v",)
    _parameter_constraints: ClassVar[dict[str, Any]] = {"epsilon": POSITIVE}

    def __init__(self, epsilon=1e-10):
        self.epsilon = epsilon

    def bind(self, theta, grad, state, n_weights):
        blocks = self._blocks(theta, grad, state)
        epsilon = epsilon_in(theta.dtype, self.epsilon)

        def update(learning_rate):
            for w, g, v, s in blocks:
                np.multiply(g, g, out=s)
                np.add(v, s, out=v)
                np.sqrt(v, out=s)
                np.add(s, epsilon, out=s)
                np.divide(g, s, out=s)
                np.multiply(s, learning_rate, out=s)
                np.subtract(w, s, out=w)

        return update
