import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from skdeep.losses import Logistic, SoftmaxCrossEntropy
from skdeep.temperature import fit_temperature

SOFTMAX, LOGISTIC = SoftmaxCrossEntropy(), Logistic()
both = pytest.mark.parametrize("loss", [SOFTMAX, LOGISTIC], ids=["softmax", "logistic"])


def draw(loss, n_rows, temperature, rng, scale=2.0):
    """Return logits and targets drawn by the probabilities of ``logits / temperature``."""
    raw = rng.normal(scale=scale, size=(n_rows, 3))
    if loss is LOGISTIC:
        return raw, (rng.uniform(size=raw.shape) < expit(raw / temperature)) * 1.0
    cumulated = softmax(raw / temperature, axis=1).cumsum(1)
    picked = (cumulated < rng.uniform(size=(n_rows, 1))).sum(1)
    return raw, np.eye(3)[picked]


def row_losses(loss, raw, target):
    if loss is LOGISTIC:
        return -(target * log_expit(raw) + (1 - target) * log_expit(-raw)).sum(1)
    return -(target * log_softmax(raw, axis=1)).sum(1)


@both
@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_it_finds_the_temperature_that_the_targets_were_drawn_at(rng, loss, temperature):
    raw, target = draw(loss, 20_000, temperature, rng)
    found, value = fit_temperature(loss, raw, target)
    assert found == pytest.approx(temperature, rel=0.05)
    assert value == pytest.approx(row_losses(loss, raw / found, target).mean(), rel=1e-12)


@both
def test_it_minimizes_the_losses_and_the_prior(rng, loss):
    raw, target = draw(loss, 60, 2.0, rng)
    weight = rng.uniform(0.5, 3, size=60)

    def objective(log_t):
        return weight @ row_losses(loss, raw / np.exp(log_t), target) + 8 * log_t**2

    best = minimize_scalar(objective, bounds=(-3, 3), method="bounded", options={"xatol": 1e-8})
    found, value = fit_temperature(loss, raw, target, weight)
    assert np.log(found) == pytest.approx(best.x, abs=1e-3)
    assert value == pytest.approx(np.average(row_losses(loss, raw / found, target), weights=weight))


def test_it_agrees_with_scikit_learn_on_many_rows(rng):
    X = rng.normal(size=(20_000, 4))
    y = (X[:, :3] + rng.gumbel(size=(20_000, 3))).argmax(1)
    certain = LogisticRegression().fit(X, y)
    certain.coef_ *= 2.5
    scaled = CalibratedClassifierCV(FrozenEstimator(certain), method="temperature").fit(X, y)
    (calibrated,) = scaled.calibrated_classifiers_
    expected = 1 / calibrated.calibrators[0].beta_
    found, _ = fit_temperature(SOFTMAX, certain.decision_function(X), np.eye(3)[y])
    assert found == pytest.approx(expected, rel=0.01)


@both
def test_a_weight_of_two_is_a_row_given_twice(rng, loss):
    raw, target = draw(loss, 50, 2.0, rng)
    weight = rng.integers(1, 4, size=50)
    repeated = fit_temperature(loss, raw.repeat(weight, 0), target.repeat(weight, 0))
    assert fit_temperature(loss, raw, target, weight) == pytest.approx(repeated, rel=1e-6)


def test_few_rows_all_right_do_not_ask_for_certainty():
    target = np.eye(3)[np.arange(12) % 3]
    few, _ = fit_temperature(SOFTMAX, 2 * target, target)
    many, _ = fit_temperature(SOFTMAX, 2 * target.repeat(10_000, 0), target.repeat(10_000, 0))
    assert 0.6 < few < 1
    assert many < 0.3


def test_logits_that_are_all_wrong_are_made_as_small_as_the_range_allows():
    target = np.eye(2)[np.arange(100_000) % 2]
    found, value = fit_temperature(SOFTMAX, 5 * target[:, ::-1], target)
    assert found == pytest.approx(np.exp(3))
    assert value < np.log(2) + 0.2


def test_one_class_leaves_the_temperature_at_one():
    assert fit_temperature(SOFTMAX, np.full((9, 1), 4.0), np.ones((9, 1)))[0] == pytest.approx(1)
