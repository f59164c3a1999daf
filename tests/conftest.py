from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def repeatable():
    """Seed what an estimator without ``random_state`` draws from."""
    np.random.seed(0)  # noqa: NPY002


@pytest.fixture
def rng():
    return np.random.default_rng(20)


@pytest.fixture(scope="session")
def torch_values():
    """Reference values that PyTorch made, by name."""
    with np.load(Path(__file__).parent / "references" / "torch.npz") as file:
        return dict(file)
