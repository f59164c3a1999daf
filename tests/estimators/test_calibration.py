"""The temperature that early stopping fits with the best epoch."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification, make_multilabel_classification
from sklearn.metrics import average_precision_score, d2_brier_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale

from skdeep import DeepClassifier, DeepRegressor
from skdeep.estimators.inside import model_of


def labels(n_classes):
    """Return noisy data with as many classes, or a multilabel target for "multilabel"."""
    if n_classes == "multilabel":
        X, y = make_multilabel_classification(800, 8, n_classes=3, random_state=0)
    else:
        X, y = make_classification(
            800, 8, n_informative=6, n_classes=n_classes, flip_y=0.3, random_state=0
        )
    return train_test_split(scale(X), y, random_state=0)


targets = pytest.mark.parametrize("n_classes", [2, 3, "multilabel"])


def model(**hyperparameters):
    defaults = {
        "numerical_encoding": None,
        "early_stopping": True,
        "max_epochs": 8,
        "n_iter_no_change": None,
    }
    return DeepClassifier((16,), random_state=0, **{**defaults, **hyperparameters})


def loss_of(estimator, X, y, temperature=1.0):
    """Return the mean log-loss with the logits divided once more."""
    raw = estimator.decision_function(X).astype(float) / temperature
    if y.ndim == 2 or raw.ndim == 1:
        values = np.logaddexp(0, raw) - y * raw
        return values.sum(1).mean() if y.ndim == 2 else values.mean()
    return (np.logaddexp.reduce(raw, axis=1) - raw[np.arange(len(y)), y]).mean()


@targets
def test_the_temperature_gives_the_validation_rows_a_better_loss(n_classes):
    X, X_val, y, y_val = labels(n_classes)
    fitted = model(label_smoothing=0.4).fit(X, y, X_val=X_val, y_val=y_val)
    # smoothed labels make timid logits, which are to be divided by less than one
    assert fitted.temperature_ < 0.95
    here = loss_of(fitted, X_val, y_val)
    assert here == pytest.approx(fitted.history_["val_loss"][fitted.best_epoch_], rel=1e-5)
    others = (0.4, 1 / fitted.temperature_, 2.0)
    assert here < min(loss_of(fitted, X_val, y_val, t) for t in others)


@targets
def test_the_logits_are_the_outputs_over_the_temperature(n_classes):
    X, _, y, _ = labels(n_classes)
    fitted = model(activation="relu", label_smoothing=0.4, n_members=1).fit(X, y)
    assert fitted.temperature_ != 1
    (W1, W2), (b1, b2) = fitted.coefs_, fitted.intercepts_
    raw = np.maximum(X @ W1 + b1, 0) @ W2 + b2
    logits = fitted.decision_function(X).reshape(raw.shape)
    np.testing.assert_allclose(logits, raw / fitted.temperature_, rtol=1e-3, atol=1e-4)


def test_an_overfitted_network_becomes_less_certain_and_better():
    X, X_test, y, y_test = labels(2)
    epochs = iter(range(60))
    growing = model(max_epochs=60, scoring=lambda estimator, X, y: float(next(epochs)))
    growing.set_params(hidden_layer_sizes=(64, 64), validation_fraction=0.3)
    fitted = growing.fit(X, y)
    assert fitted.best_epoch_ == fitted.n_epochs_ - 1
    assert fitted.temperature_ > 1.3
    loss = loss_of(fitted, X_test, y_test)
    assert loss < loss_of(fitted, X_test, y_test, 1 / fitted.temperature_) - 0.05


def d2_brier(estimator, X, y, weight=None):
    """Return scikit-learn's D² Brier score of the probabilities; of all labels together."""
    proba = estimator.predict_proba(X).astype(float)
    if y.ndim == 2:
        square = np.average((proba - y) ** 2, axis=0, weights=weight).sum()
        mean = np.average(y, axis=0, weights=weight)
        return 1 - square / (mean * (1 - mean)).sum()
    proba /= proba.sum(1, keepdims=True)
    return d2_brier_score(y, proba, sample_weight=weight, labels=estimator.classes_)


@targets
@pytest.mark.parametrize("early_stopping", [True, False])
def test_a_classifier_is_judged_by_its_brier_score(n_classes, early_stopping):
    X, X_val, y, y_val = labels(n_classes)
    fitted = model(early_stopping=early_stopping, max_epochs=20)
    fitted.fit(X, y, X_val=X_val, y_val=y_val)
    kept = fitted.best_epoch_ if early_stopping else -1
    score = d2_brier(fitted, X_val, y_val)
    assert score == pytest.approx(fitted.validation_scores_[kept], rel=1e-5)  # float32


def test_the_epoch_kept_is_that_of_the_best_brier_score_not_of_the_best_loss():
    X, X_val, y, y_val = labels(2)
    fitted = model(max_epochs=40).set_params(hidden_layer_sizes=(64, 64), learning_rate=0.003)
    history = fitted.fit(X, y, X_val=X_val, y_val=y_val).history_
    assert fitted.best_epoch_ == np.argmax(history["val_score"]) != np.argmin(history["val_loss"])


@targets
def test_weighted_validation_rows_count_by_weight_in_the_brier_score(n_classes):
    X, X_val, y, y_val = labels(n_classes)
    again = np.arange(5000) % len(y_val)  # more than are evaluated at a time
    X_val, y_val = X_val[again], y_val[again]
    weight = np.arange(len(y_val)) % 3 + 1.0
    fitted = model().fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=weight)
    score = d2_brier(fitted, X_val, y_val, weight)
    assert score == pytest.approx(max(fitted.validation_scores_), rel=1e-5)  # float32


def test_a_rare_class_is_learned_before_training_stops():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(6000, 5))
    y = (X[:, 0] + X[:, 1] * X[:, 2] + 0.5 * rng.normal(size=6000) > 5).astype(int)
    assert y.sum() == 17  # the Brier score itself is never far from 0
    model = DeepClassifier((32,), max_epochs=40, random_state=0)
    model.fit(X[::2], y[::2], X_val=X[1::2], y_val=y[1::2])
    assert model.n_epochs_ > 20
    assert average_precision_score(y[1::2], model.decision_function(X[1::2])) > 0.3


@pytest.mark.parametrize("n_rows", [30, 41, 59, 83, 97])  # shares round up, or down
def test_validation_rows_of_one_class_have_no_frequencies_to_beat(n_rows):
    X, X_val, y, y_val = labels(2)
    X_val, y_val = X_val[y_val == 1][:n_rows], y_val[y_val == 1][:n_rows]
    fitted = model(early_stopping=False).fit(X, y, X_val=X_val, y_val=y_val)
    p = fitted.predict_proba(X_val)[:, 0]
    assert fitted.validation_scores_[-1] == pytest.approx(-np.mean(p**2), rel=1e-5)  # float32


def test_a_scorer_sees_the_calibrated_network():
    X, X_val, y, y_val = labels(3)
    fitted = model(scoring="neg_log_loss").fit(X, y, X_val=X_val, y_val=y_val)
    np.testing.assert_allclose(
        fitted.history_["val_score"], -np.array(fitted.history_["val_loss"]), rtol=1e-5
    )
    proba = fitted.predict_proba(X_val).astype(float)
    expected = log_loss(y_val, proba / proba.sum(1, keepdims=True))
    assert max(fitted.validation_scores_) == pytest.approx(-expected, rel=1e-5)


@pytest.mark.parametrize("options", [{"early_stopping": False}, {"hidden_layer_sizes": ()}])
def test_without_early_stopping_the_temperature_is_one(options):
    X, X_val, y, y_val = labels(2)
    fitted = DeepClassifier(**{"hidden_layer_sizes": (4,), "max_epochs": 2, **options})
    assert fitted.fit(X, y, X_val=X_val, y_val=y_val).temperature_ == 1
    assert fitted.history_["val_loss"][-1] == pytest.approx(loss_of(fitted, X_val, y_val), rel=1e-5)


@pytest.mark.parametrize("weight_averaging", [None, "auto", 0.9])
def test_fit_without_early_stopping_forgets_the_temperature(weight_averaging):
    X, X_val, y, y_val = labels(2)
    fitted = model(label_smoothing=0.4, warm_start=True, weight_averaging=weight_averaging)
    assert fitted.fit(X, y).temperature_ != 1
    fitted.set_params(early_stopping=False).fit(X, y, X_val=X_val, y_val=y_val)
    assert fitted.temperature_ == 1
    assert fitted.history_["val_loss"][-1] == pytest.approx(loss_of(fitted, X_val, y_val), rel=1e-5)


@pytest.mark.parametrize("weight_averaging", [None, "auto", 0.9])
def test_partial_fit_keeps_the_temperature(weight_averaging):
    X, _, y, _ = labels(2)
    fitted = model(label_smoothing=0.4, weight_averaging=weight_averaging).fit(X, y)
    before = fitted.temperature_
    fitted.set_params(early_stopping="auto").partial_fit(X, y)
    fitted.set_params(weight_averaging=None).partial_fit(X, y)
    assert fitted.temperature_ == before != 1


@pytest.mark.filterwarnings("ignore:.* the column 'x\\d' of X_val:UserWarning")
def test_validation_rows_without_a_finite_loss_leave_the_temperature_at_one():
    X, X_val, y, y_val = labels(2)
    X_val = X_val.copy()
    X_val[0] = 3e38
    fitted = model().fit(X, y, X_val=X_val, y_val=y_val)
    assert not np.isfinite(fitted.history_["val_loss"]).any()
    assert fitted.temperature_ == 1


def test_few_held_out_rows_that_are_all_right_prove_little():
    X, _, _, _ = labels(2)
    easy = (X[:, 0] > 0).astype(int)
    fitted = model(max_epochs=100).fit(X[:120], easy[:120])  # 12 rows held out
    assert (fitted.predict(X) == easy).mean() > 0.9
    assert fitted.temperature_ > 1.1
    assert fitted.history_["val_loss"][fitted.best_epoch_] > 0.005


def test_numbers_have_no_temperature():
    X, _, y, _ = labels(2)
    fitted = DeepRegressor((4,), max_epochs=2, random_state=0).fit(X, y)
    assert fitted.validation_scores_ == [-loss for loss in fitted.history_["val_loss"]]
    assert not hasattr(fitted, "temperature_")


def test_classes_of_one_member_do_not_depend_on_the_temperature():
    X, _, y, _ = labels(3)
    fitted = model(n_members=1).fit(X, y)
    before = fitted.predict(X)
    model_of(fitted).network.temperature = 5.0
    np.testing.assert_array_equal(fitted.predict(X), before)


@pytest.mark.parametrize("weight_averaging", [None, 0.9])
def test_training_goes_on_from_the_network_as_it_was_trained(weight_averaging):
    X, _, y, _ = labels(2)
    one = model(warm_start=True, weight_averaging=weight_averaging, max_epochs=3).fit(X, y)
    two = deepcopy(one)
    model_of(two).network.temperature = 7.0
    one.fit(X, y), two.fit(X, y)
    np.testing.assert_array_equal(model_of(one).network.theta, model_of(two).network.theta)
    assert one.temperature_ == two.temperature_


def test_the_temperature_survives_a_pickle_and_not_a_clone():
    X, _, y, _ = labels(3)
    fitted = model(label_smoothing=0.3).fit(X, y)
    again = pickle.loads(pickle.dumps(fitted))
    assert again.temperature_ == fitted.temperature_ != 1
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))
    assert not hasattr(clone(fitted), "temperature_")


def test_weighted_validation_rows_count_as_often():
    X, X_val, y, y_val = labels(3)
    weight = np.arange(len(y_val)) % 3 + 1
    again = np.repeat(np.arange(len(y_val)), weight)
    one = model().fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=weight)
    two = model().fit(X, y, X_val=X_val[again], y_val=y_val[again])
    assert one.temperature_ == pytest.approx(two.temperature_, rel=1e-3)
    assert one.best_epoch_ == two.best_epoch_
