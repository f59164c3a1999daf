"""Plot of augmented images."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from ...augmentation import augment
from .base import Display

__all__ = ["AugmentationDisplay"]

_GAP = 0.08  # between images, as a fraction of their longer side


@dataclass(repr=False)
class AugmentationDisplay(Display):
    """Images with their augmented copies: a row for each image, first the original.

    Use it before training to check that the classes can still be recognized. Create it with
    :meth:`from_augmenter`.

    Parameters
    ----------
    images : ndarray of shape (n_images, 1 + n_copies, height, width, channels)
        Each image, followed by its augmented copies, with 1 (gray) or 3 (color) channels.

    Attributes
    ----------
    ax_, figure_ : matplotlib axes and figure

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdeep.augmentation import ImageAugmenter
    >>> from skdeep.diagnostics import AugmentationDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> augmenter = ImageAugmenter((8, 8), rotation=15.0)
    >>> display = AugmentationDisplay.from_augmenter(augmenter, X, plot=False)
    >>> display.images.shape
    (6, 9, 8, 8, 1)
    """

    images: np.ndarray

    @classmethod
    def from_augmenter(
        cls,
        augmenter: Callable,
        X: ArrayLike,
        *,
        n_images: int = 6,
        n_copies: int = 8,
        image_shape: Sequence[int] | None = None,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        ax: Any = None,
        plot: bool = True,
    ) -> Self:
        """Augment the first images and plot them.

        Parameters
        ----------
        augmenter : Augmenter or callable
            ``(X, y, rng) -> (X, y)``. Here y is a column of zeros.
        X : array-like of shape (n_samples, n_features) or (n_samples, height, width[, channels])
            Images, flat or shaped.
        n_images : int, default=6
            Number of images to plot, in [1, n_samples]. The first rows of X are used.
        n_copies : int, default=8
            Number of augmented copies of each image, in [1, inf).
        image_shape : tuple of int, default=None
            (height, width) or (height, width, channels). None uses the ``image_shape`` of the
            augmenter, or else the shape of the rows of X.
        random_state : int, Generator, RandomState or None, default=0
        ax : matplotlib axes, default=None
            A new figure by default.
        plot : bool, default=True
            Whether to plot at once.

        Returns
        -------
        AugmentationDisplay

        Raises
        ------
        ValueError
            If the shape of the images is unknown, or if they have neither 1 nor 3 channels.
        """
        X = np.asarray(X)[:n_images]
        height, width, *channels = image_shape or _image_shape(augmenter, X)
        if channels not in ([], [1], [3]):
            raise ValueError(
                "AugmentationDisplay shows gray images (1 channel) and color images (3 channels). "
                f"Got {channels[0]} channels. Select 1 or 3 of them first."
            )
        rows, _ = augment(X, np.zeros((len(X), 1)), augmenter, n_copies, random_state)
        images = rows.reshape(1 + n_copies, len(X), height, width, *channels or [1])
        return cls(images.swapaxes(0, 1))._plot_if(plot, ax)

    def _summary(self) -> str:
        n_images, n_columns = self.images.shape[:2]
        return f"{n_images} images with {n_columns - 1} copies each"

    def _size(self) -> tuple[float, float]:
        n_images, n_columns = self.images.shape[:2]
        return n_columns, n_images + 0.4

    def _plot_on(self, ax: Any) -> None:
        picture, centers = self._picture()
        ax.imshow(picture, interpolation="nearest")
        ax.set_xticks([centers[0], np.mean(centers[1:])], ["original", "augmented"])
        ax.set_yticks([])
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)

    def _picture(self) -> tuple[np.ndarray, np.ndarray]:
        """Return one picture of all images and the centers of its columns."""
        images = self.images.astype(float)
        images = (images - images.min()) / (np.ptp(images) or 1.0)
        n_images, n_columns, height, width, _ = images.shape
        gap = max(1, round(_GAP * max(height, width)))
        down, right = height + gap, width + gap
        # the gap after the originals is wider
        lefts = np.arange(n_columns) * right + 2 * gap * (np.arange(n_columns) > 0)
        picture = np.ones((n_images * down - gap, lefts[-1] + width, 3))
        for (i, j), image in zip(np.ndindex(n_images, n_columns), _flat(images), strict=True):
            picture[i * down : i * down + height, lefts[j] : lefts[j] + width] = image
        return picture, lefts + (width - 1) / 2


def _flat(images: np.ndarray) -> np.ndarray:
    """Return the images of all rows, one after another."""
    return images.reshape(-1, *images.shape[2:])


def _image_shape(augmenter: Callable, X: np.ndarray) -> tuple[int, ...]:
    """Return the image shape of the augmenter, or else of the rows of X."""
    shape = getattr(augmenter, "image_shape", None)
    if shape is not None:
        return tuple(shape)
    if X.ndim in (3, 4):
        return X.shape[1:]
    raise ValueError(
        f"AugmentationDisplay cannot know the shape of images from X of shape {X.shape}. Give "
        "image_shape=(height, width) or (height, width, channels)."
    )
