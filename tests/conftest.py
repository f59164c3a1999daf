from pathlib import Path

import numpy as np
import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--fuzz-calls",
        type=int,
        default=6000,
        help="random calls that the slow tests in tests/fuzz make (6000, about a minute)",
    )


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
