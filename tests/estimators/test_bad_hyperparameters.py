"""Bad hyperparameters are refused by name, with their value and what was expected."""

import numpy as np
import pytest

from skdeep import Adam, BatchNorm, Cosine, Mixup
from tests.estimators.helpers import brief
from tests.helpers import error_of

ACTIVATIONS = (
    "'elu', 'gelu', 'identity', 'leaky_relu', 'logistic', 'mish', 'relu', 'selu', 'silu', "
    "'softplus', 'tanh'"
)

INITIALIZERS = (
    "'auto', 'he_normal', 'he_uniform', 'lecun_normal', 'lecun_uniform', 'orthogonal', "
    "'xavier_normal', 'xavier_uniform'"
)

SCHEDULES = (
    "'constant', 'cosine', 'exponential', 'inverse_sqrt', 'inverse_time', 'one_cycle', "
    "'reduce_on_plateau', 'staircase'"
)


# hyperparameter, value, what it "must be"
BAD_VALUES = [
    ("dropout", 1.5, "a float in the range [0.0, 1.0) or an array-like"),
    ("dropout", [0.1, 1.5], "a float in the range [0.0, 1.0) for each hidden layer"),
    ("dropout", ["a", 0.1], "a float in the range [0.0, 1.0) for each hidden layer"),
    ("batch_norm", ["yes", True], "a bool or a BatchNorm for each hidden layer"),
    ("activation", ["relu", 1], "a str for each hidden layer"),
    ("hidden_layer_sizes", (8, 0), "a sequence of integers > 0"),
    ("hidden_layer_sizes", (8, 2.5), "a sequence of integers > 0"),
    ("hidden_layer_sizes", [(8, 4), (2, 2)], "a sequence of integers > 0"),
    ("hidden_layer_sizes", 0, "an int in the range [1, inf) or an array-like"),
    ("l2", -1.0, "a float in the range [0.0, inf)"),
    ("l1", -1.0, "a float in the range [0.0, inf)"),
    ("learning_rate", 0.0, "a float in the range (0.0, inf)"),
    ("clip_norm", 0.0, "a float in the range (0.0, inf) or None"),
    ("weight_averaging", 1.0, "a float in the range (0.0, 1.0), a str among {'auto'} or None"),
    (
        "early_stopping",
        "always",
        "an instance of 'bool' or an instance of 'numpy.bool' or a str among {'auto'}",
    ),
    ("label_smoothing", 1.0, "a float in the range [0.0, 1.0)"),
    ("max_epochs", 0, "an int in the range [1, inf)"),
    ("validation_fraction", 1.0, "a float in the range (0.0, 1.0)"),
    ("n_iter_no_change", 0, "an int in the range [1, inf) or None"),
    ("tol", -1e-4, "a float in the range [0.0, inf) or a str among {'auto'}"),
    ("class_weight", "even", "an instance of 'dict', a str among {'balanced'} or None"),
]


# hyperparameter, name, sentence
UNKNOWN_NAMES = [
    (
        "activation",
        "rleu",
        f"Unknown activation 'rleu'; expected one of {ACTIVATIONS}. Did you mean 'relu'?",
    ),
    (
        "activation",
        "x",
        f"Unknown activation 'x'; expected one of {ACTIVATIONS}.",
    ),
    (
        "weight_init",
        "he_nomal",
        f"Unknown weight_init 'he_nomal'; expected one of {INITIALIZERS}. "
        "Did you mean 'he_normal'?",
    ),
    (
        "lr_schedule",
        "cosin",
        f"Unknown lr_schedule 'cosin'; expected one of {SCHEDULES}. Did you mean 'cosine'?",
    ),
]


@pytest.mark.parametrize(("name", "value", "expected"), BAD_VALUES)
def test_a_bad_hyperparameter_is_named_with_its_value_and_range(name, value, expected, data):
    assert error_of(lambda: brief(**{name: value}).fit(*data)) == (
        f"The {name!r} parameter of DeepClassifier must be {expected}. Got {value!r} instead."
    )


@pytest.mark.parametrize(("name", "value", "message"), UNKNOWN_NAMES)
def test_an_unknown_name_comes_with_the_known_ones_and_the_nearest(name, value, message, data):
    assert error_of(lambda: brief(**{name: value}).fit(*data)) == message


def test_an_unknown_activation_is_refused_without_hidden_layers_too(data):
    message = error_of(lambda: brief(hidden_layer_sizes=(), activation="rleu").fit(*data))
    assert message.startswith("Unknown activation 'rleu'; expected one of 'elu', ")


def test_an_unknown_optimizer_is_likened_to_the_nearest_name(data):
    message = error_of(lambda: brief(optimizer="adma").fit(*data))
    assert message.startswith("Unknown optimizer 'adma'; expected one of 'adagrad', 'adam', ")
    assert message.endswith(" Did you mean 'adam'?")


def test_a_bad_hyperparameter_of_a_component_is_named_with_the_component(data):
    assert error_of(lambda: brief(optimizer=Adam(beta_1=1.5)).fit(*data)) == (
        "The 'beta_1' parameter of Adam must be a float in the range [0.0, 1.0). Got 1.5 instead."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("dropout", [0.1]), ("batch_norm", [True]), ("activation", ["relu"])],
)
def test_a_list_must_have_one_value_for_each_hidden_layer(name, value, data):
    assert error_of(lambda: brief(**{name: value}).fit(*data)) == (
        f"DeepClassifier: {name}={value!r} has 1 value, and the number of hidden layers is 2. Give "
        "one value, or one for each hidden layer."
    )


@pytest.mark.parametrize("factors", [[], ["a"], [1.0, -0.5]])
def test_a_sequence_of_factors_must_hold_numbers_that_are_not_negative(factors, data):
    message = error_of(lambda: brief(lr_schedule=factors).fit(*data))
    assert repr(factors) in message
    assert "lr_schedule" in message or "Piecewise" in message


@pytest.mark.parametrize("value", [np.array(3), {1: 2}, {1}])
def test_a_schedule_that_is_no_sequence_is_refused(value, data):
    assert error_of(lambda: brief(lr_schedule=value).fit(*data)) == (
        "lr_schedule must be a name, a Schedule, a function or a sequence of factors. Got "
        f"{value!r} instead."
    )


def test_batch_norm_needs_two_rows_in_a_batch(data):
    assert error_of(lambda: brief(batch_norm=True, batch_size=1).fit(*data)) == (
        "DeepClassifier: batch_norm needs training batches of 2 rows or more. Got batch_size=1 "
        "and n_samples=60."
    )


def test_a_changed_network_cannot_warm_start(data):
    estimator = brief(numerical_encoding=None, warm_start=True).fit(*data)
    assert error_of(lambda: estimator.set_params(hidden_layer_sizes=(4,)).fit(*data)) == (
        "DeepClassifier: the network cannot change while it goes on training. It was "
        "'float32: 4 -> 8 mish -> 8 mish -> 1' and would become 'float32: 4 -> 4 mish -> 1'. Put "
        "hidden_layer_sizes, activation, n_members, batch_norm, dtype and the classes back, or "
        "fit anew with warm_start=False."
    )


def test_a_class_in_place_of_an_instance_is_told_apart(data):
    assert error_of(lambda: brief(lr_schedule=Cosine).fit(*data)) == (
        "lr_schedule is the class Cosine. Give an instance of it, such as lr_schedule=Cosine(...)."
    )
    assert error_of(lambda: brief(augment=Mixup).fit(*data)) == (
        "DeepClassifier: augment is the class Mixup. Give an instance of it, such as "
        "augment=Mixup(...)."
    )


def test_nested_names_reach_into_shorthands():
    estimator = brief(batch_norm=True, weight_init="he_normal", lr_schedule=[1, 0.5])
    estimator.set_params(
        batch_norm__momentum=0.3, weight_init__gain=0.5, lr_schedule__factors=[1, 2]
    )
    assert estimator.batch_norm.momentum == 0.3
    assert estimator.weight_init.gain == 0.5
    assert list(estimator.lr_schedule.factors) == [1, 2]
    assert error_of(lambda: brief().set_params(batch_norm__momentum=0.3)) == (
        "batch_norm=False has no hyperparameters of its own. Give a component, such as "
        "BatchNorm(), to set them."
    )


@pytest.mark.parametrize(
    ("nested", "message"),
    [
        (
            "optimizer__beta_9",
            "Invalid parameter 'beta_9' for estimator Adam(). Valid parameters are: "
            "['beta_1', 'beta_2', 'epsilon'].",
        ),
        (
            "lr_schedule__decay_rate",
            "Invalid parameter 'decay_rate' for estimator Constant(). Valid parameters are: [].",
        ),
        (
            "augment__scale",
            "DeepClassifier: augment=None has no hyperparameters of its own. Set augment instead "
            "of augment__scale.",
        ),
        (
            "l2__a",
            "DeepClassifier: l2=0.0 has no hyperparameters of its own. Set l2 instead of l2__a.",
        ),
    ],
)
def test_a_nested_name_that_leads_nowhere_is_an_error_that_changes_nothing(nested, message):
    estimator = brief()
    before = vars(estimator).copy()
    assert error_of(lambda: estimator.set_params(**{"l1": 0.5, nested: 0.1})) == message
    assert vars(estimator) == before


def test_an_epsilon_that_the_networks_precision_cannot_hold_is_refused_by_batch_norm(data):
    model = brief(batch_norm=BatchNorm(epsilon=1e-50))
    assert error_of(lambda: model.fit(*data)) == (
        "The 'epsilon' parameter of BatchNorm must be at least 1.18e-38 for a network in float32. "
        "Got 1e-50 instead."
    )
    model.set_params(dtype="float64").fit(*data)
