"""scikit-learn's own checks of an estimator, at many settings of both estimators.

The checks fit tiny data many times and ask some estimators to learn them well, so the
settings take few epochs with long steps.
"""

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_inplace_ensure_writeable,
    check_param_validation,
    parametrize_with_checks,
)

from skdeep import (
    LBFGS,
    SGD,
    Adam,
    BatchNorm,
    DeepClassifier,
    DeepRegressor,
    Exponential,
)
from skdeep.losses import Huber

QUICK = {"hidden_layer_sizes": (16,), "learning_rate": 0.03, "max_epochs": 60}


def jitter(X, y, rng):
    """Add a little noise to the rows."""
    return X + 0.01 * rng.normal(size=X.shape), y


# in every default run
CORE = {
    "members": {"n_members": 4},
    "batch norm": {"batch_norm": True},
    "dropout": {"dropout": 0.1},
    "early stopping": {"early_stopping": True, "validation_fraction": 0.2},
    "L-BFGS": {"optimizer": "lbfgs", "l2": 0.1},
    "numbers as they are": {"numerical_encoding": None},
    "bins": {"numerical_encoding": "piecewise_linear"},
}

MORE = {
    "members with batch norm and dropout": {"n_members": 3, "batch_norm": True, "dropout": 0.1},
    "warm start": {"warm_start": True},
    "float64": {"dtype": "float64"},
    "robust": {"numerical_encoding": "robust"},
    "standardized, no categories": {
        "numerical_encoding": "standardize",
        "categorical_features": None,
    },
    "embeddings": {"categorical_features": [0], "category_encoding": "embedding"},
    "momentum, clipped": {"optimizer": "momentum", "clip_norm": 1.0, "learning_rate": 0.1},
    "nesterov and staircase": {
        "optimizer": "nesterov",
        "lr_schedule": "staircase",
        "clip_norm": 1.0,
    },
    "weight averaging": {"weight_averaging": 0.8},
    "one cycle": {"lr_schedule": "one_cycle"},
    "cosine and adamw": {"optimizer": "adamw", "lr_schedule": "cosine"},
    "l1 and l2": {"l1": 0.01, "l2": 0.01, "optimizer": "nadam"},
    "mini-batches": {"batch_size": 8},
    "mini-batches with batch norm": {"batch_size": 8, "batch_norm": BatchNorm(momentum=0.8)},
    "no shuffling": {"shuffle": False, "batch_size": 16, "optimizer": "rmsprop"},
    "plateau": {"lr_schedule": "reduce_on_plateau", "activation": "gelu"},
    "deep and mixed": {
        "hidden_layer_sizes": [12, 8],
        "activation": ["selu", "tanh"],
        "batch_norm": [True, False],
        "weight_init": "orthogonal",
    },
    "components": {
        "optimizer": Adam(beta_1=0.8),
        "lr_schedule": Exponential(0.99),
    },
    "SGD component": {
        "optimizer": SGD(0.9, dampening=0.9),
        "learning_rate": 0.1,
        "clip_norm": 1.0,
    },
    # without a penalty probabilities become 0, and a check compares log(0) with our finite one
    "LBFGS component": {
        "optimizer": LBFGS(max_iter=40, history=5),
        "activation": "tanh",
        "l2": 0.1,
    },
    # a check compares predictions of rows in another order to 1e-7, as float32 does not keep them
    "linear": {
        "hidden_layer_sizes": (),
        "learning_rate": 0.3,
        "max_epochs": 200,
        "dtype": "float64",
    },
    "augmentation": {"augment": jitter},
    "a scorer": {
        "early_stopping": True,
        "scoring": "SCORE",
        "validation_fraction": 0.3,
    },
}

CLASSIFIERS = {
    "label smoothing": {"label_smoothing": 0.1},
    "balanced": {"class_weight": "balanced"},
}

REGRESSORS = {
    "absolute error": {"loss": "absolute_error"},
    "huber": {"loss": "huber"},
    "quantile": {"loss": "quantile", "quantile": 0.6},
    "raw target": {"standardize_target": False},
    "poisson": {"loss": "poisson"},
    "gaussian": {"loss": "gaussian"},
    "gamma": {"loss": "gamma"},
    "three quantiles": {"loss": "quantile", "quantile": (0.9, 0.1, 0.5)},
    "component": {"loss": Huber(0.5)},
}


def make(estimator, setting):
    """Return the estimator at a setting."""
    options = {**QUICK, **setting}
    if options.get("scoring") == "SCORE":
        options["scoring"] = "accuracy" if is_classifier(estimator) else "r2"
    return estimator.set_params(**options)


def both(settings):
    return [
        make(estimator(), setting)
        for setting in settings.values()
        for estimator in (DeepClassifier, DeepRegressor)
    ]


# scikit-learn's checks ignore it too where they know that an estimator may fail to converge
may_fail_to_converge = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

EQUIVALENCES = (
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
)

ONE_NUMBER_EACH = (
    "check_estimator_sparse_array",
    "check_estimator_sparse_matrix",
    "check_regressors_train",
    "check_regressor_multioutput",
)

CLASSES_FROM_ROUNDED_X = (
    "check_dict_unchanged",
    "check_dont_overwrite_parameters",
    "check_f_contiguous_array_estimator",
    "check_fit2d_1feature",
    "check_fit2d_predict1d",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
)


def failures_that_the_setting_asks_for(estimator):
    """Name the checks that compare two fits, where a setting makes them differ."""
    reasons = {
        "the held-out rows are drawn": estimator.early_stopping is True,
        "the rows of each mini-batch are drawn": isinstance(estimator.batch_size, int),
    }
    reason = next((reason for reason, applies in reasons.items() if applies), None)
    failures = {} if reason is None else dict.fromkeys(EQUIVALENCES, reason)
    if estimator.early_stopping is True and is_classifier(estimator):
        reason = "the check rounds X, and takes classes from it that are too rare to hold out"
        failures |= dict.fromkeys(CLASSES_FROM_ROUNDED_X, reason)
        if estimator.validation_fraction > 0.2:
            del failures["check_fit2d_1feature"]
    if estimator.warm_start and not is_classifier(estimator):
        failures["check_supervised_y_2d"] = "a second fit goes on from the first"
    if np.ndim(getattr(estimator, "quantile", 0)):
        failures |= dict.fromkeys(ONE_NUMBER_EACH, "predictions have an axis of quantiles")
    if getattr(estimator, "loss", None) in ("poisson", "gamma"):
        reason = "the check takes negative targets, whatever the tag positive_only says"
        failures["check_regressor_multioutput"] = reason
    return failures


@may_fail_to_converge
@parametrize_with_checks(
    [*both(CORE), DeepRegressor(), make(DeepRegressor(), REGRESSORS["poisson"])],
    expected_failed_checks=failures_that_the_setting_asks_for,
)
def test_every_check_passes_at_the_commonest_settings(estimator, check):
    check(estimator)


@pytest.mark.slow
@may_fail_to_converge
@parametrize_with_checks(
    [
        *both(MORE),
        *(make(DeepClassifier(), setting) for setting in CLASSIFIERS.values()),
        *(make(DeepRegressor(), REGRESSORS[name]) for name in REGRESSORS if name != "poisson"),
    ],
    expected_failed_checks=failures_that_the_setting_asks_for,
)
def test_every_check_passes_at_other_settings(estimator, check):
    if estimator.warm_start and "representation_invariance" in check.func.__name__:
        pytest.skip("a second fit goes on from the first, and may or may not predict alike")
    check(estimator)


@pytest.mark.parametrize(
    "check",
    [
        check_dataframe_column_names_consistency,
        check_inplace_ensure_writeable,
        check_param_validation,
    ],
    ids=lambda check: check.__name__,
)
@pytest.mark.parametrize("setting", ["none", *CORE])
@pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
def test_checks_that_scikit_learn_keeps_out_of_its_suite_pass(estimator, setting, check):
    check(estimator.__name__, make(estimator(), CORE.get(setting, {})))
