"""Errors for numbers that are no longer finite."""

from math import isfinite

from ..base import UsageError
from ..batches import Batches
from ..network import Network
from ..plan import Plan
from .outcome import largest
from .state import TrainingState

__all__ = ["DivergenceError", "check_network", "diverged"]


class DivergenceError(UsageError):
    """A number in the training became infinite or nan.

    Parameters
    ----------
    message : str
    value : float
        Infinite or nan.
    """

    def __init__(self, message: str, value: float):
        super().__init__(message)
        self.value = value

    def __reduce__(self) -> tuple:
        return type(self), (str(self), self.value)


def diverged(
    plan: Plan, state: TrainingState, what: str, value: float, where: str = ""
) -> DivergenceError:
    """Return the error for a value that is infinite or nan."""
    remedy = "Standardize X or lower" if plan.numerical_encoding is None else "Lower"
    return DivergenceError(
        f"the training {what} became {value} at epoch {state.epoch}, step {state.step} "
        f"(learning_rate={plan.learning_rate}){where}. {remedy} learning_rate.",
        value,
    )


def check_network(network: Network, batches: Batches, plan: Plan, state: TrainingState) -> None:
    """Raise an error if a number in the network is infinite or nan."""
    most = largest(network.theta)
    if not isfinite(most):
        raise diverged(plan, state, "weights' maximum", most)
    most = largest(network.running)
    if not isfinite(most):
        largest_x = max(float(abs(x).max()) for x, _, _ in batches.epoch())
        where = f", with values of X up to {largest_x:g}"
        raise diverged(plan, state, "batch-norm statistics' maximum", most, where)
