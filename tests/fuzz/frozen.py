"""Plain values to compare what a call may not change: an estimator, its data, the process."""

import warnings

import numpy as np
from scipy import sparse
from threadpoolctl import ThreadpoolController

from skdeep.base import Component
from skdeep.model import Model
from skdeep.network import Network
from skdeep.training import TrainingState

__all__ = ["freeze", "freeze_process"]

_BLAS = ThreadpoolController()


def freeze(value):
    """Return a plain value that equals another one's if both hold the same, bit for bit."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        return str(value.dtype), value.shape, value.tobytes()
    if isinstance(value, np.ndarray):
        return value.shape, freeze(value.ravel().tolist())
    if isinstance(value, list | tuple):
        return type(value), [freeze(each) for each in value]
    if isinstance(value, dict):
        return {key: freeze(each) for key, each in value.items()}
    if isinstance(value, np.random.Generator):
        return value.bit_generator.state
    if isinstance(value, np.random.RandomState):
        return id(value)  # a hyperparameter that any call may draw from
    if isinstance(value, Component):
        return type(value), freeze(value.get_params(deep=False))
    if isinstance(value, Network):
        return freeze(value.__getstate__())
    if isinstance(value, Model):
        return freeze(value.to_plain())
    if isinstance(value, TrainingState):
        return freeze(vars(value))
    if sparse.issparse(value):
        return type(value), freeze(value.tocsr().toarray())
    if hasattr(value, "to_numpy"):  # of pandas and polars
        return type(value), str(getattr(value, "dtypes", "")), freeze(value.to_numpy())
    return type(value), repr(value)


def freeze_process():
    """Return what an estimator may not leave changed behind: generators, filters, limits."""
    name, keys, *rest = np.random.get_state()  # noqa: NPY002
    return {
        "random state": (name, keys.tobytes(), *rest),
        "np.errstate": np.geterr(),
        "warning filters": list(warnings.filters),
        "BLAS threads": [library["num_threads"] for library in _BLAS.info()],
    }
