import numpy as np
import pytest
from sklearn.metrics import log_loss

from skdeep.losses import SoftmaxCrossEntropy, SquaredError
from skdeep.objective import mean_loss
from skdeep.training import Judge
from tests.helpers import make_batches, make_data, make_network, one_hot, predict, scramble

X, Y = make_data(50)


def _judge(network, *, weight=None, loss=None, score=None, calibrates=False, batch_size=8):
    batches = make_batches(X, Y, weight, batch_size)
    return Judge(network, batches, loss or SoftmaxCrossEntropy(), score, calibrates)


@pytest.fixture
def network():
    network = make_network()
    scramble(network)
    return network


def _probabilities(network):
    return SoftmaxCrossEntropy().inverse_link(predict(network, X))


@pytest.mark.parametrize("weighted", [False, True])
def test_logits_are_judged_by_their_brier_score_relative_to_the_frequencies(network, rng, weighted):
    weight = rng.uniform(0.5, 2, 50) if weighted else None
    judgment = _judge(network, weight=weight).judge()
    proba = _probabilities(network)
    frequencies = np.average(one_hot(Y), axis=0, weights=weight)
    ours, known = (
        np.average(((one_hot(Y) - p) ** 2).sum(axis=1), weights=weight)
        for p in (proba, frequencies)
    )
    # round-off of sums of 50 terms
    assert judgment.score == pytest.approx(1 - ours / known, rel=1e-12)
    assert judgment.loss == pytest.approx(log_loss(Y, proba, sample_weight=weight), rel=1e-12)


def test_numbers_are_judged_by_minus_their_loss(network):
    judgment = _judge(network, loss=SquaredError()).judge()
    expected = mean_loss(network, SquaredError(), make_batches(X, Y))
    assert (judgment.loss, judgment.score) == (expected, -expected)


def test_a_scorer_decides_the_score_alone(network):
    plain = _judge(network).judge()
    assert _judge(network, score=lambda: 0.25).judge() == (plain.loss, 0.25)


@pytest.mark.parametrize("score", [None, "high", [0.5]])
def test_a_scorer_must_return_a_number(network, score):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        _judge(network, score=lambda: score).judge()
    assert str(error.value) == f"scoring must return a number. Got {score!r} instead."


def test_calibration_leaves_the_temperature_of_the_smallest_loss(network):
    network.theta *= 3  # too sure of itself
    judgment = _judge(network, calibrates=True).judge()
    assert network.temperature > 1
    assert judgment.loss == pytest.approx(log_loss(Y, _probabilities(network)), rel=1e-12)
    assert judgment.loss < _judge(network).judge().loss


def test_without_calibration_the_temperature_is_one(network):
    network.temperature = 3.0
    _judge(network).judge()
    assert network.temperature == 1.0


def test_the_judgment_does_not_depend_on_the_batch_size(network):
    judgments = [_judge(network, batch_size=size).judge() for size in (1, 7, 50)]
    # sums of 50 terms in another order
    np.testing.assert_allclose(judgments[1:], [judgments[0]] * 2, rtol=1e-12)


def test_judging_changes_nothing_else(network):
    theta, grad, running = network.theta.copy(), network.grad.copy(), network.running.copy()
    _judge(network, calibrates=True).judge()
    np.testing.assert_array_equal(network.theta, theta)
    np.testing.assert_array_equal(network.grad, grad)
    np.testing.assert_array_equal(network.running, running)
