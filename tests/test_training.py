import pickle

import numpy as np
import pytest

from skdeep.losses import SoftmaxCrossEntropy
from skdeep.objective import Objective, mean_loss
from skdeep.optimizers import SGD, Adam
from skdeep.schedules import Cosine, InverseSqrt, Piecewise, ReduceOnPlateau
from skdeep.training import layer_norms
from tests import cases
from tests.helpers import make_data, make_network, make_training, one_hot, scramble, whole_epoch

ROW = {"epoch", "learning_rate", "train_loss", "gradient_norm", "layer_gradient_norms", "seconds"}


def _gradient(network, X, y, weight=None):
    """Return the mean loss and its gradient at the network's theta, without penalties."""
    twin = make_network()
    twin.restore(network.snapshot())
    value = Objective(twin, SoftmaxCrossEntropy()).bind(len(y))(X, one_hot(y), weight)
    return value, twin.grad


def test_one_plain_step_is_theta_minus_the_backpropagated_gradient_and_the_decay():
    network, (X, y) = make_network(), make_data(50)
    scramble(network)
    alpha, l2_over_m, start = 0.1, 0.7 / 50, network.theta.copy()
    _, backprop = _gradient(network, X, y)
    make_training(network, X, y, batch_size=50, l2=l2_over_m, learning_rate=alpha).epoch()
    n = network.n_weights
    expected = start - alpha * backprop
    expected[:n] -= alpha * l2_over_m * start[:n]
    # three roundings of numbers near one, in another order
    np.testing.assert_allclose(network.theta, expected, rtol=0, atol=4e-16 * 4)
    # a bias is not decayed at all
    np.testing.assert_array_equal(network.theta[n:], (start - alpha * backprop)[n:])


def test_an_epoch_is_one_step_for_each_batch_in_its_order():
    network, (X, y) = make_network(), make_data(23)
    twin = make_network()
    training = make_training(network, X, y, batch_size=10)
    row = whole_epoch(training)
    losses = []
    for rows in (slice(0, 10), slice(10, 20), slice(20, 23)):
        loss, gradient = _gradient(twin, X[rows], y[rows])
        twin.theta -= 0.1 * gradient
        losses.append(loss * len(y[rows]))
    np.testing.assert_array_equal(network.theta, twin.theta)
    # round-off of a sum of three
    assert row["train_loss"] == pytest.approx(sum(losses) / 23, rel=1e-14)
    assert training.state["step"] == 3
    assert training.state["epoch"] == 1


def test_the_loss_of_an_epoch_at_rest_is_the_mean_over_all_rows_whatever_the_batch_size(rng):
    network, (X, y) = make_network(), make_data(50)
    weight = rng.uniform(0, 2, 50)
    for w in (None, weight):
        rows = [
            make_training(network, X, y, weight=w, batch_size=size, learning_rate=0.0).epoch()
            for size in (1, 7, 50)
        ]
        batches = make_training(network, X, y, weight=w).batches
        expected = mean_loss(network, SoftmaxCrossEntropy(), batches)
        # round-off of sums of 50 terms
        np.testing.assert_allclose([row["train_loss"] for row in rows], expected, rtol=1e-12)


def test_the_reported_loss_holds_the_penalties():
    network, (X, y) = make_network(), make_data(50)
    bare, penalized = (
        make_training(network, X, y, learning_rate=0.0, l2=l2, l1=l1).epoch()["train_loss"]
        for l2, l1 in ((0.0, 0.0), (0.3, 0.2))
    )
    penalty = Objective(network, SoftmaxCrossEntropy(), 0.3, 0.2).penalty()
    # round-off of one sum
    assert penalized - bare == pytest.approx(penalty, rel=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_row_of_the_history_holds_its_names_and_the_norms_of_the_last_step(dtype):
    network = make_network(batch_norm=True, dropout=0.3, dtype=dtype)
    training = make_training(network)
    for epoch in range(3):
        row = whole_epoch(training)
        assert set(row) == ROW
        assert row["epoch"] == epoch
        assert row["seconds"] > 0
        assert len(row["layer_gradient_norms"]) == 5  # three dense, two batch norm
        # float32 keeps seven digits
        np.testing.assert_allclose(row["gradient_norm"], np.linalg.norm(network.grad), rtol=1e-5)
        assert row["layer_gradient_norms"] == layer_norms(network)


def test_training_learns():
    training = make_training(optimizer=Adam(), learning_rate=0.02)
    losses = [whole_epoch(training)["train_loss"] for _ in range(60)]
    # log 3 is the loss of knowing nothing; the classes are linearly separable
    assert losses[-1] < np.log(3) / 5


@pytest.mark.parametrize("longest", [1e-3, 0.05, 1e3])
def test_clipping_keeps_the_direction_and_limits_the_norm(longest):
    network, (X, y) = make_network(), make_data(50)
    start = network.theta.copy()
    _, gradient = _gradient(network, X, y)
    norm = np.linalg.norm(gradient)
    make_training(network, X, y, batch_size=50, learning_rate=1.0, clip_norm=longest).epoch()
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
    row = training.epoch()
    wide = make_training(make_network(hidden=()), 1e20 * X, y, batch_size=50)
    # round-off of float32; the last is that of theta, which is near one
    assert row["gradient_norm"] == pytest.approx(wide.epoch()["gradient_norm"], rel=1e-5)
    assert np.linalg.norm(network.grad) == pytest.approx(longest, rel=1e-5)
    assert np.linalg.norm(network.theta - start) == pytest.approx(longest, abs=1e-6)


def test_clipping_to_almost_nothing_reports_the_norms_before():
    clipped, free = (
        make_training(
            make_network(dtype=np.float32),
            batch_size=50,
            clip_norm=clip_norm,
            l2=1e10,
            learning_rate=1e-300,
        ).epoch()
        for clip_norm in (1e-300, 1e300)
    )
    assert clipped["layer_gradient_norms"] == free["layer_gradient_norms"]
    assert clipped["gradient_norm"] == free["gradient_norm"] > 1e9


def test_clipping_holds_at_every_step():
    network = make_network()
    training = make_training(network, learning_rate=1.0, batch_size=1, clip_norm=0.01)
    for _ in range(3):
        before = network.theta.copy()
        row = whole_epoch(training)
        # 50 steps no longer than 0.01 each
        assert np.linalg.norm(network.theta - before) <= 50 * 0.01 * (1 + 1e-12)
        # the history tells how long the gradient was before it was clipped
        clipped = np.linalg.norm(network.grad)
        assert clipped <= 0.01 * (1 + 1e-12) < row["gradient_norm"]


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_the_averaged_network_is_the_weighted_mean_of_those_that_were_trained(beta):
    network, kept = make_network(batch_norm=True), make_network(batch_norm=True)
    training = make_training(network, batch_size=50, average=(kept, beta))
    thetas, runnings = [], []
    for t in range(1, 8):
        whole_epoch(training)  # of one step
        thetas.append(network.theta.copy())
        runnings.append(network.running.copy())
        weights = beta ** np.arange(t - 1, -1, -1.0)
        weights /= weights.sum()
        # round-off of a few updates
        np.testing.assert_allclose(kept.theta, weights @ thetas, rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(kept.running, weights @ runnings, rtol=1e-11, atol=1e-13)


def test_averaging_does_not_touch_the_network_that_moves():
    plain, averaged = make_network(), make_network()
    make_training(plain).epoch()
    make_training(averaged, average=(make_network(), 0.9)).epoch()
    np.testing.assert_array_equal(averaged.theta, plain.theta)


def test_the_schedule_is_asked_by_step_and_by_epoch():
    training = make_training(
        batch_size=25, schedule=InverseSqrt(k=0.5, per="step"), learning_rate=0.2
    )
    rates = [
        whole_epoch(training)["learning_rate"] for _ in range(3)
    ]  # of each epoch's second step
    assert rates == [0.2 * (0.5 / np.sqrt(step)) for step in (2, 4, 6)]
    by_epoch = make_training(schedule=Piecewise([1], [0.25]), learning_rate=0.2)
    assert [whole_epoch(by_epoch)["learning_rate"] for _ in range(3)] == [0.2, 0.05, 0.05]


def test_the_planned_length_is_that_of_the_schedule():
    training = make_training(batch_size=50, schedule=Cosine(), learning_rate=1.0, max_epochs=4)
    rates = [whole_epoch(training)["learning_rate"] for _ in range(5)]
    expected = [(1 + np.cos(np.pi * u)) / 2 for u in (0, 0.25, 0.5, 0.75, 1)]
    # round-off of a cosine
    np.testing.assert_allclose(rates, expected, atol=1e-15)


def test_the_schedule_is_shown_the_loss():
    training = make_training(schedule=ReduceOnPlateau(factor=0.5, patience=0), learning_rate=0.2)
    rates = []
    for loss in (1.0, 1.0, 1.0):
        rates.append(training.epoch()["learning_rate"])
        training.end_epoch(loss)
    assert rates == [0.2, 0.2, 0.1]


def test_an_epoch_counts_once_it_is_ended():
    training = make_training(schedule=ReduceOnPlateau(factor=0.5, patience=0))
    assert [training.epoch()["epoch"] for _ in range(2)] == [0, 0]
    training.end_epoch(1.0)
    assert training.state["epoch"] == 1
    assert training.state["schedule"]["best"] == 1.0


def test_an_interrupt_while_the_schedule_is_shown_the_loss_leaves_the_epoch_out():
    class Interrupted(ReduceOnPlateau):
        def observe(self, state, loss):
            super().observe(state, loss)
            raise KeyboardInterrupt

    training = make_training(schedule=Interrupted())
    training.epoch()
    with pytest.raises(KeyboardInterrupt):
        training.end_epoch(1.0)
    assert training.state["epoch"] == 0
    assert training.state["schedule"] == Interrupted().initial_state()


def test_a_factor_of_zero_stands_still():
    network = make_network()
    start = network.theta.copy()
    make_training(network, schedule=Piecewise([0], [0.0])).epoch()
    np.testing.assert_array_equal(network.theta, start)


STEPPERS = [case.component for case in cases.OPTIMIZERS.values() if case.reference]


@pytest.mark.parametrize("optimizer", STEPPERS, ids=repr)
def test_training_goes_on_from_a_pickle_bit_for_bit(optimizer):
    options = {"optimizer": optimizer, "schedule": Cosine(), "shuffle": True, "clip_norm": 1.0}
    network = make_network(batch_norm=True, dropout=0.3, dtype=np.float32)
    kept = make_network(batch_norm=True, dropout=0.3, dtype=np.float32)
    training = make_training(network, average=(kept, 0.9), **options)
    whole_epoch(training)
    other, other_kept, state = pickle.loads(pickle.dumps((network, kept, training.state)))
    resumed = make_training(other, average=(other_kept, 0.9), state=state, **options)
    for _ in range(2):
        rows = whole_epoch(training), whole_epoch(resumed)
        for row in rows:
            row.pop("seconds")
        assert rows[0] == rows[1]
    for ours, theirs in ((other, network), (other_kept, kept)):
        np.testing.assert_array_equal(ours.theta, theirs.theta)
        np.testing.assert_array_equal(ours.running, theirs.running)


def test_the_same_seed_trains_the_same_theta():
    thetas = []
    for _ in range(2):
        network = make_network(batch_norm=True, dropout=0.3)
        training = make_training(network, shuffle=True, optimizer=Adam())
        for _ in range(3):
            whole_epoch(training)
        thetas.append(network.theta)
    np.testing.assert_array_equal(*thetas)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_weight_of_two_is_a_duplicated_row_in_full_batches(rng, batch_norm):
    X, y = make_data(30)
    times = rng.integers(3, size=30)
    thetas = []
    for rows, weight in ((slice(None), times.astype(float)), (np.repeat(range(30), times), None)):
        network = make_network(batch_norm=batch_norm)
        training = make_training(network, X[rows], y[rows], weight=weight, batch_size=len(y[rows]))
        for _ in range(5):
            whole_epoch(training)
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
        whole_epoch(training)
        thetas.append(network.theta)
    np.testing.assert_array_equal(*thetas)


def test_a_merged_last_batch_of_one_row_trains_with_batch_norm():
    network = make_network(batch_norm=True)
    training = make_training(network, *make_data(31), batch_size=10, min_rows=2)
    whole_epoch(training)
    assert training.state["step"] == 3
    assert np.isfinite(network.theta).all()


def test_dropout_draws_a_new_mask_each_step():
    network = make_network(dropout=0.5)
    training = make_training(network, batch_size=50, learning_rate=0.0)
    losses = {whole_epoch(training)["train_loss"] for _ in range(5)}
    assert len(losses) == 5


def test_training_leaves_the_data_alone():
    X, y = make_data(50)
    kept = X.copy(), y.copy()
    X.flags.writeable = y.flags.writeable = False
    training = make_training(make_network(batch_norm=True, dropout=0.3), X, y)
    whole_epoch(training)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(y, kept[1])


def test_a_loss_that_is_not_finite_is_an_error_that_says_when_and_what_to_do():
    X, y = make_data(50)
    X[25, 1] = np.nan  # in the third batch
    training = make_training(X=X, y=y, batch_size=10, learning_rate=0.1)
    with pytest.raises(FloatingPointError) as error:
        whole_epoch(training)
    assert str(error.value) == (
        "the training loss became nan at epoch 0, step 2 (learning_rate=0.1). "
        "Standardize X or lower learning_rate."
    )


def test_a_gradient_to_clip_that_is_not_finite_is_an_error():
    X, y = make_data(50)
    network = make_network(dtype=np.float32, hidden=(6,))
    network.theta[: 4 * 6] = 0  # so that the loss is finite; its gradient by the first layer is not
    network.theta[4 * 6 :] *= 1e4
    training = make_training(network, 1e37 * X, y, clip_norm=1.0)
    with pytest.raises(FloatingPointError, match=r"^the training gradient's norm became (inf|nan)"):
        training.epoch()


@pytest.mark.parametrize(
    ("vector", "what"), [("theta", "weights"), ("running", "batch-norm statistics")]
)
def test_an_average_that_is_not_finite_is_an_error(vector, what):
    kept = make_network(batch_norm=True)
    training = make_training(make_network(batch_norm=True), average=(kept, 0.9), batch_size=50)
    training.epoch()
    getattr(kept, vector)[0] = np.inf
    with pytest.raises(
        FloatingPointError, match=rf"^the training {what}' maximum became (inf|nan)"
    ):
        training.epoch()


def test_a_learning_rate_that_is_far_too_large_is_an_error_without_a_warning():
    training = make_training(make_network(activation="relu"), learning_rate=1e200)
    with pytest.raises(FloatingPointError, match=r"^the training (loss|gradient's norm) became "):
        training.run(5, lambda: None, lambda row: training.end_epoch(row["train_loss"]))


def test_penalties_beyond_all_numbers_are_an_error():
    # one step of Adam is as long as the learning rate, and 1e25² is too large for float32
    training = make_training(
        make_network(dtype=np.float32), batch_size=50, l2=1.0, optimizer=Adam(), learning_rate=1e25
    )
    with pytest.raises(FloatingPointError) as error:
        training.epoch()
    assert str(error.value) == (
        "the training objective became inf at epoch 0, step 1 (learning_rate=1e+25). "
        "Standardize X or lower learning_rate."
    )


def _flip(x, target, rng):
    x *= -1
    return x, target


def test_augmentation_changes_copies_of_the_batches_alone():
    X, y = make_data(50)
    kept = X.copy()
    flipped, augmented = make_network(), make_network()
    make_training(flipped, -X, y).epoch()
    make_training(augmented, X, y, augment=_flip).epoch()
    np.testing.assert_array_equal(augmented.theta, flipped.theta)
    np.testing.assert_array_equal(X, kept)


def test_augmentation_that_changes_the_shape_is_an_error():
    training = make_training(augment=lambda x, target, rng: (x[:5], target))
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        whole_epoch(training)
    assert str(error.value) == (
        "augment must keep the shapes ((10, 4), (10, 3)) of a batch and its targets. "
        "Got ((5, 4), (10, 3)) instead."
    )


def test_augmentation_may_return_lists():
    in_lists, augmented = make_network(), make_network()
    make_training(in_lists, augment=lambda x, target, rng: (x.tolist(), target.tolist())).epoch()
    make_training(augmented, augment=lambda x, target, rng: (x, target)).epoch()
    np.testing.assert_array_equal(in_lists.theta, augmented.theta)


@pytest.mark.parametrize(
    ("returned", "told"), [(None, "None"), ((1, 2, 3), "(1, 2, 3)"), ("ab", "'ab'")]
)
def test_augmentation_that_returns_no_pair_is_an_error(returned, told):
    training = make_training(augment=lambda x, target, rng: returned)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        training.epoch()
    assert str(error.value) == (
        f"augment must return a batch and its targets, (X, y). Got {told} instead."
    )


def test_run_passes_over_the_batches_until_it_is_told_to_stop():
    training = make_training()
    calls = []

    def after(row):
        calls.append(row["epoch"])
        training.end_epoch(row["train_loss"])
        return len(calls) == 3

    training.run(10, lambda: calls.append("before") or calls.pop(), after)
    assert calls == [0, 1, 2]
    training.run(2, lambda: None, after)
    assert calls == [0, 1, 2, 3, 4]


def test_a_tanh_network_on_a_plateau_is_left_sooner_with_momentum_and_adam():
    X, y = make_data(100)

    def epochs_to_leave(optimizer, rate):
        network = make_network(hidden=(8, 8, 8), activation="tanh")
        network.theta *= 0.1  # so small that hardly any gradient comes through
        training = make_training(
            network, X, y, batch_size=100, optimizer=optimizer, learning_rate=rate
        )
        for epoch in range(2000):
            if whole_epoch(training)["train_loss"] < 0.8:
                return epoch
        return 2000

    plain = epochs_to_leave(SGD(), 0.1)
    assert epochs_to_leave(SGD(momentum=0.9), 0.1) < plain / 2
    assert epochs_to_leave(Adam(), 0.01) < plain / 2
