"""Random data: features, targets and weights, most of them good, in every container."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse

from .hyperparameters import pick

__all__ = ["Problem", "draw_features", "draw_targets", "draw_weights"]

N_FEATURES = 3


@dataclass(frozen=True)
class Problem:
    """What the data of one case have in common.

    Attributes
    ----------
    kind : str
        What a target is: a key of ``TARGETS``.
    scale : float
        Of the features.
    """

    kind: str
    scale: float
    folder: Path


def _cell(value):
    def spoil(rng, X):
        X[rng.integers(len(X)), rng.integers(X.shape[1])] = value
        return X

    return spoil


def _columns(values):
    return lambda rng, X: np.broadcast_to(np.asarray(values), X.shape).copy()


SPOILED = [
    *map(_cell, [1e5, 1e20, -1e37, 1e38, 3e38, 1e39, 1e300, 1e-40, np.nan, np.inf, -np.inf]),
    *map(_columns, [0, 7, 1e20, 1e37, -1e300, 1e-300, [1, 0, 1]]),
    lambda rng, X: X + 1e8,
    lambda rng, X: X * 1e-30,
    lambda rng, X: X[:, :-1],
    lambda rng, X: X[:0],
    lambda rng, X: X[:, :0],
    lambda rng, X: X[:, [0, 1, 2, 0]],
]


def _memmap(dtype, order):
    def write(rng, X, folder):
        path = folder / f"{rng.integers(2**62)}.memmap"
        shape = tuple(max(n, 1) for n in X.shape)  # no file is empty
        file = np.memmap(path, dtype, "w+", shape=shape, order=order)
        file[: len(X), : X.shape[1]] = X
        file.flush()
        return np.memmap(path, dtype, pick(rng, ["r", "r+", "c"]), shape=shape, order=order)

    return write


def _array(convert):
    return lambda rng, X, folder: convert(X)


def _frame(X):
    return pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])])


def _strided(X):
    return np.repeat(np.repeat(X, 2, axis=0), 2, axis=1)[::2, ::2]


def _read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def _mixed(X):
    frame = _frame(X)
    frame["x0"] = frame["x0"] > 0
    return frame


def _whole(X):
    """Return integers of features that have none too large for them."""
    return np.nan_to_num(np.clip(X, -100, 100))


PLAIN = [np.copy, np.asfortranarray, _strided, _read_only, lambda X: X[::-1].copy()[::-1], _frame]
DENSE = [
    *PLAIN,
    *(lambda X, t=t: X.astype(t) for t in [np.float16, np.float32, np.longdouble, ">f4", object]),
    *(lambda X, t=t: _whole(X).astype(t) for t in [np.int8, np.int16, np.int64, bool]),
    lambda X: _whole(np.abs(X)).astype(np.uint8),
    lambda X: np.asfortranarray(X.astype(np.float32)),
    lambda X: _strided(X.astype(np.float16)),
    lambda X: X.tolist(),
    lambda X: tuple(map(tuple, X)),
    lambda X: list(X),
    lambda X: _frame(X).astype(np.float32),
    lambda X: _frame(X).astype("Float64"),
    lambda X: _frame(_whole(X).round()).astype("Int64"),
    lambda X: _frame(X).astype(object),
    lambda X: pd.DataFrame(X),
    _mixed,
    lambda X: pl.DataFrame(X, schema=[f"x{i}" for i in range(X.shape[1])]),
    lambda X: np.ma.array(X),
]
SPARSE = [
    *(getattr(sparse, f"{name}_{kind}")
      for name in ["csr", "csc", "coo", "bsr", "dok", "lil"] for kind in ["matrix", "array"]),
    lambda X: sparse.csr_matrix(X.astype(np.float32)),
    lambda X: sparse.csc_array(_whole(X).astype(np.int8)),
    lambda X: sparse.csr_array(X > 0),
]  # fmt: skip


def _matrix(X):
    with warnings.catch_warnings(action="ignore", category=PendingDeprecationWarning):
        return np.matrix(X)


WRONG = [
    lambda X: X.astype(complex),
    lambda X: X.astype(str),
    lambda X: np.full(X.shape, "a"),
    lambda X: np.full(X.shape, "a", object),
    lambda X: np.full(X.shape, None),
    lambda X: np.full(X.shape, b"a"),
    lambda X: X.ravel(),
    lambda X: X[None],
    lambda X: _matrix(X) if X.size else X,
    lambda X: None,
    lambda X: 3.0,
    lambda X: "abc",
    lambda X: [[1, 2], [3]],
    lambda X: np.full(X.shape, np.datetime64("2020-01-01")),
    lambda X: _frame(X).assign(x1="a"),
    lambda X: _frame(X).assign(x1=pd.NA),
    lambda X: _frame(X)[["x0"]],
    lambda X: _frame(X).iloc[:, ::-1],
    lambda X: _frame(X).rename(columns=str.upper),
    lambda X: pd.Series(list(X)),
    lambda X: {"x": X},
    lambda X: object(),
    lambda X: sparse.csr_matrix(X.astype(complex)),
]
FILES = [_memmap(t, o) for t in [np.float16, np.float32, np.float64, np.int16] for o in "CF"]


def draw_features(rng, problem, n_rows, *, hostile):
    """Return n_rows rows, with what may be wrong with data if they are ``hostile``."""
    X = problem.scale * rng.normal(size=(n_rows, N_FEATURES))
    if hostile and rng.random() < 0.7:
        X = pick(rng, SPOILED)(rng, X)
        return pick(rng, [*PLAIN, sparse.csr_matrix, pl.DataFrame])(X)
    if hostile:
        return pick(rng, WRONG)(X)
    shelf = rng.random()
    if shelf < 0.15:
        return pick(rng, SPARSE)(X * (rng.random(X.shape) < 0.5))
    if shelf < 0.3:
        return pick(rng, FILES)(rng, X, problem.folder)
    return pick(rng, DENSE)(X) if shelf < 0.8 else X


def _labels(names):
    """Return a function that draws each of the names at least once, if there are rows enough."""

    def draw(rng, n_rows):
        codes = np.arange(n_rows) % len(names)
        return np.array(names)[rng.permutation(codes)]

    return draw


def _numbers(*shape):
    return lambda rng, n_rows: rng.normal(size=(n_rows, *shape))


CLASSES = {
    "two": _labels([0, 1]),
    "three": _labels([0, 1, 2]),
    "signs": _labels([-1, 1]),
    "apart": _labels([3, 70000, 10**12]),
    "strings": _labels(["a", "bb", "ccc"]),
    "bools": _labels([False, True]),
    "floats": _labels([0.0, 1.0, 2.0]),
    "only": _labels([5]),
    "only word": _labels(["a"]),
    "labels": lambda rng, n_rows: (rng.random((n_rows, 3)) < 0.5).astype(int),
}
NUMBERS = {
    "numbers": _numbers(),
    "positive": lambda rng, n_rows: rng.exponential(size=n_rows),
    "counts": lambda rng, n_rows: rng.poisson(3, n_rows),
    "truths": lambda rng, n_rows: rng.random(n_rows) < 0.5,
    "constant": lambda rng, n_rows: np.full(n_rows, 7.0),
    "zeros": lambda rng, n_rows: np.zeros(n_rows),
    "huge": lambda rng, n_rows: 1e20 * rng.normal(size=n_rows),
    "tiny": lambda rng, n_rows: 1e-200 * rng.normal(size=n_rows),
    "far": lambda rng, n_rows: 1e10 + rng.normal(size=n_rows),
    "several": _numbers(2),
    "column": _numbers(1),
    "one outlier": lambda rng, n_rows: np.where(np.arange(n_rows) == 0, 1e30, 1.0),
}
TARGETS = {**CLASSES, **NUMBERS}


def _flat(convert):
    """Return a conversion of vectors that leaves matrices alone."""
    return lambda y: convert(y) if y.ndim == 1 else y


def _numeric(convert):
    """Return a conversion of numbers that leaves words alone."""
    return lambda y: convert(y) if y.dtype.kind in "biuf" else y


TARGET_FORMS = [
    np.copy,
    _read_only,
    lambda y: y[::-1].copy()[::-1],
    lambda y: y.tolist(),
    lambda y: y.astype(object),
    _flat(pd.Series),
    _flat(lambda y: pd.Series(y, index=np.arange(len(y)) + 50)),
    _flat(lambda y: pd.Series(y).convert_dtypes()),
    _flat(lambda y: pd.Series(y).astype("category")),
    _flat(pd.Categorical),
    _flat(pl.Series),
    _flat(lambda y: y.reshape(-1, 1)),
    _flat(lambda y: tuple(y.tolist())),
    _flat(lambda y: pd.DataFrame({"y": y})),
    _flat(lambda y: pl.DataFrame({"y": y})),
    _numeric(lambda y: y.astype(np.float32)),
    _numeric(lambda y: y.astype(np.longdouble)),
    _numeric(lambda y: y.astype(np.float16) if np.abs(y).max(initial=0) < 100 else y),
    lambda y: y.astype(np.uint8) if y.dtype.kind in "bi" and 0 <= y.min(initial=0) < 5 else y,
    lambda y: sparse.csr_matrix(y) if y.ndim == 2 and y.dtype.kind in "bi" else y,
    lambda y: y.astype(bool) if y.ndim == 2 and y.dtype.kind in "bi" else y,
]
SPOILED_TARGETS = [
    lambda y: None,
    lambda y: y[:-1],
    lambda y: y[:0],
    lambda y: 3,
    lambda y: "abc",
    lambda y: np.full(len(y), np.nan),
    lambda y: np.where(np.arange(len(y)) == 0, np.inf, 1.0),
    lambda y: [None, *y.tolist()[1:]],
    lambda y: ["a", *y.tolist()[1:]],
    lambda y: [99, *y.tolist()[1:]],
    lambda y: np.array([np.nan, *y.tolist()[1:]], object),
    lambda y: pd.Series([pd.NA, *range(len(y) - 1)], dtype="Int64"),
    lambda y: pd.Series([pd.NA] + [True] * (len(y) - 1), dtype="boolean"),
    lambda y: pd.Series([None] + ["a"] * (len(y) - 1), dtype="string"),
    lambda y: pd.Series([None] + ["a"] * (len(y) - 1), dtype="category"),
    lambda y: pl.Series([None] + [1] * (len(y) - 1)),
    lambda y: np.full((len(y), 2), "a"),
    lambda y: np.ones((len(y), 2, 2)),
    lambda y: np.arange(2 * len(y)).reshape(-1, 2),
    lambda y: np.linspace(0, 1, len(y)),
    lambda y: -np.ones(len(y)),
    lambda y: np.full(len(y), 1e300),
    lambda y: 1.7e308 * np.linspace(-1, 1, len(y)),
    lambda y: np.full(len(y), 1j),
    lambda y: np.array(["2020-01-01"] * len(y), "datetime64[D]"),
    lambda y: [[1], *[[1, 2]] * (len(y) - 1)],
    lambda y: [{}] * len(y),
    lambda y: {"y": y},
    lambda y: sparse.csr_matrix(np.ones((len(y), 1))),
    lambda y: np.empty((len(y), 0)),
    lambda y: np.ma.masked_equal(np.arange(len(y)), 0),
]


def draw_targets(rng, problem, n_rows, *, hostile):
    """Return targets of the problem's kind, or of any other if they are ``hostile``."""
    if hostile and rng.random() < 0.3:
        return pick(rng, list(TARGETS.values()))(rng, n_rows)
    y = TARGETS[problem.kind](rng, n_rows)
    return pick(rng, SPOILED_TARGETS if hostile else TARGET_FORMS)(y)


WEIGHTS = [
    lambda rng, n: np.ones(n),
    lambda rng, n: rng.random(n),
    lambda rng, n: rng.integers(0, 3, n),
    lambda rng, n: rng.random(n).astype(np.float16),
    lambda rng, n: rng.random(n).tolist(),
    lambda rng, n: pd.Series(rng.random(n), index=range(9, 9 + n)),
    lambda rng, n: pl.Series(rng.random(n)),
    lambda rng, n: rng.random(n) < 0.5,
    lambda rng, n: np.arange(n) == 0,
    lambda rng, n: 2.0,
    lambda rng, n: 3,
]
SPOILED_WEIGHTS = [
    lambda rng, n: np.zeros(n),
    lambda rng, n: -np.ones(n),
    lambda rng, n: rng.normal(size=n),
    lambda rng, n: np.full(n, np.nan),
    lambda rng, n: np.where(np.arange(n) == 0, np.inf, 1.0),
    *(lambda rng, n, w=w: np.full(n, w) for w in [1e30, 1e38, 1e300, 1.7e308, 1e-30, 1e-300]),
    *(lambda rng, n, w=w: np.where(np.arange(n) == 0, w, 1.0) for w in [1e38, 1e300, 1e-300]),
    lambda rng, n: np.ones(n + 1),
    lambda rng, n: np.ones((n, 1)),
    lambda rng, n: ["a"] * n,
    lambda rng, n: "balanced",
    lambda rng, n: np.full(n, None),
    lambda rng, n: {0: 1},
    lambda rng, n: np.full(n, 1j),
]


def draw_weights(rng, n_rows, *, hostile):
    """Return sample weights, most often None."""
    if hostile:
        return pick(rng, SPOILED_WEIGHTS)(rng, n_rows)
    return None if rng.random() < 0.6 else pick(rng, WEIGHTS)(rng, n_rows)
