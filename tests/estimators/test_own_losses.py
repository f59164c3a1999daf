"""A loss as a component, one of skdeep's or of the user's own, in both estimators."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skdeep import DeepClassifier, DeepRegressor, check_gradient
from skdeep.estimators.inside import model_of
from skdeep.losses import (
    AbsoluteError,
    Gamma,
    Huber,
    Logistic,
    Poisson,
    Quantile,
    SoftmaxCrossEntropy,
)
from skdeep.temperature import fit_temperature
from tests.own_losses import Focal, LogCosh, Squared

BRIEF = {"hidden_layer_sizes": (6,), "activation": "tanh", "max_epochs": 4, "random_state": 0}
OWN = {
    "regressor": DeepRegressor(loss=LogCosh(0.5), **BRIEF),
    "members": DeepRegressor(loss=LogCosh(0.5), n_members=3, **BRIEF),
    "classes": DeepClassifier(loss=Focal(1.5), **BRIEF),
    "classes of members": DeepClassifier(loss=Focal(1.5), n_members=3, **BRIEF),
}
every_own = pytest.mark.parametrize("model", OWN.values(), ids=OWN)


def error_of(function, *args, **kwargs):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - callers compare the message
        function(*args, **kwargs)
    return str(error.value)


def raw(estimator, X):
    return getattr(estimator, "decision_function", estimator.predict)(X)


@every_own
@pytest.mark.parametrize("options", [{}, {"batch_norm": True}, {"l2": 0.5}], ids=str)
def test_its_gradient_can_be_checked(model, options, iris):
    X, y = iris
    check = check_gradient(clone(model).set_params(**options), X[::3], y[::3], epochs=2)
    assert check.verdict == "correct"


@every_own
def test_it_is_pickled_by_reference_and_training_goes_on(model, iris):
    fitted = clone(model).fit(*iris)
    loaded = pickle.loads(pickle.dumps(fitted))
    copies = [loaded, deepcopy(fitted), fitted]
    for each in copies:
        each.partial_fit(*iris)
    for each in copies[:2]:
        np.testing.assert_array_equal(raw(each, iris[0]), raw(fitted, iris[0]))
    assert repr(model_of(loaded).target.loss) == repr(model.loss)


@every_own
def test_skops_needs_trust_for_the_estimator_and_the_loss_alone(model, iris):
    io = pytest.importorskip("skops.io")
    data = io.dumps(clone(model).fit(*iris))
    untrusted = io.get_untrusted_types(data=data)
    kinds = type(model), type(model.loss)
    assert set(untrusted) == {f"{kind.__module__}.{kind.__name__}" for kind in kinds}
    loaded = io.loads(data, trusted=untrusted)
    np.testing.assert_array_equal(raw(loaded, iris[0]), raw(clone(model).fit(*iris), iris[0]))


@every_own
def test_changing_the_hyperparameter_does_not_change_a_prediction(model, iris):
    fitted = clone(model).fit(*iris)
    before = raw(fitted, iris[0])
    (name,) = model.loss.get_params()
    fitted.set_params(**{f"loss__{name}": 7.0})
    np.testing.assert_array_equal(raw(fitted, iris[0]), before)
    assert not np.array_equal(raw(clone(fitted).fit(*iris), iris[0]), before)


@every_own
def test_the_loss_of_the_user_is_not_changed(model, iris):
    loss = deepcopy(model.loss)
    fitted = clone(model).set_params(loss=loss).fit(*iris)
    assert model_of(fitted).target.loss is not loss
    assert repr(loss) == repr(model.loss)


def test_a_search_reaches_into_the_loss(iris):
    for model in OWN.values():
        (name,) = model.loss.get_params()
        space = {f"loss__{name}": [0.5, 2.0]}
        search = GridSearchCV(model, space, cv=2, error_score="raise").fit(*iris)
        assert getattr(search.best_estimator_.loss, name) in (0.5, 2.0)


def test_a_nested_name_turns_a_name_into_its_component(diabetes):
    model = DeepRegressor(loss="huber", **BRIEF).set_params(loss__delta=2.5)
    assert repr(model.loss) == "Huber(delta=2.5)"
    assert model_of(model.fit(*diabetes)).target.loss.delta == 2.5


def test_a_nested_name_of_the_log_loss_is_refused():
    assert error_of(DeepClassifier().set_params, loss__gamma=1.0) == (
        "loss='log_loss' has no hyperparameters of its own. Give a component, such as one of "
        "skdeep.losses, to set them."
    )


@pytest.mark.parametrize(
    ("name", "component"),
    [
        ("absolute_error", AbsoluteError()),
        ("huber", Huber()),
        ("poisson", Poisson()),
        ("gamma", Gamma()),
        ("quantile", Quantile()),
    ],
    ids=str,
)
def test_a_component_is_the_same_as_its_name(name, component, diabetes):
    X, y = diabetes
    named, given = (DeepRegressor(loss=loss, **BRIEF).fit(X, y) for loss in (name, component))
    np.testing.assert_array_equal(given.predict(X), named.predict(X))


def test_focal_loss_without_focus_is_the_log_loss(iris):
    X, y = iris
    options = {**BRIEF, "dtype": "float64"}
    focal, log_loss = (
        DeepClassifier(loss=loss, **options).fit(X, y) for loss in (Focal(0.0), "log_loss")
    )
    # round-off of four epochs
    np.testing.assert_allclose(focal.predict_proba(X), log_loss.predict_proba(X), rtol=1e-10)


def test_a_softmax_loss_of_two_classes_has_two_outputs_and_one_decision(iris):
    X, y = iris[0][:100], np.array(["no", "yes"])[iris[1][:100]]
    model = DeepClassifier(loss=Focal(), **BRIEF).fit(X, y)
    proba, decision = model.predict_proba(X), model.decision_function(X)
    assert model.n_outputs_ == 2
    assert proba.shape == (100, 2)
    assert decision.shape == (100,)
    # seven digits of float32
    np.testing.assert_allclose(np.log(proba[:, 1] / proba[:, 0]), decision, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(model.predict(X), np.where(decision > 0, "yes", "no"))
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), proba, rtol=1e-6)


@pytest.mark.parametrize("n_members", [1, 3])
def test_a_sigmoid_loss_is_for_two_classes_and_for_labels(iris, n_members):
    X, y = iris
    model = DeepClassifier(loss=Squared(), n_members=n_members, **BRIEF)
    two = clone(model).fit(X, y > 0)
    assert two.n_outputs_ == 1
    np.testing.assert_array_equal(two.predict(X), two.predict_proba(X)[:, 1] > 0.5)
    labels = np.eye(3, dtype=int)[y]
    assert clone(model).fit(X, labels).predict_proba(X).shape == (150, 3)
    assert check_gradient(model, X[::3], labels[::3]).verdict == "correct"


def test_the_temperature_is_fitted_to_the_log_loss(iris):
    # of the focal loss, the best temperature would be another
    X, y = iris[0][::2], iris[1][::2]
    X_val, y_val = iris[0][1::2], iris[1][1::2]
    model = DeepClassifier(loss=Focal(5.0), early_stopping=True, n_members=1, **BRIEF)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    raw = model.decision_function(X_val) * model.temperature_
    part = raw, np.eye(3, dtype=raw.dtype)[y_val], np.full(75, 1 / 75, raw.dtype)
    expected = fit_temperature(SoftmaxCrossEntropy(), [part], 75)
    # the fit stops within 1e-3 of log T
    assert model.temperature_ == pytest.approx(expected, rel=2e-3)


def test_training_does_not_go_on_with_another_number_of_outputs(iris):
    X, y = iris[0][:100], iris[1][:100]
    model = DeepClassifier(warm_start=True, **BRIEF).fit(X, y)
    assert "the network cannot change while it goes on training" in error_of(
        model.set_params(loss=Focal()).fit, X, y
    )


def test_training_goes_on_with_another_loss_of_the_same_outputs(iris):
    model = DeepClassifier(warm_start=True, **BRIEF).fit(*iris)
    model.set_params(loss=Focal()).fit(*iris)
    assert model.n_epochs_ == 8
    assert isinstance(model_of(model).target.loss, Focal)


def test_a_sigmoid_loss_of_three_classes_is_refused(iris):
    assert error_of(DeepClassifier(loss=Squared()).fit, *iris) == (
        "DeepClassifier: loss=Squared() has one probability for each output, so it needs two "
        "classes or labels. y has 3 classes. Derive the loss from Softmax."
    )


def test_a_softmax_loss_of_labels_is_refused(iris):
    X, y = iris
    assert error_of(DeepClassifier(loss=Focal()).fit, X, np.eye(3, dtype=int)[y]) == (
        "DeepClassifier: loss=Focal() divides the probability among all outputs, so it needs one "
        "class for each row. y has 3 labels. Derive the loss from Sigmoid."
    )


def test_a_loss_of_classes_is_refused_by_the_regressor(iris):
    assert error_of(DeepRegressor(loss=Logistic()).fit, *iris) == (
        "The 'loss' parameter of DeepRegressor must be a loss of numbers. Got Logistic() instead. "
        "Losses of classes are for DeepClassifier."
    )


def test_a_loss_of_numbers_is_refused_by_the_classifier(iris):
    assert error_of(DeepClassifier(loss=Huber()).fit, *iris) == (
        "The 'loss' parameter of DeepClassifier must be a str among {'log_loss'} or an instance "
        "of 'skdeep.losses.logits.LogitLoss'. Got Huber() instead."
    )


def test_a_bad_hyperparameter_of_a_loss_is_named(iris):
    assert error_of(DeepClassifier(loss=Focal(-1.0)).fit, *iris) == (
        "The 'gamma' parameter of Focal must be a float in the range [0.0, inf). Got -1.0 instead."
    )


def test_a_loss_without_a_name_is_named_after_its_class(diabetes):
    model = DeepRegressor(loss=LogCosh(), **BRIEF).fit(*diabetes)
    assert error_of(model.predict, diabetes[0], return_std=True) == (
        "DeepRegressor: loss='LogCosh' predicts no standard deviation, which return_std=True asks "
        "for. Fit with loss='gaussian'."
    )
