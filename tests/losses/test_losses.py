import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.metrics import brier_score_loss

from skdeep.losses import (
    AbsoluteError,
    Gamma,
    Gaussian,
    Logistic,
    Poisson,
    Quantile,
    SoftmaxCrossEntropy,
    SquaredError,
)
from tests.cases import LOSSES, draw_targets
from tests.helpers import numerical_gradient, relative_error

every_loss = pytest.mark.parametrize("name", LOSSES)
CLASSIFIERS = [name for name in LOSSES if name.startswith(("softmax", "logistic"))]
ONE_OUTPUT = [name for name, case in LOSSES.items() if case.component.outputs_per_number == 1]


def _example(name, n_rows=9, dtype=np.float64, seed=2):
    """Return (loss, raw, target, weight)."""
    rng = np.random.default_rng(seed)
    raw = 2 * rng.normal(size=(n_rows, LOSSES[name].options[1]))
    arrays = raw, draw_targets(LOSSES[name], rng, n_rows), rng.uniform(0.5, 2, n_rows)
    return LOSSES[name].component, *(array.astype(dtype) for array in arrays)


def _evaluate(loss, raw, target, weight):
    return loss.bind(*raw.shape, raw.dtype)(raw, target, weight)


@every_loss
def test_the_gradient_is_that_of_the_value(name):
    loss, raw, target, weight = _example(name)
    _, d_raw = _evaluate(loss, raw, target, weight)
    expected = numerical_gradient(lambda: _evaluate(loss, raw, target, weight)[0], raw)
    assert relative_error(d_raw, expected) < 1e-7


@every_loss
def test_value_and_gradient_are_pytorchs(name, torch_values):
    raw, target = torch_values[f"loss {name} raw"], torch_values[f"loss {name} target"]
    value, d_raw = _evaluate(LOSSES[name].component, raw, target, torch_values["weight"])
    # a few units of round-off of sums of a few dozen numbers
    np.testing.assert_allclose(value, torch_values[f"loss {name}"], rtol=1e-13)
    np.testing.assert_allclose(d_raw, torch_values[f"loss {name} d_raw"], rtol=1e-12, atol=1e-14)


@every_loss
def test_raw_and_target_are_left_alone(name):
    loss, raw, target, weight = _example(name)
    kept = raw.copy(), target.copy(), weight.copy()
    _evaluate(loss, raw, target, weight)
    for array, copy in zip((raw, target, weight), kept, strict=True):
        np.testing.assert_array_equal(array, copy)


@every_loss
def test_a_weight_of_two_is_a_row_given_twice(name):
    loss, raw, target, _ = _example(name)
    weight = np.arange(9.0) % 3  # holds zeros too
    times = weight.astype(int)
    value, d_raw = _evaluate(loss, raw, target, weight)
    longer = raw.repeat(times, 0), target.repeat(times, 0), np.ones(times.sum())
    value_repeated, d_raw_repeated = _evaluate(loss, *longer)
    # the sums are taken in another order
    np.testing.assert_allclose(value, value_repeated, rtol=1e-14)
    row = np.repeat(np.arange(9), times)
    summed = np.array([d_raw_repeated[row == i].sum(0) for i in range(9)])
    np.testing.assert_allclose(d_raw, summed, rtol=1e-14, atol=1e-15)


@every_loss
def test_float32_stays_float32(name):
    loss, raw, target, weight = _example(name, dtype=np.float32)
    value, d_raw = _evaluate(loss, raw, target, weight)
    assert d_raw.dtype == np.float32
    assert loss.inverse_link(raw).dtype == np.float32
    exact, exact_d_raw = _evaluate(*_example(name))
    # some ten units of float32 round-off
    np.testing.assert_allclose(value, exact, rtol=2e-6)
    np.testing.assert_allclose(d_raw, exact_d_raw, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("name", ONE_OUTPUT)
def test_the_gradient_vanishes_where_the_target_is_the_mean(name):
    loss, raw, _, weight = _example(name)
    mean = loss.inverse_link(raw)
    _, d_raw = _evaluate(loss, raw, mean, weight)
    # round-off of two ways to write the inverse link
    np.testing.assert_allclose(d_raw, 0, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_very_certain_outputs_have_a_finite_loss_and_logarithm(name, dtype):
    loss, raw, target, weight = _example(name, dtype=dtype)
    raw = (5000 * np.sign(raw)).astype(dtype)
    value, d_raw = _evaluate(loss, raw, target, weight)
    assert np.isfinite(value)
    assert np.isfinite(d_raw).all()
    assert np.isfinite(loss.log_inverse_link(raw)).all()
    assert np.isfinite(loss.log_inverse_link(-raw)).all()


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_log_inverse_link_is_the_logarithm_of_the_inverse_link(name):
    loss, raw, *_ = _example(name)
    # round-off of a logarithm near 0
    expected = np.log(loss.inverse_link(raw))
    np.testing.assert_allclose(loss.log_inverse_link(raw), expected, rtol=1e-12, atol=1e-15)


def test_softmax_probabilities_sum_to_one_and_ignore_a_common_shift(rng):
    raw = rng.normal(size=(6, 4))
    p = SoftmaxCrossEntropy().inverse_link(raw)
    # round-off of four terms
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(SoftmaxCrossEntropy().inverse_link(raw + 3), p, rtol=1e-14)


def test_two_class_softmax_is_logistic_of_the_difference(rng):
    raw, t = rng.normal(size=(7, 2)), rng.integers(2, size=(7, 1)).astype(float)
    weight = np.full(7, 1 / 7)
    softmax, _ = _evaluate(SoftmaxCrossEntropy(), raw, np.hstack([1 - t, t]), weight)
    logistic, _ = _evaluate(Logistic(), raw[:, 1:] - raw[:, :1], t, weight)
    # round-off of seven terms
    np.testing.assert_allclose(softmax, logistic, rtol=1e-14)


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), Logistic()], ids=["softmax", "logistic"])
def test_the_brier_score_is_scikit_learns(loss, rng):
    n_classes = 2 if isinstance(loss, Logistic) else 4
    y, weight = rng.integers(n_classes, size=40), rng.uniform(size=40)
    raw = 3 * rng.normal(size=(40, 1 if n_classes == 2 else 4))
    target = y[:, None] * 1.0 if n_classes == 2 else np.eye(4)[y]
    p = loss.inverse_link(raw)
    expected = brier_score_loss(
        y, p[:, 0] if n_classes == 2 else p, sample_weight=weight, labels=range(n_classes)
    )
    # round-off of 160 terms
    assert loss.brier(raw, target, weight / weight.sum()) == pytest.approx(expected, rel=1e-13)


def test_the_brier_scores_of_several_labels_add_up(rng):
    raw, t = rng.normal(size=(6, 3)), rng.integers(2, size=(6, 3)).astype(float)
    weight = rng.uniform(size=6)
    alone = [Logistic().brier(raw[:, [k]], t[:, [k]], weight) for k in range(3)]
    # round-off of 18 terms
    assert Logistic().brier(raw, t, weight) == pytest.approx(sum(alone), rel=1e-14)


def test_uniform_probabilities_cost_the_logarithm_of_the_number_of_classes():
    weight = np.full(3, 1 / 3)
    value, _ = _evaluate(SoftmaxCrossEntropy(), np.zeros((3, 5)), np.eye(5)[:3], weight)
    # round-off of three terms
    np.testing.assert_allclose(value, np.log(5), rtol=1e-15)


def test_the_losses_of_several_labels_add_up(rng):
    raw, t = rng.normal(size=(6, 3)), rng.integers(2, size=(6, 3)).astype(float)
    weight = rng.uniform(size=6)
    together, _ = _evaluate(Logistic(), raw, t, weight)
    alone = [_evaluate(Logistic(), raw[:, [k]], t[:, [k]], weight)[0] for k in range(3)]
    # round-off of 18 terms
    np.testing.assert_allclose(together, sum(alone), rtol=1e-14)
    np.testing.assert_array_equal(Logistic().inverse_link(raw), expit(raw))


@pytest.mark.parametrize("name", [name for name in ONE_OUTPUT if name not in CLASSIFIERS])
def test_a_regression_loss_is_the_mean_over_its_outputs(name, rng):
    loss = LOSSES[name].component
    raw, y, weight = rng.normal(size=(6, 3)), rng.gamma(2, size=(6, 3)), rng.uniform(size=6)
    together, d_raw = _evaluate(loss, raw, y, weight)
    alone = [_evaluate(loss, raw[:, [k]], y[:, [k]], weight) for k in range(3)]
    # round-off of 18 terms
    np.testing.assert_allclose(together, np.mean([value for value, _ in alone]), rtol=1e-14)
    np.testing.assert_allclose(d_raw, np.hstack([d for _, d in alone]) / 3, rtol=1e-14)


@pytest.mark.parametrize(
    ("name", "minimizer"),
    [
        ("squared_error", np.mean),
        ("absolute_error", np.median),
        ("quantile", np.median),
        ("quantile, other", lambda y: np.quantile(y, 0.9, method="inverted_cdf")),
        ("poisson", lambda y: np.log(np.mean(y))),
        ("gamma", lambda y: np.log(np.mean(y))),
    ],
)
def test_the_best_constant_is_the_statistic_that_the_loss_stands_for(name, minimizer, rng):
    y = rng.gamma(2.0, size=(101, 1))
    weight = np.full(101, 1 / 101)
    best = minimizer(y)
    values = [
        _evaluate(LOSSES[name].component, np.full((101, 1), constant), y, weight)[0]
        for constant in (best - 0.01, best, best + 0.01)
    ]
    assert values[1] < min(values[0], values[2])


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), Logistic()], ids=repr)
def test_log_probabilities_of_the_largest_logits_are_finite(loss):
    raw = np.array([[3e38, -3e38, 0.0]], np.float32)
    log_proba = loss.log_inverse_link(raw)
    assert np.isfinite(log_proba).all()
    assert log_proba[0, 0] == 0


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "loss",
    [
        SquaredError(),
        AbsoluteError(),
        Quantile(0.8),
        Quantile([0.8, 0.3]),
        Gaussian(),
        Poisson(),
        Gamma(),
        Logistic(),
        SoftmaxCrossEntropy(),
    ],
    ids=repr,
)
def test_no_constant_is_better_than_the_best_one(rng, loss, weighted):
    target = rng.dirichlet(np.ones(3), size=40)
    share = rng.dirichlet(np.ones(40)) if weighted else np.full(40, 1 / 40)

    n_outputs = 3 * loss.outputs_per_number

    def mean_loss(raw):
        return loss.bind(40, n_outputs, target.dtype)(np.tile(raw, (40, 1)), target, share)[0]

    best = loss.of_constant([(target[:25], share[:25]), (target[25:], share[25:])])
    found = minimize(mean_loss, np.zeros(n_outputs), method="Powell", tol=1e-10)
    # a search by function values alone is right to about the root of the round-off
    assert best == pytest.approx(found.fun, abs=1e-6)


def test_a_class_that_never_comes_has_a_finite_loss_of_its_frequency():
    target, share = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.full(2, 0.5)
    assert SoftmaxCrossEntropy().of_constant([(target, share)]) == pytest.approx(np.log(2))
    assert Logistic().of_constant([(target[:, 2:], share)]) == pytest.approx(0)


def _members(name, n_members=3):
    """Return (loss, raw of the members side by side, target, weight)."""
    loss, _, target, weight = _example(name)
    n_rows, n_outputs = len(target), LOSSES[name].options[1]
    raw = 2 * np.random.default_rng(5).normal(size=(n_rows, n_members * n_outputs))
    return loss, raw, target, weight


@every_loss
def test_members_are_trained_on_the_mean_of_their_losses(name):
    loss, raw, target, weight = _members(name)
    n_rows, n_outputs = len(raw), raw.shape[1] // 3
    evaluate = loss.bind_members(n_rows, 3, n_outputs, raw.dtype)
    value, d_raw = evaluate(raw, target, weight)
    alone = [_evaluate(loss, part, target, weight) for part in np.hsplit(raw, 3)]
    # round-off of a few dozen numbers
    assert value == pytest.approx(np.mean([value for value, _ in alone]), rel=1e-13)
    np.testing.assert_allclose(d_raw, np.hstack([d for _, d in alone]) / 3, rtol=1e-13)


@every_loss
def test_pooled_outputs_stand_for_the_mean_of_the_members_predictions(name):
    loss, raw, *_ = _members(name)
    mean = np.mean([loss.inverse_link(part) for part in np.hsplit(raw, 3)], axis=0)
    pooled = loss.pooled(raw, 3)
    assert pooled.shape == (9, LOSSES[name].options[1])
    # round-off of logarithms and exponentials
    np.testing.assert_allclose(loss.inverse_link(pooled), mean, rtol=1e-12)


@every_loss
def test_one_member_is_the_network_itself(name):
    loss, raw, target, weight = _example(name)
    n_rows, n_outputs = raw.shape
    np.testing.assert_array_equal(loss.inverse_link(loss.pooled(raw, 1)), loss.inverse_link(raw))
    value, d_raw = loss.bind_members(n_rows, 1, n_outputs, raw.dtype)(raw, target, weight)
    expected = _evaluate(loss, raw, target, weight)
    assert value == expected[0]
    np.testing.assert_array_equal(d_raw, expected[1])


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_gradient_of_the_pooled_loss_is_that_of_its_value(name):
    loss, raw, target, weight = _members(name)
    n_rows, n_outputs = target.shape
    evaluate = loss.bind_pooled(n_rows, 3, n_outputs, raw.dtype)
    value, d_raw = evaluate(raw, target, weight)
    assert value == pytest.approx(_evaluate(loss, loss.pooled(raw, 3), target, weight)[0])
    expected = numerical_gradient(lambda: evaluate(raw, target, weight)[0], raw)
    assert relative_error(d_raw, expected) < 1e-7


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_very_certain_members_have_a_finite_pooled_loss(name, dtype):
    loss, raw, target, weight = _members(name)
    raw, target, weight = 5000 * np.sign(raw).astype(dtype), target.astype(dtype), weight
    n_rows, n_outputs = target.shape
    value, d_raw = loss.bind_pooled(n_rows, 3, n_outputs, dtype)(raw, target, weight.astype(dtype))
    assert np.isfinite(value)
    assert np.isfinite(d_raw).all()
    assert d_raw.dtype == dtype
