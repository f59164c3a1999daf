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


def fit(loss, raw, target, weight=None, n_parts=1):
    """Fit the temperature of all rows, cut into parts; return it and the mean loss at it."""
    weight = np.ones(len(raw)) if weight is None else weight
    columns = (raw, target, weight / weight.sum())
    parts = zip(*(np.array_split(column, n_parts) for column in columns), strict=True)
    found = fit_temperature(loss, list(parts), weight.sum())
    value, _ = loss.bind(*raw.shape, raw.dtype)(raw / found, target, columns[-1])
    return found, value


@both
@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_it_finds_the_temperature_that_the_targets_were_drawn_at(rng, loss, temperature):
    raw, target = draw(loss, 20_000, temperature, rng)
    found, value = fit(loss, raw, target)
    assert found == pytest.approx(temperature, rel=0.05)
    assert value == pytest.approx(row_losses(loss, raw / found, target).mean(), rel=1e-12)


@both
@pytest.mark.parametrize("scale", [0.01, 0.3, 2.0])  # also where logits are timid
def test_it_minimizes_the_smoothed_losses_and_the_prior(rng, loss, scale):
    raw, target = draw(loss, 60, 2.0, rng, scale)
    weight = rng.uniform(0.5, 3, size=60)
    m, choices = weight.sum(), 2 if loss is LOGISTIC else 3
    s = 1 / (m + 1)
    smooth = target * (1 - s) + s / choices

    def objective(log_t):
        beta = np.exp(-log_t)
        return weight @ row_losses(loss, raw * beta, smooth) + 8 * (beta - 1 - np.log(beta))

    best = minimize_scalar(objective, bounds=(-3, 3), method="bounded", options={"xatol": 1e-8})
    found, value = fit(loss, raw, target, weight)
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
    found, _ = fit(SOFTMAX, certain.decision_function(X), np.eye(3)[y])
    assert found == pytest.approx(expected, rel=0.01)


@both
def test_a_weight_of_two_is_a_row_given_twice(rng, loss):
    raw, target = draw(loss, 50, 2.0, rng)
    weight = rng.integers(1, 4, size=50)
    repeated = fit(loss, raw.repeat(weight, 0), target.repeat(weight, 0))
    assert fit(loss, raw, target, weight) == pytest.approx(repeated, rel=1e-6)


@both
def test_parts_change_nothing(rng, loss):
    raw, target = draw(loss, 50, 2.0, rng)
    weight = rng.uniform(0.5, 3, size=50)
    parts = fit(loss, raw, target, weight, n_parts=3)
    assert parts == pytest.approx(fit(loss, raw, target, weight), rel=1e-6)


def test_rows_all_right_ask_for_no_more_certainty_than_their_number_proves():
    target = np.eye(3)[np.arange(60) % 3]
    few, loss = fit(SOFTMAX, 50 * target, target)  # of a network that is much too sure
    assert few > 3
    assert loss > 1e-4
    many, loss = fit(SOFTMAX, 2 * target.repeat(1000, 0), target.repeat(1000, 0))
    assert many < 0.3
    assert loss < 1e-4


def test_logits_that_are_all_wrong_are_made_as_small_as_the_range_allows():
    target = np.eye(2)[np.arange(100_000) % 2]
    found, value = fit(SOFTMAX, 5 * target[:, ::-1], target)
    assert found == pytest.approx(np.exp(3))
    assert value < np.log(2) + 0.2


def test_logits_too_small_are_made_as_large_as_the_range_allows():
    target = np.eye(2)[np.arange(100_000) % 2]
    assert fit(SOFTMAX, 0.01 * target, target)[0] == pytest.approx(np.exp(-3))


@both
def test_a_loss_that_is_not_finite_leaves_the_temperature_at_one(loss):
    raw = np.full((9, 3), np.nan)
    with np.errstate(invalid="ignore"):
        temperature, value = fit(loss, raw, np.eye(3)[np.arange(9) % 3])
    assert temperature == 1
    assert np.isnan(value)


def test_a_temperature_that_makes_the_logits_overflow_is_none():
    target = np.eye(3, dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        found, value = fit(SOFTMAX, np.float32(3e38) * target, target)
    assert np.isfinite(value)
    assert found >= 1


@both
def test_rows_that_weigh_nothing_leave_the_temperature_at_one(rng, loss):
    raw, target = draw(loss, 50, 4.0, rng)
    assert fit(loss, raw, target, np.full(50, 1e-9))[0] == pytest.approx(1, abs=1e-3)


def test_one_class_leaves_the_temperature_at_one():
    assert fit(SOFTMAX, np.full((9, 1), 4.0), np.ones((9, 1)))[0] == pytest.approx(1)


@both
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("wrong", [3.0, 20.0, 150.0])  # logit of the rows that are wrong
@pytest.mark.parametrize("other", [0, 1])
def test_members_that_agree_have_the_temperature_of_one(rng, loss, dtype, wrong, other):
    raw, target = draw(loss, 300, 1.5, rng)
    raw, target = raw.astype(dtype), target.astype(dtype)
    rows = np.flatnonzero(target[:, 0] == other)[:3]
    raw[rows] = 0
    raw[rows, 0] = -wrong if other else wrong
    parts = [(raw, target, np.full(300, 1 / 300, dtype))]
    of_members = [(np.tile(raw, 3), *parts[0][1:])]
    expected = fit_temperature(loss, parts, 300)
    assert fit_temperature(loss, of_members, 300, n_members=3) == pytest.approx(expected, rel=2e-3)


@both
def test_parts_change_nothing_with_members_either(rng, loss):
    raw, target = draw(loss, 40, 2.0, rng)
    raw = raw.repeat(3, axis=1) + rng.normal(size=(40, 9))
    share = np.full(40, 1 / 40)
    whole = fit_temperature(loss, [(raw, target, share)], 40, n_members=3)
    rows = [(raw[[i]], target[[i]], share[[i]]) for i in range(40)]
    assert fit_temperature(loss, rows, 40, n_members=3) == pytest.approx(whole, rel=1e-6)
