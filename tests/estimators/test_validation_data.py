"""Validation data and sample weights, given directly and through scikit-learn's routing."""

from copy import deepcopy

import numpy as np
import pytest
from sklearn import config_context
from sklearn.datasets import load_diabetes
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_validate, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier, DeepRegressor
from tests.helpers import thetas


@pytest.fixture(scope="module")
def parts(iris):
    X, y = iris
    return train_test_split(X, y, stratify=y, random_state=0)


@pytest.fixture
def routing():
    with config_context(enable_metadata_routing=True):
        yield


def small(**hyperparameters):
    defaults = {
        "hidden_layer_sizes": (6,),
        "weight_averaging": None,
        "batch_size": 32,
        "max_epochs": 4,
        "early_stopping": False,
        "n_iter_no_change": None,
        "random_state": 0,
    }
    return DeepClassifier(**{**defaults, **hyperparameters})


def probabilities(estimator, X):
    """Return probabilities whose rows sum to one in float64."""
    proba = estimator.predict_proba(X).astype(float)
    return proba / proba.sum(axis=1, keepdims=True)


def test_validation_data_are_watched_and_not_trained_on(parts):
    X, X_val, y, y_val = parts
    alone, watched = small().fit(X, y), small().fit(X, y, X_val=X_val, y_val=y_val)
    np.testing.assert_array_equal(thetas(watched), thetas(alone))
    assert watched.history_["val_loss"][-1] == pytest.approx(
        log_loss(y_val, probabilities(watched, X_val)), rel=1e-5
    )  # float32


def test_validation_data_replace_the_held_out_part_of_early_stopping(parts):
    X, X_val, y, y_val = parts
    stopped = small(early_stopping=True).fit(X, y, X_val=X_val, y_val=y_val)
    epochs = small().fit(X, y, X_val=X_val, y_val=y_val)
    # all rows of X were trained on, by the same batches
    assert stopped.history_["train_loss"] == epochs.history_["train_loss"]
    # the same networks were watched, one of them at its best temperature
    assert (np.array(stopped.history_["val_loss"]) <= epochs.history_["val_loss"]).all()


def test_the_validation_loss_is_that_of_the_weighted_rows(parts, rng):
    X, X_val, y, y_val = parts
    weight = rng.uniform(size=len(y_val))
    model = small().fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=weight)
    expected = log_loss(y_val, probabilities(model, X_val), sample_weight=weight)
    assert model.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-5)  # float32


def test_a_validation_weight_of_two_is_a_row_given_twice(parts):
    X, X_val, y, y_val = parts
    weight = np.where(np.arange(len(y_val)) < 10, 2.0, 1.0)
    again = np.r_[np.arange(len(y_val)), np.arange(10)]
    model = small(scoring="accuracy")
    weighted = deepcopy(model).fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=weight)
    repeated = deepcopy(model).fit(X, y, X_val=X_val[again], y_val=y_val[again])
    # float32 sums in another order
    for name in ("val_loss", "val_score"):
        np.testing.assert_allclose(weighted.history_[name], repeated.history_[name], rtol=1e-5)


def test_penalties_and_dropout_are_no_part_of_the_validation_loss(parts):
    X, X_val, y, y_val = parts
    model = small(l2=5.0, dropout=0.3, batch_norm=True)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    expected = log_loss(y_val, probabilities(model, X_val))
    assert model.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-4)  # float32


def test_the_validation_loss_of_a_regressor_is_of_the_standardized_target():
    X, y = load_diabetes(return_X_y=True)
    model = DeepRegressor((6,), max_epochs=3, early_stopping=False, random_state=0)
    model.fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])
    residuals = (y[300:] - model.predict(X[300:])) / y[:300].std()
    expected = np.mean(residuals**2) / 2
    assert model.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-4)  # float32


@pytest.mark.parametrize("given", ["X_val", "y_val"])
def test_half_of_the_validation_data_is_an_error(parts, given):
    X, X_val, y, y_val = parts
    values = {"X_val": X_val, "y_val": y_val}
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message follows
        small().fit(X, y, **{given: values[given]})
    assert str(error.value) == (
        f"DeepClassifier: X_val and y_val belong together. Got only {given}."
    )


@pytest.mark.parametrize("scoring", ["neg_max_error", lambda estimator, X, y: -1.0])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_scorer_without_weights_may_watch_a_weighted_training(scoring, early_stopping):
    X, y = load_diabetes(return_X_y=True)
    model = DeepRegressor(
        (4,), early_stopping=early_stopping, scoring=scoring, max_epochs=2, random_state=0
    ).fit(X[:300], y[:300], np.ones(300), X_val=X[300:], y_val=y[300:])
    assert len(model.validation_scores_) == 2


@pytest.mark.parametrize(("score", "told"), [((1, 2), "(1, 2)"), (None, "None"), ("a", "'a'")])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_scorer_that_returns_no_number_is_an_error(parts, score, told, early_stopping):
    X, X_val, y, y_val = parts
    model = small(early_stopping=early_stopping, scoring=lambda estimator, X, y: score)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message follows
        model.fit(X, y, X_val=X_val, y_val=y_val)
    assert str(error.value) == f"scoring must return a number. Got {told} instead."


@pytest.mark.parametrize("number", [1, np.float32(1), np.array(1.0)])
def test_a_scorer_may_return_any_number(parts, number):
    X, X_val, y, y_val = parts
    model = small(scoring=lambda estimator, X, y: number).fit(X, y, X_val=X_val, y_val=y_val)
    assert model.validation_scores_ == [1] * 4


def test_a_scorer_without_weights_may_watch_balanced_classes(parts):
    X, _, y, _ = parts
    model = small(
        class_weight="balanced", early_stopping=True, scoring=lambda estimator, X, y: 1.0
    ).fit(X, y)
    assert model.validation_scores_ == [1.0] * 4


def test_validation_rows_without_some_class_take_a_dict_of_class_weights(parts):
    X, X_val, y, y_val = parts
    kept = y_val != 1
    model = small(class_weight={0: 2.0, 1: 3.0}).fit(X, y, X_val=X_val[kept], y_val=y_val[kept])
    assert np.isfinite(model.history_["val_loss"]).all()


@pytest.mark.usefixtures("routing")
def test_validation_data_arrive_scaled_in_a_pipeline(parts):
    X, X_val, y, y_val = parts
    network = small(scoring="accuracy").set_fit_request(X_val=True, y_val=True)
    model = Pipeline(
        [("scale", StandardScaler()), ("network", network)], transform_input=["X_val"]
    ).fit(X, y, X_val=X_val, y_val=y_val)
    scaler = StandardScaler().fit(X)
    by_hand = small(scoring="accuracy").fit(
        scaler.transform(X), y, X_val=scaler.transform(X_val), y_val=y_val
    )
    assert model["network"].history_["val_loss"] == by_hand.history_["val_loss"]
    assert model["network"].validation_scores_ == by_hand.validation_scores_


@pytest.mark.usefixtures("routing")
def test_validation_weights_are_routed_too(parts, rng):
    X, X_val, y, y_val = parts
    weight, weight_val = rng.uniform(size=len(y)), rng.uniform(size=len(y_val))
    request = dict.fromkeys(("X_val", "y_val", "sample_weight_val", "sample_weight"), True)
    model = make_pipeline(
        StandardScaler(), small().set_fit_request(**request), transform_input=["X_val"]
    )
    model[0].set_fit_request(sample_weight=False)
    model.fit(X, y, X_val=X_val, y_val=y_val, sample_weight=weight, sample_weight_val=weight_val)
    scaler = StandardScaler().fit(X)
    by_hand = small().fit(
        scaler.transform(X), y, weight, X_val=scaler.transform(X_val), y_val=y_val,
        sample_weight_val=weight_val,
    )  # fmt: skip
    assert model[-1].history_["val_loss"] == by_hand.history_["val_loss"]
    np.testing.assert_array_equal(thetas(model[-1]), thetas(by_hand))


@pytest.mark.usefixtures("routing")
def test_weights_reach_the_network_in_a_pipeline(parts, rng):
    X, _, y, _ = parts
    weight = rng.uniform(size=len(y))
    model = make_pipeline(
        StandardScaler().set_fit_request(sample_weight=False),
        small().set_fit_request(sample_weight=True),
    ).fit(X, y, sample_weight=weight)
    by_hand = small().fit(StandardScaler().fit_transform(X), y, weight)
    np.testing.assert_array_equal(thetas(model[-1]), thetas(by_hand))


@pytest.mark.usefixtures("routing")
def test_weights_that_nobody_asked_for_do_not_reach_the_network(parts, rng):
    X, _, y, _ = parts
    weight = rng.uniform(size=len(y))
    search = GridSearchCV(
        small().set_fit_request(sample_weight=False).set_score_request(sample_weight=True),
        {"dropout": [0.0]},
    ).fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(thetas(search.best_estimator_), thetas(small().fit(X, y)))


@pytest.mark.usefixtures("routing")
def test_weights_reach_every_fit_and_score_of_a_search(parts, rng):
    X, _, y, _ = parts
    weight, cv = rng.uniform(size=len(y)), StratifiedKFold(3)
    network = small().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    search = GridSearchCV(network, {"learning_rate": [0.01]}, cv=cv)
    search.fit(X, y, sample_weight=weight)
    whole = small(learning_rate=0.01).fit(X, y, weight)
    np.testing.assert_array_equal(thetas(search.best_estimator_), thetas(whole))
    for i, (train, test) in enumerate(cv.split(X, y)):
        fold = small(learning_rate=0.01).fit(X[train], y[train], weight[train])
        score = fold.score(X[test], y[test], weight[test])
        assert search.cv_results_[f"split{i}_test_score"][0] == score


@pytest.mark.usefixtures("routing")
def test_weights_reach_every_fold_of_cross_validation(parts, rng):
    X, _, y, _ = parts
    weight, cv = rng.uniform(size=len(y)), StratifiedKFold(3)
    network = small().set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
    result = cross_validate(
        network, X, y, cv=cv, params={"sample_weight": weight}, return_estimator=True
    )
    for (train, _), estimator in zip(cv.split(X, y), result["estimator"], strict=True):
        fold = small().fit(X[train], y[train], weight[train])
        np.testing.assert_array_equal(thetas(estimator), thetas(fold))


@pytest.mark.usefixtures("routing")
@pytest.mark.parametrize("scoring", ["accuracy", "neg_log_loss", None])
def test_weights_and_a_scorer_work_together_while_routing_is_on(parts, rng, scoring):
    X, _, y, _ = parts
    model = small(early_stopping=True, scoring=scoring)
    weight = rng.uniform(size=len(y))
    with config_context(enable_metadata_routing=False):
        without = deepcopy(model).fit(X, y, weight)
    assert model.fit(X, y, weight).validation_scores_ == without.validation_scores_


@pytest.mark.usefixtures("routing")
def test_partial_fit_may_ask_for_weights_and_classes():
    model = small().set_partial_fit_request(sample_weight=True, classes=True)
    request = model.get_metadata_routing().partial_fit.requests
    assert request == {"classes": True, "sample_weight": True}


def _refusal(model, *args, **kwargs):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - callers compare the message
        model.fit(*args, **kwargs)
    return str(error.value)


def test_validation_data_with_another_number_of_outputs_is_an_error(rng):
    X, y = rng.normal(size=(50, 3)), rng.normal(size=(50, 2))
    assert _refusal(DeepRegressor((3,)), X, y, X_val=X, y_val=y[:, 0]) == (
        "DeepRegressor: y_val has 1 outputs, and y has 2."
    )


def test_a_validation_target_that_no_training_accepts_is_named(rng):
    X, y = rng.normal(size=(50, 3)), rng.normal(size=50)
    assert _refusal(DeepRegressor((3,)), X, y, X_val=X, y_val=y[:, None, None]) == (
        "DeepRegressor: in y_val, y must have one or two dimensions. Got 3."
    )


def test_validation_rows_without_weight_are_an_error(parts):
    X, X_val, y, y_val = parts
    expected = (
        "DeepClassifier: the weights of all validation rows are zero (sample_weight_val times "
        "class_weight). Give at least one of them a positive weight."
    )
    zero = np.zeros(len(y_val))
    data = {"X_val": X_val, "y_val": y_val}
    assert _refusal(small(), X, y, **data, sample_weight_val=zero) == expected
    data = {"X_val": X_val[y_val == 2], "y_val": y_val[y_val == 2]}
    assert _refusal(small(class_weight={2: 0.0}), X, y, **data) == expected


def test_an_infinite_sum_of_validation_weights_is_an_error(parts):
    X, X_val, y, y_val = parts
    huge = np.full(len(y_val), 1e308)
    assert _refusal(small(), X, y, X_val=X_val, y_val=y_val, sample_weight_val=huge) == (
        "DeepClassifier: the sum of the validation rows' weights (sample_weight_val times "
        "class_weight) must be finite. Got inf. Divide the weights by a constant."
    )
