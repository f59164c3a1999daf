"""Adam with Nesterov momentum."""

from math import sqrt
from typing import Any, ClassVar

import numpy as np

from ..base import NON_NEGATIVE
from .adam import Adam
from .base import Optimizer, State, Update, epsilon_in

__all__ = ["Nadam"]


class Nadam(Optimizer):
    """Adam with Nesterov momentum.

    With ``μ_t = β₁ (1 - 0.96^(t·momentum_decay) / 2)`` and ``Π = μ_1 ⋯ μ_t``,
    ``theta -= α ((1 - μ_t)/(1 - Π) g + μ_{t+1}/(1 - Π μ_{t+1}) m) / (√v̂ + ε)`` [1]_.

    Parameters
    ----------
    beta_1, beta_2, epsilon : float
        As in :class:`Adam`.
    momentum_decay : float, default=0.004
        In [0, inf). Rate at which μ increases from β₁/2 to β₁.

    Notes
    -----
    The same as PyTorch's NAdam.

    References
    ----------
    .. [1] Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016.

    Examples
    --------
    >>> import numpy as np
    >>> theta, grad = np.zeros(2), np.array([100.0, -0.01])
    >>> optimizer = Nadam()
    >>> step = optimizer.bind(theta, grad, optimizer.initial_state(theta), n_weights=2)
    >>> step(0.1)
    >>> theta.round(3)
    array([-0.106,  0.106])
    """

    vectors = ("m", "v")
    numbers: ClassVar[dict[str, float]] = {"step": 0, "mu_product": 1.0, "sum_2": 0.0}
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Adam._parameter_constraints,
        "momentum_decay": NON_NEGATIVE,
    }

    def __init__(
        self,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        momentum_decay: float = 0.004,
    ) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.momentum_decay = momentum_decay

    def _mu(self, step: int) -> float:
        return self.beta_1 * (1 - 0.5 * 0.96 ** (step * self.momentum_decay))

    def bind(self, theta: np.ndarray, grad: np.ndarray, state: State, n_weights: int) -> Update:
        beta_1, beta_2, blocks = self.beta_1, self.beta_2, self._blocks(theta, grad, state)
        least = epsilon_in(theta.dtype, self.epsilon)

        def update(learning_rate: float) -> None:
            state["step"] += 1
            mu, mu_next = self._mu(state["step"]), self._mu(state["step"] + 1)
            state["mu_product"] *= mu
            state["sum_2"] = beta_2 * state["sum_2"] + 1
            root = sqrt(state["sum_2"])
            of_g = learning_rate * root * (1 - mu) / (1 - state["mu_product"])
            of_m = learning_rate * root * mu_next / (1 - state["mu_product"] * mu_next)
            for w, g, m, v, s in blocks:
                np.multiply(g, 1 - beta_1, out=s)
                np.multiply(m, beta_1, out=m)
                np.add(m, s, out=m)
                np.multiply(v, beta_2, out=v)
                np.multiply(g, g, out=s)
                np.add(v, s, out=v)
                np.sqrt(v, out=s)
                np.add(s, least * root, out=s)
                np.subtract(w, (of_g * g + of_m * m) / s, out=w)

        return update
