"""What an optimizer is: vector algebra that moves ``theta``, bound to its state.

State is a dict of plain numbers and vectors, so it pickles and resumes bit for bit.
Vectors are walked in blocks that stay in the processor's cache.
"""

from collections.abc import Callable
from math import sqrt
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ..base import Component, Interval

__all__ = ["FRACTION", "NON_NEGATIVE", "POSITIVE", "Optimizer", "State", "Update", "epsilon_in"]

State = dict[str, Any]
Update = Callable[[float], None]

FRACTION = [Interval(Real, 0, 1, closed="left")]
POSITIVE = [Interval(Real, 0, None, closed="neither")]
NON_NEGATIVE = [Interval(Real, 0, None, closed="left")]

_BLOCK = 8192


def epsilon_in(dtype, epsilon: float) -> float:
    """Return ε, or the root of the smallest number of ``dtype`` if ε is less.

    The square of a smaller gradient is zero, so that only ε bounds ``g / (√v + ε)``.
    """
    return max(epsilon, sqrt(np.finfo(dtype).smallest_subnormal))


class Optimizer(Component):
    """Hyperparameters of an update rule.

    Attributes
    ----------
    vectors : tuple of str
        Names of the state vectors, each as long as ``theta`` and zero at first.
    numbers : dict of str to float
        Names and first values of the scalar state.
    """

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
            Plain values, which pickle.
        """
        return {**self.numbers, **{name: np.zeros_like(theta) for name in self.vectors}}

    def bind(self, theta: np.ndarray, grad: np.ndarray, state: State, n_weights: int) -> Update:
        """Return ``update(learning_rate)``, which moves ``theta`` and ``state`` by one step.

        Parameters
        ----------
        theta : ndarray of shape (n_parameters,)
            All learned numbers, weight matrices first. ``update`` changes it in place.
        grad : ndarray of shape (n_parameters,)
            Where the gradient stands when ``update`` is called; left as it is.
        state : dict
            From ``initial_state`` or an earlier training; changed in place.
        n_weights : int
            Length of the prefix of ``theta`` that holds the weight matrices.

        Returns
        -------
        callable
            ``update(learning_rate) -> None``.
        """
        raise NotImplementedError

    def _blocks(self, theta, grad, state) -> list[tuple[np.ndarray, ...]]:
        """Cut theta, grad, a scratch vector and the state vectors into matching blocks."""
        vectors = [theta, grad, *(state[name] for name in self.vectors)]
        scratch = np.empty(min(_BLOCK, theta.size), theta.dtype)
        return [
            (*(vector[i : i + _BLOCK] for vector in vectors), scratch[: theta.size - i])
            for i in range(0, theta.size, _BLOCK)
        ]
