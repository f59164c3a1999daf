"""The estimators inside scikit-learn's meta-estimators and inspection tools."""

from copy import deepcopy
from email import message_from_string

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import (
    GridSearchCV,
    HalvingRandomSearchCV,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    learning_curve,
)
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils import estimator_html_repr

from skdeep import DeepClassifier, DeepRegressor

QUICK = {
    "hidden_layer_sizes": (8,),
    "learning_rate": 0.03,
    "weight_averaging": None,
    "batch_size": "full",
    "max_epochs": 30,
    "early_stopping": False,
    "random_state": 0,
}


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return scale(X)[:250], y[:250]


@pytest.fixture(scope="module")
def diabetes(diabetes):
    X, y = diabetes
    return X[:200], y[:200]


def classifier(**hyperparameters):
    options = {**QUICK, **hyperparameters}
    return DeepClassifier(**options)


def regressor(**hyperparameters):
    options = {**QUICK, **hyperparameters}
    return DeepRegressor(**options)


def test_grid_search_gives_each_candidate_its_own_cross_validation_score(iris):
    grid = {"learning_rate": [1e-5, 0.03], "hidden_layer_sizes": [(), (8,)]}
    search = GridSearchCV(classifier(), grid, cv=3).fit(*iris)
    for params, score in zip(
        search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True
    ):
        assert score == cross_val_score(classifier(**params), *iris, cv=3).mean()
    assert search.best_params_["learning_rate"] == 0.03


def test_halving_search_spends_max_epochs_as_its_resource(iris):
    search = HalvingRandomSearchCV(
        classifier(n_iter_no_change=None),
        {"learning_rate": [1e-5, 1e-4, 3e-3, 0.03]},
        resource="max_epochs",
        min_resources=5,
        max_resources=20,
        factor=2,
        cv=2,
        random_state=0,
    ).fit(*iris)
    assert search.n_resources_ == [5, 10, 20]
    assert search.best_estimator_.n_epochs_ == 20
    assert search.best_params_["learning_rate"] >= 3e-3


def test_learning_curve_fits_the_sizes_that_it_says(iris):
    sizes, train, test = learning_curve(
        classifier(), *iris, train_sizes=[20, 60, 100], cv=3, shuffle=True, random_state=0
    )
    assert sizes.tolist() == [20, 60, 100]
    assert test[2].mean() > test[0].mean() - 0.02  # more rows are no worse
    assert train.shape == (3, 3)


def test_incremental_learning_curve_streams_through_partial_fit(iris):
    sizes, train, _ = learning_curve(
        classifier(batch_size=10), *iris, train_sizes=[30, 60], cv=3, shuffle=True,
        random_state=0, exploit_incremental_learning=True,
    )  # fmt: skip
    assert sizes.tolist() == [30, 60]
    assert train.min() > 1 / 3  # better than one class for all


def test_calibration_makes_an_overconfident_network_honest(cancer):
    X, y = cancer
    rng = np.random.default_rng(0)
    y = np.where(rng.random(len(y)) < 0.2, 1 - y, y)  # a fifth of the labels is wrong
    network = classifier(max_epochs=200, n_iter_no_change=None)
    calibrated = CalibratedClassifierCV(network, method="sigmoid", cv=3).fit(X[:170], y[:170])
    raw = clone(network).fit(X[:170], y[:170])

    def brier(model):
        return np.mean((model.predict_proba(X[170:])[:, 1] - y[170:]) ** 2)

    assert brier(calibrated) < brier(raw)


def test_calibration_takes_the_frozen_network_as_it_is(iris):
    fitted = classifier().fit(*iris)
    before = fitted.coefs_[0].copy()
    calibrated = CalibratedClassifierCV(FrozenEstimator(fitted)).fit(*iris)
    np.testing.assert_array_equal(fitted.coefs_[0], before)
    np.testing.assert_allclose(calibrated.predict_proba(iris[0]).sum(axis=1), 1, rtol=1e-6)


def test_a_frozen_network_is_not_trained_again(iris):
    X, y = iris
    fitted = classifier().fit(X, y)
    expected = fitted.predict_proba(X)
    frozen = FrozenEstimator(fitted).fit(X[::-1], y)
    np.testing.assert_array_equal(frozen.predict_proba(X), expected)
    assert fitted.n_epochs_ == len(fitted.loss_curve_)


def test_bagging_averages_the_probabilities_of_its_networks(iris):
    X, y = iris
    bag = BaggingClassifier(classifier(max_epochs=5), n_estimators=3, random_state=0).fit(X, y)
    each = [network.predict_proba(X) for network in bag.estimators_]
    # float32 sums in another order
    np.testing.assert_allclose(bag.predict_proba(X), np.mean(each, axis=0), rtol=1e-5, atol=1e-7)
    assert not np.allclose(each[0], each[1])  # each has its own seed and rows


def test_boosting_trains_each_network_on_its_weights(iris):
    X, y = iris
    weak = classifier(hidden_layer_sizes=(), max_epochs=15)
    boosted = AdaBoostClassifier(weak, n_estimators=3, random_state=0).fit(X, y)
    seeds = [network.random_state for network in boosted.estimators_]
    first = clone(weak).set_params(random_state=seeds[0]).fit(X, y, np.full(len(y), 1 / len(y)))
    np.testing.assert_array_equal(boosted.estimators_[0].predict(X), first.predict(X))
    second = clone(weak).set_params(random_state=seeds[1]).fit(X, y)
    assert not np.array_equal(boosted.estimators_[1].coefs_[0], second.coefs_[0])
    assert boosted.score(X, y) >= first.score(X, y)


def test_stacking_feeds_out_of_fold_probabilities_to_the_final_estimator(iris):
    X, y = iris
    stack = StackingClassifier(
        [("network", classifier())], final_estimator=LogisticRegression(), cv=3
    ).fit(X, y)
    out_of_fold = cross_val_predict(classifier(), X, y, cv=3, method="predict_proba")
    final = LogisticRegression().fit(out_of_fold, y)
    # float32 probabilities, optimized to a tolerance of 1e-4
    np.testing.assert_allclose(stack.final_estimator_.coef_, final.coef_, rtol=1e-3, atol=1e-4)


def test_soft_voting_averages_the_probabilities(iris):
    X, y = iris
    vote = VotingClassifier(
        [("network", classifier()), ("linear", LogisticRegression())], voting="soft"
    ).fit(X, y)
    each = [estimator.predict_proba(X) for estimator in vote.estimators_]
    np.testing.assert_allclose(vote.predict_proba(X), np.mean(each, axis=0), rtol=1e-6)


def test_multi_output_classification_fits_one_network_for_each_output(iris):
    X, y = iris
    Y = np.column_stack([y == 0, y])
    model = MultiOutputClassifier(classifier()).fit(X, Y)
    for i, network in enumerate(model.estimators_):
        alone = classifier().fit(X, Y[:, i])
        np.testing.assert_array_equal(network.coefs_[0], alone.coefs_[0])
    assert model.predict(X).shape == (150, 2)


def test_a_multi_output_classifier_streams_through_partial_fit(iris):
    X, y = iris
    Y = np.column_stack([y == 0, y]).astype(int)
    model = MultiOutputClassifier(classifier())
    model.partial_fit(X, Y, classes=[[0, 1], [0, 1, 2]]).partial_fit(X, Y)
    assert [network.n_epochs_ for network in model.estimators_] == [2, 2]


def test_a_classifier_chain_feeds_each_label_to_the_next(iris):
    X, y = iris
    Y = np.column_stack([y == 0, y == 1]).astype(int)
    chain = ClassifierChain(classifier()).fit(X, Y)
    assert [network.n_features_in_ for network in chain.estimators_] == [4, 5]


def test_self_training_labels_the_unlabeled_rows(iris, rng):
    X, y = iris
    hidden = rng.random(len(y)) < 0.7
    partly = np.where(hidden, -1, y)
    model = SelfTrainingClassifier(classifier(max_epochs=100), threshold=0.9).fit(X, partly)
    learned = hidden & (model.transduction_ != -1)
    assert learned.sum() > 50  # most of about 105 hidden labels
    assert np.mean(model.transduction_[learned] == y[learned]) > 0.9


def test_a_tuned_threshold_moves_the_decision_and_not_the_network(cancer):
    X, y = cancer
    kept = (y == 1) | (np.arange(len(y)) % 8 == 0)  # few of class 0
    X, y = X[kept], y[kept]
    tuned = TunedThresholdClassifierCV(
        classifier(), scoring="balanced_accuracy", cv=3, random_state=0
    ).fit(X, y)
    alone = classifier().fit(X, y)
    np.testing.assert_array_equal(tuned.predict_proba(X), alone.predict_proba(X))
    above = alone.predict_proba(X)[:, 1] >= tuned.best_threshold_
    np.testing.assert_array_equal(tuned.predict(X), above.astype(int))
    assert 0.5 <= tuned.best_score_ <= 1
    assert balanced_accuracy_score(y, tuned.predict(X)) > 0.8


def test_a_transformed_target_is_predicted_in_its_own_units(diabetes):
    X, y = diabetes
    model = TransformedTargetRegressor(regressor(), func=np.log, inverse_func=np.exp).fit(X, y)
    alone = regressor().fit(X, np.log(y))
    np.testing.assert_allclose(model.predict(X), np.exp(alone.predict(X)), rtol=1e-6)


def test_a_voting_regressor_averages_the_predictions(diabetes):
    X, y = diabetes
    vote = VotingRegressor([("a", regressor()), ("b", regressor(random_state=1))]).fit(X, y)
    each = [network.predict(X) for network in vote.estimators_]
    np.testing.assert_allclose(vote.predict(X), np.mean(each, axis=0), rtol=1e-6)


def test_a_regressor_chain_feeds_each_target_to_the_next(diabetes):
    X, y = diabetes
    chain = RegressorChain(regressor(max_epochs=2)).fit(X, np.column_stack([y, y**2]))
    assert [network.n_features_in_ for network in chain.estimators_] == [10, 11]


def test_permutation_importance_finds_the_one_feature_that_matters(rng):
    X = rng.normal(size=(200, 4))
    model = regressor(max_epochs=60).fit(X, np.sin(X[:, 2]))
    importance = permutation_importance(model, X, np.sin(X[:, 2]), random_state=0)
    assert importance.importances_mean.argmax() == 2
    assert importance.importances_mean[2] > 10 * np.delete(importance.importances_mean, 2).max()


def test_partial_dependence_of_a_linear_model_is_a_line_of_its_slope(diabetes):
    X, y = diabetes
    model = DeepRegressor((), standardize_target=False, max_epochs=5, dtype="float64").fit(X, y)
    result = partial_dependence(model, X, [2], grid_resolution=10)
    slopes = np.diff(result["average"][0]) / np.diff(result["grid_values"][0])
    np.testing.assert_allclose(slopes, model.coefs_[0][2, 0], rtol=1e-6)


def test_partial_dependence_of_a_classifier_is_its_mean_probability(cancer):
    X, y = cancer
    model = classifier(max_epochs=5).fit(X, y)
    result = partial_dependence(model, X, [0], grid_resolution=3, response_method="predict_proba")
    moved = X.copy()
    moved[:, 0] = result["grid_values"][0][1]
    expected = model.predict_proba(moved)[:, 1].mean()
    assert result["average"][0][1] == pytest.approx(expected, rel=1e-6)  # a float32 mean


@pytest.mark.parametrize("make", [classifier, regressor])
def test_the_html_shows_the_changed_hyperparameters_before_and_after_fitting(make, iris):
    model = make(max_epochs=2)
    assert "Not fitted" in estimator_html_repr(model)
    html = estimator_html_repr(deepcopy(model).fit(*iris))
    assert "<span>Fitted</span>" in html
    for name in ("learning_rate", "hidden_layer_sizes", "max_epochs"):
        assert name in html


@pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])
@pytest.mark.parametrize("site", ["https://docs.test", "https://docs.test/"])
def test_the_html_links_to_the_page_of_the_site_in_the_metadata(kind, site, monkeypatch):
    known = message_from_string(
        f"Project-URL: Source, elsewhere\nProject-URL: Documentation, {site}"
    )
    monkeypatch.setattr("skdeep.base.metadata", lambda name: known)
    page = f"https://docs.test/generated/skdeep.{kind.__name__}.html"
    assert f'href="{page}"' in estimator_html_repr(kind())
    monkeypatch.setattr("skdeep.base.metadata", lambda name: message_from_string(""))
    assert "Documentation for" not in estimator_html_repr(kind())


def test_the_html_of_a_pipeline_names_the_network():
    html = make_pipeline(StandardScaler(), classifier())._repr_html_()
    assert "DeepClassifier" in html


def test_the_text_shows_only_what_is_not_a_default():
    assert repr(DeepClassifier(dropout=0.5)) == "DeepClassifier(dropout=0.5)"
    assert repr(DeepRegressor((4,), loss="huber")) == (
        "DeepRegressor(hidden_layer_sizes=(4,), loss='huber')"
    )


@pytest.mark.parametrize("make", [classifier, regressor])
def test_weights_and_intercepts_have_the_shapes_of_the_multilayer_perceptron(make, diabetes):
    X, y = diabetes
    y = y > 100 if make is classifier else y
    model = make(hidden_layer_sizes=(7, 5), numerical_encoding="standardize", max_epochs=3).fit(
        X, y
    )
    assert [weight.shape for weight in model.coefs_] == [(10, 7), (7, 5), (5, 1)]
    assert [bias.shape for bias in model.intercepts_] == [(7,), (5,), (1,)]
    assert (model.n_layers_, model.n_outputs_, model.n_features_in_) == (4, 1, 10)


def test_predictions_follow_from_weights_and_intercepts(diabetes):
    X, y = diabetes
    model = DeepRegressor(
        (7, 5), activation="tanh", numerical_encoding="standardize", standardize_target=False,
        early_stopping=False, dtype="float64", max_epochs=3,
    ).fit(X, y)  # fmt: skip
    values = scale(X)
    for i, (weight, bias) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        values = values @ weight + bias
        values = np.tanh(values) if i < 2 else values
    # float64 products in another order, ten sums of numbers near one
    np.testing.assert_allclose(model.predict(X), values[:, 0], rtol=1e-10)


def test_the_curves_have_an_entry_for_each_epoch(iris):
    model = classifier(early_stopping=True, scoring="accuracy", n_iter_no_change=3).fit(*iris)
    n = model.n_iter_
    assert n == model.n_epochs_ == len(model.loss_curve_) == len(model.validation_scores_)
    assert {len(column) for column in model.history_.values()} == {n}
    assert model.best_loss_ == min(model.loss_curve_)
    assert model.loss_ == model.loss_curve_[-1]
    assert model.validation_scores_[model.best_epoch_] == max(model.validation_scores_)


def test_there_are_no_validation_scores_without_validation_data(iris):
    assert classifier(max_epochs=2).fit(*iris).validation_scores_ is None
    assert classifier().partial_fit(*iris).validation_scores_ is None


def test_the_validation_score_is_that_of_the_network_after_the_epoch(iris):
    X, y = iris
    model = classifier(max_epochs=4, scoring="neg_log_loss").fit(X, y, X_val=X, y_val=y)
    streamed = classifier(n_iter_no_change=None)
    for score in model.validation_scores_:
        streamed.partial_fit(X, y)
        proba = streamed.predict_proba(X)[np.arange(len(y)), y]
        assert score == pytest.approx(np.log(proba).mean(), rel=1e-5)  # float32


@pytest.mark.parametrize("make", [classifier, regressor])
def test_the_tags_say_what_the_estimator_takes(make):
    tags = make().__sklearn_tags__()
    assert tags.input_tags.sparse
    assert tags.target_tags.required
    if make is regressor:
        assert tags.target_tags.multi_output
    else:
        assert tags.classifier_tags.multi_label
        assert tags.classifier_tags.multi_class


def test_only_the_poisson_loss_wants_a_positive_target():
    assert regressor(loss="poisson").__sklearn_tags__().target_tags.positive_only
    assert not regressor().__sklearn_tags__().target_tags.positive_only
