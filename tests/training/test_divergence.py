import numpy as np
import pytest

from skdeep.optimizers import Adam
from skdeep.training import DivergenceError
from tests.helpers import make_data, make_network, make_training, one_epoch, train


def test_a_loss_that_is_not_finite_is_an_error_that_says_when_and_what_to_do():
    X, y = make_data(50)
    X[25, 1] = np.nan  # in the third batch
    training = make_training(X=X, y=y, batch_size=10, learning_rate=0.1)
    with pytest.raises(DivergenceError) as error:
        one_epoch(training)
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
    with pytest.raises(DivergenceError, match=r"^the training gradient's norm became (inf|nan)"):
        one_epoch(training)


@pytest.mark.parametrize(
    ("vector", "what"), [("theta", "weights"), ("running", "batch-norm statistics")]
)
def test_an_average_that_is_not_finite_is_an_error(vector, what):
    kept = make_network(batch_norm=True)
    training = make_training(make_network(batch_norm=True), average=kept, beta=0.9, batch_size=50)
    one_epoch(training)
    getattr(kept, vector)[0] = np.inf
    with pytest.raises(DivergenceError, match=rf"^the training {what}' maximum became (inf|nan)"):
        one_epoch(training)


def test_a_learning_rate_that_is_far_too_large_is_an_error_without_a_warning():
    training = make_training(make_network(activation="relu"), learning_rate=1e200)
    with pytest.raises(DivergenceError, match=r"^the training (loss|gradient's norm) became "):
        train(training, 5)


def test_penalties_beyond_all_numbers_are_an_error():
    # one step of Adam is as long as the learning rate, and 1e25² is too large for float32
    training = make_training(
        make_network(dtype=np.float32), batch_size=50, l2=1.0, optimizer=Adam(), learning_rate=1e25
    )
    with pytest.raises(DivergenceError) as error:
        one_epoch(training)
    assert str(error.value) == (
        "the training objective became inf at epoch 0, step 1 (learning_rate=1e+25). "
        "Standardize X or lower learning_rate."
    )
