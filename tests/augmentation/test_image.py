import re

import numpy as np
import pytest

from skdeep.augmentation import (
    ImageAugmenter,
)
from skdeep.augmentation.warp import affine, affine_coordinates, elastic, sample
from tests.augmentation.helpers import EVERYTHING

SHAPES = [(7, 9), (7, 9, 3), (1, 5), (6, 1, 2)]


SINGLE = [{name: value} for name, value in EVERYTHING.items()]


every_change = pytest.mark.parametrize("changes", [EVERYTHING, *SINGLE], ids=lambda c: "+".join(c))


every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


class Highest:
    """A generator whose draws are all as large as they can be."""

    def uniform(self, low, high, size):
        return np.full(size, high)

    def random(self, size):
        return np.full(size, 0.0)

    def integers(self, n, size):
        return np.full(size, n - 1)


def images_of(shape, rng, n=20, dtype=np.float32):
    """Return n shaped images of a dtype, from 0 to 200."""
    images = 200 * rng.random((n, *shape))
    return (np.rint(images) if np.dtype(dtype).kind != "f" else images).astype(dtype)


def forced(images, **changes):
    """Return images under the largest change that their augmenter can draw."""
    return ImageAugmenter(images.shape[1:], **changes)(images, None, Highest())[0]


@every_shape
def test_an_augmenter_without_changes_keeps_images_to_the_bit(shape, rng):
    images = images_of(shape, rng)
    np.testing.assert_array_equal(ImageAugmenter(shape)(images, None, rng)[0], images)


@every_change
@every_shape
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_shape_dtype_and_range_are_kept_and_nothing_is_overwritten(changes, shape, dtype, rng):
    images = images_of(shape, rng, dtype=dtype)
    images.setflags(write=False)
    changed, y = ImageAugmenter(shape, **changes)(images, "y", rng)
    assert changed.shape == images.shape
    assert changed.dtype == images.dtype
    assert changed.min() >= images.min()
    assert changed.max() <= images.max()
    assert y == "y"
    assert not np.shares_memory(changed, images)


@every_change
@every_shape
def test_flat_and_shaped_images_change_alike(changes, shape, rng):
    images, augmenter = images_of(shape, rng), ImageAugmenter(shape, **changes)
    shaped, _ = augmenter(images, None, np.random.default_rng(1))
    flat, _ = augmenter(images.reshape(len(images), -1), None, np.random.default_rng(1))
    np.testing.assert_array_equal(flat, shaped.reshape(flat.shape))


@every_change
def test_a_seed_fixes_the_images_and_another_changes_them(changes, rng):
    images, augmenter = images_of((8, 8), rng), ImageAugmenter((8, 8), **changes)
    first, again, other = (augmenter(images, None, np.random.default_rng(s))[0] for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    "changes", [c for c in SINGLE if {"noise", "erase"}.isdisjoint(c)], ids=lambda c: "+".join(c)
)
def test_the_channels_of_a_color_image_move_together(changes, rng):
    gray = images_of((8, 9), rng)
    color = np.stack([gray, 2 * gray, 4 * gray], axis=-1)
    changed, _ = ImageAugmenter((8, 9, 3), **changes)(color, None, rng)
    np.testing.assert_array_equal(changed[..., 1], 2 * changed[..., 0])
    np.testing.assert_array_equal(changed[..., 2], 4 * changed[..., 0])


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 3)])
@pytest.mark.parametrize(("name", "axis"), [("horizontal_flip", 2), ("vertical_flip", 1)])
def test_a_flip_mirrors_and_twice_is_the_identity(name, axis, shape, rng):
    images = images_of(shape, rng)
    flipped = forced(images, **{name: True})
    np.testing.assert_array_equal(flipped, np.flip(images, axis))
    np.testing.assert_array_equal(forced(flipped, **{name: True}), images)


def test_half_the_images_are_flipped(rng):
    images = np.tile(np.array([0.0, 1.0]), (10_000, 1))
    flipped, _ = ImageAugmenter((1, 2), horizontal_flip=True)(images, None, rng)
    # four standard deviations of a share of 10,000
    assert abs(flipped[:, 0].mean() - 0.5) < 0.02


def test_crop_shifts_by_up_to_its_pixels_and_repeats_the_edge(rng):
    image = np.arange(30.0).reshape(5, 6)
    images = np.broadcast_to(image, (500, 5, 6))
    padded = np.pad(image, 2, mode="edge")
    windows = {padded[i : i + 5, j : j + 6].tobytes() for i in range(5) for j in range(5)}
    cropped, _ = ImageAugmenter((5, 6), crop=2)(images, None, rng)
    assert {image.tobytes() for image in cropped} == windows
    np.testing.assert_array_equal(forced(images[:1], crop=2)[0], padded[4:, 4:])


@pytest.mark.parametrize("shape", [(6, 6), (5, 5, 3)])
@pytest.mark.parametrize(("angle", "turns"), [(90, 1), (180, 2)])
def test_a_quarter_turn_is_the_one_of_numpy(angle, turns, shape, rng):
    images = images_of(shape, rng, dtype=np.float64)
    turned = np.rot90(images, turns, axes=(1, 2))
    # coordinates are off by the round-off of an angle in radians
    np.testing.assert_allclose(forced(images, rotation=angle), turned, rtol=0, atol=1e-10)


def test_zoom_enlarges_about_the_center(rng):
    rows, columns = np.indices((9, 9)) - 4.0
    ramp = (rows + 10 * columns)[None]
    # an image that is linear in its coordinates is divided by the scale
    np.testing.assert_allclose(forced(ramp, zoom=0.25), ramp / 1.25, atol=1e-12)


def test_shear_slants_columns_by_its_angle():
    columns = np.zeros((1, 9, 9))
    columns[:, :, 4] = 1
    slanted = forced(columns, shear=45.0)[0]
    # 45 degrees are a pixel a row; where the line leaves the image is of no interest
    np.testing.assert_allclose(slanted[::-1], np.eye(9), atol=1e-12)


def test_an_affine_map_is_the_inverse_of_shear_then_turn_then_scale(rng):
    angle, shear, scale = rng.uniform(0.1, 0.9, (3, 4))
    for i, found in enumerate(affine(angle, shear, scale)):
        cos, sin = np.cos(angle[i]), np.sin(angle[i])
        turn = np.array([[cos, -sin], [sin, cos]])
        slant = np.array([[1, 0], [-np.tan(shear[i]), 1]])
        np.testing.assert_allclose(found @ (scale[i] * turn @ slant), np.eye(2), atol=1e-14)


def test_sampling_agrees_with_scipy(rng):
    from scipy.ndimage import map_coordinates

    images = rng.random((50, 28, 30, 2))
    maps = affine(*rng.uniform([[-1], [-0.3], [0.6]], [[1], [0.3], [1.4]], (3, 50)))
    coordinates = affine_coordinates(maps, 28, 30, np.float64)
    expected = [
        [map_coordinates(image[..., c], at, order=1, mode="nearest") for c in range(2)]
        for image, at in zip(images, coordinates, strict=True)
    ]
    sampled = sample(images, coordinates.copy())
    np.testing.assert_allclose(sampled, np.moveaxis(expected, 1, 3), atol=1e-12)


@pytest.mark.parametrize("shape", [(28, 28), (8, 12), (1, 3)])
def test_elastic_displacements_are_standard_normal_in_every_pixel(shape, rng):
    fields = elastic(4000, *shape, np.float64, rng)
    # standard errors: 1/sqrt(4000) of a mean, 1/sqrt(8000) of a deviation; 5 of them
    assert np.abs(fields.mean(axis=0)).max() < 5 / np.sqrt(4000)
    assert np.abs(fields.std(axis=0) - 1).max() < 5 / np.sqrt(8000)


def test_neighbors_are_displaced_alike(rng):
    fields = elastic(4000, 28, 28, np.float64, rng)
    neighbors = (fields[..., 14, 14] * fields[..., 14, 15]).mean()
    strangers = (fields[..., 14, 3] * fields[..., 14, 25]).mean()
    # a Gaussian of s pixels leaves exp(-d² / 4s²) at a distance of d
    assert abs(neighbors - np.exp(-1 / 64)) < 0.05
    assert abs(strangers) < 0.05


def test_noise_has_its_part_of_the_range_for_deviation(rng):
    images = np.full((100, 40, 40), 50.0)
    images[:, 0, 0], images[:, 0, 1] = 0.0, 100.0
    noisy, _ = ImageAugmenter((40, 40), noise=0.05)(images, None, rng)
    noise = (noisy - images)[:, 1:]
    assert abs(noise.mean()) < 0.05
    assert abs(noise.std() - 5.0) < 0.05


def test_erase_replaces_one_rectangle_of_2_to_40_percent(rng):
    images = np.full((400, 50, 40), -1.0)
    images[:, 0, 0] = 1.0  # the range
    erased, _ = ImageAugmenter((50, 40), erase=1.0)(images, None, rng)
    for image in (erased != images)[:, 1:, 1:]:
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        assert image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    part = (erased != images).mean(axis=(1, 2))
    assert part.min() > 0.015  # sides are rounded to pixels
    assert part.max() < 0.42


def test_erase_is_a_probability(rng):
    images = np.tile(np.arange(64.0), (5000, 1))
    erased, _ = ImageAugmenter((8, 8), erase=0.3)(images, None, rng)
    assert abs((erased != images).any(axis=1).mean() - 0.3) < 0.03


def test_a_batch_of_no_images_stays_empty(rng):
    augmenter = ImageAugmenter((4, 4), **EVERYTHING)
    assert augmenter(np.empty((0, 16)), None, rng)[0].shape == (0, 16)


def test_rows_that_do_not_hold_the_images_are_an_error(rng):
    message = (
        "ImageAugmenter: X has rows of shape (20,), but image_shape=(4, 4) means rows of 16 "
        "numbers or of shape (4, 4). Set image_shape to the (height, width) or (height, width, "
        "channels) of your images."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ImageAugmenter((4, 4))(np.zeros((3, 20)), None, rng)
