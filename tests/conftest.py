from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(20)


@pytest.fixture(scope="session")
def torch_values():
    """Reference values that PyTorch made, by name."""
    with np.load(Path(__file__).parent / "references" / "torch.npz") as file:
        return dict(file)
