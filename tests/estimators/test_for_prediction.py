"""A light copy: it predicts the same, and cannot be trained on."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.inspection import permutation_importance

from skdeep import Adam, DeepClassifier, DeepRegressor, activation_statistics, check_gradient
from skdeep.estimators.inside import model_of
from tests.helpers import error_of

SETTINGS = {
    "defaults": {},
    "members": {"n_members": 3},
    "one member": {"n_members": 1},
    "batch norm and dropout": {"batch_norm": True, "dropout": 0.3},
    "averaged weights": {"weight_averaging": 0.9, "early_stopping": False},
    "early stopping": {"early_stopping": True},
    "L-BFGS": {"optimizer": "lbfgs"},
    "components": {"optimizer": Adam(beta_1=0.8)},
    "float64": {"dtype": "float64"},
    "linear": {"hidden_layer_sizes": ()},
}
QUESTIONS = (
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "predict_members",
    "hidden",
)
OF_THE_TRAINING = (
    "history_",
    "loss_curve_",
    "validation_scores_",
    "n_epochs_",
    "n_iter_",
    "best_epoch_",
    "loss_",
    "best_loss_",
)
kinds = pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])


def make(kind, **options):
    return kind(**{"hidden_layer_sizes": (6, 5), "max_epochs": 3, "random_state": 0} | options)


def assert_predicts_alike(light, original, X):
    """Assert that all questions have the same answer, to the last bit."""
    questions = [name for name in QUESTIONS if hasattr(original, name)]
    if not original.hidden_layer_sizes:
        questions.remove("hidden")
    for name in questions:
        ours, theirs = getattr(light, name)(X), getattr(original, name)(X)
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype


@kinds
@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_a_light_copy_predicts_the_same_bit_for_bit(kind, setting, iris):
    original = make(kind, **setting).fit(*iris)
    assert_predicts_alike(original.for_prediction(), original, iris[0])


@pytest.mark.parametrize("y_of", [lambda y: y == 1, lambda y: np.eye(3, dtype=int)[y]])
def test_a_light_copy_of_two_classes_and_of_labels_predicts_the_same(y_of, iris):
    X, y = iris
    original = make(DeepClassifier).fit(csr_matrix(X), y_of(y))
    assert_predicts_alike(original.for_prediction(), original, csr_matrix(X))


def test_a_light_copy_takes_frames_with_categories(rng):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": rng.normal(size=80), "b": rng.choice(["x", "y", None], 80)})
    original = make(DeepRegressor, category_encoding="embedding").fit(frame, frame["a"])
    assert_predicts_alike(original.for_prediction(), original, frame)


@kinds
def test_the_pickle_of_a_light_copy_is_little_more_than_its_numbers(kind, rng):
    X = rng.normal(size=(200, 30))
    original = kind(max_epochs=2, n_members=1, random_state=0).fit(X, X[:, 0] > 0)
    light = original.for_prediction()
    model = model_of(light)
    numbers = model.network.theta.nbytes + model.network.running.nbytes
    assert 20_000 < model.network.theta.size < 100_000
    assert len(pickle.dumps(light)) <= 1.2 * numbers
    assert len(pickle.dumps(original)) > 4 * numbers


@kinds
def test_later_training_of_the_original_does_not_change_a_light_copy(kind, iris):
    original = make(kind).fit(*iris)
    light, before = original.for_prediction(), deepcopy(original)
    original.partial_fit(*iris)
    assert_predicts_alike(light, before, iris[0])
    assert not np.array_equal(light.coefs_[0], original.coefs_[0])


@kinds
def test_a_light_copy_of_a_light_copy_is_another_one(kind, iris):
    light = make(kind).fit(*iris).for_prediction()
    assert_predicts_alike(light.for_prediction(), light, iris[0])


@kinds
@pytest.mark.parametrize("copied", [lambda e: pickle.loads(pickle.dumps(e)), deepcopy])
def test_a_light_copy_can_be_pickled_and_copied(kind, copied, iris):
    light = make(kind).fit(*iris).for_prediction()
    again = copied(light)
    assert_predicts_alike(again, light, iris[0])
    assert not hasattr(again, "history_")


@kinds
def test_a_light_copy_is_saved_by_skops(kind, iris):
    light = make(kind).fit(*iris).for_prediction()
    io = pytest.importorskip("skops.io")
    saved = io.dumps(light)
    trusted = io.get_untrusted_types(data=saved)
    assert trusted == [f"{kind.__module__}.{kind.__name__}"]
    assert_predicts_alike(io.loads(saved, trusted=trusted), light, iris[0])


@kinds
def test_a_clone_of_a_light_copy_is_unfitted_and_trains_as_the_original(kind, iris):
    original = make(kind).fit(*iris)
    cloned = clone(original.for_prediction())
    assert not hasattr(cloned, "n_features_in_")
    assert_predicts_alike(cloned.fit(*iris), original, iris[0])


@kinds
def test_fit_trains_a_light_copy_anew(kind, iris):
    original = make(kind).fit(*iris)
    again = original.for_prediction().fit(*iris)
    assert_predicts_alike(again, original, iris[0])
    assert again.loss_curve_ == original.loss_curve_
    again.partial_fit(*iris)  # it is a trained estimator again


@kinds
@pytest.mark.parametrize("train", ["fit", "partial_fit"])
def test_a_light_copy_cannot_be_trained_on(kind, train, iris):
    original = make(kind, warm_start=True).fit(*iris)
    light = original.for_prediction()
    assert error_of(lambda: getattr(light, train)(*iris)) == (
        f"{kind.__name__}: training cannot go on from a copy made by for_prediction(), which has "
        "no optimizer state. Train the original, or call fit with warm_start=False."
    )
    assert_predicts_alike(light, original, iris[0])


@kinds
@pytest.mark.parametrize("name", OF_THE_TRAINING)
def test_what_describes_the_training_is_gone(kind, name, iris):
    light = make(kind).fit(*iris).for_prediction()
    read = "n_epochs_" if name == "n_iter_" else name
    assert error_of(lambda: getattr(light, name), AttributeError) == (
        f"{kind.__name__}: {read} describes the training, which a copy made by for_prediction() "
        "has forgotten. Read it from the original."
    )


@kinds
def test_what_describes_the_network_stays(kind, iris):
    original = make(kind).fit(*iris)
    light = original.for_prediction()
    for name in ("coefs_", "intercepts_"):
        for ours, theirs in zip(getattr(light, name), getattr(original, name), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    for name in ("n_members_", "n_layers_", "n_outputs_", "n_features_in_"):
        assert getattr(light, name) == getattr(original, name)
    assert light.encoded_feature_names_.tolist() == original.encoded_feature_names_.tolist()
    assert light.get_params() == original.get_params()


def test_diagnostics_that_only_predict_work(iris):
    X, y = iris
    original = make(DeepClassifier).fit(X, y)
    light = original.for_prediction()
    assert repr(activation_statistics(light, X)) == repr(activation_statistics(original, X))
    ours, theirs = (check_gradient(e, X[:9], y[:9]) for e in (light, original))
    assert ours.errors == theirs.errors
    ours, theirs = (permutation_importance(e, X, y, random_state=0) for e in (light, original))
    np.testing.assert_array_equal(ours.importances, theirs.importances)
    assert light._repr_html_()


@kinds
def test_an_estimator_that_is_not_fitted_has_no_light_copy(kind):
    with pytest.raises(NotFittedError, match=f"This {kind.__name__} instance is not fitted yet"):
        kind().for_prediction()
