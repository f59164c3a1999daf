from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.preprocessing import scale


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
def iris():
    """150 rows of three classes, in their order, with standardized features."""
    X, y = load_iris(return_X_y=True)
    return scale(X), y


@pytest.fixture(scope="session")
def diabetes():
    """442 rows and a number for each, with standardized features."""
    X, y = load_diabetes(return_X_y=True)
    return scale(X), y


@pytest.fixture(scope="session")
def torch_values():
    """Reference values that PyTorch made, by name."""
    with np.load(Path(__file__).parent / "references" / "torch.npz") as file:
        return dict(file)
