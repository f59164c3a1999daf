"""Saving, loading and going on: pickle, joblib and skops."""

import pickle
from copy import deepcopy

import joblib
import numpy as np
import pytest

import skdeep
from skdeep import Adam, DeepClassifier, DeepRegressor, Exponential
from skdeep.estimators.inside import model_of

SETTINGS = {
    "defaults": {},
    "members": {"n_members": 3},
    "batch norm and dropout": {"batch_norm": True, "dropout": 0.3},
    "averaged weights": {"weight_averaging": 0.9},
    "named parts": {
        "optimizer": "nadam",
        "lr_schedule": "reduce_on_plateau",
        "weight_init": "he_uniform",
        "activation": "gelu",
        "l2": 0.1,
    },
    "components": {"optimizer": Adam(beta_1=0.8), "lr_schedule": Exponential(0.9)},
    "float64": {"dtype": "float64"},
}


@pytest.fixture(params=SETTINGS, ids=list(SETTINGS))
def setting(request):
    return SETTINGS[request.param]


@pytest.fixture(params=[DeepClassifier, DeepRegressor])
def fitted(request, setting, iris):
    return request.param((6, 5), batch_size=32, max_epochs=3, random_state=0, **setting).fit(*iris)


def raw(estimator, X):
    return getattr(estimator, "decision_function", estimator.predict)(X)


def assert_goes_on_as(loaded, original, X, y):
    """Assert the same predictions now, and after more training."""
    np.testing.assert_array_equal(raw(loaded, X), raw(original, X))
    assert loaded.history_ == original.history_ or np.isnan(loaded.history_["val_loss"]).all()
    original = deepcopy(original)
    for model in (loaded, original):
        before = raw(model, X)
        model.partial_fit(X, y).partial_fit(X, y)
        assert not np.array_equal(raw(model, X), before)
    np.testing.assert_array_equal(raw(loaded, X), raw(original, X))


@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_a_pickled_estimator_predicts_and_goes_on_alike(fitted, iris, protocol):
    loaded = pickle.loads(pickle.dumps(fitted, protocol=protocol))
    assert_goes_on_as(loaded, fitted, *iris)


def test_an_estimator_saved_by_joblib_predicts_and_goes_on_alike(fitted, iris, tmp_path):
    joblib.dump(fitted, tmp_path / "model.joblib", compress=3)
    assert_goes_on_as(joblib.load(tmp_path / "model.joblib"), fitted, *iris)


def test_a_memory_mapped_estimator_predicts_and_goes_on_alike(fitted, iris, tmp_path):
    path = tmp_path / "model.joblib"
    joblib.dump(fitted, path)
    content = path.read_bytes()
    assert_goes_on_as(joblib.load(path, mmap_mode="r"), fitted, *iris)
    assert path.read_bytes() == content


def test_a_memory_mapped_estimator_may_be_fitted_warmly(iris, tmp_path):
    model = DeepClassifier((6,), max_epochs=3, warm_start=True, random_state=0).fit(*iris)
    joblib.dump(model, tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib", mmap_mode="r").fit(*iris)
    np.testing.assert_array_equal(raw(loaded, iris[0]), raw(model.fit(*iris), iris[0]))


def test_an_unfitted_estimator_survives_too(setting, iris):
    model = DeepClassifier((6,), max_epochs=2, random_state=0, **setting)
    loaded = pickle.loads(pickle.dumps(model))
    assert repr(loaded) == repr(model)
    np.testing.assert_array_equal(raw(loaded.fit(*iris), iris[0]), raw(model.fit(*iris), iris[0]))


def test_the_weights_of_a_loaded_estimator_are_views_that_follow_its_training(iris):
    loaded = pickle.loads(pickle.dumps(DeepClassifier((6,), max_epochs=2).fit(*iris)))
    for weight in loaded.coefs_:
        assert np.shares_memory(weight, model_of(loaded).network.theta)


def test_skops_needs_trust_for_the_estimator_alone(fitted, iris, setting):
    io = pytest.importorskip("skops.io")
    data = io.dumps(fitted)
    untrusted = io.get_untrusted_types(data=data)
    kind = type(fitted)
    expected = {f"{kind.__module__}.{kind.__name__}"}
    expected |= {
        f"{type(value).__module__}.{type(value).__name__}"
        for value in setting.values()
        if type(value).__module__.startswith("skdeep")
    }
    assert set(untrusted) == expected
    assert_goes_on_as(io.loads(data, trusted=untrusted), fitted, *iris)


def _restored(model, state):
    loaded = type(model).__new__(type(model))
    loaded.__setstate__(state)


def _with_target(model, **damage):
    """Return the model's state with other values in its target."""
    state = model.__getstate__()
    kind, values = state["_model"]["target"]
    return {**state, "_model": {**state["_model"], "target": (kind, {**values, **damage})}}


def _with_inputs(model, n_encoded):
    state = model.__getstate__()
    inputs = "AsGiven", {"n_features": n_encoded}
    return {
        **state,
        "n_features_in_": n_encoded,
        "_model": {**state["_model"], "inputs": inputs},
    }


DAMAGE = {
    "classes": (
        DeepClassifier,
        lambda model: _with_target(model, classes=np.arange(2)),
        "raw outputs are 1 by its attributes and 3 by its network",
    ),
    "features": (
        DeepClassifier,
        lambda model: {**model.__getstate__(), "n_features_in_": 3},
        "features are 3 by its attributes and 4 by its network",
    ),
    "inputs": (
        DeepClassifier,
        lambda model: _with_inputs(model, 3),
        "inputs are 3 by its attributes and 4 by its network",
    ),
    "outputs": (
        DeepRegressor,
        lambda model: _with_target(
            model, shift=np.zeros(2), scale=np.ones(2), constant=np.full(2, np.nan)
        ),
        "raw outputs are 2 by its attributes and 1 by its network",
    ),
    "scale": (
        DeepRegressor,
        lambda model: _with_target(model, scale=np.ones(2)),
        "the target's shift, scale and constant have shapes [(1,), (2,), (1,)]",
    ),
}


@pytest.mark.parametrize(("estimator", "damaged", "what"), DAMAGE.values(), ids=DAMAGE)
def test_parts_that_do_not_belong_together_are_refused(iris, estimator, damaged, what):
    model = estimator((3,), numerical_encoding=None, max_epochs=1).fit(*iris)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        _restored(model, damaged(model))
    assert str(error.value) == (
        f"{estimator.__name__}: the saved state does not fit together: {what}. Save it anew."
    )


def test_the_state_holds_the_version(iris):
    model = DeepClassifier((3,), max_epochs=1).fit(*iris)
    assert model.__getstate__()["_skdeep_version"] == skdeep.__version__


@pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
def test_another_version_is_a_warning_that_names_both(iris, estimator):
    model = estimator((3,), max_epochs=1).fit(*iris)
    state = {**model.__getstate__(), "_skdeep_version": "0.0.7"}
    loaded = estimator.__new__(estimator)
    with pytest.warns(UserWarning) as warnings:  # noqa: PT030 - the whole message follows
        loaded.__setstate__(state)
    (warning,) = warnings
    assert str(warning.message) == (
        f"{estimator.__name__} was saved by skdeep 0.0.7 and is loaded by skdeep "
        f"{skdeep.__version__}. Its predictions may differ; fit it anew to be safe."
    )
    np.testing.assert_array_equal(raw(loaded, iris[0]), raw(model, iris[0]))


def test_the_same_version_is_no_warning(iris):
    model = DeepClassifier((3,), max_epochs=1).fit(*iris)
    pickle.loads(pickle.dumps(model))  # warnings are errors in this suite
