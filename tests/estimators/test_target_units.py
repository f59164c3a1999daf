"""Predictions follow the units of the target, also where training goes on."""

from copy import deepcopy

import numpy as np
import pytest
from sklearn.base import clone

from skdeep import DeepRegressor
from skdeep.estimators.inside import model_of
from tests.estimators.helpers import constant

NO_STEP = 1e-300  # a learning rate that moves nothing


@pytest.mark.parametrize(
    "loss", ["squared_error", "absolute_error", "huber", "quantile", "gaussian"]
)
@pytest.mark.parametrize(("factor", "shift"), [(1e6, 0.0), (1e-6, 0.0), (1.0, 1e6), (-1.0, 0.0)])
def test_predictions_follow_the_units_of_the_target(diabetes, loss, factor, shift):
    X, y = diabetes
    if factor < 0 and loss == "quantile":
        factor = 2.0  # a quantile does not survive a change of sign, a median does
    if factor < 0:
        factor = 0.5
    options = {"loss": loss, "max_epochs": 5, "dtype": "float64", "random_state": 0}
    plain = DeepRegressor((8,), **options).fit(X, y).predict(X)
    other = DeepRegressor((8,), **options).fit(X, factor * y + shift).predict(X)
    # float64 keeps a shift of 1e6 to ten digits of y
    np.testing.assert_allclose((other - shift) / factor, plain, rtol=1e-6)


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_predictions_under_the_logarithm_follow_the_units_of_the_target(diabetes, factor, loss):
    X, y = diabetes
    options = {"loss": loss, "max_epochs": 5, "dtype": "float64", "random_state": 0}
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
    target = model_of(model).target
    np.testing.assert_allclose(target.shift, value, rtol=1e-14)
    np.testing.assert_array_equal(target.scale, 1.0)


@pytest.mark.parametrize(
    "loss",
    ["squared_error", "absolute_error", "huber", "quantile", "gaussian", "poisson", "gamma"],
)
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


def test_training_that_goes_on_keeps_the_scale_of_the_target(diabetes):
    X, y = diabetes
    model = DeepRegressor((4,), max_epochs=1, random_state=0).fit(X, y)
    target = model_of(model).target
    scale = target.shift.tolist(), target.scale.tolist()
    assert scale[0] != [0.0]
    model.partial_fit(X, y + 100)
    model.set_params(warm_start=True).fit(X, 2 * y)
    target = model_of(model).target
    assert (target.shift.tolist(), target.scale.tolist()) == scale


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


@pytest.mark.parametrize("before", [("squared_error", True), ("poisson", True), ("poisson", False)])
@pytest.mark.parametrize(
    "change",
    [{"loss": "poisson"}, {"loss": "huber"}, {"loss": "quantile", "quantile": 0.9},
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
        (("quantile", False), ("quantile", True)),
        (("poisson", True), ("poisson", False)),
        (("gaussian", True), ("squared_error", True)),
        (("squared_error", True), ("gaussian", True)),
        (("gamma", True), ("gaussian", True)),
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
        model.set_params(loss="quantile", quantile=quantile).fit(X, y)
        # three rows of 201 on either side
        assert np.mean(y <= model.predict(X[:1])) == pytest.approx(quantile, abs=0.015)
    message = error_of(model.set_params(loss="poisson").fit, X, y)
    assert "It is that of loss='quantile' with standardize_target=True." in message


def test_each_output_is_standardized_on_its_own(diabetes):
    X, y = diabetes
    Y = np.column_stack([y, 1e6 * y, 1e-6 * y])
    predicted = DeepRegressor((16,), max_epochs=60, random_state=0).fit(X, Y).predict(X)
    for i in range(3):
        assert np.corrcoef(predicted[:, i], y)[0, 1] > 0.6


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


def error_of(function, *args, **kwargs):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - callers compare the message
        function(*args, **kwargs)
    return str(error.value)
