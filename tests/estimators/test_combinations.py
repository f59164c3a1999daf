"""Everything combines: random draws over all hyperparameters, and what must hold for each."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.model_selection import RandomizedSearchCV
from sklearn.utils import check_random_state

from skdeep import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    BatchNorm,
    Cosine,
    DeepClassifier,
    DeepRegressor,
    Embedding,
    Exponential,
    InverseSqrt,
    InverseTime,
    Nadam,
    OneCycle,
    Orthogonal,
    Piecewise,
    PiecewiseLinear,
    ReduceOnPlateau,
    RMSprop,
    Staircase,
    VarianceScaling,
)
from skdeep.estimators.inside import model_of, open_up
from skdeep.layers import ACTIVATIONS
from skdeep.losses import Huber
from tests.cases import LOSSES_OF_NUMBERS
from tests.helpers import relative_error

N_DRAWS = 240
SMOOTH = sorted(set(ACTIVATIONS) - {"relu", "leaky_relu", "selu"})

SHARED = {
    "hidden_layer_sizes": [(), (5,), (6, 4), (4, 3, 4)],
    "activation": sorted(ACTIVATIONS),
    "n_members": [1, 3],
    "categorical_features": [None, [3]],
    "category_encoding": ["one_hot", Embedding(2)],
    "numerical_encoding": [None, "standardize", "robust", PiecewiseLinear(3)],
    "weight_init": [
        "auto",
        "he_uniform",
        "xavier_normal",
        "lecun_uniform",
        "orthogonal",
        VarianceScaling(1.5, fan="average"),
        Orthogonal(gain=1.2),
    ],
    "batch_norm": [False, True, BatchNorm(momentum=0.7, epsilon=1e-3)],
    "dropout": [0.0, 0.3],
    "l2": [0.0, 0.5],
    "l1": [0.0, 0.2],
    "optimizer": [
        "sgd",
        "nesterov",
        SGD(momentum=0.8, dampening=0.8),
        RMSprop(beta=0.8),
        Adam(beta_2=0.95),
        AdamW(weight_decay=0.1),
        Nadam(),
        Adagrad(),
    ],
    "learning_rate": [1e-3, 1e-2],
    "lr_schedule": [
        "constant",
        InverseTime(0.5),
        Exponential(0.9),
        InverseSqrt(per="step"),
        Staircase(every=2),
        Piecewise([1, 3], [0.5, 0.1]),
        Cosine(warmup=0.2),
        OneCycle(),
        ReduceOnPlateau(n_iter_no_change=0),
        [1.0, 0.5, 0.2],
    ],
    "clip_norm": [None, 0.1],
    "weight_averaging": [None, 0.8],
    "batch_size": ["auto", "full", 7, 16],
    "shuffle": [True, False],
    "dtype": ["float32", "float64"],
}
CLASSIFIER = {
    **SHARED,
    "label_smoothing": [0.0, 0.1],
    "class_weight": [None, {0: 2.0}],
}
REGRESSOR = {
    **SHARED,
    "loss": [
        *LOSSES_OF_NUMBERS,
        Huber(0.5),
    ],
    "quantile": [0.3, (0.8, 0.1, 0.5)],
    "standardize_target": [True, False],
}


def draw(seed):
    """Return an estimator, its data and its weights."""
    rng = check_random_state(seed)
    kind, space = [(DeepClassifier, CLASSIFIER), (DeepRegressor, REGRESSOR)][seed % 2]
    chosen = {
        name: copy.deepcopy(values[rng.randint(len(values))]) for name, values in space.items()
    }
    n_rows = 23 if rng.rand() < 0.5 else 15  # 15 and 7 leave a last batch of one row
    X = rng.randn(n_rows, 4)
    if chosen["categorical_features"]:
        X[:, 3] = rng.randint(3, size=n_rows)
    weight = [None, rng.randint(0, 3, n_rows).astype(float)][rng.randint(2)]
    y = _classes(rng, n_rows, chosen) if kind is DeepClassifier else _numbers(rng, n_rows)
    estimator = kind(**chosen, max_epochs=3, n_iter_no_change=None, random_state=seed)
    return estimator, X, y, weight


def _classes(rng, n_rows, chosen):
    form = rng.randint(3)
    if form == 2:
        chosen["class_weight"] = None
        return (rng.rand(n_rows, 3) < 0.5).astype(int)
    return np.arange(n_rows) % (2 + form)


def _numbers(rng, n_rows):
    return rng.rand(n_rows, 2) + 0.1 if rng.rand() < 0.5 else rng.rand(n_rows) + 0.1


@pytest.mark.parametrize("seed", range(N_DRAWS))
def test_any_combination_fits_resumes_and_predicts(seed):
    estimator, X, y, weight = draw(seed)
    estimator.fit(X, y, sample_weight=weight)
    assert np.isfinite(estimator.loss_curve_).all()
    assert np.isfinite(model_of(estimator).network.theta).all()
    assert estimator.n_epochs_ == 3
    _check_predictions(estimator, X, y)
    _check_resumes(estimator, X, y, weight)


def _check_predictions(estimator, X, y):
    predicted = estimator.predict(X)
    of_quantiles = getattr(estimator, "loss", None) == "quantile" and np.ndim(estimator.quantile)
    assert predicted.shape == (*y.shape, *[3] * bool(of_quantiles))
    assert np.isfinite(predicted).all()
    if isinstance(estimator, DeepRegressor):
        return
    assert set(np.unique(predicted)) <= set(np.unique(y))
    proba = estimator.predict_proba(X)
    assert ((proba >= 0) & (proba <= 1)).all()
    if y.ndim == 1:
        # seven digits of float32
        np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-6)
        assert np.array_equal(estimator.classes_[proba.argmax(axis=1)], predicted)


def _check_resumes(estimator, X, y, weight):
    copies = [estimator, copy.deepcopy(estimator), pickle.loads(pickle.dumps(estimator))]
    for other in copies:
        other.partial_fit(X, y, sample_weight=weight)
        other.partial_fit(X, y, sample_weight=weight)
    for other in copies[1:]:
        assert np.array_equal(model_of(other).network.theta, model_of(estimator).network.theta)
        assert np.array_equal(model_of(other).network.running, model_of(estimator).network.running)
        assert np.array_equal(other.predict(X), estimator.predict(X))


@pytest.mark.parametrize("seed", range(N_DRAWS))
def test_the_gradient_of_any_combination_is_the_slope_of_its_objective(seed):
    estimator, X, y, weight = draw(seed)
    smooth = {"activation": SMOOTH[seed % len(SMOOTH)], "l1": 0.0, "dtype": "float64"}
    estimator.set_params(**smooth)
    if getattr(estimator, "loss", None) in ("absolute_error", "quantile"):
        estimator.set_params(loss="squared_error")  # no kinks for the differences to cross
    estimator.fit(X, y, sample_weight=weight)
    opened = open_up(estimator, X, y, weight, dropout=0.0)
    network = opened.network()
    objective, batches = opened.objective(network)
    step = objective.bind(opened.rows.n_samples, None, opened.rows.weight is not None)
    ((x, target, weight),) = batches.epoch()

    def value(theta):
        network.theta[...] = theta
        return step(x, target, weight) + objective.penalty()

    theta = network.theta.copy()
    value(theta)
    gradient = network.grad.copy()
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(8, theta.size))
    slopes = np.array([_slope(value, theta, d) for d in directions])
    # two-sided differences: ε² truncation and round-off/ε are both near 1e-10 at ε = 1e-5
    assert relative_error(directions @ gradient, slopes) < 1e-7


def _slope(value, theta, direction, epsilon=1e-5):
    direction_value = value(theta + epsilon * direction) - value(theta - epsilon * direction)
    return direction_value / (2 * epsilon)


def test_a_search_can_sample_every_hyperparameter(iris):
    space = {**CLASSIFIER, "optimizer": [Adam(), AdamW()], "lr_schedule": ["exponential"]}
    space |= {
        "optimizer__beta_1": [0.8, 0.9],
        "lr_schedule__decay_rate": [0.9, 0.99],
        "batch_norm": [BatchNorm()],
        "batch_norm__momentum": [0.5, 0.9],
        "weight_init": [VarianceScaling()],
        "weight_init__gain": [1.0, 2.0],
        "weight_averaging": ["auto", None, 0.8],
        "early_stopping": ["auto", True, False],
        "scoring": [None, "accuracy"],
        "validation_fraction": [0.2],
    }
    search = RandomizedSearchCV(
        DeepClassifier(max_epochs=2, random_state=0), space, n_iter=30, cv=2, random_state=0
    ).fit(*iris)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    best = search.best_estimator_.get_params()
    for name, value in search.best_params_.items():
        if not any(other.startswith(name + "__") for other in space):
            assert repr(best[name]) == repr(value)
