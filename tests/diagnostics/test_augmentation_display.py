import re

import numpy as np
import pytest

from skdeep.augmentation import (
    Compose,
    GaussianNoise,
    ImageAugmenter,
)
from skdeep.diagnostics import AugmentationDisplay


def images_of(shape, rng, n=20, dtype=np.float32):
    """Return n shaped images of a dtype, from 0 to 200."""
    images = 200 * rng.random((n, *shape))
    return (np.rint(images) if np.dtype(dtype).kind != "f" else images).astype(dtype)


@pytest.fixture
def axes():
    """Axes on a canvas that needs no screen."""
    figure = pytest.importorskip("matplotlib.figure")
    return figure.Figure().add_subplot()


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 3)])
@pytest.mark.parametrize("is_flat", [True, False])
def test_the_picture_shows_originals_beside_their_copies(shape, is_flat, axes, rng):
    images = images_of(shape, rng)
    X = images.reshape(20, -1) if is_flat else images
    augmenter = Compose([GaussianNoise(0.0), ImageAugmenter(shape, horizontal_flip=True)])
    display = AugmentationDisplay.from_augmenter(augmenter, X, n_images=3, n_copies=2, ax=axes)
    assert display.ax_ is axes
    assert display.figure_ is axes.figure
    assert display.images.shape == (3, 3, 5, 4, *(shape[2:] or [1]))
    np.testing.assert_array_equal(display.images[:, 0].reshape(3, *shape), images[:3])
    picture = axes.images[0].get_array()
    shown = picture[:5, :4] * np.ptp(display.images) + display.images.min()
    np.testing.assert_allclose(shown, images[0].reshape(5, 4, -1) * np.ones(3), atol=1e-4)


def test_the_picture_takes_a_function_and_shaped_images(axes, rng):
    def invert(X, y, rng):
        return 1 - X, y

    X = rng.random((4, 6, 6))
    display = AugmentationDisplay.from_augmenter(invert, X, n_images=4, n_copies=1, ax=axes)
    np.testing.assert_array_equal(display.images[:, 1, ..., 0], 1 - X)


def test_the_picture_takes_the_shape_of_an_augmenter_at_any_depth(rng):
    inner = Compose([GaussianNoise(), ImageAugmenter((5, 4), horizontal_flip=True)])
    X = rng.random((2, 20))
    display = AugmentationDisplay.from_augmenter(
        Compose([inner, GaussianNoise()]), X, n_images=2, n_copies=1, plot=False
    )
    assert display.images.shape == (2, 2, 5, 4, 1)


@pytest.mark.parametrize(
    ("X", "image_shape", "message"),
    [
        (
            np.zeros((4, 36)),
            None,
            "AugmentationDisplay cannot know the shape of images from X of shape (4, 36). Give "
            "image_shape=(height, width) or (height, width, channels).",
        ),
        (
            np.zeros((4, 36)),
            (6, 3, 2),
            "AugmentationDisplay shows gray images (1 channel) and color images (3 channels). Got "
            "2 channels. Select 1 or 3 of them first.",
        ),
    ],
)
def test_the_picture_says_what_it_cannot_show(X, image_shape, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        AugmentationDisplay.from_augmenter(GaussianNoise(), X, image_shape=image_shape)
