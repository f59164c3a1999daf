"""A round, without a cluster: its tasks are pure functions."""

import copy

import numpy as np
import pytest

pytest.importorskip("distributed")
pytest.importorskip("dask.dataframe")

from skdeep.dask.exact import Sum, loss_and_gradient
from skdeep.dask.rounds import Job, Moved, Part, Start, local_steps
from skdeep.inputs import AsGiven
from skdeep.objective import Objective
from skdeep.rows import Rows
from skdeep.training import Outcome, TrainingState, training_batches
from tests.helpers import CLASSES, make_data, make_network, simple_plan


def _moved(weight, value, n_steps=3):
    return Moved(
        weight,
        [(np.full(2, value, np.float32), np.full(1, value, np.float32), 1.0)],
        {"m": np.full(2, value, np.float32), "sum_1": value},
        value,
        Outcome(value, 0.1, [value, 2 * value], value),
        n_steps,
        [np.random.default_rng(0)],
    )


def test_results_are_averaged_by_the_weight_of_their_rows():
    mean = _moved(1.0, 0.0).merge(_moved(3.0, 4.0, n_steps=9))
    (theta, running, temperature), *_ = mean.snapshots
    assert (theta.tolist(), running.tolist(), temperature) == ([3, 3], [3], 1.0)
    assert theta.dtype == np.float32
    assert mean.optimizer["m"].tolist() == [3, 3]
    assert (mean.optimizer["sum_1"], mean.mass, mean.weight) == (3.0, 3.0, 4.0)
    assert (mean.outcome.loss, mean.outcome.layer_norms) == (3.0, [3.0, 6.0])
    assert (mean.step, len(mean.rngs)) == (9, 2)


@pytest.mark.parametrize("shuffle", [False, True])
def test_the_parts_of_an_epoch_have_each_row_once(shuffle):
    rows = Rows(np.zeros((23, 1)), np.arange(23))
    parts = [Part(i, 4, (1, 2)).of(rows, shuffle) for i in range(4)]
    found = np.concatenate([part.y for part in parts])
    assert sorted(found) == list(range(23))
    assert (found.tolist() == list(range(23))) is not shuffle
    assert Part(0, 1, (1, 2)).of(rows, shuffle) is rows


def _job():
    X, y = make_data(40)
    objective = Objective(make_network(), CLASSES.loss)
    return Rows(X, y), Job(simple_plan(shuffle=True), AsGiven(4), CLASSES, objective)


def test_local_steps_are_a_pure_function():
    rows, job = _job()
    state = TrainingState.seeded(0)
    network = job.objective.network
    state.carry_on(job.plan.optimizer, job.plan.schedule, network.theta)
    rng, start = np.random.default_rng(3), Start([network.snapshot()], state)
    before = copy.deepcopy((state, rng.bit_generator.state, network.theta))
    one, two = (local_steps(rows, job, start, rng, Part(0, 1, ())) for _ in range(2))
    np.testing.assert_array_equal(one.snapshots[0][0], two.snapshots[0][0])
    assert (network.theta != one.snapshots[0][0]).any()
    assert (state.step, one.step) == (before[0].step, 4)
    assert rng.bit_generator.state == before[1]
    assert one.rngs[0].bit_generator.state != before[1]
    np.testing.assert_array_equal(network.theta, before[2])


@pytest.mark.parametrize("weighted", [False, True])
def test_gradients_of_two_parts_add_up_to_that_of_all_rows(rng, weighted):
    rows, job = _job()
    weight = rng.random(40) if weighted else None
    rows = Rows(rows.X, rows.y, weight)
    network = job.objective.network
    place = network.theta.copy(), network.running.copy()

    def part(samples):
        some = rows.take(np.arange(40)[samples])
        plan = simple_plan(batch_size=some.n_samples)
        (batch,) = training_batches(plan, some, job.inputs, job.target).epoch()
        share = some.total_weight / rows.total_weight
        return loss_and_gradient(batch, job, place, rng, share)

    whole, merged = part(slice(None)), Sum.merge(part(slice(9)), part(slice(9, None)))
    assert merged.loss == pytest.approx(whole.loss, rel=1e-13)  # float64, another order of sums
    np.testing.assert_allclose(merged.grad, whole.grad, atol=1e-15)
