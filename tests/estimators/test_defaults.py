"""What the defaults mean: the rules behind each ``"auto"``."""

from copy import deepcopy

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale

from skdeep import DeepClassifier, DeepRegressor
from skdeep.estimators.inside import model_of
from tests.estimators.helpers import batch_sizes
from tests.helpers import thetas

BOTH = pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
AUTO_BETA = {DeepClassifier: 0.999, DeepRegressor: 0.998}
NO_STEP = 1e-300  # a learning rate that moves nothing


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(X))[:200]
    return scale(X)[rows], y[rows]


def small(estimator, **hyperparameters):
    options = {"hidden_layer_sizes": (6,), "max_epochs": 4, "random_state": 0}
    return estimator(**{**options, **hyperparameters})


def assert_same(one, two):
    """Assert that two estimators learned the same network, and watched it alike."""
    np.testing.assert_array_equal(model_of(one).network.theta, model_of(two).network.theta)
    assert one.loss_curve_ == two.loss_curve_
    np.testing.assert_array_equal(one.history_["val_score"], two.history_["val_score"])
    assert one.best_epoch_ == two.best_epoch_


def stops_early(estimator, *data, **validation):
    """Return whether ``"auto"`` fits as True does; else it must fit as False does."""
    auto = deepcopy(estimator).fit(*data, **validation)
    on = deepcopy(estimator).set_params(early_stopping=True).fit(*data, **validation)
    if auto.loss_curve_ == on.loss_curve_ and auto.validation_scores_ == on.validation_scores_:
        assert_same(auto, on)
        return True
    off = deepcopy(estimator).set_params(early_stopping=False).fit(*data, **validation)
    assert_same(auto, off)
    return False


@pytest.mark.parametrize("load", [load_iris, load_wine])
def test_small_data_are_learned_well_at_once(load):
    X, y = load(return_X_y=True)
    model = make_pipeline(StandardScaler(), DeepClassifier(random_state=0))
    scores = cross_validate(model, X, y, cv=5, scoring=["accuracy", "neg_log_loss"])
    assert scores["test_accuracy"].mean() > 0.93
    assert scores["test_neg_log_loss"].mean() > -0.2


@BOTH
@pytest.mark.parametrize(
    ("n_rows", "expected"), [(20, False), (39, False), (40, True), (200, True)]
)
def test_rows_are_held_out_from_40_rows_upward(cancer, estimator, n_rows, expected):
    X, y = cancer
    model = small(estimator, weight_averaging=None)
    assert stops_early(model, X[:n_rows], y[:n_rows]) is expected
    fitted = model.fit(X[:n_rows], y[:n_rows])
    assert (fitted.validation_scores_ is not None) is expected


def test_rows_without_weight_do_not_count(cancer):
    X, y = cancer
    weight = np.ones(80)
    weight[:41] = 0
    assert small(DeepClassifier).fit(X[:80], y[:80], weight).validation_scores_ is None
    weight[0] = 1
    assert small(DeepClassifier).fit(X[:80], y[:80], weight).validation_scores_ is not None


@BOTH
@pytest.mark.parametrize(
    "options", [{"hidden_layer_sizes": ()}, {"hidden_layer_sizes": []}, {"optimizer": "lbfgs"}]
)
def test_what_has_one_solution_holds_nothing_out(cancer, estimator, options):
    model = small(estimator, **options)
    assert not stops_early(model, *cancer)
    assert model.fit(*cancer).validation_scores_ is None


@BOTH
def test_given_validation_data_are_used_however_few_the_rows(cancer, estimator):
    X, y = cancer
    model = small(estimator, max_epochs=30, n_iter_no_change=None)
    # on the wrong classes, every epoch makes it worse; the weights that are kept tell
    validation = {"X_val": X[30:90], "y_val": 1 - y[30:90]}
    fitted = deepcopy(model).fit(X[:30], y[:30], **validation)
    assert_same(
        fitted, deepcopy(model).set_params(early_stopping=True).fit(X[:30], y[:30], **validation)
    )
    assert fitted.best_epoch_ == np.argmax(fitted.validation_scores_) < fitted.n_epochs_ - 1
    off = model.set_params(early_stopping=False).fit(X[:30], y[:30], **validation)
    assert not np.array_equal(thetas(fitted), thetas(off))


@BOTH
def test_given_validation_data_are_only_watched_without_hidden_layers(cancer, estimator):
    X, y = cancer
    model = small(estimator, hidden_layer_sizes=())
    watched = deepcopy(model).fit(X, y, X_val=X[:50], y_val=y[:50])
    np.testing.assert_array_equal(thetas(watched), thetas(model.fit(X, y)))
    assert len(watched.validation_scores_) == watched.n_epochs_


@BOTH
def test_partial_fit_holds_nothing_out_and_averages_nothing(cancer, estimator):
    model = small(estimator)
    plain = deepcopy(model).set_params(early_stopping=False, weight_averaging=None)
    for _ in range(3):
        model.partial_fit(*cancer)
        plain.partial_fit(*cancer)
    assert_same(model, plain)
    assert model.validation_scores_ is None


def test_partial_fit_is_there_unless_early_stopping_is_demanded():
    assert hasattr(DeepClassifier(), "partial_fit")
    assert hasattr(DeepClassifier(early_stopping=False), "partial_fit")
    assert not hasattr(DeepClassifier(early_stopping=True), "partial_fit")
    assert not hasattr(DeepClassifier(early_stopping=np.True_), "partial_fit")


@pytest.mark.parametrize(
    "y",
    [np.r_[np.arange(99) % 2, 2], np.arange(100) % 20],
    ids=["a class of one row", "more classes than held-out rows"],
)
def test_classes_too_small_to_hold_out_are_no_error_where_nobody_asked_for_it(y, rng):
    model = small(DeepClassifier).fit(rng.normal(size=(100, 3)), y)
    assert model.classes_.tolist() == np.unique(y).tolist()


@BOTH
@pytest.mark.parametrize("early_stopping", ["auto", True])
def test_weights_are_averaged_where_fit_stops_early(cancer, estimator, early_stopping):
    model = small(estimator, early_stopping=early_stopping)
    auto = deepcopy(model).fit(*cancer)
    explicit = deepcopy(model).set_params(weight_averaging=AUTO_BETA[estimator])
    assert_same(auto, explicit.fit(*cancer))
    none = model.set_params(weight_averaging=None).fit(*cancer)
    assert not np.array_equal(thetas(auto), thetas(none))


@BOTH
@pytest.mark.parametrize(
    ("options", "n_rows"),
    [
        ({}, 39),
        ({"early_stopping": False}, 200),
        ({"hidden_layer_sizes": ()}, 200),
        ({"optimizer": "lbfgs"}, 200),
        ({"optimizer": "lbfgs", "early_stopping": True}, 200),
    ],
    ids=str,
)
def test_weights_are_not_averaged_elsewhere(cancer, estimator, options, n_rows):
    X, y = cancer[0][:n_rows], cancer[1][:n_rows]
    model = small(estimator, **options)
    assert_same(deepcopy(model).fit(X, y), model.set_params(weight_averaging=None).fit(X, y))


@BOTH
def test_partial_fit_after_fit_goes_on_averaging(cancer, estimator):
    betas = "auto", AUTO_BETA[estimator]
    auto, explicit = (small(estimator, weight_averaging=beta).fit(*cancer) for beta in betas)
    stopped = deepcopy(auto).set_params(weight_averaging=None)
    for _ in range(3):
        for model in (auto, explicit, stopped):
            model.partial_fit(*cancer)
        assert_same(auto, explicit)
        assert not np.array_equal(thetas(auto), thetas(stopped))


@BOTH
def test_a_warm_start_goes_on_averaging(cancer, estimator):
    model = small(estimator, warm_start=True, max_epochs=3, n_iter_no_change=None)
    explicit = deepcopy(model).set_params(weight_averaging=AUTO_BETA[estimator])
    assert_same(model.fit(*cancer).fit(*cancer), explicit.fit(*cancer).fit(*cancer))


def untrained(estimator, X, y, **hyperparameters):
    """Return an estimator as it is drawn."""
    options = {"learning_rate": NO_STEP, "max_epochs": 1, "dtype": "float64"}
    return small(estimator, **options, **hyperparameters).fit(X, y)


@BOTH
@pytest.mark.parametrize("activation", ["relu", "tanh", "selu"])
def test_hidden_biases_spread_over_plus_minus_one(cancer, estimator, activation):
    options = {"hidden_layer_sizes": (300, 200), "activation": activation}
    *hidden, output = untrained(estimator, *cancer, **options).intercepts_
    for bias in hidden:
        assert np.abs(bias).max() <= 1
        # of 200 uniform numbers, all but one in 10⁴ draws reach this far
        assert bias.min() < -0.95
        assert bias.max() > 0.95
        assert bias.mean() == pytest.approx(0, abs=4 / np.sqrt(3 * 200))  # standard errors
    np.testing.assert_allclose(output, 0, atol=1e-200)


@BOTH
@pytest.mark.parametrize("weight_init", ["he_normal", "lecun_uniform", "orthogonal"])
def test_biases_start_at_zero_with_every_other_initialization(cancer, estimator, weight_init):
    model = untrained(estimator, *cancer, hidden_layer_sizes=(8, 5), weight_init=weight_init)
    for bias in model.intercepts_:
        np.testing.assert_allclose(bias, 0, atol=1e-200)


def test_normalized_layers_start_at_zero_and_the_others_are_spread(cancer):
    options = {"hidden_layer_sizes": (8, 5), "batch_norm": [True, False]}
    normalized, plain, output = untrained(DeepClassifier, *cancer, **options).intercepts_
    np.testing.assert_allclose(normalized, 0, atol=1e-200)
    assert (plain != 0).all()
    np.testing.assert_allclose(output, 0, atol=1e-200)


@BOTH
def test_the_output_starts_close_to_the_same_for_all_rows(cancer, estimator):
    weight = untrained(estimator, *cancer, hidden_layer_sizes=(2000,)).coefs_[-1]
    # the standard error of a variance of 2000 normal numbers is a thirtieth of it
    assert weight.var() == pytest.approx(0.01 / 2000, rel=4 / 30)


@pytest.mark.parametrize(
    ("n_rows", "sizes"),
    [
        (48, [48]), (49, [32, 17]), (64, [32] * 2), (65, [32, 32, 1]), (4096, [64] * 64),
        (8192, [128] * 64), (25_600, [256] * 100),
    ],
)  # fmt: skip
def test_a_batch_is_all_rows_up_to_48_and_then_a_64th_of_them_up_to_256(n_rows, sizes, rng):
    X, y = rng.normal(size=(n_rows, 1)), np.arange(n_rows) % 2
    model = small(DeepClassifier, early_stopping=False, max_epochs=1)
    assert batch_sizes(model, X, y) == sizes
