import numpy as np
import pytest

from skdeep.layers import ACTIVATIONS
from skdeep.losses import SoftmaxCrossEntropy
from skdeep.objective import Objective, mean_loss
from tests.cases import LOSSES, draw_targets
from tests.helpers import (
    FixedNoise,
    make_batches,
    make_data,
    make_network,
    numerical_gradient,
    one_hot,
    predict,
    relative_error,
    scramble,
)


def _gradients(network, loss, target, *, weight=None, l2=0.0, l1=0.0, seed=0):
    """Return the gradient and its two-sided differences on eight rows."""
    noise = FixedNoise()
    objective = Objective(network, loss, l2, l1)
    step = objective.bind(len(target), noise.rng, weight is not None)
    X = np.random.default_rng(seed).normal(size=(len(target), 4))

    def value():
        noise.rewind()
        return step(X, target, weight) + objective.penalty()

    value()
    gradient = network.grad.copy()
    return gradient, numerical_gradient(value, network.theta)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradient_of_a_network_with_everything_on_is_exact(activation, name):
    rng = np.random.default_rng(4)
    n_outputs = LOSSES[name].options[1]
    network = make_network(n_outputs=n_outputs, activation=activation, batch_norm=True, dropout=0.3)
    scramble(network)
    gradient, expected = _gradients(
        network,
        LOSSES[name].component,
        draw_targets(LOSSES[name], rng, 8),
        weight=rng.uniform(0.5, 2, 8) / 8,
        l2=0.05,
        l1=0.02,
    )
    assert relative_error(gradient, expected) < 1e-7


@pytest.mark.parametrize("seed", range(60))
def test_the_gradient_of_any_combination_is_exact(seed):
    rng = np.random.default_rng(seed)
    case = list(LOSSES.values())[seed % len(LOSSES)]
    network = make_network(
        hidden=rng.integers(1, 7, size=rng.integers(0, 4)).tolist(),
        n_outputs=case.options[1],
        activation=str(rng.choice(list(ACTIVATIONS))),
        batch_norm=bool(rng.integers(2)),
        dropout=float(rng.choice([0.0, 0.4])),
        seed=seed,
    )
    scramble(network, seed)
    n_rows = int(rng.integers(3, 12))
    gradient, expected = _gradients(
        network,
        case.component,
        draw_targets(case, rng, n_rows),
        weight=rng.choice([0.0, 0.3, 1.0], n_rows, p=[0.2, 0.4, 0.4]) + np.eye(n_rows)[0]
        if rng.integers(2)
        else None,
        l2=float(rng.choice([0.0, 0.1])),
        l1=float(rng.choice([0.0, 0.1])),
        seed=seed,
    )
    assert relative_error(gradient, expected) < 1e-7


def _data_and_penalized_gradient(l2, l1, dtype=np.float64):
    X, y = make_data(10, dtype=dtype)
    gradients = []
    for penalties in ((0.0, 0.0), (l2, l1)):
        network = make_network(batch_norm=True, dtype=dtype)
        scramble(network)
        Objective(network, SoftmaxCrossEntropy(), *penalties).bind(10)(X, one_hot(y))
        gradients.append(network.grad)
    return network, *gradients


@pytest.mark.parametrize(("dtype", "round_off"), [(np.float64, 1e-15), (np.float32, 1e-6)])
@pytest.mark.parametrize(("l2", "l1"), [(0.3, 0.0), (0.0, 0.2), (0.3, 0.2)])
def test_penalties_add_l2_w_and_l1_sign_w_to_the_weights_gradient_alone(l2, l1, dtype, round_off):
    network, data, penalized = _data_and_penalized_gradient(l2, l1, dtype)
    n = network.n_weights
    W = network.theta[:n]
    expected = data[:n] + l2 * W + l1 * np.sign(W)
    # one rounding of each of two additions of numbers near one
    np.testing.assert_allclose(penalized[:n], expected, rtol=0, atol=2 * round_off)
    # biases, gammas and betas bit for bit
    np.testing.assert_array_equal(penalized[n:], data[n:])


def test_the_penalty_is_half_l2_times_the_squares_plus_l1_times_the_sizes_of_the_weights():
    network = make_network()
    scramble(network)
    matrices = [v["weight"] for v, _, _ in network.views if "weight" in v]
    squares = sum((W**2).sum() for W in matrices)
    sizes = sum(np.abs(W).sum() for W in matrices)
    loss = SoftmaxCrossEntropy()
    # round-off of sums of a hundred terms
    assert Objective(network, loss, 0.3, 0.0).penalty() == pytest.approx(0.15 * squares, rel=1e-13)
    assert Objective(network, loss, 0.0, 0.2).penalty() == pytest.approx(0.2 * sizes, rel=1e-13)
    both = 0.15 * squares + 0.2 * sizes
    assert Objective(network, loss, 0.3, 0.2).penalty() == pytest.approx(both, rel=1e-13)
    assert Objective(network, loss).penalty() == 0.0


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_weight_of_two_is_a_duplicated_row(rng, batch_norm):
    X, y = make_data(10)
    times = rng.integers(3, size=10)
    times[0] = 2
    grads, values = [], []
    for rows, weight in ((slice(None), times / times.sum()), (np.repeat(range(10), times), None)):
        network = make_network(batch_norm=batch_norm)
        scramble(network)
        step = Objective(network, SoftmaxCrossEntropy()).bind(
            len(y[rows]), None, weight is not None
        )
        values.append(step(X[rows], one_hot(y[rows]), weight))
        grads.append(network.grad)
    # sums in another order
    np.testing.assert_allclose(*values, rtol=1e-13)
    np.testing.assert_allclose(*grads, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_mean_loss_does_not_depend_on_the_batch_size(rng, weighted):
    network = make_network(batch_norm=True, dropout=0.5)
    X, y = make_data(50)
    weight = rng.uniform(0, 2, 50) if weighted else None
    raw = predict(network, X)
    each = np.log(np.exp(raw).sum(axis=1)) - raw[np.arange(50), y]
    expected = np.average(each, weights=weight)
    for batch_size in (1, 7, 49, 50):
        ours = mean_loss(network, SoftmaxCrossEntropy(), make_batches(X, y, weight, batch_size))
        # round-off of sums of 50 terms
        assert ours == pytest.approx(expected, rel=1e-13)


def test_the_mean_loss_changes_nothing(rng):
    network = make_network(batch_norm=True)
    kept, grad = network.snapshot(), network.grad.copy()
    mean_loss(network, SoftmaxCrossEntropy(), make_batches(*make_data(50), None, 8))
    np.testing.assert_array_equal(network.theta, kept[0])
    np.testing.assert_array_equal(network.running, kept[1])
    np.testing.assert_array_equal(network.grad, grad)
