import numpy as np
import pytest


@pytest.fixture(scope="session")
def noise():
    """Rows that say nothing of their class: a network can only overfit."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(120, 5)), rng.integers(3, size=120)


@pytest.fixture
def skewed(rng):
    """A target without features: what is learned is one number."""
    return np.zeros((201, 1)), rng.exponential(50, size=201) + 10


@pytest.fixture
def data(rng):
    """Rows of two classes at random."""
    return rng.normal(size=(60, 4)), rng.integers(2, size=60)
