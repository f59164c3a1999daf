"""What several tests of augmentation share."""

import numpy as np

# every change of an image
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


def one_hot(n_rows, n_classes, rng):
    """Return one-hot rows."""
    return np.eye(n_classes, dtype=np.float32)[rng.integers(n_classes, size=n_rows)]
