import numpy as np
import pytest

from skdeep.optimizers import SGD


def _path(optimizer, gradients, rates=0.1):
    theta, grad = np.zeros(gradients.shape[1]), np.zeros(gradients.shape[1])
    update = optimizer.bind(theta, grad, optimizer.initial_state(theta), 0)
    path = []
    for g, rate in zip(gradients, np.broadcast_to(rates, len(gradients)), strict=True):
        grad[...] = g
        update(rate)
        path.append(theta.copy())
    return np.array(path)


def test_plain_steps_add_up(rng):
    gradients = rng.normal(size=(8, 3))
    # round-off of eight terms
    np.testing.assert_allclose(_path(SGD(), gradients), -0.1 * gradients.cumsum(0), rtol=1e-12)


def test_plain_steps_need_no_state_vector():
    assert SGD().initial_state(np.zeros(1000))["velocity"].size == 0


def test_dampening_equal_to_momentum_averages_the_gradients(rng):
    gradients = np.tile(rng.normal(size=3), (30, 1))
    # the average of equal gradients is the gradient, whatever β is
    slow = _path(SGD(momentum=0.9, dampening=0.9), gradients)
    np.testing.assert_allclose(slow, _path(SGD(), gradients), rtol=1e-12)


def test_momentum_reaches_one_over_one_minus_beta_times_the_step(rng):
    gradients = np.tile(rng.normal(size=3), (400, 1))
    path = _path(SGD(momentum=0.9), gradients)
    # 0.9**400 is below round-off
    np.testing.assert_allclose(path[-1] - path[-2], -0.1 * gradients[0] / 0.1, rtol=1e-11)


def test_the_velocity_does_not_know_the_learning_rate(rng):
    gradients = rng.normal(size=(5, 3))
    v = np.zeros(3)
    theta = np.zeros(3)
    rates = [0.1, 0.3, 0.0, 0.2, 0.1]
    path = _path(SGD(momentum=0.8), gradients, rates)
    for g, rate, ours in zip(gradients, rates, path, strict=True):
        v = 0.8 * v + g
        theta = theta - rate * v
        np.testing.assert_allclose(ours, theta, rtol=1e-13, atol=1e-15)  # round-off


def test_momentum_can_be_switched_on_and_off_in_mid_training():
    theta, grad = np.zeros(3), np.ones(3)
    plain, heavy = SGD(), SGD(momentum=0.5)
    state = plain.initial_state(theta)
    plain.bind(theta, grad, state, 0)(0.1)
    heavy.bind(theta, grad, state, 0)(0.1)
    heavy.bind(theta, grad, state, 0)(0.1)
    plain.bind(theta, grad, state, 0)(0.1)
    # 1, then 1 and 1.5 with a velocity from zero, then 1; round-off
    np.testing.assert_allclose(theta, -0.1 * (1 + 1 + 1.5 + 1), rtol=1e-14)


@pytest.mark.parametrize(("momentum", "dampening"), [(0.0, 0.0), (0.9, 0.1)])
def test_nesterov_without_momentum_or_with_dampening_is_an_error(momentum, dampening):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        SGD(momentum, dampening, nesterov=True).validate()
    assert str(error.value) == (
        "SGD(nesterov=True) needs momentum > 0 and dampening=0. Got "
        f"momentum={momentum} and dampening={dampening} instead."
    )
