"""Hyperparameters in other forms than Python's own, and those that cannot be."""

import pickle
from typing import ClassVar

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.metrics import get_scorer_names
from sklearn.model_selection import GridSearchCV

from skdeep import (
    SGD,
    Adam,
    BatchNorm,
    Compose,
    Cosine,
    DeepClassifier,
    DeepRegressor,
    GaussianNoise,
    ImageAugmenter,
    Piecewise,
    VarianceScaling,
)
from skdeep.diagnostics import LearningRateDisplay, check_gradient
from skdeep.estimators.hyperparameters import OTHER_SCORES
from skdeep.estimators.inside import model_of
from tests.helpers import thetas

BASE = {
    "hidden_layer_sizes": (16, 16),
    "activation": "relu",
    "early_stopping": False,
    "max_epochs": 3,
    "batch_size": 16,
    "random_state": 0,
}

# the same hyperparameters, in Python's own numbers and in others'
SAME = {
    "max_epochs": ({"max_epochs": 200, "lr_schedule": "cosine"}, {"max_epochs": np.uint8(200)}),
    "batch_size": ({"batch_size": 16}, {"batch_size": np.int64(16)}),
    "a small batch_size": ({"batch_size": 16}, {"batch_size": np.int8(16)}),
    "width": ({"hidden_layer_sizes": 64}, {"hidden_layer_sizes": np.uint8(64)}),
    "widths and dropout": (
        {"hidden_layer_sizes": [64], "dropout": 0.25},
        {"hidden_layer_sizes": [np.int8(64)], "dropout": np.float16(0.25)},
    ),
    "a series of widths": ({}, {"hidden_layer_sizes": pd.Series([16, 16], index=[5, 3])}),
    "a polars series": ({}, {"hidden_layer_sizes": pl.Series([16, 16])}),
    "a range of widths": (
        {"hidden_layer_sizes": [16, 8]},
        {"hidden_layer_sizes": range(16, 0, -8)},
    ),
    "by the layer": (
        {"activation": ["relu", "tanh"], "batch_norm": [True, False], "dropout": [0.5, 0.0]},
        {
            "activation": pd.Series(["relu", "tanh"]),
            "batch_norm": pd.Series([True, False]),
            "dropout": pd.Series([0.5, 0.0]),
        },
    ),
    "penalties": ({"l2": 2048.0, "l1": 0.5}, {"l2": np.float16(2048), "l1": np.float16(0.5)}),
    "learning_rate": ({"learning_rate": 0.25}, {"learning_rate": np.float32(0.25)}),
    "clip_norm": ({"clip_norm": 0.5}, {"clip_norm": np.float16(0.5)}),
    "averaging": ({"weight_averaging": 0.5}, {"weight_averaging": np.float16(0.5)}),
    "early stopping": (
        {"early_stopping": True, "validation_fraction": 0.25, "n_iter_no_change": 2, "tol": 0.5},
        {
            "early_stopping": np.True_,
            "validation_fraction": np.float16(0.25),
            "n_iter_no_change": np.uint8(2),
            "tol": np.float16(0.5),
        },
    ),
    "a schedule of factors": (
        {"lr_schedule": [1.0, 0.5, 0.25]},
        {"lr_schedule": pd.Series([1.0, 0.5, 0.25], index=[2, 1, 0])},
    ),
    "optimizer": (
        {"optimizer": SGD(0.5, dampening=0.5)},
        {"optimizer": SGD(np.float16(0.5), dampening=np.float16(0.5))},
    ),
    "schedule": (
        {"lr_schedule": Cosine(warmup=0.5)},
        {"lr_schedule": Cosine(warmup=np.float16(0.5))},
    ),
    "milestones": (
        {"lr_schedule": Piecewise([1, 2], [0.5, 0.25])},
        {"lr_schedule": Piecewise(pd.Series([1, 2], [7, 8]), pd.Series([0.5, 0.25], [7, 8]))},
    ),
    "initializer": (
        {"weight_init": VarianceScaling(gain=0.5)},
        {"weight_init": VarianceScaling(gain=np.float16(0.5))},
    ),
    "batch norm": (
        {"batch_norm": [BatchNorm(0.5), False]},
        {"batch_norm": [BatchNorm(np.float16(0.5)), np.False_]},
    ),
    "augmenters": (
        {"augment": Compose([ImageAugmenter((1, 16, 20), crop=1), GaussianNoise(0.5)])},
        {
            "augment": Compose(
                [
                    ImageAugmenter((np.uint8(1), np.uint8(16), np.uint8(20)), crop=np.uint8(1)),
                    GaussianNoise(np.float16(0.5)),
                ]
            )
        },
    ),
}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(64, 320))
    return X, (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize("case", SAME)
def test_a_hyperparameter_counts_by_its_value_whoever_made_the_number(case, data):
    plain, other = (BASE | options for options in SAME[case])
    expected, found = (DeepClassifier(**{**plain, **o}).fit(*data) for o in (plain, other))
    np.testing.assert_array_equal(thetas(found), thetas(expected))
    assert found.history_["learning_rate"] == expected.history_["learning_rate"]
    assert repr(model_of(found).network.__getstate__()["layers"]) == (
        repr(model_of(expected).network.__getstate__()["layers"])
    )


def test_a_quantile_and_a_smoothing_count_by_their_values(data):
    X, y = data
    for estimator, name in ((DeepRegressor, "quantile"), (DeepClassifier, "label_smoothing")):
        options = BASE | ({"loss": "quantile"} if name == "quantile" else {})
        expected, found = (
            estimator(**options, **{name: value}).fit(X, y) for value in (0.25, np.float16(0.25))
        )
        np.testing.assert_array_equal(thetas(found), thetas(expected))


def test_a_planned_schedule_ends_where_the_epochs_do_whatever_integer_counts_them(data):
    options = BASE | {"lr_schedule": "cosine", "n_iter_no_change": None}
    expected, found = (
        DeepClassifier(**options | {"max_epochs": n}).fit(*data).history_["learning_rate"]
        for n in (200, np.uint8(200))
    )
    assert found == expected
    assert found[-1] < 1e-2 * found[0]


def test_partial_fit_takes_other_numbers(data):
    expected, found = (
        DeepClassifier(**BASE | {"max_epochs": n, "batch_size": size, "lr_schedule": "cosine"})
        .partial_fit(*data)
        .partial_fit(*data)
        for n, size in ((200, 16), (np.uint8(200), np.int8(16)))
    )
    np.testing.assert_array_equal(thetas(found), thetas(expected))


def test_the_estimator_keeps_the_objects_that_it_was_given(data):
    sizes, optimizer = np.array([8, 8], dtype=np.uint8), Adam(beta_1=np.float32(0.5))
    options = BASE | {"hidden_layer_sizes": sizes, "optimizer": optimizer, "l2": np.float32(0.5)}
    model = DeepClassifier(**options)
    given, shown = model.get_params(deep=False), repr(model)
    model.fit(*data).partial_fit(*data)
    with pytest.raises(ValueError, match="features"):
        model.set_params(warm_start=True).fit(data[0][:, :2], data[1])
    model.set_params(warm_start=False)
    assert all(model.get_params()[name] is value for name, value in given.items())
    assert repr(model) == shown == repr(clone(model)) == repr(pickle.loads(pickle.dumps(model)))
    assert type(optimizer.beta_1) is np.float32


def test_a_callback_that_sets_a_hyperparameter_is_heard():
    class Halve:
        def setup(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context):
            pass

        def on_fit_task_end(self, estimator, context):
            estimator.set_params(l2=0.25)

        def teardown(self, estimator, context):
            pass

    rng = np.random.default_rng(0)
    model = DeepClassifier(**BASE | {"l2": np.float32(0.5)}).set_callbacks(Halve())
    model.fit(rng.normal(size=(64, 2)), rng.integers(2, size=64))
    assert model.l2 == 0.25


def test_a_grid_of_numpy_integers_can_be_searched(data):
    search = GridSearchCV(
        DeepClassifier(**BASE), {"batch_size": np.array([16, 32])}, cv=2, error_score="raise"
    )
    assert search.fit(*data).best_params_["batch_size"] in (16, 32)


def test_diagnostics_read_the_same_numbers(data):
    model = DeepRegressor(
        **BASE | {"hidden_layer_sizes": [np.int8(64)], "max_epochs": np.uint8(200)},
        l2=np.float16(0.5), lr_schedule="cosine",
    )  # fmt: skip
    assert check_gradient(model, data[0][:8, :4], data[1][:8], max_coordinates=50).error < 1e-6
    rates = LearningRateDisplay.from_estimator(model, steps_per_epoch=2, plot=False).learning_rate
    assert len(rates) == 400
    assert rates[200] == pytest.approx(model.learning_rate / 2)


NUMBERS = {
    "l2": "a float in the range [0.0, inf)",
    "l1": "a float in the range [0.0, inf)",
    "learning_rate": "a float in the range (0.0, inf)",
    "tol": "a float in the range [0.0, inf) or a str among {'auto'}",
    "clip_norm": "a float in the range (0.0, inf) or None",
    "max_epochs": "an int in the range [1, inf)",
    "batch_size": "an int in the range [1, inf) or a str among {'auto', 'full'}",
    "n_iter_no_change": "an int in the range [1, inf) or None",
    "dropout": "a float in the range [0.0, 1.0) or an array-like",
    "hidden_layer_sizes": "an int in the range [1, inf) or an array-like",
}


@pytest.mark.parametrize("value", [True, np.array(1)], ids=["True", "an array of no dimension"])
@pytest.mark.parametrize("name", NUMBERS)
def test_a_truth_value_or_an_array_is_no_number(name, value, data):
    expected = NUMBERS[name]
    if isinstance(value, np.ndarray):
        expected = {
            "dropout": "a float in the range [0.0, 1.0) for each hidden layer",
            "hidden_layer_sizes": "a sequence of integers > 0",
        }.get(name, expected)
    if name == "dropout" and value is True:
        value = False
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        DeepClassifier(**BASE | {name: value}).fit(*data)
    message = str(error.value).replace("{'full', 'auto'}", "{'auto', 'full'}")
    assert message == (
        f"The {name!r} parameter of DeepClassifier must be {expected}. Got {value!r} instead."
    )


LAYERWISE = {
    "hidden_layer_sizes": "a sequence of integers > 0",
    "dropout": "a float in the range [0.0, 1.0) for each hidden layer",
    "batch_norm": "a bool or a BatchNorm for each hidden layer",
    "activation": "a str for each hidden layer",
}


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("hidden_layer_sizes", [True, 8], "[True, 8]"),
        ("hidden_layer_sizes", {8}, "{8}"),
        ("hidden_layer_sizes", pd.Series([8.5, 4]), "[8.5, 4.0]"),
        ("hidden_layer_sizes", pd.DataFrame([[8, 4]]), "[[8, 4]]"),
        ("dropout", [False, 0.1], "[False, 0.1]"),
        ("dropout", pd.Series([2.0, 0.1]), "[2.0, 0.1]"),
        ("batch_norm", range(2), "[0, 1]"),
        ("activation", pd.Series([1, 2]), "[1, 2]"),
        ("activation", {"relu": 1}, "{'relu': 1}"),
    ],
)
def test_what_is_no_value_for_each_layer_is_refused_by_its_values(name, value, shown, data):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        DeepClassifier(**BASE | {name: value}).fit(*data)
    assert str(error.value) == (
        f"The {name!r} parameter of DeepClassifier must be {LAYERWISE[name]}. Got {shown} instead."
    )


@pytest.mark.parametrize("name", ["fit", "partial_fit"])
def test_an_unknown_scoring_is_likened_to_the_nearest_name(name, data):
    model = DeepClassifier(**BASE | {"scoring": "acuracy"})
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        getattr(model, name)(*data)
    assert str(error.value) == (
        "Unknown scoring 'acuracy'; expected a callable or one of "
        "sklearn.metrics.get_scorer_names(). Did you mean 'accuracy'?"
    )


SCORES = {
    "acc": "accuracy",
    "auc": "roc_auc",
    "mse": "neg_mean_squared_error",
    "mae": "neg_mean_absolute_error",
    "RMSE": "neg_root_mean_squared_error",
    "f1-score": "f1",
    "mean_squared_error": "neg_mean_squared_error",
    "log_loss": "neg_log_loss",
    "r2_score": "r2",
}


@pytest.mark.parametrize(("theirs", "ours"), SCORES.items())
def test_another_name_of_a_score_is_likened_to_that_of_scikit_learn(theirs, ours, data):
    with pytest.raises(ValueError, match=f" Did you mean '{ours}'\\?$"):
        DeepClassifier(**BASE | {"scoring": theirs}).fit(*data)


def test_every_score_suggested_is_one_of_scikit_learn():
    assert set(OTHER_SCORES.values()) <= set(get_scorer_names())


OTHER_NAMES = {
    "max_iter": "max_epochs",
    "alpha": "l2",
    "weight_decay": "l2",
    "learning_rate_init": "learning_rate",
    "solver": "optimizer",
    "droput": "dropout",
}


@pytest.mark.parametrize(("name", "ours"), OTHER_NAMES.items())
@pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
def test_the_name_of_another_library_is_answered_with_ours(estimator, name, ours):
    with pytest.raises(TypeError) as error:
        estimator((8,), **{name: 1})
    assert str(error.value) == (
        f"{estimator.__name__}.__init__() got an unexpected keyword argument {name!r}. "
        f"Did you mean {ours!r}?"
    )
    model = estimator()
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        model.set_params(l1=0.5, **{name: 1})
    assert str(error.value) == (
        f"Invalid parameter {name!r} for estimator {estimator.__name__}(). Valid parameters are: "
        f"{model._get_param_names()}. Did you mean {ours!r}?"
    )
    assert model.l1 == 0.0


def test_a_name_like_no_other_comes_without_a_hint():
    with pytest.raises(TypeError) as error:
        DeepClassifier(xyz=1)
    assert str(error.value) == (
        "DeepClassifier.__init__() got an unexpected keyword argument 'xyz'."
    )


def test_a_subclass_takes_hyperparameters_of_its_own():
    class Mine(DeepClassifier):
        def __init__(self, alpha=1.0, **hyperparameters):
            super().__init__(**hyperparameters)
            self.alpha = alpha

    assert (Mine(alpha=2.0, l2=0.5).alpha, Mine(alpha=2.0, l2=0.5).l2) == (2.0, 0.5)


class WithExtra(DeepClassifier):
    """Declares a hyperparameter of its own in scikit-learn's style."""

    _parameter_constraints: ClassVar = {**DeepClassifier._parameter_constraints, "extra": [int]}

    def __init__(self, hidden_layer_sizes=(8,), *, extra=1):
        super().__init__(hidden_layer_sizes, max_epochs=2, random_state=0)
        self.extra = extra


class WithoutLoss(DeepRegressor):
    """Fixes a hyperparameter in scikit-learn's style."""

    _parameter_constraints: ClassVar = {
        name: allowed
        for name, allowed in DeepRegressor._parameter_constraints.items()
        if name != "loss"
    }

    def __init__(self, hidden_layer_sizes=(8,)):
        super().__init__(hidden_layer_sizes, loss="huber", max_epochs=2, random_state=0)


def test_a_subclass_may_declare_constraints_of_its_own(data):
    model = WithExtra(extra=3).fit(*data)
    assert model.get_params() == {"hidden_layer_sizes": (8,), "extra": 3}
    same = DeepClassifier((8,), max_epochs=2, random_state=0).fit(*data)
    np.testing.assert_array_equal(thetas(model), thetas(same))
    assert clone(model).set_params(extra=4).extra == 4
    with pytest.raises(ValueError, match=r"^The 'extra' parameter of WithExtra must be "):
        WithExtra(extra="a").fit(*data)


def test_a_subclass_may_fix_a_hyperparameter(data):
    X, _ = data
    model = WithoutLoss().fit(X, X[:, 0])
    same = DeepRegressor((8,), loss="huber", max_epochs=2, random_state=0).fit(X, X[:, 0])
    np.testing.assert_array_equal(thetas(model), thetas(same))
