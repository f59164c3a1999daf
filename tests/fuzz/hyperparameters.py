"""Random hyperparameters: good ones in every form, odd ones, and impossible ones."""

import copy
import sys
from decimal import Decimal

import numpy as np
import pandas as pd

from skdeep import (
    LBFGS,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    BatchNorm,
    Cosine,
    DeepRegressor,
    Embedding,
    Exponential,
    GaussianNoise,
    InverseSqrt,
    Mixup,
    Nadam,
    OneCycle,
    OneHot,
    Orthogonal,
    Piecewise,
    PiecewiseLinear,
    ReduceOnPlateau,
    RMSprop,
    Staircase,
    Standardize,
    VarianceScaling,
)
from skdeep.layers import ACTIVATIONS
from skdeep.losses import Huber, Logistic, Quantile, SoftmaxCrossEntropy
from tests.cases import LOSSES_OF_NUMBERS

__all__ = ["IMPOSSIBLE", "draw_hyperparameters", "draw_nested", "draw_odd", "draw_valid", "pick"]


def _half(model, X, y, sample_weight=None):
    return 0.5


BOOLS = [True, False, np.True_, np.False_]

# Each of these a fit must take, or refuse together with others (lbfgs with dropout).
VALID = {
    "hidden_layer_sizes": [
        (), [], 3, np.uint8(4), np.int16(3), (4, 3), [2, 5], np.array([3, 2]),
        np.array([4], np.uint8), (np.int32(3), np.uint8(2)), range(3, 5), (1,),
    ],
    "activation": [*sorted(ACTIVATIONS), np.str_("relu"), ["tanh", "relu"], np.array(["elu"])],
    "n_members": ["auto", 1, 2, np.uint8(3)],
    "categorical_features": ["from_dtype", None, [0], np.array([0]), (0,), []],
    "category_encoding": [
        "auto", "one_hot", "embedding", np.str_("one_hot"), OneHot(3), Embedding(np.uint8(2)),
        Embedding(1, max_one_hot=3),
    ],
    "numerical_encoding": [
        "auto", None, "standardize", "robust", "piecewise_linear", np.str_("robust"),
        PiecewiseLinear(np.uint8(3)), PiecewiseLinear(4, max_quantiles=5),
        Standardize(np.float32(2)), Standardize(one_scale=True),
    ],
    "weight_init": [
        "auto", "he_uniform", "xavier_normal", "lecun_uniform", "orthogonal", np.str_("he_normal"),
        VarianceScaling(1.5, fan="average"), VarianceScaling(np.float32(2)), Orthogonal(gain=1.2),
    ],
    "batch_norm": [
        *BOOLS, BatchNorm(momentum=0.7, epsilon=1e-3), BatchNorm(np.float32(0.5)),
        BatchNorm(epsilon=1e-50), BatchNorm(epsilon=1e30), BatchNorm(momentum=0), [True, False],
        (BatchNorm(), False), np.array([True]),
    ],
    "dropout": [
        0.0, 0, 0.3, np.float16(0.25), np.float32(0.5), np.uint8(0), [0.1, 0.2], (0.5,),
        np.array([0.25, 0.0], np.float32), 1e-9, 0.999,
    ],
    "l2": [0, 0.5, 1e-300, 1e30, 1e300, np.float32(1), np.int16(2), 1],
    "l1": [0, 0.5, 1e-300, 1e30, 1e300, np.float16(1), np.uint8(2)],
    "optimizer": [
        "sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "nadam", "adagrad", "lbfgs",
        np.str_("adam"), SGD(momentum=np.float32(0.8), dampening=0.8), RMSprop(beta=0.8),
        Adam(beta_2=0.95), Adam(epsilon=1e-50), Adam(np.float32(0.5), np.float16(0.5)),
        AdamW(weight_decay=0.1), AdamW(weight_decay=np.uint8(1)), Nadam(), Adagrad(), LBFGS(),
        RMSprop(epsilon=1e-50), Adagrad(epsilon=1e-50), SGD(momentum=0),
    ],
    "learning_rate": [
        1e-3, 0.1, 1e-30, 1e-300, 1e30, 1e300, 1, np.float32(0.01), np.float16(0.1), np.uint8(1),
        np.int16(1), np.longdouble(0.01), 10**30,
    ],
    "lr_schedule": [
        "constant", "inverse_time", "exponential", "inverse_sqrt", "staircase", "cosine",
        "one_cycle", "reduce_on_plateau", InverseSqrt(per="step"), Exponential(np.float32(0.9)),
        Staircase(every=np.uint8(2)), Piecewise([1, 3], [0.5, 0.1]), Cosine(warmup=0.2),
        OneCycle(), ReduceOnPlateau(n_iter_no_change=0), [1.0, 0.5, 0.2], (1, 0),
        np.array([1.0, 0.5]), np.cos, lambda epoch: 1 / (1 + epoch),
    ],
    "clip_norm": [None, 0.1, 1e-30, 1e-300, 1e300, np.float32(1), np.float16(0.5), 1, np.uint8(1)],
    "weight_averaging": [None, "auto", 0.8, 1e-9, 1 - 1e-9, np.float32(0.5), np.float16(0.25)],
    "batch_size": [
        "auto", "full", 1, 2, 7, 16, 10**9, np.uint8(3), np.int16(5), np.int64(200), np.uint8(200),
    ],
    "max_epochs": [1, 2, 3, np.uint8(2), np.int16(2), np.int64(3)],
    "shuffle": BOOLS,
    "augment": [
        None, GaussianNoise(0.1), Mixup(), lambda X, y, rng: (X, y),
        lambda X, y, rng: (X.tolist(), y),
    ],
    "early_stopping": ["auto", *BOOLS],
    "validation_fraction": [0.1, 0.5, 1e-9, 0.99, np.float32(0.2), np.float16(0.5)],
    "n_iter_no_change": [None, 1, 2, np.uint8(1), np.int16(3)],
    "tol": ["auto", 0, 1e-4, 1e300, np.float32(0.1), np.uint8(0)],
    "warm_start": BOOLS,
    "dtype": ["float32", "float64", np.str_("float64")],
    "random_state": [None, 0, np.uint8(7), np.int64(3), 2**32 - 1, np.random.RandomState(4)],
    "verbose": [0, 1, True, np.uint8(1)],
}  # fmt: skip
CLASSIFIER = {
    "loss": ["log_loss", np.str_("log_loss"), Logistic(), SoftmaxCrossEntropy()],
    "label_smoothing": [0.0, 0.1, 0.999, np.float32(0.2), np.uint8(0)],
    "class_weight": [
        None, "balanced", {0: 2.0}, {0: np.float32(2), 1: 1}, {"a": 3}, {}, {0: 1e300},
        {0: 0}, {0: 1e-300},
    ],
    "scoring": [None, "accuracy", "neg_log_loss", "f1_macro", _half],
}  # fmt: skip
REGRESSOR = {
    "loss": [
        *LOSSES_OF_NUMBERS,
        np.str_("huber"),
        Huber(2.0),
    ],
    "quantile": [0.3, 0.5, 1e-9, 1 - 1e-9, np.float32(0.25), (0.9, 0.1), np.array([0.2, 0.8])],
    "standardize_target": BOOLS,
    "scoring": [None, "r2", "neg_mean_absolute_error", _half],
}

# A fit must refuse these, whatever else it is given.
IMPOSSIBLE = {
    "hidden_layer_sizes": [0, -3, (3, 0), 2.5, (2.5,), "3", None, [[3, 2]], (3, "a"), (np.nan,)],
    "activation": ["rleu", 3, None, ["relu", 1], b"relu", [None]],
    "categorical_features": ["port", 0, [0.5], [99], [-1], [None], [[0]]],
    "category_encoding": ["onehot", None, 1, OneHot, OneHot(1), Embedding(0), Standardize()],
    "numerical_encoding": ["bins", 1, Standardize, Standardize(0.5), PiecewiseLinear(1), OneHot()],
    "weight_init": ["he", None, 1.0, VarianceScaling(-1.0), Orthogonal("a"), VarianceScaling],
    "batch_norm": ["yes", None, 2, BatchNorm(momentum=1.0), BatchNorm(epsilon=0.0), BatchNorm],
    "dropout": [1.0, -0.1, np.nan, "0.1", None, [2.0], np.float32(1), 1j, [np.nan]],
    "l2": [-1.0, np.nan, "1", None, np.int8(-1), [1.0], 1j, Decimal(1)],
    "l1": [-1e-9, np.nan, "1", None, np.array([1.0])],
    "optimizer": ["adm", 1, None, Adam, Adam(beta_1=1.5), SGD(momentum="a"), LBFGS, ""],
    "learning_rate": [0, -1.0, np.nan, "0.1", None, np.uint8(0), [0.1], Decimal("0.1")],
    "lr_schedule": [
        "cosin", 1, None, Cosine, Cosine(warmup=2.0), [-1.0], [], ["a"], [[1.0]],
        Piecewise([3, 1], [1, 1]),
    ],
    "clip_norm": [0.0, -1, np.nan, "1", [1.0]],
    "weight_averaging": [0, 1, 1.5, np.nan, "yes", [0.9]],
    "batch_size": [0, -1, 2.5, "half", None, np.float32(3), [3]],
    "max_epochs": [0, -1, 2.5, "3", None, np.float64(2), [2]],
    "shuffle": ["yes", None, 2, [True]],
    "augment": [3, "mixup", Mixup, Mixup(-1.0), [None], GaussianNoise("a")],
    "early_stopping": ["yes", None, 2, [True]],
    "validation_fraction": [0.0, 1.0, -1, np.nan, "0.1", None, 2],
    "n_iter_no_change": [0, -1, 2.5, "3", [2]],
    "tol": [-1e-9, np.nan, "0", None],
    "scoring": ["acuracy", 3, ["accuracy"]],
    "warm_start": ["yes", None, 2],
    "dtype": ["float16", "int", None, 32],
    "random_state": [-1, "0", 1.5, [0], 2**40],
    "label_smoothing": [1.0, -0.1, np.nan, "0.1", None],
    "class_weight": ["even", 3, [1, 2], {0: -1}, {0: np.nan}, {0: "a"}, {0: None}, {"zzz": 1}],
    "loss": ["square_error", 3, None, Huber, Huber(-1.0), Quantile([]), [Huber()]],
    "quantile": [0.0, 1.0, np.nan, "0.5", None, (), (0.5, 0.5), (0.2, 1.0)],
    "standardize_target": ["yes", None, 2],
}  # fmt: skip

# Anything at all, for any hyperparameter.
ODD = [
    np.uint8(3), np.int8(-3), np.int16(3), np.uint64(2), np.float16(0.25), np.float32(0.5),
    np.float64(0.3), np.longdouble(0.3), np.complex64(1), np.bool_(True), True, False, None, "auto",
    "", "3", b"adam", np.str_("adam"), np.bytes_(b"a"), 3, 0, -1, 0.5, 1.0, -0.0, np.nan, np.inf,
    -np.inf, 1e-320, 5e-324, sys.float_info.max, [], (), [3], (3, 2), [0.1, 0.2], [None], [[3]],
    ["relu", "tanh"], [True, False], np.array([3, 2]), np.array(3), np.array(0.5), np.array([3.0]),
    np.array([[3]]), np.array(["relu"]), np.array([], int), np.array(None), pd.Series([3, 2]),
    pd.Series([0.1]), pd.NA, pd.NaT, range(2, 4), {"a": 1}, {}, {3}, frozenset(),
    Decimal("0.5"), 1j, np.datetime64("2020-01-01"), lambda *args: args,
    Adam, Adam(), BatchNorm(), VarianceScaling(), Cosine(), GaussianNoise(), DeepRegressor, object,
    np.ma.array([3, 2]), ..., NotImplemented, slice(3), iter([3]), bytearray(b"ab"),
    lambda *args: np.nan, np.random.default_rng(0), np.random.RandomState(0), "mish", "relu",
]  # fmt: skip

NESTED = {
    "optimizer__beta_1": [0.5, np.float32(0.9), 1.5, "a", None],
    "optimizer__momentum": [0.5, 0.9],
    "loss__delta": [0.5, np.float32(2), 0.0],
    "loss__quantile": [0.5, (0.1, 0.9), 1.0],
    "optimizer__epsilon": [1e-8, 1e-50, 0.0],
    "lr_schedule__decay_rate": [0.5, 0.1, -1],
    "lr_schedule__warmup": [0.1, 2.0],
    "batch_norm__momentum": [0.5, np.float32(0.9), 1.0],
    "batch_norm__epsilon": [1e-3, 0],
    "weight_init__gain": [1.0, 2, -1, "a"],
    "augment__scale": [0.1],
    "droput": [0.1],
    "l2__a": [0.1],
    "optimizer__beta_9": [0.1],
}


def pick(rng, values):
    """Return a copy of one of the values, so that no case changes it for another."""
    return copy.deepcopy(values[rng.integers(len(values))])


def tables_of(estimator):
    """Return the table of valid values for a class of estimators."""
    return {**VALID, **(REGRESSOR if estimator is DeepRegressor else CLASSIFIER)}


def draw_hyperparameters(rng, estimator):
    """Return hyperparameters that are valid one by one, most of them the default."""
    table = tables_of(estimator)
    chosen = {name: pick(rng, table[name]) for name in table if rng.random() < 0.15}
    small = {"hidden_layer_sizes": (3,), "max_epochs": 2, "random_state": 0}
    return {**small, **chosen}


def draw_valid(rng, estimator):
    """Return the name of a hyperparameter and a value that it may have."""
    table = tables_of(estimator)
    name = pick(rng, list(table))
    return name, pick(rng, table[name])


def draw_odd(rng, estimator):
    """Return the name of a hyperparameter, an odd value, and whether a fit must refuse it."""
    name = pick(rng, list(tables_of(estimator)))
    if rng.random() < 0.5 and name in IMPOSSIBLE:
        return name, pick(rng, IMPOSSIBLE[name]), True
    return name, pick(rng, ODD), False


def draw_nested(rng):
    """Return a nested or unknown name for ``set_params`` and a value."""
    name = pick(rng, list(NESTED))
    return name, pick(rng, NESTED[name])
