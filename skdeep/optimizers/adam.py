"""Adam, and Adam with decoupled weight decay."""

from math import sqrt
from typing import Any, ClassVar

import numpy as np

from ..base import FRACTION, NON_NEGATIVE, POSITIVE
from .base import Optimizer, State, Update, epsilon_in

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    """Update with running averages of the gradient and of its square.

    ``theta -= α m̂ / (√v̂ + ε)`` with ``m̂ = Σ_i β₁^(t-i) g_i / Σ_i β₁^(t-i)``, and ``v̂``
    the same average of ``g²`` with β₂. This is algorithm 1 of [1]_. Its bias correction is
    written as a division by the sum of the weights.

    Parameters
    ----------
    beta_1 : float, default=0.9
        In [0, 1). m̂ averages over about 1 / (1 - β₁) steps.
    beta_2 : float, default=0.999
        In [0, 1). v̂ averages over about 1 / (1 - β₂) steps.
    epsilon : float, default=1e-8
        In (0, inf). In float32, values below 3.7e-23 are replaced by it.

    Notes
    -----
    The same as PyTorch's Adam. Keras' default ε is 1e-7 and is added before the bias correction.

    References
    ----------
    .. [1] Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.

    Examples
    --------
    >>> Adam(beta_2=0.95).get_params()
    {'beta_1': 0.9, 'beta_2': 0.95, 'epsilon': 1e-08}
    """

    vectors = ("m", "v")
    numbers: ClassVar[dict[str, float]] = {"sum_1": 0.0, "sum_2": 0.0}
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "beta_1": FRACTION,
        "beta_2": FRACTION,
        "epsilon": POSITIVE,
    }

    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def bind(self, theta: np.ndarray, grad: np.ndarray, state: State, n_weights: int) -> Update:
        beta_1, beta_2, blocks = self.beta_1, self.beta_2, self._blocks(theta, grad, state)
        least = epsilon_in(theta.dtype, self.epsilon)

        def update(learning_rate: float) -> None:
            # m and v are sums; with S₁, S₂ the sums of their weights,
            # α m̂ / (√v̂ + ε) = (α √S₂ / S₁) m / (√v + ε √S₂)
            state["sum_1"] = beta_1 * state["sum_1"] + 1
            state["sum_2"] = beta_2 * state["sum_2"] + 1
            root = sqrt(state["sum_2"])
            rate, epsilon = learning_rate * root / state["sum_1"], least * root
            for w, g, m, v, s in blocks:
                np.multiply(m, beta_1, out=m)
                np.add(m, g, out=m)
                np.multiply(v, beta_2, out=v)
                np.multiply(g, g, out=s)
                np.add(v, s, out=v)
                np.sqrt(v, out=s)
                np.add(s, epsilon, out=s)
                np.divide(m, s, out=s)
                np.multiply(s, rate, out=s)
                np.subtract(w, s, out=w)

        return update


class AdamW(Adam):
    """Adam with decoupled weight decay.

    ``W -= α·weight_decay·W`` before Adam's step: algorithm 2 of [1]_.

    Parameters
    ----------
    beta_1, beta_2, epsilon : float
        As in :class:`Adam`.
    weight_decay : float, default=0.01
        In [0, inf). Applied to the weight matrices only, not to biases, gammas and betas.

    Notes
    -----
    The same as PyTorch's AdamW for weight matrices. PyTorch also decays biases. The
    hyperparameter ``l2`` of an estimator is different: it is a penalty in the objective, and
    Adam rescales its gradient.

    References
    ----------
    .. [1] Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.

    Examples
    --------
    >>> import numpy as np
    >>> theta, grad = np.zeros(2), np.array([100.0, -0.01])
    >>> optimizer = AdamW(weight_decay=0.01)
    >>> step = optimizer.bind(theta, grad, optimizer.initial_state(theta), n_weights=2)
    >>> step(0.1)
    >>> theta.round(3)
    array([-0.1,  0.1])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Adam._parameter_constraints,
        "weight_decay": NON_NEGATIVE,
    }

    def __init__(
        self,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(beta_1, beta_2, epsilon)
        self.weight_decay = weight_decay

    def bind(self, theta: np.ndarray, grad: np.ndarray, state: State, n_weights: int) -> Update:
        adam = super().bind(theta, grad, state, n_weights)
        weights = theta[:n_weights]

        def update(learning_rate: float) -> None:
            np.multiply(weights, 1 - learning_rate * self.weight_decay, out=weights)
            adam(learning_rate)

        return update
