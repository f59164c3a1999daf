"""What every optimizer of the table that moves by steps must do."""

import pickle

import numpy as np
import pytest

from skdeep.optimizers import (
    OPTIMIZERS,
    Adagrad,
    Adam,
    AdamW,
    Nadam,
    RMSprop,
    make_optimizer,
)
from tests import cases

STEPPERS = {name: case for name, case in cases.OPTIMIZERS.items() if case.reference}
every_optimizer = pytest.mark.parametrize("name", STEPPERS)


def _bound(name, theta):
    """Return (grad, state, update by the line's learning rate)."""
    optimizer, (rate,) = STEPPERS[name].component, STEPPERS[name].options
    grad, state = np.zeros_like(theta), optimizer.initial_state(theta)
    update = optimizer.bind(theta, grad, state, theta.size)
    return grad, state, lambda: update(rate)


@every_optimizer
def test_200_steps_are_pytorchs(name, torch_values):
    A, b = torch_values["A"], torch_values["b"]
    theta = torch_values["start"].copy()
    grad, _, update = _bound(name, theta)
    trajectory = []
    for step in range(200):
        rows = slice(4 * step % 20, 4 * step % 20 + 4)
        grad[...] = A[rows].T @ np.tanh(A[rows] @ theta - b[rows])
        update()
        trajectory.append(theta.copy())
    # both are float64; 200 steps magnify its round-off of 1e-16 by less than a million
    np.testing.assert_allclose(trajectory[9::10], torch_values[f"optimizer {name}"], rtol=1e-10)


@every_optimizer
def test_a_first_step_against_the_gradient_goes_downhill(name, rng):
    theta = rng.normal(size=50)
    start = theta.copy()
    grad, _, update = _bound(name, theta)
    grad[...] = rng.normal(size=50)
    update()
    assert (theta - start) @ grad < 0


@every_optimizer
def test_blocks_do_not_show(name, rng):
    gradients = rng.normal(size=(5, 6))
    short, long = np.ones(6), np.ones(6 * 3000)
    grad, _, update = _bound(name, short)
    grad_long, _, update_long = _bound(name, long)
    for g in gradients:
        grad[...], grad_long[...] = g, np.tile(g, 3000)
        update()
        update_long()
    np.testing.assert_array_equal(long, np.tile(short, 3000))


@pytest.mark.parametrize("through_pickle", [False, True])
@every_optimizer
def test_it_goes_on_from_its_state_bit_for_bit(name, rng, through_pickle):
    gradients = rng.normal(size=(10, 6))
    theta = np.ones(6)
    grad, state, update = _bound(name, theta)
    for g in gradients[:5]:
        grad[...] = g
        update()
    other, other_state = theta.copy(), state
    if through_pickle:
        other_state = pickle.loads(pickle.dumps(state))
    else:
        other_state = {k: v.copy() if np.ndim(v) else v for k, v in state.items()}
    other_grad = np.zeros(6)
    optimizer, (rate,) = STEPPERS[name].component, STEPPERS[name].options
    go_on = optimizer.bind(other, other_grad, other_state, 6)
    for g in gradients[5:]:
        grad[...], other_grad[...] = g, g
        update()
        go_on(rate)
    np.testing.assert_array_equal(other, theta)


@every_optimizer
def test_float32_stays_float32_and_near_float64(name, rng):
    gradients = rng.normal(size=(20, 6))
    paths = []
    for dtype in (np.float32, np.float64):
        theta = np.ones(6, dtype)
        grad, state, update = _bound(name, theta)
        for g in gradients:
            grad[...] = g
            update()
        assert all(v.dtype == dtype for v in state.values() if isinstance(v, np.ndarray))
        paths.append(theta)
    # twenty steps of float32 round-off
    np.testing.assert_allclose(*paths, rtol=1e-4, atol=1e-5)


@every_optimizer
def test_the_gradient_is_left_alone(name, rng):
    g = rng.normal(size=6)
    grad, _, update = _bound(name, np.ones(6))
    grad[...] = g
    update()
    np.testing.assert_array_equal(grad, g)


@every_optimizer
def test_a_zero_gradient_from_the_start_moves_nothing_but_decay(name):
    theta = np.full(6, 2.0)
    _, _, update = _bound(name, theta)
    for _ in range(3):
        update()
    (rate,) = STEPPERS[name].options
    decay = getattr(STEPPERS[name].component, "weight_decay", 0.0)
    # round-off of three products
    np.testing.assert_allclose(theta, 2 * (1 - rate * decay) ** 3, rtol=1e-15)


@pytest.mark.parametrize("epsilon", [1e-50, 1e-40, 1e-30])
@pytest.mark.parametrize("optimizer", [Adagrad, Adam, AdamW, Nadam, RMSprop])
def test_an_epsilon_too_small_for_float32_leaves_steps_bounded(optimizer, epsilon):
    gradient = np.array([0.0, 1e-30, 1e-23, -1e-10, 1.0], np.float32)
    steps = []
    for least in (epsilon, 1e-8):
        theta, grad = np.zeros((2, 5), np.float32)
        rule = optimizer(epsilon=least)
        update = rule.bind(theta, grad, rule.initial_state(theta), 0)
        for _ in range(10):
            grad[...] = gradient
            update(0.01)
        steps.append(theta)
    assert steps[0][0] == 0
    # ten steps of 0.01, the first of which RMSprop and Nadam make about three times as long
    assert (np.abs(steps[0]) < 0.5).all()
    # whatever is less than the round-off of a root makes no difference
    assert steps[0][4] == steps[1][4]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_name_stands_for_its_optimizer(name):
    assert repr(make_optimizer(name)) == repr(cases.OPTIMIZERS[name].component)


@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_an_optimizer_stands_for_itself(name):
    optimizer = cases.OPTIMIZERS[name].component
    assert make_optimizer(optimizer) is optimizer


def test_an_unknown_optimizer_is_an_error():
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        make_optimizer("adma")
    assert str(error.value) == (
        "Unknown optimizer 'adma'; expected one of 'adagrad', 'adam', 'adamw', 'lbfgs', "
        "'momentum', 'nadam', 'nesterov', 'rmsprop', 'sgd'. Did you mean 'adam'?"
    )
