import numpy as np
import pytest

from skdeep.optimizers import Adam, AdamW


def _step(optimizer, theta, g, n_weights=0, rate=0.1):
    grad = np.asarray(g, float)
    optimizer.bind(theta, grad, optimizer.initial_state(theta), n_weights)(rate)


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.0, 0.5), (0.5, 0.0)])
def test_the_first_step_is_the_learning_rate_against_each_sign(rng, betas):
    theta, g = np.zeros(20), rng.normal(size=20)
    _step(Adam(*betas, epsilon=1e-300), theta, g)
    # bias correction makes m̂ = g and v̂ = g² to round-off
    np.testing.assert_allclose(theta, -0.1 * np.sign(g), rtol=1e-14)


def test_the_step_does_not_depend_on_the_scale_of_the_gradient(rng):
    gradients = rng.normal(size=(10, 4))
    ends = []
    for scale in (1.0, 1024.0):
        theta, grad = np.zeros(4), np.zeros(4)
        optimizer = Adam(epsilon=1e-300)
        update = optimizer.bind(theta, grad, optimizer.initial_state(theta), 0)
        for g in gradients:
            grad[...] = scale * g
            update(0.1)
        ends.append(theta)
    # a power of two changes no digit
    np.testing.assert_array_equal(*ends)


def test_weight_decay_reaches_the_weight_matrices_only():
    theta = np.full(6, 2.0)
    _step(AdamW(weight_decay=0.5), theta, np.zeros(6), n_weights=4)
    np.testing.assert_array_equal(theta[4:], 2.0)
    # round-off of one product
    np.testing.assert_allclose(theta[:4], 2.0 * (1 - 0.1 * 0.5), rtol=1e-15)


def test_without_weight_decay_adamw_is_adam(rng):
    g, ends = rng.normal(size=6), []
    for optimizer in (Adam(), AdamW(weight_decay=0.0)):
        theta = np.ones(6)
        _step(optimizer, theta, g, n_weights=4)
        ends.append(theta)
    np.testing.assert_array_equal(*ends)
