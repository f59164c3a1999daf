import re

import numpy as np
import pytest
from scipy.sparse import csr_array

from skdeep.augmentation import (
    GaussianNoise,
    ImageAugmenter,
    augment,
)


def images_of(shape, rng, n=20, dtype=np.float32):
    """Return n shaped images of a dtype, from 0 to 200."""
    images = 200 * rng.random((n, *shape))
    return (np.rint(images) if np.dtype(dtype).kind != "f" else images).astype(dtype)


def test_augment_puts_the_originals_first(rng):
    X, y = images_of((4, 4), rng, n=3000), rng.integers(3, size=3000).astype(str)
    augmenter = ImageAugmenter((4, 4), crop=1)
    more, labels = augment(X, y, augmenter, copies=2, random_state=0)
    assert more.dtype == X.dtype
    assert more.shape == (9000, 4, 4)
    np.testing.assert_array_equal(more[:3000], X)
    np.testing.assert_array_equal(labels, np.tile(y, 3))
    assert not np.array_equal(more[3000:6000], more[6000:])
    again, _ = augment(X, y, augmenter, copies=2, random_state=0)
    np.testing.assert_array_equal(more, again)


def test_augment_takes_every_random_state_and_any_function(rng):
    X, y = rng.random((5, 2)), [0, 1, 0, 1, 0]

    def jitter(X, y, rng):
        X += rng.random(X.shape)
        return X, y

    before = X.copy()
    for state in (None, 3, np.random.default_rng(0), np.random.RandomState(0)):
        more, labels = augment(X, y, jitter, random_state=state)
        assert more.shape == (10, 2)
        assert labels.tolist() == y * 2
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"copies": 0},
            ValueError,
            "The 'copies' parameter of augment must be an int in the range [1, inf). Got 0 "
            "instead.",
        ),
        (
            {"copies": True},
            ValueError,
            "The 'copies' parameter of augment must be an int in the range [1, inf). Got True "
            "instead.",
        ),
        (
            {"X": csr_array((4, 3))},
            TypeError,
            "augment: X must be dense. Got csr_array of shape (4, 3). Use X.toarray().",
        ),
        (
            {"y": [1, 2]},
            ValueError,
            "augment: X and y must have the same number of rows. Got 4 and 2.",
        ),
        (
            {"augmenter": lambda X, y, rng: (X[:, :2], y)},
            ValueError,
            "An augmenter must keep the shapes ((4, 3), (4,)) of X and y. Got ((4, 2), (4,)) "
            "instead.",
        ),
        (
            {"augmenter": lambda X, y, rng: X},
            ValueError,
            "An augmenter must return (X, y). Got " + repr(np.zeros((4, 3))) + " instead.",
        ),
        (
            {"augmenter": GaussianNoise(scale=-1.0)},
            ValueError,
            "The 'scale' parameter of GaussianNoise must be a float in the range [0.0, inf). Got "
            "-1.0 instead.",
        ),
    ],
)
def test_augment_says_what_is_wrong(arguments, error, message):
    given = {"X": np.zeros((4, 3)), "y": [0, 1, 0, 1], "augmenter": GaussianNoise(), **arguments}
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        augment(**given)
