"""Random changes of images."""

from collections.abc import Sequence
from math import prod
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..base import NON_NEGATIVE, BadValueError, Interval
from .base import Augmenter, dense
from .warp import affine, affine_coordinates, elastic, sample

__all__ = ["ImageAugmenter"]

_SIDE = Interval(Integral, 1, None, closed="left")
_ERASED = 0.02, 0.4  # smallest and largest erased fraction of an image
_ASPECT = 0.3  # smallest height / width of the erased rectangle; the largest is 1 / 0.3


class ImageAugmenter(Augmenter):
    """Flip, warp, shift, erase and add noise to images, at random for each image.

    By default, images are not changed. Turn on the changes that do not change your classes: a
    flipped shoe is a shoe, but a flipped 6 is not a digit. The changes are applied in this
    order:

    - flip, with probability 1/2 for each direction;
    - warp: ``rotation``, ``zoom``, ``shear`` and ``distortion`` in one transformation about
      the center, with bilinear interpolation;
    - ``crop``: pad the image by this number of pixels, then cut out a window of the original
      size at a random position;
    - ``erase`` a random rectangle [2]_;
    - add normal ``noise``.

    Outside of the image, the pixels of the edge are repeated.

    Parameters
    ----------
    image_shape : tuple of int
        (height, width) of gray images, or (height, width, channels). Rows of X can be flat, in
        C order, or have this shape.
    horizontal_flip : bool, default=False
        Mirror left and right in half of the images.
    vertical_flip : bool, default=False
        Mirror top and bottom in half of the images.
    crop : int, default=0
        In pixels, in [0, inf). The image is shifted by an integer from ``-crop`` to ``crop``
        in each direction.
    rotation : float, default=0.0
        In degrees, in [0, 180]. The angle is uniform in ``±rotation``.
    zoom : float, default=0.0
        Fraction, in [0, 1). The scale factor is uniform in ``1 ± zoom``.
    shear : float, default=0.0
        In degrees, in [0, 90). The angle of the columns is uniform in ``±shear``.
    distortion : float, default=0.0
        In pixels, in [0, inf). Elastic distortion [1]_: each pixel moves by a normal random
        number with this standard deviation in each direction. A Gaussian filter makes
        neighboring pixels move together. Its width is a seventh of the shorter side (4 pixels
        for 28).
    noise : float, default=0.0
        Standard deviation of the noise, in [0, inf), as a fraction of the range of values in
        the batch.
    erase : float, default=0.0
        Probability, in [0, 1], that a rectangle is replaced by uniform random values. The
        rectangle covers 2 to 40 % of the image, and its height / width is 0.3 to 3.3. A side
        that is longer than the image is clipped.

    Notes
    -----
    The result has the dtype of X, and its values stay between the minimum and the maximum of
    the batch. Noise is clipped, and integers are rounded. All pixels should have the same
    scale, such as 0 to 255, 0 to 1, or one mean and standard deviation for all. After
    ``StandardScaler``, each pixel has its own mean and scale, and moving pixels is meaningless.

    By default, scikit-image, torchvision and Keras fill the outside with a constant. Keras'
    ``zoom_range`` scales height and width differently; here the aspect ratio is kept.

    References
    ----------
    .. [1] Simard, Steinkraus and Platt, "Best practices for convolutional neural networks
       applied to visual document analysis", ICDAR 2003, section 2.
    .. [2] Zhong et al., "Random erasing data augmentation", AAAI 2020, algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> X, y = np.arange(12.0).reshape(2, 6), np.array([[0.0], [1.0]])
    >>> augmenter = ImageAugmenter((2, 3), horizontal_flip=True)
    >>> augmenter(X, y, np.random.default_rng(3))[0]
    array([[ 2.,  1.,  0.,  5.,  4.,  3.],
           [ 8.,  7.,  6., 11., 10.,  9.]])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "image_shape": [tuple, list],
        "horizontal_flip": ["boolean"],
        "vertical_flip": ["boolean"],
        "crop": [Interval(Integral, 0, None, closed="left")],
        "rotation": [Interval(Real, 0, 180, closed="both")],
        "zoom": [Interval(Real, 0, 1, closed="left")],
        "shear": [Interval(Real, 0, 90, closed="left")],
        "distortion": NON_NEGATIVE,
        "noise": NON_NEGATIVE,
        "erase": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        image_shape: Sequence[int],
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        crop: int = 0,
        rotation: float = 0.0,
        zoom: float = 0.0,
        shear: float = 0.0,
        distortion: float = 0.0,
        noise: float = 0.0,
        erase: float = 0.0,
    ) -> None:
        self.image_shape = image_shape
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.crop = crop
        self.rotation = rotation
        self.zoom = zoom
        self.shear = shear
        self.distortion = distortion
        self.noise = noise
        self.erase = erase

    def validate(self) -> Self:
        """Raise a ``ValueError`` that names the first bad hyperparameter; return self."""
        super().validate()
        shape = self.image_shape
        if len(shape) not in (2, 3) or not all(map(_SIDE.is_satisfied_by, shape)):
            expected = f"(height, width) or (height, width, channels), each {_SIDE}"
            raise BadValueError("image_shape", expected, shape).by("ImageAugmenter")
        return self

    def __call__(
        self, X: np.ndarray, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Change images at random. The targets are not changed.

        Parameters
        ----------
        X : ndarray of shape (n_rows, height * width * channels) or (n_rows, *image_shape)
        y : ndarray of shape (n_rows, ...)
        rng : numpy.random.Generator

        Returns
        -------
        X : ndarray
            New images, with the shape and dtype of X.
        y : ndarray of shape (n_rows, ...)
            The given y.

        Raises
        ------
        TypeError
            If X is sparse.
        ValueError
            If rows of X do not hold images of ``image_shape``.
        """
        X = dense(type(self).__name__, X)
        images = self._images(X)
        if not images.size:
            return X.copy(), y
        low, high = images.min(), images.max()
        images = self._flipped(images, rng)
        images = _within(self._warped(images, rng), low, high, X.dtype)
        images = self._cropped(images, rng)
        images = self._erased(images, low, high, rng)
        images = _within(self._noisy(images, low, high, rng), low, high, X.dtype)
        return images.reshape(X.shape), y

    def _images(self, X: np.ndarray) -> np.ndarray:
        """Return the rows as images of shape (n_rows, height, width, channels)."""
        shape = tuple(self.image_shape)
        if X.shape[1:] not in (shape, (prod(shape),)):
            raise ValueError(
                f"ImageAugmenter: X has rows of shape {X.shape[1:]}, but image_shape={shape} means "
                f"rows of {prod(shape)} numbers or of shape {shape}. Set image_shape to the "
                "(height, width) or (height, width, channels) of your images."
            )
        return X.reshape(len(X), *shape[:2], prod(shape[2:]))

    def _flipped(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a copy in which half of the images are flipped."""
        images = images.copy()
        for wanted, axis in ((self.horizontal_flip, 2), (self.vertical_flip, 1)):
            if wanted:
                flipped = rng.random(len(images)) < 0.5
                images[flipped] = np.flip(images[flipped], axis)
        return images

    def _warped(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return rotated, scaled, sheared and distorted images in a floating-point dtype."""
        if not (self.rotation or self.zoom or self.shear or self.distortion):
            return images
        n, (height, width) = len(images), images.shape[1:3]
        images = _floating(images)
        maps = affine(
            np.radians(rng.uniform(-self.rotation, self.rotation, n)),
            np.radians(rng.uniform(-self.shear, self.shear, n)),
            rng.uniform(1 - self.zoom, 1 + self.zoom, n),
        )
        coordinates = affine_coordinates(maps, height, width, images.dtype)
        if self.distortion:
            field = elastic(n, height, width, images.dtype, rng)
            coordinates += np.multiply(field, images.dtype.type(self.distortion), out=field)
        return sample(images, coordinates)

    def _cropped(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return a random window of each padded image."""
        if not self.crop:
            return images
        margin = (self.crop, self.crop)
        padded = np.pad(images, ((0, 0), margin, margin, (0, 0)), mode="edge")
        windows = sliding_window_view(padded, images.shape[1:], axis=(1, 2, 3))
        top, left = rng.integers(2 * self.crop + 1, size=(2, len(images)))
        return windows[np.arange(len(images)), top, left, 0]

    def _erased(
        self, images: np.ndarray, low: Any, high: Any, rng: np.random.Generator
    ) -> np.ndarray:
        """Replace a rectangle by random values in some of the images."""
        if not self.erase:
            return images
        n, (height, width, channels) = len(images), images.shape[1:]
        area = rng.uniform(*_ERASED, n) * (height * width)
        aspect = np.exp(rng.uniform(np.log(_ASPECT), -np.log(_ASPECT), n))
        rows = _interval(np.sqrt(area * aspect), height, rng)
        columns = _interval(np.sqrt(area / aspect), width, rng)
        hit = (rng.random(n) < self.erase)[:, None, None] & rows[:, :, None] & columns[:, None, :]
        values = rng.uniform(low, high, (np.count_nonzero(hit), channels))
        images[hit] = _within(values, low, high, images.dtype)
        return images

    def _noisy(
        self, images: np.ndarray, low: Any, high: Any, rng: np.random.Generator
    ) -> np.ndarray:
        """Return images with noise in a floating-point dtype."""
        if not self.noise:
            return images
        images = _floating(images)
        noise = rng.standard_normal(images.shape, images.dtype)
        scale = self.noise * (float(high) - float(low))
        return np.add(np.multiply(noise, images.dtype.type(scale), out=noise), images, out=noise)


def _floating(images: np.ndarray) -> np.ndarray:
    """Return the images as float64 if they are float64, else as float32."""
    return images.astype(np.float64 if images.dtype == np.float64 else np.float32, copy=False)


def _within(values: np.ndarray, low: Any, high: Any, dtype: np.dtype) -> np.ndarray:
    """Return the values clipped to [low, high] in ``dtype``, rounded if it is an integer."""
    if values.dtype.kind != "f":
        return values
    np.clip(values, low, high, out=values)
    if dtype.kind != "f":
        np.rint(values, out=values)
    return values.astype(dtype, copy=False)


def _interval(length: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Return masks of shape (n, size): intervals of the given lengths at random positions."""
    length = np.clip(np.rint(length), 1, size)
    start = np.floor(rng.random(len(length)) * (size - length + 1))
    place = np.arange(size)
    return (place >= start[:, None]) & (place < (start + length)[:, None])
