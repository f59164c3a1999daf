import numpy as np
import pytest

from skdeep.losses import SoftmaxCrossEntropy
from skdeep.objective import Objective
from skdeep.optimizers import LBFGS, SGD
from skdeep.training import DivergenceError
from tests.helpers import make_data, make_network, make_training, one_hot, train

X, Y = make_data(50)


def _training(network, **options):
    return make_training(network, X, Y, batch_size=50, optimizer=LBFGS(), **options)


def _objective_and_gradient(network, l2=0.0):
    objective = Objective(network, SoftmaxCrossEntropy(), l2)
    value = objective.bind(50)(X, one_hot(Y)) + objective.penalty()
    return value, network.grad


def test_it_reaches_the_minimum_of_a_convex_objective():
    network = make_network(hidden=())
    train(_training(network, l2=0.02), 500)
    _, gradient = _objective_and_gradient(network, l2=0.02)
    # curvature is at least l2 along the weights: theta is within 1e-7 of the minimum
    assert np.abs(gradient).max() < 2e-9


@pytest.mark.parametrize("batch_norm", [False, True])
def test_every_epoch_is_an_iteration_that_goes_downhill_and_is_told_in_a_row(batch_norm):
    network = make_network(batch_norm=batch_norm)
    training = _training(network, l2=0.01)
    start, _ = _objective_and_gradient(network, l2=0.01)
    rows = train(training, 12).rows
    assert [row.epoch for row in rows] == list(range(12))
    assert training.state.epoch == training.state.step == 12
    losses = [start, *(row.objective for row in rows)]
    assert (np.diff(losses) < 0).all()
    end, gradient = _objective_and_gradient(network, l2=0.01)
    # the last row is of the theta that is left behind; round-off of one sum
    assert end == pytest.approx(rows[-1].objective, rel=1e-13)
    assert np.linalg.norm(gradient) == pytest.approx(rows[-1].gradient_norm, rel=1e-10)


def test_the_listener_may_end_it():
    told = train(_training(make_network()), 50, stop_after=4)
    assert len(told.rows) == told.n_begun == 4


def test_every_epoch_that_begins_ends():
    told = train(_training(make_network(hidden=()), l2=1.0), 500)
    assert len(told.rows) < 500  # it converged
    assert told.n_begun == len(told.rows)


def test_an_epoch_has_no_learning_rate():
    (row,) = train(_training(make_network())).rows
    assert np.isnan(row.learning_rate)


def test_a_training_that_begins_at_the_minimum_has_one_epoch():
    network = make_network(hidden=())
    train(_training(network, l2=1.0), 500)
    theta = network.theta.copy()
    told = train(_training(network, l2=1.0), 500)
    assert len(told.rows) == told.n_begun == 1
    np.testing.assert_allclose(network.theta, theta, rtol=0, atol=1e-8)


def test_batch_norm_statistics_are_those_of_the_data():
    network = make_network(batch_norm=True)
    train(_training(network), 5)
    weight = network.views[0][0]["weight"]
    running = network.views[1][2]
    # round-off of sums of 50 rows
    np.testing.assert_allclose(running["mean"], (X @ weight).mean(axis=0), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(running["var"], (X @ weight).var(axis=0), rtol=1e-10)


class _EndsElsewhere(SGD):
    """One iteration, then an evaluation that is not used, as in a failed line search."""

    takes_steps = False

    def minimize(self, value_and_gradient, theta, n_iterations, after):
        minimum = theta + 0.1
        value_and_gradient(minimum)
        after(minimum)
        value_and_gradient(theta + 5)
        return minimum


def test_the_network_is_that_of_the_minimum_after_an_evaluation_elsewhere():
    network = make_network(batch_norm=True)
    start = network.theta.copy()
    train(make_training(network, X, Y, batch_size=50, optimizer=_EndsElsewhere()))
    np.testing.assert_array_equal(network.theta, start + 0.1)
    mean, var = network.views[1][2]["mean"], network.views[1][2]["var"]
    z = X @ network.views[0][0]["weight"]
    # round-off of sums of 50 rows
    np.testing.assert_allclose(mean, z.mean(axis=0), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(var, z.var(axis=0), rtol=1e-10)


def test_float32_networks_are_trained_in_float32():
    network = make_network(dtype=np.float32)
    rows = train(_training(network), 10).rows
    assert network.theta.dtype == np.float32
    assert rows[-1].train_loss < rows[0].train_loss


def test_a_loss_that_is_not_finite_is_an_error():
    network = make_network()
    network.theta[0] = np.nan
    with pytest.raises(DivergenceError) as error:
        train(_training(network), 5)
    assert str(error.value).startswith("the training loss became nan at epoch 0, step 0 ")
