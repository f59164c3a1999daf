"""Fits that pause: what is saved, and what finds it again. Scores are tested with the search."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

from skdeep import DeepClassifier, DeepRegressor
from skdeep.estimators.inside import Pauses, let_pause
from skdeep.estimators.pausing import _FITTED
from tests.estimators.helpers import EVERYTHING, assert_same
from tests.helpers import error_of

kinds = pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])


@pytest.fixture
def pauses(tmp_path):
    return Pauses(tmp_path, keeps_all=False, n_epochs=1)


def files(pauses):
    """Return the suffixes of the saved fits."""
    return sorted(path.suffix for path in pauses.folder.iterdir())


def fit_by(pauses, kind, steps, X, y, **options):
    """Return the last of several fits, each by a clone, that pause after the given epochs."""
    estimator = kind(**EVERYTHING | options)
    let_pause(estimator, pauses)
    for pauses.n_epochs in steps:
        fitted = clone(estimator).fit(X, y)
    return fitted


@kinds
@pytest.mark.parametrize("options", [{}, {"early_stopping": True}, {"weight_averaging": None}])
def test_a_fit_that_pauses_is_a_fit_at_once_bit_for_bit(kind, options, pauses, iris):
    paused = fit_by(pauses, kind, [1, 3, 4], *iris, **options)
    at_once = kind(**EVERYTHING | options).fit(*iris)
    assert_same(paused, at_once)
    for name in ("best_epoch_", "n_features_in_", "validation_scores_", "loss_"):
        assert getattr(paused, name) == getattr(at_once, name)
    assert paused.history_["changed"] == at_once.history_["changed"]


@kinds
def test_a_paused_fit_keeps_its_best_epoch(kind, pauses, noise):
    options = {"early_stopping": True, "learning_rate": 0.1, "max_epochs": 30}
    paused = fit_by(pauses, kind, [5, 10, 20], *noise, **options)
    scores = paused.validation_scores_
    assert len(scores) == 20
    assert paused.best_epoch_ == int(np.argmax(scores)) < 19


@pytest.mark.parametrize("train", ["fit", "partial_fit"])
def test_training_goes_on_after_the_last_pause_as_after_any_fit(train, pauses, noise):
    options = EVERYTHING | {"early_stopping": True, "warm_start": True}
    paused = fit_by(pauses, DeepClassifier, [2, 4], *noise, **options)
    at_once = DeepClassifier(**options).fit(*noise)
    pauses.n_epochs = None
    options = {"early_stopping": "auto"}
    assert_same(
        getattr(paused.set_params(**options), train)(*noise),
        getattr(at_once.set_params(**options), train)(*noise),
    )


def test_the_same_fit_again_trains_nothing(pauses, iris):
    first = fit_by(pauses, DeepClassifier, [2], *iris)
    again = fit_by(pauses, DeepClassifier, [2], *iris)
    assert again.history_["seconds"] == first.history_["seconds"]


def test_a_fit_that_goes_on_replaces_its_pause_unless_all_are_kept(pauses, iris):
    fit_by(pauses, DeepClassifier, [1, 2], *iris)
    assert files(pauses) == [".2"]
    pauses.keeps_all = True
    fit_by(pauses, DeepClassifier, [3, 4], *iris)
    assert files(pauses) == [".2", ".3", ".4"]
    # a fit at an earlier pause is what it was
    assert fit_by(pauses, DeepClassifier, [2], *iris).n_epochs_ == 2


@pytest.mark.parametrize(
    "other",
    [
        lambda X, y: (DeepClassifier(**EVERYTHING), X + 1, y, {}),
        lambda X, y: (DeepClassifier(**EVERYTHING), X, (y + 1) % 3, {}),
        lambda X, y: (DeepClassifier(**EVERYTHING), X, y, {"sample_weight": 1.0 + y}),
        lambda X, y: (DeepClassifier(**EVERYTHING), X, y, {"X_val": X, "y_val": y}),
        lambda X, y: (DeepClassifier(**EVERYTHING | {"learning_rate": 0.1}), X, y, {}),
        lambda X, y: (DeepRegressor(**EVERYTHING), X, y, {}),
    ],
)
def test_other_data_or_hyperparameters_are_another_fit(other, pauses, iris):
    fit_by(pauses, DeepClassifier, [2], *iris)
    estimator, X, y, options = other(*iris)
    expected = clone(estimator).set_params(max_epochs=3, lr_schedule="constant")
    let_pause(estimator.set_params(lr_schedule="constant"), pauses)
    pauses.n_epochs = 3
    assert_same(estimator.fit(X, y, **options), expected.fit(X, y, **options))
    assert files(pauses) == [".2", ".3"]


def test_clones_pause_only_while_the_fits_do(pauses, iris):
    estimator = DeepClassifier(**EVERYTHING)
    let_pause(estimator, pauses)
    pauses.n_epochs = None
    assert clone(estimator).fit(*iris).n_epochs_ == 4
    assert vars(clone(estimator)).keys() == vars(DeepClassifier()).keys()
    assert not files(pauses)


def test_partial_fit_does_not_pause(pauses, iris):
    estimator = DeepClassifier(**EVERYTHING)
    let_pause(estimator, pauses)
    assert estimator.partial_fit(*iris).partial_fit(*iris).n_epochs_ == 2
    assert not files(pauses)


def test_a_pause_that_is_replaced_while_it_is_looked_for_is_found(pauses, iris, monkeypatch):
    fit_by(pauses, DeepClassifier, [1, 2], *iris)
    (key,) = (path.stem for path in pauses.folder.iterdir())
    seen = iter([[1], [2]])  # the first is gone when it is read
    monkeypatch.setattr(pauses, "_known", lambda key: next(seen))
    assert pauses.latest(key)._state.epoch == 2


def test_a_fit_that_fails_saves_nothing(pauses, iris):
    with pytest.raises(ValueError, match="DeepClassifier: the training"):
        fit_by(pauses, DeepClassifier, [2], *iris, learning_rate=1e300, clip_norm=None)
    assert not files(pauses)


def test_a_saved_fit_has_all_fitted_attributes_and_no_other(pauses):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": np.arange(60.0), "b": ["x", "y"] * 30})
    fitted = fit_by(pauses, DeepClassifier, [1], frame, frame["b"])
    (path,) = pauses.folder.iterdir()
    assert vars(pickle.loads(path.read_bytes())).keys() == set(_FITTED)
    assert vars(fitted).keys() - vars(DeepClassifier()).keys() == {*_FITTED, "_pauses"}


def test_a_folder_that_is_not_there_is_named(pauses, iris):
    pauses.folder = pauses.folder / "gone"
    message = error_of(lambda: fit_by(pauses, DeepClassifier, [1], *iris))
    assert message == (
        f"DeepClassifier: the folder {str(pauses.folder)!r} of the paused fits is not there. Give "
        "the search a directory that all processes share."
    )
