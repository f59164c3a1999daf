"""Derivatives of an objective by two-sided differences, with detection of kinks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..layers import Layer
from ..objective import Objective
from .forward_hooks import Watch, watched

__all__ = ["DIRECTIONS", "bind_value", "compare", "relative_error"]

DIRECTIONS = 5  # number of random directions in each sampled parameter
_LEAST = 10  # minimum number of sampled coordinates of each parameter

Sides = list[np.ndarray]
Value = Callable[[], tuple[float, Sides]]


def bind_value(
    objective: Objective, x: np.ndarray, target: np.ndarray, weight: np.ndarray | None
) -> Value:
    """Return a function that computes J, and on which side of each kink its inputs are.

    It only runs forward, so ``network.grad`` is not changed.
    """
    network = objective.network
    sides: Sides = []
    with watched(network, partial(_watch_kinks, sides)):
        run = network.bind(len(target), None, weight is not None)
    n_members, n_outputs = network.n_members, network.n_outputs
    evaluate = objective.loss.bind_members(len(target), n_members, n_outputs, network.dtype)
    shares = run.share.copy() if weight is None else weight
    np.divide(shares, shares.sum(), out=run.share)

    def value() -> tuple[float, Sides]:
        sides.clear()
        raw = run.forward(x)
        members = raw.reshape(-1, n_outputs), target.repeat(n_members, axis=0)
        _add_sides(sides, objective.loss.kinks, objective.loss.residuals(*members))
        if objective.l1:
            sides.append(network.theta[: network.n_weights] > 0)
        return evaluate(raw, target, shares)[0] + objective.penalty(), list(sides)

    return value


def _watch_kinks(
    sides: Sides, name: str, layer: Layer, n_inputs: int
) -> tuple[Watch, Watch] | None:
    """Return functions that record the sides of a layer's inputs, if the layer has kinks."""
    return (partial(_add_sides, sides, layer.kinks), _ignore) if layer.kinks else None


def _add_sides(sides: Sides, kinks: tuple[float, ...], values: np.ndarray) -> None:
    """Record on which side of each kink the values are."""
    sides.extend(values > kink for kink in kinks)


def _ignore(y: np.ndarray) -> None:
    """Do nothing."""


def compare(
    value: Value,
    theta: np.ndarray,
    grad: np.ndarray,
    fraction: float,
    epsilon: float,
    rng: np.random.RandomState,
) -> np.ndarray:
    """Return derivatives from ``grad`` (first row) and from differences (second row).

    A difference across a kink is nan. If ``fraction`` < 1, about this part of the coordinates is
    compared, and some random directions in addition.
    """
    _, here = value()
    steps: list[tuple[Any, Any]]
    if fraction >= 1:
        steps = [(i, 1.0) for i in range(theta.size)]
    else:
        n = min(theta.size, max(_LEAST, round(fraction * theta.size)))
        steps = [(i, 1.0) for i in rng.choice(theta.size, n, replace=False)]
        if n < theta.size:
            directions = rng.normal(size=(DIRECTIONS, theta.size))
            directions /= np.linalg.norm(directions, axis=1, keepdims=True)
            steps += [(slice(None), d) for d in directions]
    exact = [np.sum(grad[where] * d) for where, d in steps]
    approximate = [
        _difference(value, here, theta, where, epsilon * d, epsilon) for where, d in steps
    ]
    return np.array([exact, approximate])


def _difference(
    value: Value, here: Sides, theta: np.ndarray, where: Any, step: Any, epsilon: float
) -> float:
    """Return ``(J(theta + step) - J(theta - step)) / 2ε``, or nan across a kink."""
    start = np.copy(theta[where])
    theta[where] = start + step
    up, above = value()
    theta[where] = start - step
    down, below = value()
    theta[where] = start
    same = all(
        np.array_equal(a, b) and np.array_equal(a, c)
        for a, b, c in zip(here, above, below, strict=True)
    )
    return (up - down) / (2 * epsilon) if same else np.nan


def relative_error(pair: np.ndarray, floor: float) -> float:
    """Return ‖g − g̃‖ / (‖g‖ + ‖g̃‖). The denominator is at least ``floor`` √k."""
    exact, approximate = pair
    if not exact.size:
        return np.nan
    size = float(np.linalg.norm(exact) + np.linalg.norm(approximate))
    return float(np.linalg.norm(exact - approximate)) / max(size, floor * np.sqrt(exact.size))
