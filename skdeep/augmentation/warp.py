"""Image warps: affine maps, elastic fields and bilinear sampling.

Images have shape (n, h, w, c). Coordinates have shape (n, 2, h, w): for each pixel of the result,
the row and the column in the source image.
"""

import numpy as np
from numpy.typing import DTypeLike
from scipy.ndimage import gaussian_filter1d

__all__ = ["affine", "affine_coordinates", "elastic", "sample"]

_CACHED = 1 << 15  # numbers sampled at a time, to stay in the cache


def affine(angle: np.ndarray, shear: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return the maps from the result to the source image, about the center, in (row, column).

    The image is sheared, rotated counterclockwise and enlarged: p' = s R(θ) S(φ) p. Sampling
    needs the inverse map, S(φ)⁻¹ R(θ)⁻¹ / s.

    Parameters
    ----------
    angle, shear : ndarray of shape (n,)
        θ and φ, in radians.
    scale : ndarray of shape (n,)
        s. Values above 1 enlarge the image.

    Returns
    -------
    maps : ndarray of shape (n, 2, 2)
    """
    cos, sin, tan = np.cos(angle), np.sin(angle), np.tan(shear)
    maps = np.array([[cos, sin], [tan * cos - sin, tan * sin + cos]]) / scale
    return maps.transpose(2, 0, 1)


def affine_coordinates(maps: np.ndarray, height: int, width: int, dtype: DTypeLike) -> np.ndarray:
    """Return the source coordinates of all pixels, of shape (n, 2, h, w), by one product."""
    center = np.array([(height - 1) / 2, (width - 1) / 2])
    grid = np.indices((height, width)).reshape(2, -1) - center[:, None]
    grid = np.vstack([grid, np.ones(height * width)]).astype(dtype)
    shifts = np.broadcast_to(center[:, None], (len(maps), 2, 1))
    rows = np.concatenate([maps, shifts], axis=2).astype(dtype).reshape(-1, 3)
    return (rows @ grid).reshape(-1, 2, height, width)


def elastic(
    n: int, height: int, width: int, dtype: np.dtype, rng: np.random.Generator
) -> np.ndarray:
    """Return n smooth random fields of shape (n, 2, h, w); each value has distribution N(0, 1).

    White noise is smoothed by a Gaussian filter whose width is a seventh of the shorter side. The
    filter is separable: one matrix product for the rows and one for the columns. The rows of
    both matrices have norm 1, so the variance of the noise does not change.
    """
    sigma = min(height, width) / 7
    rows, columns = (_smoother(side, sigma).astype(dtype) for side in (height, width))
    noise = rng.standard_normal((n * 2, rows.shape[1], columns.shape[1]), dtype)
    return (rows @ (noise @ columns.T)).reshape(n, 2, height, width)


def _smoother(size: int, sigma: float) -> np.ndarray:
    """Return a Gaussian filter from points sigma / 2 apart, as a matrix with rows of norm 1."""
    matrix = gaussian_filter1d(np.eye(size), sigma, axis=0, mode="constant")
    matrix = matrix[:, :: max(1, int(sigma / 2))]
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def sample(images: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """Return the images at the coordinates, interpolated bilinearly.

    Outside of the image, the nearest pixel of the edge is used. At integer coordinates, the result
    is exactly the pixel.

    Parameters
    ----------
    images : ndarray of shape (n, h, w, c)
        With a floating-point dtype.
    coordinates : ndarray of shape (n, 2, h, w)
        With the dtype of the images. They are overwritten.

    Returns
    -------
    images : ndarray of shape (n, h, w, c)
    """
    sampled = np.empty_like(images)
    n_images = max(1, _CACHED // images[0].size)
    for start in range(0, len(images), n_images):
        block = slice(start, start + n_images)
        sampled[block] = _sample(images[block], *coordinates[block].swapaxes(0, 1))
    return sampled


def _sample(images: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return images at rows y and columns x, both of shape (n, h, w)."""
    n, height, width, channels = images.shape
    np.clip(y, 0, height - 1, out=y)
    np.clip(x, 0, width - 1, out=x)
    row, column = y.astype(np.intp), x.astype(np.intp)
    np.subtract(y, row, out=y)
    np.subtract(x, column, out=x)
    index = (row * width + column) + (np.arange(n) * (height * width))[:, None, None]
    pixels = images.reshape(-1, channels)

    def between(index: np.ndarray) -> np.ndarray:
        # beyond the last column the next pixel has no weight
        left = np.take(pixels, index, axis=0, mode="clip")
        right = np.take(pixels, index + 1, axis=0, mode="clip")
        return _interpolate(left, right, x[..., None])

    return _interpolate(between(index), between(index + width), y[..., None])


def _interpolate(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return ``a + t (b - a)``; a and b are overwritten."""
    np.subtract(b, a, out=b)
    np.multiply(b, t, out=b)
    return np.add(a, b, out=a)
