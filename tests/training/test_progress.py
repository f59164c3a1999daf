import numpy as np
import pytest

from skdeep import SGD
from skdeep.schedules import ReduceOnPlateau
from skdeep.training import EpochRow, TrainingState, new_history
from skdeep.training.progress import Progress
from skdeep.training.stopping import Stopping
from tests.helpers import make_network, make_training, one_epoch


def _row(epoch, train_loss=1.0):
    return EpochRow(epoch, 0.1, train_loss, train_loss, np.nan, np.nan, 1.0, [1.0], 0.01, {})


def _progress(schedule, networks=(), **stopping):
    """Return progress, the state and the history that it writes."""
    state, history = TrainingState(np.random.default_rng(0)), new_history()
    state.carry_on(SGD(), schedule, np.zeros(1))
    options = {"patience": None, "tol": 0.0, **stopping}
    networks = list(networks) or [make_network()]
    return Progress(networks, schedule, state, history, Stopping(**options)), state, history


def _watched(state):
    return state.components["schedule"][1]


def test_an_epoch_is_counted_recorded_and_shown_to_the_schedule():
    progress, state, history = _progress(ReduceOnPlateau(factor=0.5, n_iter_no_change=0))
    progress.add(_row(0, train_loss=3.0), loss=2.0, score=0.0)
    assert state.epoch == 1
    assert history["train_loss"] == [3.0]
    assert _watched(state)["best"] == 2.0


def test_the_schedule_is_shown_the_loss():
    training = make_training(
        schedule=ReduceOnPlateau(factor=0.5, n_iter_no_change=0, tol=0.99), learning_rate=0.2
    )
    assert [one_epoch(training).learning_rate for _ in range(3)] == [0.2, 0.2, 0.1]


def test_an_interrupt_while_the_schedule_is_shown_the_loss_leaves_the_epoch_out():
    class Interrupted(ReduceOnPlateau):
        def observe(self, state, loss):
            super().observe(state, loss)
            raise KeyboardInterrupt

    progress, state, _ = _progress(Interrupted())
    with pytest.raises(KeyboardInterrupt):
        progress.add(_row(0), loss=1.0, score=0.0)
    assert state.epoch == 0
    assert _watched(state) == Interrupted().initial_state()


def test_an_interrupted_epoch_is_completed_when_it_settles():
    class InterruptedOnce(ReduceOnPlateau):
        n_calls = 0

        def observe(self, state, loss):
            type(self).n_calls += 1
            if self.n_calls == 1:
                raise KeyboardInterrupt
            super().observe(state, loss)

    progress, state, history = _progress(InterruptedOnce())
    with pytest.raises(KeyboardInterrupt):
        progress.add(_row(0), loss=1.0, score=0.0)
    progress.settle()
    assert state.epoch == 1
    assert history["epoch"] == [0]
    assert _watched(state)["best"] == 1.0


def test_the_best_epoch_is_put_back_at_the_end():
    network = make_network()
    progress, state, _ = _progress(ReduceOnPlateau(), [network], keeps_best=True)
    for epoch, score in enumerate([0.1, 0.9, 0.5]):
        network.theta.fill(epoch)
        progress.add(_row(epoch), loss=1.0, score=score)
    progress.finish()
    assert state.best_epoch == 1
    assert (network.theta == 1).all()


def test_without_keeping_the_best_the_last_epoch_stays():
    network = make_network()
    progress, state, _ = _progress(ReduceOnPlateau(), [network])
    for epoch, score in enumerate([0.1, 0.9, 0.5]):
        network.theta.fill(epoch)
        progress.add(_row(epoch), loss=1.0, score=score)
    progress.finish()
    assert state.best_epoch is None
    assert (network.theta == 2).all()


def test_what_moves_is_kept_beside_its_average():
    moving, average = make_network(seed=1), make_network(seed=2)
    progress, state, _ = _progress(ReduceOnPlateau(), [moving, average])
    progress.finish()
    np.testing.assert_array_equal(state.moving[0], moving.theta)


def test_what_moved_in_the_best_epoch_is_kept_beside_its_average():
    moving, average = make_network(seed=1), make_network(seed=2)
    progress, state, _ = _progress(ReduceOnPlateau(), [moving, average], keeps_best=True)
    for epoch, score in enumerate([0.1, 0.9, 0.5]):
        moving.theta.fill(epoch)
        average.theta.fill(10 + epoch)
        progress.add(_row(epoch), loss=1.0, score=score)
    progress.finish()
    assert (state.moving[0] == 1).all()
    assert (average.theta == 11).all()


def test_a_pause_keeps_the_last_epoch_beside_the_best():
    network, average = make_network(seed=1), make_network(seed=2)
    progress, state, _ = _progress(ReduceOnPlateau(), [network, average], keeps_best=True)
    for epoch, score in enumerate([0.1, 0.9, 0.5]):
        network.theta.fill(epoch)
        average.theta.fill(10 + epoch)
        progress.add(_row(epoch), loss=1.0, score=score)
    progress.pause(is_over=False)
    progress.finish()
    assert (average.theta == 11).all()
    other, _, _ = _progress(ReduceOnPlateau(), [network, average], keeps_best=True)
    other.go_on(state.pause)
    assert (network.theta == 2).all()
    assert (average.theta == 12).all()
    other.finish()  # without a better epoch
    assert (average.theta == 11).all()


def test_an_unfinished_first_epoch_leaves_no_trace():
    network = make_network()
    progress, state, history = _progress(ReduceOnPlateau(), [network])
    start, drawn = network.theta.copy(), np.random.default_rng(0).random()
    network.theta.fill(7)
    state.step = 3
    state.rng.random()
    progress.settle()
    np.testing.assert_array_equal(network.theta, start)
    assert (state.step, state.epoch, state.components) == (0, 0, {})
    assert history["epoch"] == []
    assert state.rng.random() == drawn


def test_it_tells_when_to_stop():
    progress, _, _ = _progress(ReduceOnPlateau(), patience=2)
    assert [progress.add(_row(i), 1.0, score) for i, score in enumerate([1, 0, 0])] == [
        False,
        False,
        True,
    ]
