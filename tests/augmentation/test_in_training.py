"""What augmenters see and change when a network is trained."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skdeep import DeepClassifier
from skdeep.augmentation import (
    Compose,
    GaussianNoise,
    ImageAugmenter,
    Mixup,
)
from tests.augmentation.helpers import EVERYTHING


def test_hyperparameters_are_reached_through_an_estimator():
    network = DeepClassifier(augment=ImageAugmenter((8, 8)))
    assert network.get_params()["augment__rotation"] == 0.0
    assert network.set_params(augment__rotation=5.0).augment.rotation == 5.0
    composed = DeepClassifier(augment=Compose([ImageAugmenter((8, 8)), Mixup()]))
    assert composed.get_params()["augment__1__alpha"] == 0.2
    composed.set_params(augment__0__crop=1, augment__1=GaussianNoise())
    assert repr(composed.augment.augmenters) == repr(
        [ImageAugmenter((8, 8), crop=1), GaussianNoise()]
    )


def small(**hyperparameters):
    """Return a classifier of 16 features that trains in no time."""
    brief = {
        "max_epochs": 3,
        "numerical_encoding": None,
        "batch_size": 16,
        "early_stopping": False,
        "n_iter_no_change": None,
    }
    return DeepClassifier((8,), random_state=0, **(brief | hyperparameters))


def data(rng):
    """Return 64 images of 4 × 4 pixels in three classes."""
    return rng.random((64, 16)).astype(np.float32), rng.integers(3, size=64)


def test_an_augmenter_sees_training_batches_and_nothing_else(rng):
    X, y = data(rng)
    X_val, seen = X[:20] + 0.5, []

    def watch(x, target, rng):
        seen.append((x.copy(), target.copy()))
        return x, target

    network = small(augment=watch, early_stopping=True).fit(X, y, X_val=X_val, y_val=y[:20])
    n_seen = len(seen)
    network.predict(X)
    network.score(X, y)
    assert len(seen) == n_seen == 3 * 4
    rows, targets = map(np.concatenate, zip(*seen[:4], strict=True))
    order, given = np.lexsort(rows.T), np.lexsort(X.T)
    np.testing.assert_array_equal(rows[order], X[given])
    np.testing.assert_array_equal(targets[order].argmax(axis=1), y[given])


def test_an_augmenter_that_changes_nothing_trains_the_same_network(rng):
    X, y = data(rng)
    plain, watched = (small(augment=a).fit(X, y) for a in (None, ImageAugmenter((4, 4))))
    np.testing.assert_array_equal(plain.predict_proba(X), watched.predict_proba(X))


@pytest.mark.parametrize(
    "augmenter",
    [ImageAugmenter((4, 4), **EVERYTHING), GaussianNoise(), Mixup()],
    ids=lambda a: type(a).__name__,
)
def test_a_training_with_augmentation_repeats_under_a_seed_and_spares_the_data(augmenter, rng):
    X, y = data(rng)
    given = X.copy()
    first, second = (small(augment=augmenter).fit(X, y) for _ in range(2))
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))
    assert not np.array_equal(first.predict_proba(X), small().fit(X, y).predict_proba(X))
    np.testing.assert_array_equal(X, given)


def test_partial_fit_goes_on_with_the_same_random_images(rng):
    X, y = data(rng)
    whole = small(augment=ImageAugmenter((4, 4), rotation=30.0)).fit(X, y)
    pieces = clone(whole)
    for _ in range(3):
        pieces = pickle.loads(pickle.dumps(pieces.partial_fit(X, y)))
    np.testing.assert_array_equal(whole.predict_proba(X), pieces.predict_proba(X))


def test_a_search_over_a_nested_hyperparameter_runs(rng):
    X, y = data(rng)
    search = GridSearchCV(
        small(augment=ImageAugmenter((4, 4))), {"augment__rotation": [0.0, 10.0]}, cv=2
    )
    search.fit(X, y)
    assert search.best_params_["augment__rotation"] in (0.0, 10.0)
