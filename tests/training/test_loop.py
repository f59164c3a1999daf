import pickle
from dataclasses import replace

import numpy as np
import pytest

from skdeep.initializers import VarianceScaling
from skdeep.layers import Dense, Embed, SeparateDense, SplitDense
from skdeep.losses import SoftmaxCrossEntropy
from skdeep.network import Network
from skdeep.objective import Objective, mean_loss
from skdeep.optimizers import SGD, Adam
from skdeep.schedules import Cosine, Piecewise
from skdeep.training import COLUMNS
from skdeep.training.outcome import layer_norms
from tests import cases
from tests.helpers import (
    Told,
    gradient_of,
    make_data,
    make_network,
    make_training,
    one_epoch,
    train,
)


def test_an_epoch_is_one_step_for_each_batch_in_its_order():
    network, (X, y) = make_network(), make_data(23)
    twin = make_network()
    training = make_training(network, X, y, batch_size=10)
    row = one_epoch(training)
    losses = []
    for rows in (slice(0, 10), slice(10, 20), slice(20, 23)):
        loss, gradient = gradient_of(twin, X[rows], y[rows])
        twin.theta -= 0.1 * gradient
        losses.append(loss * len(y[rows]))
    np.testing.assert_array_equal(network.theta, twin.theta)
    # round-off of a sum of three
    assert row.train_loss == pytest.approx(sum(losses) / 23, rel=1e-14)
    assert training.state.step == 3
    assert training.state.epoch == 1


def test_the_loss_of_an_epoch_at_rest_is_the_mean_over_all_rows_whatever_the_batch_size(rng):
    network, (X, y) = make_network(), make_data(50)
    weight = rng.uniform(0, 2, 50)
    for w in (None, weight):
        rows = [
            one_epoch(make_training(network, X, y, weight=w, batch_size=size, learning_rate=0.0))
            for size in (1, 7, 50)
        ]
        batches = make_training(network, X, y, weight=w).batches
        expected = mean_loss(network, SoftmaxCrossEntropy(), batches)
        # round-off of sums of 50 terms
        np.testing.assert_allclose([row.train_loss for row in rows], expected, rtol=1e-12)


def test_the_objective_holds_the_penalties_and_the_training_loss_does_not():
    network, (X, y) = make_network(), make_data(50)
    bare, penalized = (
        one_epoch(make_training(network, X, y, learning_rate=0.0, l2=l2, l1=l1))
        for l2, l1 in ((0.0, 0.0), (0.3, 0.2))
    )
    assert penalized.train_loss == bare.train_loss == bare.objective
    penalty = Objective(network, SoftmaxCrossEntropy(), 0.3, 0.2).penalty()
    # round-off of one sum
    assert penalized.objective - penalized.train_loss == pytest.approx(penalty, rel=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_row_of_the_history_holds_its_names_and_the_norms_of_the_last_step(dtype):
    network = make_network(batch_norm=True, dropout=0.3, dtype=dtype)
    training = make_training(network)
    for epoch in range(3):
        row = one_epoch(training)
        assert row.epoch == epoch
        assert row.seconds > 0
        assert len(row.layer_gradient_norms) == 5  # three dense, two batch norm
        # float32 keeps seven digits
        np.testing.assert_allclose(row.gradient_norm, np.linalg.norm(network.grad), rtol=1e-5)
        assert row.layer_gradient_norms == layer_norms(network)


def test_training_learns():
    training = make_training(optimizer=Adam(), learning_rate=0.02)
    losses = [one_epoch(training).train_loss for _ in range(60)]
    # log 3 is the loss of knowing nothing; the classes are linearly separable
    assert losses[-1] < np.log(3) / 5


STEPPERS = [case.component for case in cases.OPTIMIZERS.values() if case.reference]


@pytest.mark.parametrize("optimizer", STEPPERS, ids=repr)
def test_training_goes_on_from_a_pickle_bit_for_bit(optimizer):
    options = {"optimizer": optimizer, "schedule": Cosine(), "shuffle": True, "clip_norm": 1.0}
    network = make_network(batch_norm=True, dropout=0.3, dtype=np.float32)
    kept = make_network(batch_norm=True, dropout=0.3, dtype=np.float32)
    training = make_training(network, average=kept, beta=0.9, **options)
    one_epoch(training)
    other, other_kept, state = pickle.loads(pickle.dumps((network, kept, training.state)))
    resumed = make_training(other, average=other_kept, beta=0.9, state=state, **options)
    for _ in range(2):
        rows = one_epoch(training), one_epoch(resumed)
        assert replace(rows[0], seconds=0) == replace(rows[1], seconds=0)
    for ours, theirs in ((other, network), (other_kept, kept)):
        np.testing.assert_array_equal(ours.theta, theirs.theta)
        np.testing.assert_array_equal(ours.running, theirs.running)


def test_the_same_seed_trains_the_same_theta():
    thetas = []
    for _ in range(2):
        network = make_network(batch_norm=True, dropout=0.3)
        training = make_training(network, shuffle=True, optimizer=Adam())
        for _ in range(3):
            one_epoch(training)
        thetas.append(network.theta)
    np.testing.assert_array_equal(*thetas)


def test_a_listener_may_end_the_training():
    training = make_training()
    told = train(training, 10, stop_after=3)
    assert [row.epoch for row in told.rows] == [0, 1, 2]
    assert told.n_begun == 3
    assert [row.epoch for row in train(training, 2).rows] == [3, 4]


def test_each_epoch_is_a_row_of_the_history():
    training = make_training()
    rows = train(training, 3).rows
    assert set(training.history) == set(COLUMNS)
    for name, column in training.history.items():
        np.testing.assert_array_equal(column, [getattr(row, name) for row in rows])


def test_a_training_without_progress_ends_after_n_iter_no_change_epochs():
    training = make_training(schedule=Piecewise([0], [0.0]), n_iter_no_change=3)
    assert len(train(training, 100).rows) == 1 + 3


def test_what_the_user_changed_is_told_once():
    training = make_training()
    training.changed = {"l2": 1.0}
    assert [row.changed for row in train(training, 3).rows] == [{"l2": 1.0}, {}, {}]


def test_an_interrupt_ends_the_training_with_the_epochs_that_are_complete():
    training = make_training(optimizer=SGD())

    class Interrupted(Told):
        def begin_epoch(self):
            if len(self.rows) == 2:
                raise KeyboardInterrupt

    training.plan = replace(training.plan, n_epochs=5)
    assert not training.run(Interrupted())
    assert training.history["epoch"] == [0, 1]
    assert training.state.epoch == 2


def test_the_largest_product_is_that_of_the_widest_layer_and_the_longest_batch():
    training = make_training(make_network(hidden=(3, 2)), *make_data(31), min_rows=2)
    assert training.batches.sizes == [10, 10, 11]
    assert training.largest_product == 11 * 4 * 3


def test_the_largest_product_counts_all_members_and_no_vectors_of_categories():
    initializer = VarianceScaling()
    layers = [
        Embed([1000], 2),
        SplitDense(6, initializer=initializer, n_members=3),
        Dense(7, initializer=initializer, n_members=3),
        SeparateDense(3, initializer=initializer, n_members=3),
    ]
    network = Network(layers, 4, np.float64)
    network.initialize(np.random.default_rng(0))
    assert make_training(network, *make_data(30)).largest_product == 10 * 3 * 6 * 7


def test_a_tanh_network_on_a_plateau_is_left_sooner_with_momentum_and_adam():
    X, y = make_data(100)

    def epochs_to_leave(optimizer, rate):
        network = make_network(hidden=(8, 8, 8), activation="tanh")
        network.theta *= 0.1  # so small that hardly any gradient comes through
        training = make_training(
            network, X, y, batch_size=100, optimizer=optimizer, learning_rate=rate
        )
        for epoch in range(2000):
            if one_epoch(training).train_loss < 0.8:
                return epoch
        return 2000

    plain = epochs_to_leave(SGD(), 0.1)
    assert epochs_to_leave(SGD(momentum=0.9), 0.1) < plain / 2
    assert epochs_to_leave(Adam(), 0.01) < plain / 2
