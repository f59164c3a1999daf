import pickle
import re

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skdeep import DeepClassifier
from skdeep.augmentation import (
    Augmenter,
    Compose,
    GaussianNoise,
    ImageAugmenter,
    Mixup,
    augment,
)
from skdeep.augmentation.warp import affine, affine_coordinates, elastic, sample
from skdeep.diagnostics import AugmentationDisplay
from skdeep.losses import SoftmaxCrossEntropy

SHAPES = [(7, 9), (7, 9, 3), (1, 5), (6, 1, 2)]
EVERYTHING = {
    "horizontal_flip": True,
    "vertical_flip": True,
    "crop": 2,
    "rotation": 20.0,
    "zoom": 0.2,
    "shear": 10.0,
    "distortion": 1.0,
    "noise": 0.1,
    "erase": 0.5,
}
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


def one_hot(n_rows, n_classes, rng):
    """Return one-hot rows."""
    return np.eye(n_classes, dtype=np.float32)[rng.integers(n_classes, size=n_rows)]


# -- images ------------------------------------------------------------------


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
def test_the_channels_of_a_colour_image_move_together(changes, rng):
    grey = images_of((8, 9), rng)
    colour = np.stack([grey, 2 * grey, 4 * grey], axis=-1)
    changed, _ = ImageAugmenter((8, 9, 3), **changes)(colour, None, rng)
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


def test_zoom_enlarges_about_the_centre(rng):
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


def test_neighbours_are_displaced_alike(rng):
    fields = elastic(4000, 28, 28, np.float64, rng)
    neighbours = (fields[..., 14, 14] * fields[..., 14, 15]).mean()
    strangers = (fields[..., 14, 3] * fields[..., 14, 25]).mean()
    # a Gaussian of s pixels leaves exp(-d² / 4s²) at a distance of d
    assert abs(neighbours - np.exp(-1 / 64)) < 0.05
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


# -- rows and targets ---------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gaussian_noise_has_its_scale_and_keeps_the_dtype(dtype, rng):
    X = 7 * rng.standard_normal((500, 200)).astype(dtype)
    noisy, y = GaussianNoise(scale=0.5)(X, "y", rng)
    assert noisy.dtype == dtype
    assert y == "y"
    assert abs((noisy - X).std() - 0.5) < 0.01
    assert abs((noisy - X).mean()) < 0.01


def test_gaussian_noise_makes_whole_numbers_real(rng):
    assert GaussianNoise()(np.ones((2, 2), int), None, rng)[0].dtype == np.float64


@pytest.mark.parametrize("shape", [(6,), (3, 2)])
def test_mixup_mixes_rows_and_targets_by_the_same_share(shape, rng):
    y = one_hot(50, 4, rng)
    matrix = rng.random((4, 6))
    # X is linear in y, and so must the mixtures be
    X = (y @ matrix).reshape(50, *shape)
    mixed, target = Mixup(alpha=0.8)(X, y, rng)
    assert mixed.shape == X.shape
    assert target.dtype == y.dtype
    assert not np.array_equal(target, y)
    np.testing.assert_allclose(target.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(mixed.reshape(50, 6), target @ matrix, rtol=1e-5)


def test_mixup_keeps_the_mean_of_the_batch_in_expectation(rng):
    X = rng.normal(size=(200, 1))
    means = [Mixup(1.0)(X, X, np.random.default_rng(seed))[0].mean() for seed in range(400)]
    assert abs(np.mean(means) - X.mean()) < 0.02


def test_the_loss_of_a_mixed_target_is_the_mixture_of_losses(rng):
    y, other, raw = *np.eye(3)[rng.integers(3, size=(2, 8))], rng.normal(size=(8, 3))
    evaluate = SoftmaxCrossEntropy().bind(8, 3, np.float64)
    weight = np.full(8, 1 / 8)
    mixed, first, second = (evaluate(raw, t, weight)[0] for t in (0.3 * y + 0.7 * other, y, other))
    assert mixed == pytest.approx(0.3 * first + 0.7 * second, rel=1e-12)


def test_compose_applies_its_augmenters_in_order(rng):
    def add(X, y, rng):
        return X + 1, y

    def double(X, y, rng):
        return 2 * X, y + 1

    X, y = Compose([add, double])(np.zeros((2, 1)), np.zeros((2, 1)), rng)
    np.testing.assert_array_equal(X, 2)
    np.testing.assert_array_equal(y, 1)


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


# -- hyperparameters -----------------------------------------------------------

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


def test_a_clone_of_compose_shares_nothing_with_it():
    composed = Compose([Mixup(), GaussianNoise()])
    copy = clone(composed).set_params(**{"0__alpha": 0.9})
    assert composed.augmenters[0].alpha == 0.2
    assert copy.augmenters[0].alpha == 0.9


BETWEEN = "a float in the range [0.0, 1.0]"
NON_NEGATIVE = "a float in the range [0.0, inf)"
BOOLEAN = "an instance of 'bool' or an instance of 'numpy.bool'"
SIZES = "(height, width) or (height, width, channels), each an int in the range [1, inf)"
MEMBERS = "a list of Augmenter objects or callables (X, y, rng) -> (X, y)"
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


def test_compose_names_what_cannot_augment():
    message = (
        f"The 'augmenters' parameter of Compose must be {MEMBERS}. Got 'flip' at place 1 instead."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Compose([Mixup(), "flip"]).validate()


def test_compose_validates_its_augmenters():
    with pytest.raises(ValueError, match="'alpha' parameter of Mixup"):
        Compose([Mixup(alpha=-1.0)]).validate()


# -- errors --------------------------------------------------------------------


def test_rows_that_do_not_hold_the_images_are_an_error(rng):
    message = (
        "ImageAugmenter: X has rows of shape (20,), but image_shape=(4, 4) means rows of 16 "
        "numbers or of shape (4, 4). Set image_shape to the (height, width) or (height, width, "
        "channels) of your images."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ImageAugmenter((4, 4))(np.zeros((3, 20)), None, rng)


@pytest.mark.parametrize("augmenter", AUGMENTERS[:3], ids=lambda a: type(a).__name__)
def test_sparse_rows_are_an_error(augmenter, rng):
    name = type(augmenter).__name__
    message = (
        f"{name} changes every number of a row, so X must be dense. Got csr_array of shape "
        f"(3, 64). Use X.toarray(), or train without {name}."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        augmenter(csr_array((3, 64)), np.zeros((3, 1)), rng)


@pytest.mark.parametrize("labels", [["a", "b"], [0, 1], [0.0, 1.0]])
def test_mixup_of_labels_is_an_error(labels):
    y = np.array(labels)
    message = (
        "Mixup cannot mix labels: y must be numeric and of shape (n_samples, n_outputs). "
        f"Got y of shape (2,) and dtype {y.dtype}. Use Mixup in an estimator, as in "
        "DeepClassifier(augment=Mixup()), or encode y first (one-hot rows for classes)."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        augment(np.zeros((2, 3)), y, Mixup())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"copies": 0}, ValueError, "augment: copies must be an int in the range [1, inf). Got 0."),
        (
            {"copies": True},
            ValueError,
            "augment: copies must be an int in the range [1, inf). Got True.",
        ),
        (
            {"X": csr_array((4, 3))},
            TypeError,
            "augment: X must be dense. Got csr_array. Use X.toarray().",
        ),
        (
            {"y": [1, 2]},
            ValueError,
            "augment: X and y must have the same number of rows. Got 4 and 2.",
        ),
        (
            {"augmenter": lambda X, y, rng: (X[:, :2], y)},
            ValueError,
            "augment: the augmenter must keep the shapes ((4, 3), (4,)) of X and y. Got "
            "((4, 2), (4,)) instead.",
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


def test_the_base_augments_nothing(rng):
    with pytest.raises(NotImplementedError):
        Augmenter()(None, None, rng)


# -- in a training ---------------------------------------------------------------


def small(**hyperparameters):
    """Return a classifier of 16 features that trains in no time."""
    brief = {"max_epochs": 3, "batch_size": 16, "early_stopping": False, "n_iter_no_change": None}
    return DeepClassifier((8,), random_state=0, **(brief | hyperparameters))


def data(rng):
    """Return 64 images of 4 × 4 pixels in three classes."""
    return rng.random((64, 16)).astype(np.float32), rng.integers(3, size=64)


def test_an_augmenter_sees_training_batches_and_nothing_else(rng):
    X, y = data(rng)
    X_val, seen = X[:20] + 10, []

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


# -- the picture -------------------------------------------------------------------


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
