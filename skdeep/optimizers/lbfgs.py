"""L-BFGS, which runs iterations on the full batch instead of steps."""

from collections.abc import Callable
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import OptimizeResult, minimize

from ..base import Interval
from .base import Optimizer

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """Minimize the objective of the full batch with limited-memory BFGS.

    Each iteration moves along ``-H g``. H approximates the inverse Hessian by the last
    ``history`` changes of theta and of the gradient. A line search determines the step length
    [1]_. An epoch is one iteration. ``learning_rate`` and ``lr_schedule`` are ignored. All
    evaluations must use the same objective. Therefore dropout, augmentation, gradient
    clipping, weight averaging and mini-batches raise an error.

    Parameters
    ----------
    max_iter : int or None, default=None
        Maximum number of iterations in one fit, at least 1. None is ``max_epochs``, which is
        a limit in any case.
    history : int, default=10
        Number of past changes kept, at least 1.

    Notes
    -----
    This is SciPy's L-BFGS-B. A warm start continues from the weights, with an empty history.

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

    takes_steps = False
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "max_iter": [Interval(Integral, 1, None, closed="left"), None],
        "history": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, max_iter: int | None = None, history: int = 10) -> None:
        self.max_iter = max_iter
        self.history = history

    def minimize(
        self,
        value_and_gradient: Callable[[np.ndarray], tuple[float, np.ndarray]],
        theta: np.ndarray,
        n_iterations: int,
        after: Callable[[np.ndarray], bool],
    ) -> np.ndarray:
        """Minimize a function, and return the last iterate.

        Parameters
        ----------
        value_and_gradient : callable
            ``theta -> (objective, gradient)``.
        theta : ndarray of shape (n_parameters,)
            Starting point.
        n_iterations : int
            Maximum number of iterations.
        after : callable
            ``theta -> bool``, called after each iteration. True stops the search.

        Returns
        -------
        ndarray of shape (n_parameters,)
        """
        failure: StopIteration | None = None

        def callback(intermediate_result: OptimizeResult) -> None:
            nonlocal failure
            try:
                stop = after(intermediate_result.x)
            except StopIteration as error:  # SciPy would treat it as a request to stop
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
                "ftol": 0.0,  # early stopping decides when to stop
                "gtol": 1e-12,
            },
        )
        if failure is not None:
            raise failure
        return result.x
