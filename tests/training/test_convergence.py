"""The warning that a network predicts no better than a constant, and when it is not given."""

import re

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

from skdeep import DeepClassifier, DeepRegressor

CONSTANTS = {DeepClassifier: "the class frequencies", DeepRegressor: "the best constant"}
both = pytest.mark.parametrize("estimator", list(CONSTANTS))


def rows(estimator):
    load = load_breast_cancer if estimator is DeepClassifier else load_diabetes
    X, y = load(return_X_y=True)
    return scale(X), y


def message_of(model, X, y, sample_weight=None):
    """Return the warning of a fit."""
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(X, y, sample_weight)
    (warning,) = caught
    assert warning.filename == __file__  # where the user called fit
    return str(warning.message)


@pytest.mark.parametrize(("rate", "what"), [(10.0, r"10\.0"), (1e-8, "1e-08")])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"numerical_encoding": None, "weight_averaging": 0.9},
        {"numerical_encoding": None, "l2": 0.5},
    ],
)
@both
def test_a_learning_rate_far_off_is_a_warning_with_both_losses(estimator, rate, what, options):
    options = {"n_members": 1, "max_epochs": 20, "random_state": 1, **options}
    model = estimator((32, 32), learning_rate=rate, **options)
    also = r" or l2 \(0\.5\)" if "l2" in options else ""
    remedy = "Standardize X, or change" if "numerical_encoding" in options else "Change"
    pattern = (
        rf"{estimator.__name__}: the network is no better than predicting {CONSTANTS[estimator]}\. "
        r"Its loss on the training rows is (?P<network>\S+), that of the constant "
        rf"(?P<constant>\S+)\. {remedy} learning_rate \({what}\){also}\."
    )
    found = re.fullmatch(pattern, message_of(model, *rows(estimator)))
    assert float(found["network"]) > float(found["constant"])


def test_the_losses_are_those_of_the_kept_network_and_of_the_weighted_frequencies(rng):
    X, y = rows(DeepClassifier)
    weight = rng.uniform(size=len(y))
    model = DeepClassifier(
        (32,), learning_rate=1e-8, early_stopping=False, dtype="float64", random_state=1
    )
    message = message_of(model, X, y, weight)
    right = model.predict_proba(X)[np.arange(len(y)), y]
    network, constant = re.findall(r"\d\.\d+", message)[:2]
    # both are printed to four digits
    assert float(network) == pytest.approx(np.average(-np.log(right), weights=weight), abs=6e-5)
    frequencies = np.bincount(y, weight) / weight.sum()
    assert float(constant) == pytest.approx(entropy(frequencies), abs=6e-5)


@pytest.mark.parametrize("options", [{}, {"max_epochs": 1}, {"dropout": 0.5, "batch_norm": True}])
@both
def test_a_network_that_learns_is_no_warning(estimator, options):
    estimator((32, 32), random_state=0, **options).fit(*rows(estimator))


@both
def test_noise_is_no_warning(estimator, rng):
    y = rng.integers(2, size=400)
    estimator((16,), random_state=0).fit(rng.normal(size=(400, 5)), y)


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_a_network_that_finds_the_constant_is_no_warning(loss, rng):
    X, y = np.zeros((100, 1)), rng.gamma(2.0, size=100)
    options = {"learning_rate": 0.05, "early_stopping": False, "n_iter_no_change": None}
    DeepRegressor((), loss=loss, random_state=0, **options).fit(X, y)


@both
def test_a_target_without_variation_is_no_warning(estimator, rng):
    X = rng.normal(size=(60, 4))
    estimator((4,), learning_rate=1e-8, random_state=0).fit(X, np.ones(60))


@both
def test_one_pass_of_a_stream_is_no_warning(estimator):
    estimator((32, 32), learning_rate=10.0, random_state=0).partial_fit(*rows(estimator))


def test_the_warning_as_an_error_leaves_the_estimator_as_it_was():
    X, y = rows(DeepClassifier)
    model = DeepClassifier((32, 32), max_epochs=20, random_state=1).fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ConvergenceWarning):  # warnings are errors in this suite
        model.set_params(learning_rate=1e-8).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), before)
