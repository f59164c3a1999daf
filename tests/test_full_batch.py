import numpy as np
import pytest

from skdeep.full_batch import FullBatchTraining
from skdeep.losses import SoftmaxCrossEntropy
from skdeep.objective import Objective
from skdeep.optimizers import LBFGS
from tests.helpers import make_data, make_network, make_training, one_hot

X, Y = make_data(50)


def _training(network, batch_size=50, **options):
    stepwise = make_training(network, X, Y, batch_size=batch_size, **options)
    fields = {name: getattr(stepwise, name) for name in stepwise.__dataclass_fields__}
    return FullBatchTraining(**{**fields, "optimizer": LBFGS()})


def _run(training, n_epochs, stop_after=None):
    """Return the rows of the history and the number of epochs that began."""
    rows, began = [], []

    def after(row):
        rows.append(row)
        training.end_epoch(row["train_loss"])
        return len(rows) == stop_after

    training.run(n_epochs, lambda: began.append(None), after)
    return rows, len(began)


def _objective_and_gradient(network, l2=0.0):
    objective = Objective(network, SoftmaxCrossEntropy(), l2)
    value = objective.bind(50)(X, one_hot(Y)) + objective.penalty()
    return value, network.grad


def test_it_reaches_the_minimum_of_a_convex_objective():
    network = make_network(hidden=())
    _run(_training(network, l2=0.02), 500)
    _, gradient = _objective_and_gradient(network, l2=0.02)
    # curvature is at least l2 along the weights: theta is within 1e-7 of the minimum
    assert np.abs(gradient).max() < 2e-9


@pytest.mark.parametrize("batch_norm", [False, True])
def test_every_epoch_is_an_iteration_that_goes_downhill_and_is_told_in_a_row(batch_norm):
    network = make_network(batch_norm=batch_norm)
    training = _training(network, l2=0.01)
    start, _ = _objective_and_gradient(network, l2=0.01)
    rows, _ = _run(training, 12)
    assert [row["epoch"] for row in rows] == list(range(12))
    assert training.state["epoch"] == training.state["step"] == 12
    losses = [start, *(row["train_loss"] for row in rows)]
    assert (np.diff(losses) < 0).all()
    end, gradient = _objective_and_gradient(network, l2=0.01)
    # the last row is of the theta that is left behind; round-off of one sum
    assert end == pytest.approx(rows[-1]["train_loss"], rel=1e-13)
    assert np.linalg.norm(gradient) == pytest.approx(rows[-1]["gradient_norm"], rel=1e-10)


def test_after_may_end_it():
    rows, began = _run(_training(make_network()), 50, stop_after=4)
    assert len(rows) == began == 4


def test_every_epoch_that_begins_ends():
    rows, began = _run(_training(make_network(hidden=()), l2=1.0), 500)
    assert len(rows) < 500  # it converged
    assert began == len(rows)


def test_batch_norm_statistics_are_those_of_the_data():
    network = make_network(batch_norm=True)
    _run(_training(network), 5)
    weight = network.views[0][0]["weight"]
    running = network.views[1][2]
    # round-off of sums of 50 rows
    np.testing.assert_allclose(running["mean"], (X @ weight).mean(axis=0), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(running["var"], (X @ weight).var(axis=0), rtol=1e-10)


def test_float32_networks_are_trained_in_float32():
    network = make_network(dtype=np.float32)
    rows, _ = _run(_training(network), 10)
    assert network.theta.dtype == np.float32
    assert rows[-1]["train_loss"] < rows[0]["train_loss"]


def test_mini_batches_are_an_error():
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        _training(make_network(), batch_size=20)
    assert str(error.value) == "L-BFGS needs the full batch. Got 3 batches."


def test_a_loss_that_is_not_finite_is_an_error():
    network = make_network()
    network.theta[0] = np.nan
    with pytest.raises(FloatingPointError) as error:
        _run(_training(network), 5)
    assert str(error.value).startswith("the training loss became nan at epoch 0, step 0 ")
