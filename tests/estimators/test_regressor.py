"""DeepRegressor: its losses against closed forms, its target's units, its outputs."""

from copy import deepcopy

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import DataConversionWarning
from sklearn.linear_model import PoissonRegressor, Ridge
from sklearn.preprocessing import scale

from skdeep import DeepRegressor

NO_STEP = 1e-300  # a learning rate that moves nothing
LINEAR = {
    "hidden_layer_sizes": (),
    "optimizer": "lbfgs",
    "max_epochs": 1000,
    "n_iter_no_change": None,
    "dtype": "float64",
    "random_state": 0,
}


@pytest.fixture(scope="module")
def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return scale(X), y


@pytest.fixture
def skewed(rng):
    """A target without features: what is learned is one number."""
    return np.zeros((201, 1)), rng.exponential(50, size=201) + 10


def constant(loss, **hyperparameters):
    """Return a model of one number, trained by steps that become small."""
    return DeepRegressor(
        (), loss=loss, learning_rate=0.05, lr_schedule="cosine", batch_size="full", max_epochs=300,
        n_iter_no_change=None, random_state=0, **hyperparameters,
    )  # fmt: skip


# -- losses -------------------------------------------------------------------


@pytest.mark.parametrize("standardize_target", [False, True])
@pytest.mark.parametrize("alpha", [0.1, 10.0])
def test_a_linear_network_is_ridge_regression(diabetes, alpha, standardize_target):
    X, y = diabetes
    ours = DeepRegressor(l2=alpha, standardize_target=standardize_target, **LINEAR).fit(X, y)
    ridge = Ridge(alpha).fit(X, y)
    # L-BFGS ends where the objective no longer falls in float64: half its digits
    np.testing.assert_allclose(ours.predict(X), ridge.predict(X), rtol=1e-6)


def test_a_weighted_linear_network_is_weighted_ridge_regression(diabetes, rng):
    X, y = diabetes
    weight = rng.uniform(0, 3, size=len(y))
    ours = DeepRegressor(l2=5.0, **LINEAR).fit(X, y, weight)
    ridge = Ridge(5.0).fit(X, y, weight)
    np.testing.assert_allclose(ours.predict(X), ridge.predict(X), rtol=1e-6)


def test_several_linear_outputs_are_ridge_regressions_at_their_mean_loss(diabetes, rng):
    X, y = diabetes
    Y = np.column_stack([y, 100 * rng.normal(size=len(y)), 3 * y + 1])
    ours = DeepRegressor(l2=6.0 / 3, **LINEAR).fit(X, Y)  # the mean over three outputs
    np.testing.assert_allclose(
        ours.predict(X), Ridge(6.0).fit(X, Y).predict(X), rtol=1e-5, atol=1e-4
    )


@pytest.mark.parametrize("standardize_target", [False, True])
def test_a_linear_network_with_the_poisson_loss_is_poisson_regression(rng, standardize_target):
    X = rng.normal(size=(300, 3))
    y = rng.poisson(np.exp(1 + X @ [0.5, -0.3, 0.0])).astype(float)
    alpha = 0.05
    theirs = PoissonRegressor(alpha=alpha, tol=1e-10, max_iter=1000).fit(X, y)
    # its penalty is not divided by the number of rows; dividing y by its mean divides the loss
    l2 = alpha * len(y) / (y.mean() if standardize_target else 1)
    ours = DeepRegressor(
        loss="poisson", l2=l2, standardize_target=standardize_target, **LINEAR
    ).fit(X, y)
    np.testing.assert_allclose(ours.coefs_[0][:, 0], theirs.coef_, atol=1e-5)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)


def test_the_squared_error_finds_the_mean(skewed):
    X, y = skewed
    # a step of the last epochs is far below a thousandth of the standard deviation
    assert constant("squared_error").fit(X, y).predict(X[:1]) == pytest.approx(
        y.mean(), abs=1e-3 * y.std()
    )


def test_the_poisson_loss_finds_the_mean(skewed):
    X, y = skewed
    assert constant("poisson").fit(X, y).predict(X[:1]) == pytest.approx(y.mean(), rel=1e-3)


def test_the_absolute_error_finds_the_median(skewed):
    X, y = skewed
    found = constant("absolute_error").fit(X, y).predict(X[:1])
    # about its minimum the objective is flat between the neighbours of the median
    assert np.sort(y)[97] <= found <= np.sort(y)[103]


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.8])
def test_the_pinball_loss_finds_the_quantile(skewed, quantile):
    X, y = skewed
    found = constant("pinball", quantile=quantile).fit(X, y).predict(X[:1])
    # three rows of 201 on either side
    assert np.mean(y <= found) == pytest.approx(quantile, abs=0.015)


def test_the_pinball_loss_with_a_weight_finds_the_weighted_quantile(skewed, rng):
    X, y = skewed
    weight = np.where(y > np.median(y), 3.0, 1.0)
    found = constant("pinball", quantile=0.5).fit(X, y, weight).predict(X[:1])
    assert weight[y <= found].sum() / weight.sum() == pytest.approx(0.5, abs=0.02)


def test_the_huber_loss_is_smallest_at_what_it_finds(skewed):
    X, y = skewed
    t = (y - y.mean()) / y.std()

    def huber(center):
        r = np.abs(t - center)
        return np.where(r <= 1, r**2 / 2, r - 0.5).mean()

    best = minimize_scalar(huber, bounds=(-1, 1), method="bounded", options={"xatol": 1e-9}).x
    found = DeepRegressor(loss="huber", **LINEAR).fit(X, y).predict(X[:1])
    assert (found - y.mean()) / y.std() == pytest.approx(best, abs=1e-6)


def test_the_loss_reported_is_half_the_variance_left_unexplained(diabetes):
    X, y = diabetes
    options = {"early_stopping": False, "dtype": "float64"}
    model = DeepRegressor((4,), learning_rate=NO_STEP, max_epochs=1, **options).fit(X, y)
    # predictions do not move, so the loss is that of the fitted model
    residuals = (y - model.predict(X)) / y.std()
    assert model.loss_ == pytest.approx(np.mean(residuals**2) / 2, rel=1e-5)


# -- the target's units -------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "pinball"])
@pytest.mark.parametrize(("factor", "shift"), [(1e6, 0.0), (1e-6, 0.0), (1.0, 1e6), (-1.0, 0.0)])
def test_predictions_follow_the_units_of_the_target(diabetes, loss, factor, shift):
    X, y = diabetes
    if factor < 0 and loss == "pinball":
        factor = 2.0  # a quantile does not survive a change of sign, a median does
    if factor < 0:
        factor = 0.5
    options = {"loss": loss, "max_epochs": 5, "dtype": "float64", "random_state": 0}
    plain = DeepRegressor((8,), **options).fit(X, y).predict(X)
    other = DeepRegressor((8,), **options).fit(X, factor * y + shift).predict(X)
    # float64 keeps a shift of 1e6 to ten digits of y
    np.testing.assert_allclose((other - shift) / factor, plain, rtol=1e-6)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_poisson_predictions_follow_the_units_of_the_target(diabetes, factor):
    X, y = diabetes
    options = {"loss": "poisson", "max_epochs": 5, "dtype": "float64", "random_state": 0}
    plain = DeepRegressor((8,), **options).fit(X, y).predict(X)
    other = DeepRegressor((8,), **options).fit(X, factor * y).predict(X)
    np.testing.assert_allclose(other / factor, plain, rtol=1e-6)


def test_the_curves_do_not_depend_on_the_units_of_the_target(diabetes):
    X, y = diabetes
    model = DeepRegressor((8,), max_epochs=5, dtype="float64", random_state=0)
    plain, other = deepcopy(model).fit(X, y), deepcopy(model).fit(X, 1e6 * y)
    np.testing.assert_allclose(other.loss_curve_, plain.loss_curve_, rtol=1e-6)


def test_standardization_weighs_the_rows(skewed):
    X, y = skewed
    weight = np.linspace(0, 2, len(y))
    untrained = DeepRegressor((), learning_rate=NO_STEP, max_epochs=1)
    mean = np.average(y, weights=weight)
    assert deepcopy(untrained).fit(X, y, weight).predict(X[:1]) == pytest.approx(mean, rel=1e-6)


def test_a_target_without_standardization_starts_at_zero(skewed):
    X, y = skewed
    model = DeepRegressor((), standardize_target=False, learning_rate=NO_STEP, max_epochs=1)
    assert model.fit(X, y).predict(X[:1]) == 0


@pytest.mark.parametrize("value", [1e300, -1e-300])
def test_a_constant_target_of_any_size_is_predicted_without_a_warning(value):
    # its mean is off by rounding, a number whose square may be too large
    X, y, weight = np.eye(12), np.full(12, value), np.full(12, 2.0)
    model = DeepRegressor((3,), max_epochs=1, random_state=0).fit(X, y, weight)
    np.testing.assert_allclose(model._y_shift, value, rtol=1e-14)
    np.testing.assert_array_equal(model._y_scale, 1.0)


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "pinball", "poisson"])
@pytest.mark.parametrize("standardize_target", [True, False])
@pytest.mark.parametrize("value", [1.0, 0.1, 1e9])
def test_a_constant_target_is_predicted_exactly(diabetes, loss, standardize_target, value):
    X, _ = diabetes
    if not standardize_target:
        value = min(value, 3.0)  # the exponential of a larger one overflows
    model = DeepRegressor(
        (4,), loss=loss, standardize_target=standardize_target, max_epochs=2, random_state=0
    )
    assert set(model.fit(X, np.full(len(X), value)).predict(X)) == {value}


def test_constant_outputs_beside_others_are_predicted_exactly(diabetes):
    X, y = diabetes
    model = DeepRegressor((4,), max_epochs=2, random_state=0)
    predicted = model.fit(X, np.column_stack([np.full(442, 0.1), y, np.zeros(442)])).predict(X)
    assert set(predicted[:, 0]) == {0.1}
    assert set(predicted[:, 2]) == {0.0}
    assert len(set(predicted[:, 1])) > 400


def test_a_target_that_is_constant_where_rows_have_weight_is_predicted_exactly(diabetes):
    X, y = diabetes
    weight = np.where(np.arange(442) < 60, 1.0, 0.0)
    model = DeepRegressor((4,), max_epochs=2, random_state=0)
    assert set(model.fit(X, np.where(weight > 0, 0.1, y), weight).predict(X)) == {0.1}


def test_a_target_that_only_held_out_rows_vary_is_not_constant(diabetes):
    X, _ = diabetes
    for odd in range(40):  # one row in ten is held out
        y = np.zeros(100)
        y[odd] = 1.0
        model = DeepRegressor((4,), early_stopping=True, max_epochs=1, random_state=0)
        assert len(set(model.fit(X[:100], y).predict(X))) > 1


def test_training_moves_on_from_a_constant_target(diabetes):
    X, y = diabetes
    flat = np.full(442, 7.0)
    model = DeepRegressor((4,), max_epochs=2, early_stopping=False, random_state=0)
    model = model.fit(X, flat)
    streamed = deepcopy(model).partial_fit(X, flat)
    assert set(streamed.predict(X)) == {7.0}
    streamed.partial_fit(X, y)
    assert len(set(streamed.predict(X))) > 400
    streamed.partial_fit(X, flat)  # one call of many
    assert len(set(streamed.predict(X))) > 400
    resumed = model.set_params(warm_start=True).fit(X, y)
    assert len(set(resumed.predict(X))) > 400
    assert set(resumed.fit(X, flat + 1).predict(X)) == {8.0}


def test_partial_fit_moves_on_from_one_constant_to_another(diabetes):
    X, _ = diabetes
    model = DeepRegressor((4,), random_state=0).partial_fit(X, np.full(442, 7.0))
    assert set(model.predict(X)) == {7.0}
    model.partial_fit(X, np.full(442, 8.0))
    assert len(set(model.predict(X))) > 400


# -- a loss that changes ------------------------------------------------------


@pytest.mark.parametrize("before", [("squared_error", True), ("poisson", True), ("poisson", False)])
@pytest.mark.parametrize(
    "change",
    [{"loss": "poisson"}, {"loss": "huber"}, {"loss": "pinball", "quantile": 0.9},
     {"standardize_target": False}, {"standardize_target": True}, {"dtype": "float64"}],
    ids=str,
)  # fmt: skip
def test_no_hyperparameter_changes_a_prediction(diabetes, before, change):
    X, y = diabetes
    loss, standardize_target = before
    model = DeepRegressor(
        (4,), loss=loss, standardize_target=standardize_target, max_epochs=2, random_state=0
    ).fit(X, y / 100)
    expected = model.predict(X)
    np.testing.assert_array_equal(model.set_params(**change).predict(X), expected)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("before", "now"),
    [
        (("squared_error", True), ("poisson", True)),
        (("poisson", True), ("huber", True)),
        (("poisson", False), ("squared_error", False)),
        (("squared_error", True), ("squared_error", False)),
        (("pinball", False), ("pinball", True)),
        (("poisson", True), ("poisson", False)),
    ],
    ids=str,
)
def test_training_does_not_go_on_in_another_scale(diabetes, before, now, method):
    X, y = diabetes
    names = "loss", "standardize_target"
    model = DeepRegressor(
        (4,), max_epochs=2, warm_start=True, random_state=0, **dict(zip(names, before, strict=True))
    ).fit(X, y / 100)
    expected = model.predict(X)
    model.set_params(**dict(zip(names, now, strict=True)))
    assert error_of(getattr(model, method), X, y / 100) == (
        "DeepRegressor: the scale of the target cannot change while training goes on. It is that "
        f"of loss={before[0]!r} with standardize_target={before[1]}. Got loss={now[0]!r} with "
        f"standardize_target={now[1]}. Put them back, or fit anew with warm_start=False."
    )
    np.testing.assert_array_equal(model.predict(X), expected)
    cold = deepcopy(model).set_params(warm_start=False).fit(X, y / 100)
    fresh = clone(model).fit(X, y / 100)
    np.testing.assert_array_equal(cold.predict(X), fresh.predict(X))


def test_training_goes_on_with_a_loss_of_the_same_scale(skewed):
    X, y = skewed
    model = constant("squared_error", warm_start=True).fit(X, y)
    for quantile in (0.5, 0.8):
        model.set_params(loss="pinball", quantile=quantile).fit(X, y)
        # three rows of 201 on either side
        assert np.mean(y <= model.predict(X[:1])) == pytest.approx(quantile, abs=0.015)
    message = error_of(model.set_params(loss="poisson").fit, X, y)
    assert "It is that of loss='pinball' with standardize_target=True." in message


def test_each_output_is_standardized_on_its_own(diabetes):
    X, y = diabetes
    Y = np.column_stack([y, 1e6 * y, 1e-6 * y])
    predicted = DeepRegressor((16,), max_epochs=60, random_state=0).fit(X, Y).predict(X)
    for i in range(3):
        assert np.corrcoef(predicted[:, i], y)[0, 1] > 0.6


# -- outputs ------------------------------------------------------------------


def test_the_prediction_has_the_shape_of_the_target(diabetes):
    X, y = diabetes
    model = DeepRegressor((4,), max_epochs=1)
    assert model.fit(X, y).predict(X).shape == (442,)
    assert model.fit(X, np.column_stack([y, y])).predict(X).shape == (442, 2)
    assert model.n_outputs_ == 2


def test_a_column_of_targets_is_taken_as_one_dimensional_with_a_warning(diabetes):
    X, y = diabetes
    model = DeepRegressor((4,), max_epochs=2, random_state=0)
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed"):
        column = deepcopy(model).fit(X, y[:, None])
    np.testing.assert_array_equal(column.predict(X), model.fit(X, y).predict(X))


@pytest.mark.parametrize("largest", [1.7e308, -1.1e300])
def test_a_target_near_the_largest_number_is_refused(largest):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        DeepRegressor((3,)).fit(np.eye(12), np.linspace(0, largest, 12))
    assert str(error.value) == (
        "DeepRegressor: y must lie between -1e300 and 1e300, where sums of it are finite. Got "
        f"values up to {abs(largest):g}. Divide y by a constant."
    )


def test_integer_targets_are_numbers(diabetes):
    X, y = diabetes
    model = DeepRegressor((4,), max_epochs=2, random_state=0)
    whole = deepcopy(model).fit(X, y.astype(int))
    np.testing.assert_array_equal(whole.predict(X), model.fit(X, y).predict(X))


def test_early_stopping_keeps_the_epoch_of_the_smallest_validation_loss(diabetes):
    X, y = diabetes
    model = DeepRegressor(
        (32,), early_stopping=True, learning_rate=0.03, n_iter_no_change=5, random_state=0
    ).fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])
    residuals = (y[300:] - model.predict(X[300:])) / y[:300].std()
    best = min(model.history_["val_loss"])
    assert np.mean(residuals**2) / 2 == pytest.approx(best, rel=1e-5)  # float32
    assert model.n_epochs_ < 200
    assert model.history_["val_loss"][model.best_epoch_] == best


# -- partial_fit --------------------------------------------------------------


def test_partial_fit_keeps_the_statistics_of_the_first_call(skewed):
    X, y = skewed
    model = DeepRegressor((), learning_rate=NO_STEP).partial_fit(X, y)
    first = model.predict(X[:1])
    assert first == pytest.approx(y.mean(), rel=1e-6)
    model.partial_fit(X, 100 * y)
    assert model.predict(X[:1]) == first


def test_a_warm_start_keeps_the_statistics_too_and_a_cold_one_does_not(skewed):
    X, y = skewed
    model = DeepRegressor((), learning_rate=NO_STEP, max_epochs=1, warm_start=True).fit(X, y)
    first = model.predict(X[:1])
    assert model.fit(X, 100 * y).predict(X[:1]) == first
    cold = model.set_params(warm_start=False).fit(X, 100 * y)
    assert cold.predict(X[:1]) == pytest.approx(100 * y.mean(), rel=1e-6)


def test_partial_fit_follows_a_drifting_target(skewed):
    X, y = skewed
    model = DeepRegressor((), learning_rate=0.1).partial_fit(X, y)
    for _ in range(200):
        model.partial_fit(X, y + 3 * y.std())
    assert model.predict(X[:1]) == pytest.approx(y.mean() + 3 * y.std(), rel=0.05)


# -- bad targets --------------------------------------------------------------


def error_of(function, *args, **kwargs):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - callers compare the message
        function(*args, **kwargs)
    return str(error.value)


def test_a_negative_target_is_an_error_for_the_poisson_loss(diabetes):
    X, y = diabetes
    y = y.copy()
    y[3] = -2
    assert error_of(DeepRegressor(loss="poisson").fit, X, y) == (
        "DeepRegressor: loss='poisson' needs y >= 0 with at least one y > 0. Got a smallest "
        "value of -2.0 and a largest of 346.0."
    )


def test_nothing_but_zeros_are_an_error_for_the_poisson_loss(diabetes):
    X, _ = diabetes
    assert error_of(DeepRegressor(loss="poisson").fit, X, np.zeros(442)) == (
        "DeepRegressor: loss='poisson' needs y >= 0 with at least one y > 0. Got a smallest "
        "value of 0.0 and a largest of 0.0."
    )


def test_a_later_block_of_zero_counts_is_no_error(rng):
    X, y = rng.normal(size=(20, 2)), rng.poisson(2.0, size=20)
    model = DeepRegressor((3,), loss="poisson").partial_fit(X, y)
    model.partial_fit(X[:5], np.zeros(5))
    assert model.n_epochs_ == 2


def test_another_number_of_outputs_is_an_error(diabetes):
    X, y = diabetes
    model = DeepRegressor((3,)).partial_fit(X, np.column_stack([y, y]))
    expected = "DeepRegressor: y has 1 outputs, but had 2 before."
    assert error_of(model.partial_fit, X, y) == expected


def test_a_target_of_three_dimensions_is_an_error(diabetes):
    X, y = diabetes
    assert error_of(DeepRegressor().fit, X, y[:, None, None]) == (
        "DeepRegressor: y must have one or two dimensions. Got 3."
    )


def test_a_target_of_words_is_an_error(diabetes):
    X, _ = diabetes
    assert "could not convert string to float" in error_of(
        DeepRegressor().fit, X, np.full(442, "high")
    )
