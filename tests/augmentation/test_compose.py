import re

import numpy as np
import pytest
from sklearn.base import clone

from skdeep.augmentation import (
    Compose,
    GaussianNoise,
    Mixup,
)


def test_compose_applies_its_augmenters_in_order(rng):
    def add(X, y, rng):
        return X + 1, y

    def double(X, y, rng):
        return 2 * X, y + 1

    X, y = Compose([add, double])(np.zeros((2, 1)), np.zeros((2, 1)), rng)
    np.testing.assert_array_equal(X, 2)
    np.testing.assert_array_equal(y, 1)


def test_a_clone_of_compose_shares_nothing_with_it():
    composed = Compose([Mixup(), GaussianNoise()])
    copy = clone(composed).set_params(**{"0__alpha": 0.9})
    assert composed.augmenters[0].alpha == 0.2
    assert copy.augmenters[0].alpha == 0.9


MEMBERS = "a list of Augmenter objects or callables (X, y, rng) -> (X, y)"


def test_compose_names_what_cannot_augment():
    message = (
        f"The 'augmenters' parameter of Compose must be {MEMBERS}. Got 'flip' at place 1 instead."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Compose([Mixup(), "flip"]).validate()


def test_compose_validates_its_augmenters():
    with pytest.raises(ValueError, match="'alpha' parameter of Mixup"):
        Compose([Mixup(alpha=-1.0)]).validate()
