import numpy as np
import pytest

from skdeep.augmentation import (
    GaussianNoise,
)


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
