"""L-BFGS, which takes whole iterations on the full batch instead of steps."""

from collections.abc import Callable
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import minimize

from ..base import Interval
from .base import Optimizer

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """Minimize the objective of the full batch with limited-memory BFGS.

    Each iteration steps along ``-H g``, H an approximate inverse Hessian made of the
    last ``history`` changes of theta and of the gradient, as far as a line search
    finds good [1]_. An epoch is one iteration. It sets its own step lengths, so
    ``learning_rate`` and ``lr_schedule`` have no part in it, and it needs the same
    objective at each evaluation, so dropout, augmentation and mini-batches are errors.

    Parameters
    ----------
    max_iter : int or None, default=None
        Most iterations in one fit, at least 1; None is ``max_epochs``.
    history : int, default=10
        Number of past changes kept, at least 1.

    Notes
    -----
    SciPy's L-BFGS-B. A warm start goes on from the weights with an empty history.

    References
    ----------
    .. [1] Liu and Nocedal, "On the limited memory BFGS method for large scale
       optimization", Mathematical Programming 45, 1989, algorithm 2.1.

    Examples
    --------
    >>> import numpy as np
    >>> def half_square(theta):
    ...     return 0.5 * theta @ theta, theta
    >>> LBFGS().minimize(half_square, np.ones(2), 10, after=lambda theta: False).round(6)
    array([0., 0.])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "max_iter": [Interval(Integral, 1, None, closed="left"), None],
        "history": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, max_iter=None, history=10):
        self.max_iter = max_iter
        self.history = history

    def minimize(
        self,
        value_and_gradient: Callable[[np.ndarray], tuple[float, np.ndarray]],
        theta: np.ndarray,
        n_iterations: int,
        after: Callable[[np.ndarray], bool],
    ) -> np.ndarray:
        """Return the last iterate.

        Parameters
        ----------
        value_and_gradient : callable
            ``theta -> (objective, gradient)``.
        theta : ndarray of shape (n_parameters,)
            Where to start.
        n_iterations : int
            Most iterations.
        after : callable
            ``theta -> bool``, asked after each iteration; True ends the search.

        Returns
        -------
        ndarray of shape (n_parameters,)
        """
        failure: StopIteration | None = None

        def callback(intermediate_result):
            nonlocal failure
            try:
                stop = after(intermediate_result.x)
            except StopIteration as error:  # SciPy would take it for a request to stop
                failure = error
                raise
            if stop:
                raise StopIteration

        result = minimize(
            value_and_gradient,
            theta,
            jac=True,
            method="L-BFGS-B",
            callback=callback,
            options={
                "maxiter": min(n_iterations, self.max_iter or n_iterations),
                "maxfun": np.iinfo(np.int32).max,
                "maxcor": self.history,
                "ftol": 0.0,  # when to stop is early stopping's business
                "gtol": 1e-12,
            },
        )
        if failure is not None:
            raise failure
        return result.x
