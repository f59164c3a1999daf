import numpy as np
import pytest

from skdeep.schedules import Cosine, InverseSqrt, OneCycle, Piecewise
from tests.helpers import (
    gradient_of,
    make_data,
    make_network,
    make_training,
    one_epoch,
    scramble,
)


def test_one_plain_step_is_theta_minus_the_backpropagated_gradient_and_the_decay():
    network, (X, y) = make_network(), make_data(50)
    scramble(network)
    alpha, l2_over_m, start = 0.1, 0.7 / 50, network.theta.copy()
    _, backprop = gradient_of(network, X, y)
    one_epoch(make_training(network, X, y, batch_size=50, l2=l2_over_m, learning_rate=alpha))
    n = network.n_weights
    expected = start - alpha * backprop
    expected[:n] -= alpha * l2_over_m * start[:n]
    # three roundings of numbers near one, in another order
    np.testing.assert_allclose(network.theta, expected, rtol=0, atol=4e-16 * 4)
    # a bias is not decayed at all
    np.testing.assert_array_equal(network.theta[n:], (start - alpha * backprop)[n:])


@pytest.mark.parametrize("longest", [1e-3, 0.05, 1e3])
def test_clipping_keeps_the_direction_and_limits_the_norm(longest):
    network, (X, y) = make_network(), make_data(50)
    start = network.theta.copy()
    _, gradient = gradient_of(network, X, y)
    norm = np.linalg.norm(gradient)
    one_epoch(make_training(network, X, y, batch_size=50, learning_rate=1.0, clip_norm=longest))
    expected = gradient * min(1.0, longest / norm)
    # round-off of theta, which is near one
    np.testing.assert_allclose(start - network.theta, expected, rtol=0, atol=1e-15)
    # the gradient is longer than the two smaller limits, so that they clip
    assert 0.05 < norm < 1e3


@pytest.mark.parametrize("longest", [1e-3, 1.0])
def test_clipping_holds_where_the_square_of_the_norm_overflows(longest):
    X, y = make_data(50)
    network = make_network(dtype=np.float32, hidden=())
    start = network.theta.copy()
    training = make_training(network, (1e20 * X).astype(np.float32), y, batch_size=50,
                             learning_rate=1.0, clip_norm=longest)  # fmt: skip
    row = one_epoch(training)
    wide = make_training(make_network(hidden=()), 1e20 * X, y, batch_size=50)
    # round-off of float32; the last is that of theta, which is near one
    assert row.gradient_norm == pytest.approx(one_epoch(wide).gradient_norm, rel=1e-5)
    assert np.linalg.norm(network.grad) == pytest.approx(longest, rel=1e-5)
    assert np.linalg.norm(network.theta - start) == pytest.approx(longest, abs=1e-6)


def test_clipping_to_almost_nothing_reports_the_norms_before():
    clipped, free = (
        one_epoch(
            make_training(
                make_network(dtype=np.float32),
                batch_size=50,
                clip_norm=clip_norm,
                l2=1e10,
                learning_rate=1e-300,
            )
        )
        for clip_norm in (1e-300, 1e300)
    )
    assert clipped.layer_gradient_norms == free.layer_gradient_norms
    assert clipped.gradient_norm == free.gradient_norm > 1e9


def test_clipping_holds_at_every_step():
    network = make_network()
    training = make_training(network, learning_rate=1.0, batch_size=1, clip_norm=0.01)
    for _ in range(3):
        before = network.theta.copy()
        row = one_epoch(training)
        # 50 steps no longer than 0.01 each
        assert np.linalg.norm(network.theta - before) <= 50 * 0.01 * (1 + 1e-12)
        # the history tells how long the gradient was before it was clipped
        clipped = np.linalg.norm(network.grad)
        assert clipped <= 0.01 * (1 + 1e-12) < row.gradient_norm


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_the_averaged_network_is_the_weighted_mean_of_those_that_were_trained(beta):
    network, kept = make_network(batch_norm=True), make_network(batch_norm=True)
    training = make_training(network, batch_size=50, average=kept, beta=beta)
    thetas, runnings = [], []
    for t in range(1, 8):
        one_epoch(training)  # of one step
        thetas.append(network.theta.copy())
        runnings.append(network.running.copy())
        weights = beta ** np.arange(t - 1, -1, -1.0)
        weights /= weights.sum()
        # round-off of a few updates
        np.testing.assert_allclose(kept.theta, weights @ thetas, rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(kept.running, weights @ runnings, rtol=1e-11, atol=1e-13)


def test_averaging_does_not_touch_the_network_that_moves():
    plain, averaged = make_network(), make_network()
    one_epoch(make_training(plain))
    one_epoch(make_training(averaged, average=make_network(), beta=0.9))
    np.testing.assert_array_equal(averaged.theta, plain.theta)


def test_the_schedule_is_asked_by_step_and_by_epoch():
    training = make_training(
        batch_size=25, schedule=InverseSqrt(k=0.5, per="step"), learning_rate=0.2
    )
    rates = [one_epoch(training).learning_rate for _ in range(3)]  # of each epoch's second step
    assert rates == [0.2 * (0.5 / np.sqrt(step)) for step in (2, 4, 6)]
    by_epoch = make_training(schedule=Piecewise([1], [0.25]), learning_rate=0.2)
    assert [one_epoch(by_epoch).learning_rate for _ in range(3)] == [0.2, 0.05, 0.05]


def test_the_planned_length_is_that_of_the_schedule():
    training = make_training(batch_size=50, schedule=Cosine(), learning_rate=1.0, max_epochs=4)
    rates = [one_epoch(training).learning_rate for _ in range(5)]
    expected = [(1 + np.cos(np.pi * u)) / 2 for u in (0, 0.25, 0.5, 0.75, 1)]
    # round-off of a cosine
    np.testing.assert_allclose(rates, expected, atol=1e-15)


def test_the_steps_of_an_epoch_are_parts_of_the_planned_length():
    cycle = OneCycle(warmup=0.5, start=0.2, final=0.0)
    training = make_training(batch_size=25, schedule=cycle, learning_rate=1.0, max_epochs=2)
    # steps at 0.2, 1.0 | 0.5, 0.0 of the learning rate; a row tells the last of an epoch
    assert [one_epoch(training).learning_rate for _ in range(2)] == [1.0, 0.0]


def test_a_factor_of_zero_stands_still():
    network = make_network()
    start = network.theta.copy()
    one_epoch(make_training(network, schedule=Piecewise([0], [0.0])))
    np.testing.assert_array_equal(network.theta, start)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_weight_of_two_is_a_duplicated_row_in_full_batches(rng, batch_norm):
    X, y = make_data(30)
    times = rng.integers(3, size=30)
    thetas = []
    for rows, weight in ((slice(None), times.astype(float)), (np.repeat(range(30), times), None)):
        network = make_network(batch_norm=batch_norm)
        training = make_training(network, X[rows], y[rows], weight=weight, batch_size=len(y[rows]))
        for _ in range(5):
            one_epoch(training)
        thetas.append(network.theta)
    # five steps of round-off of sums in another order
    np.testing.assert_allclose(*thetas, rtol=1e-10, atol=1e-13)


def test_rows_without_weight_have_no_say():
    X, y = make_data(50)
    weight = np.arange(50) % 2
    other = X.copy()
    other[weight == 0] = 1e6
    thetas = []
    for data in (X, other):
        network = make_network(batch_norm=True)
        training = make_training(network, data, y, weight=weight.astype(float), batch_size=10)
        one_epoch(training)
        thetas.append(network.theta)
    np.testing.assert_array_equal(*thetas)


def test_a_merged_last_batch_of_one_row_trains_with_batch_norm():
    network = make_network(batch_norm=True)
    training = make_training(network, *make_data(31), batch_size=10, min_rows=2)
    one_epoch(training)
    assert training.state.step == 3
    assert np.isfinite(network.theta).all()


def test_dropout_draws_a_new_mask_each_step():
    network = make_network(dropout=0.5)
    training = make_training(network, batch_size=50, learning_rate=0.0)
    losses = {one_epoch(training).train_loss for _ in range(5)}
    assert len(losses) == 5


def test_training_leaves_the_data_alone():
    X, y = make_data(50)
    kept = X.copy(), y.copy()
    X.flags.writeable = y.flags.writeable = False
    training = make_training(make_network(batch_norm=True, dropout=0.3), X, y)
    one_epoch(training)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(y, kept[1])


def _flip(x, target, rng):
    x *= -1
    return x, target


def test_augmentation_changes_copies_of_the_batches_alone():
    X, y = make_data(50)
    kept = X.copy()
    flipped, augmented = make_network(), make_network()
    one_epoch(make_training(flipped, -X, y))
    one_epoch(make_training(augmented, X, y, augment=_flip))
    np.testing.assert_array_equal(augmented.theta, flipped.theta)
    np.testing.assert_array_equal(X, kept)


def test_augmentation_that_changes_the_shape_is_an_error():
    training = make_training(augment=lambda x, target, rng: (x[:5], target))
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        one_epoch(training)
    assert str(error.value) == (
        "An augmenter must keep the shapes ((10, 4), (10, 3)) of X and y. Got ((5, 4), (10, 3)) "
        "instead."
    )


def test_augmentation_may_return_lists():
    in_lists, augmented = make_network(), make_network()
    one_epoch(make_training(in_lists, augment=lambda x, target, rng: (x.tolist(), target.tolist())))
    one_epoch(make_training(augmented, augment=lambda x, target, rng: (x, target)))
    np.testing.assert_array_equal(in_lists.theta, augmented.theta)


@pytest.mark.parametrize(
    ("returned", "told"), [(None, "None"), ((1, 2, 3), "(1, 2, 3)"), ("ab", "'ab'")]
)
def test_augmentation_that_returns_no_pair_is_an_error(returned, told):
    training = make_training(augment=lambda x, target, rng: returned)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        one_epoch(training)
    assert str(error.value) == (f"An augmenter must return (X, y). Got {told} instead.")
