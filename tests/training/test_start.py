import numpy as np
import pytest

from skdeep.inputs import AsGiven
from skdeep.optimizers import Adam
from skdeep.rows import Rows
from skdeep.targets import Classes
from skdeep.training import TrainingState, new_history, start_training
from tests.helpers import dense, make_data, simple_plan, train

X, Y = make_data(50)
CLASSES = Classes(np.arange(3))


def _plan(**options):
    return simple_plan(**{"layers": [dense(5), dense(3)], "optimizer": Adam(), **options})


def _start(plan, *, rows=None, target=CLASSES, state=None, before=None):
    state = TrainingState.seeded(0) if state is None else state
    rows = Rows(X, Y) if rows is None else rows
    return start_training(plan, rows, AsGiven(4), target, state, new_history(), before)


def test_the_first_weights_are_those_of_the_seed():
    one, same, other = (
        _start(_plan(), state=TrainingState.seeded(seed))[0].objective.network.theta
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_the_model_holds_the_network_that_moves_or_its_average():
    training, model = _start(_plan())
    assert training.networks == [training.objective.network] == [model.network]
    training, model = _start(_plan(beta=0.9))
    assert training.networks == [training.objective.network, model.network]
    assert model.network is not training.objective.network


def test_penalties_are_divided_by_the_sum_of_the_weights():
    training, _ = _start(_plan(l2=3.0, l1=1.0), rows=Rows(X, Y, np.full(50, 0.5)))
    assert (training.objective.l2, training.objective.l1) == (3 / 25, 1 / 25)


def test_in_a_stream_all_samples_so_far_count():
    state, plan = TrainingState.seeded(0), _plan(l2=3.0, is_stream=True)
    _, model = _start(plan, state=state)
    training, _ = _start(plan, state=state, before=model)
    assert state.samples_seen == 100.0
    assert training.objective.l2 == 3 / 100


def test_training_goes_on_from_the_moving_network_and_its_average():
    state, plan = TrainingState.seeded(0), _plan(beta=0.9)
    training, model = _start(plan, state=state)
    train(training, 2)
    moving, average = (network.theta.copy() for network in training.networks)
    resumed, _ = _start(plan, state=state, before=model)
    for network, theta in zip(resumed.networks, (moving, average), strict=True):
        np.testing.assert_array_equal(network.theta, theta)
    assert state.moving is None


def test_a_schedule_begins_anew_unless_the_rows_are_a_stream():
    state = TrainingState.seeded(0)
    training, model = _start(_plan(), state=state)
    train(training, 3)
    _start(_plan(is_stream=True), state=state, before=model)
    assert state.plan_start == 0
    _start(_plan(), state=state, before=model)
    assert state.plan_start == 3


@pytest.mark.parametrize(("is_stream", "temperature"), [(True, 1.7), (False, 1.0)])
def test_only_a_stream_keeps_the_temperature(is_stream, temperature):
    state = TrainingState.seeded(0)
    _, model = _start(_plan(beta=0.9), state=state)
    model.network.temperature = 1.7
    training, _ = _start(_plan(beta=0.9, is_stream=is_stream), state=state, before=model)
    assert {network.temperature for network in training.networks} == {temperature}
