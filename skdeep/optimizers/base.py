"""What an optimizer is: vector algebra that moves ``theta``, bound to its state.

State is a dict of plain numbers and vectors, so it pickles and resumes bit for bit.
Vectors are walked in blocks that stay in the processor's cache.
"""

from collections.abc import Callable
from math import sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from ..base import Component

__all__ = ["Optimizer", "State", "Update", "divided_step", "epsilon_in"]

State = dict[str, Any]
Update = Callable[[float], None]

_BLOCK = 1 << 15


def epsilon_in(dtype: DTypeLike, epsilon: float) -> float:
    """Return ε, or the root of the smallest number of ``dtype`` if ε is smaller.

    The square of a gradient below this root is zero. Then only ε limits ``g / (√v + ε)``.
    """
    return max(epsilon, sqrt(np.finfo(dtype).smallest_subnormal))


def divided_step(
    w: np.ndarray, g: np.ndarray, v: np.ndarray, s: np.ndarray, rate: float, epsilon: float
) -> None:
    """Move a block by ``w -= rate · g / (√v + ε)``; ``s`` is scratch."""
    np.sqrt(v, out=s)
    np.add(s, epsilon, out=s)
    np.divide(g, s, out=s)
    np.multiply(s, rate, out=s)
    np.subtract(w, s, out=w)


class Optimizer(Component):
    """The base class of optimizers: hyperparameters of an update rule.

    Attributes
    ----------
    vectors : tuple of str
        Names of the state vectors. Each is as long as ``theta`` and starts at zero.
    numbers : dict of str to float
        Names and initial values of the scalar state.
    takes_steps : bool
        Whether it updates ``theta`` with each batch. Otherwise it runs iterations on the full
        batch.
    steps_shrink : bool
        Whether steps become shorter during training at a constant learning rate, because the
        gradients do or because their squares add up. Such an optimizer needs larger learning
        rates.
    """

    takes_steps: ClassVar[bool] = True
    steps_shrink: ClassVar[bool] = False
    vectors: ClassVar[tuple[str, ...]] = ()
    numbers: ClassVar[dict[str, float]] = {}

    def initial_state(self, theta: np.ndarray) -> State:
        """Return the state before the first step.

        Parameters
        ----------
        theta : ndarray of shape (n_parameters,)

        Returns
        -------
        dict of str to float or ndarray
            Values that can be pickled.
        """
        return {**self.numbers, **{name: np.zeros_like(theta) for name in self.vectors}}

    def bind(self, theta: np.ndarray, grad: np.ndarray, state: State, n_weights: int) -> Update:
        """Return ``update(learning_rate)``, which takes one step.

        Parameters
        ----------
        theta : ndarray of shape (n_parameters,)
            All learned numbers, weight matrices first. ``update`` changes it in place.
        grad : ndarray of shape (n_parameters,)
            Contains the gradient when ``update`` is called. It is not changed.
        state : dict
            From ``initial_state`` or an earlier training. ``update`` changes it in place.
        n_weights : int
            Length of the prefix of ``theta`` that contains the weight matrices.

        Returns
        -------
        callable
            ``update(learning_rate) -> None``.
        """
        raise NotImplementedError

    def _blocks(
        self, theta: np.ndarray, grad: np.ndarray, state: State
    ) -> list[tuple[np.ndarray, ...]]:
        """Cut theta, grad, a scratch vector and the state vectors into matching blocks."""
        vectors = [theta, grad, *(state[name] for name in self.vectors)]
        scratch = np.empty(min(_BLOCK, theta.size), theta.dtype)
        return [
            (*(vector[i : i + _BLOCK] for vector in vectors), scratch[: theta.size - i])
            for i in range(0, theta.size, _BLOCK)
        ]
