"""What several tests of the estimators share."""

import numpy as np
from sklearn.base import clone

from skdeep import DeepClassifier, DeepRegressor
from skdeep.estimators.inside import model_of
from tests.helpers import thetas

# a training with everything on
EVERYTHING = {
    "hidden_layer_sizes": (8, 6),
    "batch_norm": True,
    "dropout": 0.2,
    "weight_averaging": 0.9,
    "lr_schedule": "exponential",
    "clip_norm": 1.0,
    "batch_size": 32,
    "max_epochs": 4,
    "early_stopping": False,
    "n_iter_no_change": None,
    "random_state": 0,
}


def small(**hyperparameters):
    """Return a small classifier that is trained for a few epochs."""
    defaults = {
        "hidden_layer_sizes": (8,),
        "weight_averaging": None,
        "batch_size": "full",
        "max_epochs": 5,
        "early_stopping": False,
        "random_state": 0,
    }
    return DeepClassifier(**{**defaults, **hyperparameters})


def overfitting(**hyperparameters):
    """Return a classifier whose validation loss on noise soon rises again."""
    return small(
        **{
            "hidden_layer_sizes": (32,),
            "learning_rate": 0.03,
            "batch_size": 16,
            "max_epochs": 30,
            "early_stopping": True,
            "n_iter_no_change": None,
            "dtype": "float64",
            **hyperparameters,
        }
    )


def untrained(X, y, **hyperparameters):
    """Return a classifier as it is drawn: no step is long enough to change a number."""
    return small(**hyperparameters, learning_rate=1e-300, dtype="float64", max_epochs=1).fit(X, y)


def constant(loss, **hyperparameters):
    """Return a model of one number, trained by steps that become small."""
    return DeepRegressor(
        (),
        loss=loss,
        learning_rate=0.05,
        lr_schedule="cosine",
        batch_size="full",
        max_epochs=300,
        n_iter_no_change=None,
        random_state=0,
        **hyperparameters,
    )


def brief(**hyperparameters):
    """Return a classifier for trainings that are about to fail."""
    options = {"hidden_layer_sizes": (8, 8), "max_epochs": 3, "early_stopping": False}
    return DeepClassifier(**{**options, **hyperparameters})


def assert_same_network(estimator, other):
    """Assert that all weights and biases are the same to the last bit."""
    np.testing.assert_array_equal(thetas(estimator), thetas(other))


def assert_same(one, two):
    """Assert that two estimators learned the same to the last bit."""
    np.testing.assert_array_equal(model_of(one).network.theta, model_of(two).network.theta)
    np.testing.assert_array_equal(model_of(one).network.running, model_of(two).network.running)
    for name in ("epoch", "learning_rate", "train_loss", "gradient_norm"):
        assert one.history_[name] == two.history_[name]


def batch_sizes(estimator, X, y):
    """Return the number of rows of each batch that an estimator is trained on."""
    sizes = []

    def look(X, y, rng):
        sizes.append(len(X))
        return X, y

    clone(estimator).set_params(augment=look).fit(X, y)
    return sizes
