import pickle
import re

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone

from skdeep.augmentation import (
    Augmenter,
    Compose,
    GaussianNoise,
    ImageAugmenter,
    Mixup,
)
from tests.augmentation.helpers import one_hot

AUGMENTERS = [
    ImageAugmenter((8, 8), rotation=10.0),
    GaussianNoise(0.3),
    Mixup(0.4),
    Compose([ImageAugmenter((8, 8), crop=1), Mixup()]),
]


every_augmenter = pytest.mark.parametrize("augmenter", AUGMENTERS, ids=lambda a: type(a).__name__)


@every_augmenter
def test_an_augmenter_is_cloned_printed_and_pickled(augmenter, rng):
    X, y = rng.random((30, 64)), one_hot(30, 3, rng)
    expected = augmenter(X, y, np.random.default_rng(0))
    namespace = {type(a).__name__: type(a) for a in AUGMENTERS}
    for copy in (
        clone(augmenter),
        eval(repr(augmenter), namespace),
        pickle.loads(pickle.dumps(augmenter)),
    ):
        assert copy is not augmenter
        assert repr(copy) == repr(augmenter)
        assert copy.validate() is copy
        for ours, theirs in zip(copy(X, y, np.random.default_rng(0)), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


BETWEEN = "a float in the range [0.0, 1.0]"
NON_NEGATIVE = "a float in the range [0.0, inf)"
BOOLEAN = "an instance of 'bool' or an instance of 'numpy.bool'"
SIZES = "(height, width) or (height, width, channels), each an int in the range [1, inf)"
PAIR = "an instance of 'tuple' or an instance of 'list'"


@pytest.mark.parametrize(
    ("augmenter", "name", "value", "expected"),
    [
        (AUGMENTERS[0], "image_shape", 28, PAIR),
        (AUGMENTERS[0], "image_shape", (28,), SIZES),
        (AUGMENTERS[0], "image_shape", (28, 0), SIZES),
        (AUGMENTERS[0], "horizontal_flip", "yes", BOOLEAN),
        (AUGMENTERS[0], "vertical_flip", 1.0, BOOLEAN),
        (AUGMENTERS[0], "crop", -1, "an int in the range [0, inf)"),
        (AUGMENTERS[0], "crop", 1.5, "an int in the range [0, inf)"),
        (AUGMENTERS[0], "rotation", -10.0, "a float in the range [0.0, 180.0]"),
        (AUGMENTERS[0], "zoom", 1.0, "a float in the range [0.0, 1.0)"),
        (AUGMENTERS[0], "shear", 90.0, "a float in the range [0.0, 90.0)"),
        (AUGMENTERS[0], "distortion", -1.0, NON_NEGATIVE),
        (AUGMENTERS[0], "noise", -0.1, NON_NEGATIVE),
        (AUGMENTERS[0], "erase", 1.1, BETWEEN),
        (AUGMENTERS[1], "scale", -1.0, NON_NEGATIVE),
        (AUGMENTERS[2], "alpha", 0.0, "a float in the range (0.0, inf)"),
        (AUGMENTERS[3], "augmenters", Mixup(), "an instance of 'list' or an instance of 'tuple'"),
    ],
)
def test_a_bad_hyperparameter_is_named(augmenter, name, value, expected):
    augmenter = clone(augmenter).set_params(**{name: value})
    message = (
        f"The {name!r} parameter of {type(augmenter).__name__} must be {expected}. "
        f"Got {value!r} instead."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        augmenter.validate()


@pytest.mark.parametrize("augmenter", AUGMENTERS[:3], ids=lambda a: type(a).__name__)
def test_sparse_rows_are_an_error(augmenter, rng):
    name = type(augmenter).__name__
    message = f"{name}: X must be dense. Got csr_array of shape (3, 64). Use X.toarray()."
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        augmenter(csr_array((3, 64)), np.zeros((3, 1)), rng)


def test_the_base_augments_nothing(rng):
    with pytest.raises(NotImplementedError):
        Augmenter()(None, None, rng)
