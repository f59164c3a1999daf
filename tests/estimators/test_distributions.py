"""Several quantiles, and a standard deviation beside the mean, in a regressor."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import norm
from sklearn.base import clone
from sklearn.inspection import permutation_importance
from sklearn.metrics import d2_pinball_score, mean_pinball_loss, r2_score
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import BiasVarianceReport, DeepRegressor, check_gradient
from skdeep.estimators.inside import model_of
from skdeep.losses import LOSSES, Gaussian, Quantile

LEVELS = (0.9, 0.1, 0.5)
BRIEF = {"hidden_layer_sizes": (8,), "max_epochs": 6, "random_state": 0}
THREE = {"loss": "quantile", "quantile": LEVELS}
GAUSSIAN = {"loss": "gaussian"}
both = pytest.mark.parametrize("loss", [THREE, GAUSSIAN], ids=["quantiles", "gaussian"])
members = pytest.mark.parametrize("n_members", [1, 3])

SETTINGS = {
    "members": {"n_members": 3},
    "batch norm and dropout": {"batch_norm": True, "dropout": 0.2, "batch_size": 32},
    "early stopping": {"early_stopping": True},
    "L-BFGS": {"optimizer": "lbfgs", "l2": 1.0},
    "SGD": {"optimizer": "nesterov", "learning_rate": 0.01, "clip_norm": 1.0},
    "averaged": {"weight_averaging": 0.9, "lr_schedule": "cosine"},
    "float64": {"dtype": "float64"},
    "no standardization": {"standardize_target": False},
    "linear": {"hidden_layer_sizes": ()},
}


def make(loss, **options):
    return DeepRegressor(**{**BRIEF, **loss, **options})


def all_of(model, X):
    """Return everything that a model predicts."""
    if model_of(model).target.loss.levels is None:
        return np.hstack(model.predict(X, return_std=True))
    return model.predict(X)


def error_of(function, *args, **kwargs):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - callers compare the message
        function(*args, **kwargs)
    return str(error.value)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
@both
def test_it_works_with_every_other_hyperparameter(loss, setting, diabetes):
    X, y = diabetes
    model = make(loss, **setting).fit(X, y / y.std())
    assert np.isfinite(all_of(model, X)).all()
    loaded = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(all_of(loaded, X), all_of(model, X))
    warm = model.set_params(warm_start=True).fit(X, y / y.std())
    assert warm.n_epochs_ >= 7
    smooth = clone(warm).set_params(activation="tanh")
    assert check_gradient(smooth, X[:40], y[:40] / y.std()).verdict in ("correct", "not checked")


@both
def test_several_outputs_are_predicted_each_with_its_own(loss, diabetes):
    X, y = diabetes
    Y = np.column_stack([y, 100 - y, np.full(442, 3.0)])
    model = make(loss, max_epochs=40).fit(X, Y)
    predicted = model.predict(X)
    assert predicted.shape == ((442, 3, 3) if loss is THREE else (442, 3))
    assert set(predicted[:, 2].ravel()) == {3.0}  # a constant is predicted exactly
    assert model.predict_members(X).shape == (model.n_members_, *predicted.shape)
    assert model.score(X, Y[:, [0, 1, 0]] if loss is THREE else Y) < 1
    middle = predicted[:, :2, 2] if loss is THREE else predicted[:, :2]
    for i in range(2):
        assert r2_score(Y[:, i], middle[:, i]) > 0.3
    if loss is GAUSSIAN:
        _, std = model.predict(X, return_std=True)
        assert std.shape == (442, 3)
        assert set(std[:, 2]) == {0.0}
        assert (std[:, :2] > 0).all()


@members
@both
def test_the_predictions_follow_the_units_of_the_target(loss, n_members, diabetes):
    X, y = diabetes
    options = {"dtype": "float64", "n_members": n_members}
    plain, other = (make(loss, **options).fit(X, each) for each in (y, 1e6 * y))
    np.testing.assert_allclose(all_of(other, X), 1e6 * all_of(plain, X), rtol=1e-6)


@both
def test_a_weight_of_two_is_a_row_given_twice(loss, diabetes):
    X, y = diabetes[0][:60], diabetes[1][:60]
    weight = np.arange(60) % 3
    options = {"batch_size": "full", "early_stopping": False}
    weighted = make(loss, **options).fit(X, y, weight)
    repeated = make(loss, **options).fit(X.repeat(weight, axis=0), y.repeat(weight))
    np.testing.assert_array_equal(all_of(weighted, X), all_of(repeated, X))


@both
def test_sparse_rows_are_the_same_rows(loss, diabetes):
    X, y = diabetes
    options = {"numerical_encoding": None, "n_members": 1, "dtype": "float64"}
    dense, sparse = (make(loss, **options).fit(each, y) for each in (X, csr_array(X)))
    # products of sparse matrices are summed in another order
    np.testing.assert_allclose(all_of(sparse, csr_array(X)), all_of(dense, X), rtol=1e-9)


@both
def test_a_stream_goes_on_and_resumes_from_a_pickle(loss, diabetes):
    X, y = diabetes
    model = make(loss)
    for rows in (slice(200), slice(200, 442)):
        model.partial_fit(X[rows], y[rows])
    loaded = pickle.loads(pickle.dumps(model))
    for each in (model, loaded):
        each.partial_fit(X, y)
    np.testing.assert_array_equal(all_of(loaded, X), all_of(model, X))


@both
def test_skops_needs_trust_for_the_estimator_alone(loss, diabetes):
    io = pytest.importorskip("skops.io")
    model = make(loss).fit(*diabetes)
    data = io.dumps(model)
    untrusted = io.get_untrusted_types(data=data)
    assert untrusted == ["skdeep.estimators.regressor.DeepRegressor"]
    loaded = io.loads(data, trusted=untrusted)
    np.testing.assert_array_equal(all_of(loaded, diabetes[0]), all_of(model, diabetes[0]))


@both
def test_model_selection_and_inspection_take_it(loss, diabetes):
    X, y = diabetes
    model = make(loss).fit(X, y)
    importance = permutation_importance(model, X, y, n_repeats=2, random_state=0)
    assert importance.importances_mean.argmax() in (2, 8)  # body mass and a blood value
    assert np.isfinite(cross_val_score(make(loss), X, y, cv=2)).all()
    report = BiasVarianceReport.from_estimator(model, X[:300], y[:300], X[300:], y[300:])
    assert report.train_error == pytest.approx(1 - model.score(X[:300], y[:300]))


@pytest.mark.parametrize("quantile", [LEVELS, list(LEVELS), np.array(LEVELS)], ids=str)
def test_columns_are_in_the_given_order_and_never_cross(diabetes, quantile):
    X, y = diabetes
    model = make(THREE, quantile=quantile).fit(X, y)
    predicted = model.predict(10 * X)  # far from the data, too
    assert predicted.shape == (442, 3)
    assert (np.diff(predicted[:, [1, 2, 0]], axis=1) >= 0).all()
    ascending = make(THREE, quantile=sorted(LEVELS)).fit(X, y)
    shares = [np.mean(y <= column) for column in ascending.predict(X).T]
    assert shares == sorted(shares)


def test_members_predict_the_mean_of_their_sorted_quantiles(diabetes):
    X, y = diabetes
    model = make(THREE, n_members=3).fit(X, y)
    each = model.predict_members(X)
    assert (np.diff(each[:, :, [1, 2, 0]], axis=2) >= 0).all()
    np.testing.assert_allclose(each.mean(axis=0), model.predict(X), rtol=1e-6)  # float32


@members
def test_early_stopping_judges_the_mean_pinball_loss_of_the_predictions(diabetes, n_members):
    X, y = diabetes
    model = make(THREE, n_members=n_members, dtype="float64")
    model.fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])
    predicted = model.predict(X[300:])
    losses = [
        mean_pinball_loss(y[300:], predicted[:, i], alpha=level) for i, level in enumerate(LEVELS)
    ]
    judged = model.history_["val_loss"][model.best_epoch_]
    # in units of the standardized target
    assert judged * y[:300].std() == pytest.approx(np.mean(losses), rel=1e-9)
    assert model.validation_scores_[model.best_epoch_] == -judged
    assert judged == min(model.history_["val_loss"])


@members
def test_early_stopping_judges_the_likelihood_of_what_is_predicted(diabetes, n_members):
    X, y = diabetes
    model = make(GAUSSIAN, n_members=n_members, dtype="float64")
    model.fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])
    mean, std = model.predict(X[300:], return_std=True)
    expected = -norm.logpdf(y[300:], mean, std).mean() - np.log(y[:300].std())
    assert model.history_["val_loss"][model.best_epoch_] == pytest.approx(expected, rel=1e-9)


def test_the_score_of_several_quantiles_is_the_mean_of_their_d2(diabetes):
    X, y = diabetes
    weight = np.linspace(0, 2, 442)
    model = make(THREE).fit(X, y)
    predicted = model.predict(X)
    expected = np.mean(
        [
            d2_pinball_score(y, predicted[:, i], sample_weight=weight, alpha=level)
            for i, level in enumerate(LEVELS)
        ]
    )
    assert model.score(X, y, weight) == pytest.approx(expected, rel=1e-12)


def test_the_score_of_the_other_losses_is_r2(diabetes):
    X, y = diabetes
    for loss in (GAUSSIAN, {"loss": "quantile", "quantile": 0.9}, {"loss": "gamma"}):
        model = make(loss).fit(X, y)
        assert model.score(X, y) == r2_score(y, model.predict(X))


def test_the_standard_deviation_of_members_is_that_of_their_mixture(diabetes):
    X, y = diabetes
    model = make(GAUSSIAN, n_members=3, dtype="float64", max_epochs=40).fit(X, y)
    mean, std = model.predict(X, return_std=True)
    means = model.predict_members(X)
    np.testing.assert_allclose(means.mean(axis=0), mean, rtol=1e-12)
    loss, raw = Gaussian(), model_of(model)._raw_of_members(X)
    stds = np.array([loss.std(part)[:, 0] for part in np.hsplit(raw, 3)]) * y.std()
    between = means.var(axis=0)
    scale = model_of(model).target.scale
    assert (between > 0).any()
    # the stopping rows are not in the standard deviation of training
    within = (stds / y.std() * scale) ** 2
    np.testing.assert_allclose(std**2, within.mean(axis=0) + between, rtol=1e-9)


def test_the_first_predictions_have_the_variance_of_the_target(diabetes):
    X, y = diabetes
    untrained = make(GAUSSIAN, learning_rate=1e-300, max_epochs=1, early_stopping=False)
    mean, std = untrained.fit(X, y).predict(X, return_std=True)
    # initial output weights are a tenth as large as those of the hidden layers
    np.testing.assert_allclose(std, y.std(), rtol=0.3)
    np.testing.assert_allclose(mean, y.mean(), atol=0.5 * y.std())


def test_the_deviation_follows_the_noise(rng):
    X = rng.uniform(-1, 1, size=(2000, 1))
    noise = np.where(X[:, 0] > 0, 2.0, 0.2)
    y = 3 * X[:, 0] + noise * rng.normal(size=2000)
    model = DeepRegressor((16,), loss="gaussian", random_state=0).fit(X, y)
    _, std = model.predict([[-0.5], [0.5]], return_std=True)
    # a thousand rows for each, and a network that smooths the step
    assert std == pytest.approx([0.2, 2.0], rel=0.25)


def test_an_exactly_predictable_target_keeps_a_finite_likelihood(rng):
    X = rng.normal(size=(200, 2))
    y = X @ [1.0, 2.0]
    model = DeepRegressor(
        (), loss="gaussian", optimizer="lbfgs", dtype="float64", max_epochs=500, random_state=0
    ).fit(X, y)
    mean, std = model.predict(X, return_std=True)
    np.testing.assert_allclose(mean, y, atol=1e-3)
    assert (std >= 1e-3 * y.std() * (1 - 1e-12)).all()


@pytest.mark.parametrize(
    "loss",
    sorted(
        name for name in LOSSES if name not in ("gaussian", "logistic", "softmax_cross_entropy")
    ),
)
def test_other_losses_refuse_return_std(diabetes, loss):
    X, y = diabetes
    model = make({"loss": loss}, max_epochs=1).fit(X, y)
    expected = (
        f"DeepRegressor: loss={loss!r} predicts no standard deviation, which return_std=True asks "
        "for. Fit with loss='gaussian'."
    )
    assert error_of(model.predict, X, return_std=True) == expected
    model.set_params(loss="gaussian")  # what was fitted counts
    assert error_of(model.predict, X, return_std=True) == expected


def test_return_std_passes_through_a_pipeline(diabetes):
    X, y = diabetes
    pipeline = make_pipeline(StandardScaler(), make(GAUSSIAN)).fit(X, y)
    mean, std = pipeline.predict(X, return_std=True)
    assert mean.shape == std.shape == (442,)


def test_training_goes_on_with_other_quantiles_of_the_same_number(diabetes):
    X, y = diabetes
    model = make(THREE, warm_start=True).fit(X, y)
    model.set_params(quantile=(0.2, 0.5, 0.8)).fit(X, y)
    assert model.n_epochs_ == 12
    message = error_of(model.set_params(quantile=(0.2, 0.8)).fit, X, y)
    assert message.startswith("DeepRegressor: the network cannot change while it goes on training.")


def test_gamma_needs_positive_targets(diabetes):
    X, y = diabetes
    y = np.where(np.arange(442) == 3, 0.0, y)
    assert error_of(make({"loss": "gamma"}).fit, X, y) == (
        "DeepRegressor: loss='gamma' needs y > 0. Got a smallest value of 0.0."
    )


@pytest.mark.parametrize(
    ("loss", "is_positive"),
    [("gamma", True), ("poisson", True), ("gaussian", False), (Quantile(), False),
     (LOSSES["gamma"](), True), (3, False)],
    ids=str,
)  # fmt: skip
def test_the_tag_says_which_losses_need_positive_targets(loss, is_positive):
    assert DeepRegressor(loss=loss).__sklearn_tags__().target_tags.positive_only is is_positive


def test_a_copy_is_the_same(diabetes):
    X, y = diabetes
    model = make(THREE).fit(X, y)
    np.testing.assert_array_equal(deepcopy(model).predict(X), model.predict(X))
