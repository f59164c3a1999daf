"""Plain gradient descent lingers where momentum and adaptive steps do not."""

import numpy as np
import pytest

from skdeep.optimizers import SGD, Adam, RMSprop

N_STEPS = 5000


def _steps_to_leave(optimizer, rate=0.01):
    """Count the steps from beside the saddle of x²/2 - y²/2 + y⁴/4 to y = 1/2."""
    theta, grad = np.array([1.0, 1e-6]), np.zeros(2)
    update = optimizer.bind(theta, grad, optimizer.initial_state(theta), 2)
    for step in range(N_STEPS):
        if abs(theta[1]) > 0.5:
            return step
        grad[...] = theta[0], theta[1] ** 3 - theta[1]
        update(rate)
    return N_STEPS


def test_plain_gradient_descent_leaves_at_the_rate_of_the_negative_curvature():
    # y grows by 1 + α = 1.01 a step: log(0.5 / 1e-6) / log(1.01) steps, and a few more near the end
    assert 1318 <= _steps_to_leave(SGD()) < 1400


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), RMSprop(), Adam()])
def test_momentum_rmsprop_and_adam_leave_a_saddle_in_far_fewer_steps(optimizer):
    assert _steps_to_leave(optimizer) < 1318 / 4
