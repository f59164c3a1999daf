"""What a user of scikit-learn's model selection does with a DeepClassifier."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import Adam, BatchNorm, DeepClassifier, Exponential

SPACE = {
    "deepclassifier__hidden_layer_sizes": [(), 4, (4,), (4, 3)],
    "deepclassifier__batch_norm": [False, True, BatchNorm(momentum=0.8)],
    "deepclassifier__dropout": [0.0, 0.2],
    "deepclassifier__l2": [0.0, 1.0],
    "deepclassifier__learning_rate": [1e-3, 1e-2],
    "deepclassifier__lr_schedule": ["constant", "cosine", Exponential(0.9)],
    "deepclassifier__optimizer": ["adam", "nadam", Adam(epsilon=1e-6)],
    "deepclassifier__optimizer__beta_1": [0.8, 0.95],
}


def small(**hyperparameters):
    return DeepClassifier(
        hidden_layer_sizes=(4,), max_epochs=4, batch_size=32, random_state=0, **hyperparameters
    )


def scaled(**hyperparameters):
    return make_pipeline(StandardScaler(), small(**hyperparameters))


def thetas(search):
    """Return the weights of the refitted best pipeline."""
    network = search.best_estimator_[-1]
    return [*network.coefs_, *network.intercepts_]


def test_clone_keeps_every_hyperparameter_and_nothing_fitted(iris):
    estimator = DeepClassifier(
        (5,), optimizer=Adam(beta_1=0.7), lr_schedule=Exponential(0.9), l2=0.5, max_epochs=1
    ).fit(*iris)
    copy = clone(estimator)
    assert repr(copy) == repr(estimator)
    assert copy.optimizer is not estimator.optimizer
    assert not hasattr(copy, "classes_")


def test_a_nested_hyperparameter_reaches_into_a_named_component():
    estimator = DeepClassifier(optimizer="adam", lr_schedule="exponential")
    estimator.set_params(optimizer__beta_1=0.8, lr_schedule__decay_rate=0.5)
    assert repr(estimator.optimizer) == "Adam(beta_1=0.8)"
    assert repr(estimator.lr_schedule) == "Exponential(decay_rate=0.5)"


def test_a_nested_hyperparameter_goes_to_the_component_given_in_the_same_call():
    estimator = DeepClassifier(optimizer="adam")
    estimator.set_params(optimizer="sgd", optimizer__momentum=0.5)
    assert repr(estimator.optimizer) == "SGD(momentum=0.5)"


def test_a_nested_hyperparameter_leaves_the_given_object_of_a_clone_alone():
    optimizer = Adam()
    clone(DeepClassifier(optimizer=optimizer)).set_params(optimizer__beta_1=0.5)
    assert optimizer.beta_1 == 0.9


def test_a_nested_hyperparameter_changes_what_is_learned(iris):
    weights = [
        small().set_params(optimizer__beta_1=beta).fit(*iris).coefs_[0] for beta in (0.5, 0.9)
    ]
    assert not np.allclose(*weights)


def test_cross_validation_is_the_same_on_one_and_on_two_workers(iris):
    scores = [
        cross_val_score(scaled(dropout=0.2), *iris, cv=3, scoring="neg_log_loss", n_jobs=n_jobs)
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(*scores)


def test_random_search_is_the_same_on_one_and_on_two_workers(iris):
    searches = [
        RandomizedSearchCV(
            scaled(),
            SPACE,
            n_iter=6,
            cv=2,
            scoring="neg_log_loss",
            n_jobs=n_jobs,
            random_state=0,
            error_score="raise",
        ).fit(*iris)
        for n_jobs in (1, 2)
    ]
    first, second = (search.cv_results_["mean_test_score"] for search in searches)
    np.testing.assert_array_equal(first, second)
    assert len(np.unique(first)) == 6  # each candidate is a network of its own
    for weights, same in zip(*map(thetas, searches), strict=True):
        np.testing.assert_array_equal(weights, same)


@pytest.mark.parametrize("name", SPACE)
def test_every_value_of_the_search_space_trains(name, iris):
    search = GridSearchCV(scaled(), {name: SPACE[name]}, cv=2, error_score="raise").fit(*iris)
    fitted = search.best_estimator_.get_params()[name]
    assert repr(fitted) == repr(search.best_params_[name])


def test_same_seed_same_weights_and_another_seed_other_weights(iris):
    first, second = (small(dropout=0.3).fit(*iris) for _ in range(2))
    third = small(dropout=0.3).set_params(random_state=1).fit(*iris)
    for weights, same, other in zip(first.coefs_, second.coefs_, third.coefs_, strict=True):
        np.testing.assert_array_equal(weights, same)
        assert not np.array_equal(weights, other)


def test_a_random_state_object_moves_on_from_fit_to_fit(iris):
    state = np.random.RandomState(0)
    first = small().set_params(random_state=state).fit(*iris)
    second = small().set_params(random_state=state).fit(*iris)
    assert not np.array_equal(first.coefs_[0], second.coefs_[0])
