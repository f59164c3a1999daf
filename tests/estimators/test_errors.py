"""What a user reads when a hyperparameter or the data cannot be right."""

import re
import warnings

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skdeep import Adam, BatchNorm, Cosine, DeepClassifier, DeepRegressor, Mixup

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
    ("tol", -1e-4, "a float in the range [0.0, inf)"),
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


@pytest.fixture
def data(rng):
    return rng.normal(size=(60, 4)), rng.integers(2, size=60)


def small(**hyperparameters):
    options = {"hidden_layer_sizes": (8, 8), "max_epochs": 3, "early_stopping": False}
    return DeepClassifier(**{**options, **hyperparameters})


def error_of(call, kind=ValueError):
    """Return the message of the error that a call raises."""
    with pytest.raises(kind) as error:
        call()
    return str(error.value)


@pytest.mark.parametrize(("name", "value", "expected"), BAD_VALUES)
def test_a_bad_hyperparameter_is_named_with_its_value_and_range(name, value, expected, data):
    assert error_of(lambda: small(**{name: value}).fit(*data)) == (
        f"The {name!r} parameter of DeepClassifier must be {expected}. Got {value!r} instead."
    )


@pytest.mark.parametrize(("name", "value", "message"), UNKNOWN_NAMES)
def test_an_unknown_name_comes_with_the_known_ones_and_the_nearest(name, value, message, data):
    assert error_of(lambda: small(**{name: value}).fit(*data)) == message


def test_an_unknown_activation_is_refused_without_hidden_layers_too(data):
    message = error_of(lambda: small(hidden_layer_sizes=(), activation="rleu").fit(*data))
    assert message.startswith("Unknown activation 'rleu'; expected one of 'elu', ")


def test_an_unknown_optimizer_is_likened_to_the_nearest_name(data):
    message = error_of(lambda: small(optimizer="adma").fit(*data))
    assert message.startswith("Unknown optimizer 'adma'; expected one of 'adagrad', 'adam', ")
    assert message.endswith(" Did you mean 'adam'?")


def test_a_bad_hyperparameter_of_a_component_is_named_with_the_component(data):
    assert error_of(lambda: small(optimizer=Adam(beta_1=1.5)).fit(*data)) == (
        "The 'beta_1' parameter of Adam must be a float in the range [0.0, 1.0). Got 1.5 instead."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("dropout", [0.1]), ("batch_norm", [True]), ("activation", ["relu"])],
)
def test_a_list_must_have_one_value_for_each_hidden_layer(name, value, data):
    assert error_of(lambda: small(**{name: value}).fit(*data)) == (
        f"DeepClassifier: {name}={value!r} has 1 values for 2 hidden layers. Give one value, or "
        "one for each hidden layer."
    )


@pytest.mark.parametrize("factors", [[], ["a"], [1.0, -0.5]])
def test_a_sequence_of_factors_must_hold_numbers_that_are_not_negative(factors, data):
    message = error_of(lambda: small(lr_schedule=factors).fit(*data))
    assert repr(factors) in message
    assert "lr_schedule" in message or "Piecewise" in message


@pytest.mark.parametrize("value", [np.array(3), {1: 2}, {1}])
def test_a_schedule_that_is_no_sequence_is_refused(value, data):
    assert error_of(lambda: small(lr_schedule=value).fit(*data)) == (
        "lr_schedule must be a name, a Schedule, a function or a sequence of factors. Got "
        f"{value!r} instead."
    )


def test_batch_norm_needs_two_rows_in_a_batch(data):
    assert error_of(lambda: small(batch_norm=True, batch_size=1).fit(*data)) == (
        "DeepClassifier: batch_norm needs training batches of two rows or more. Got batch_size=1 "
        "and n_samples=60."
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_missing_and_infinite_features_are_refused_by_fit_and_predict(value, data):
    X, y = data
    bad = X.copy()
    bad[3, 2] = value
    estimator = small().fit(X, y)
    problem = "NaN" if np.isnan(value) else "infinity or a value too large for dtype('float32')"
    for call in (lambda: small().fit(bad, y), lambda: estimator.predict(bad)):
        assert error_of(call).startswith(f"Input X contains {problem}.")


def test_missing_targets_are_refused(data):
    X, y = data
    message = error_of(lambda: small().fit(X, np.where(y == 1, np.nan, 0.0)))
    assert message.startswith("Input y contains NaN.")


def test_continuous_targets_are_refused(data):
    X, _ = data
    assert error_of(lambda: small().fit(X, X[:, 0])).startswith("Unknown label type: continuous.")


def test_a_wrong_number_of_features_is_told(data):
    X, y = data
    estimator = small().fit(X, y)
    expected = "X has 2 features, but DeepClassifier is expecting 4 features as input."
    assert error_of(lambda: estimator.predict(X[:, :2])) == expected
    assert error_of(lambda: small().fit(X, y, X_val=X[:, :2], y_val=y)) == expected


def test_lengths_that_differ_are_told(data):
    X, y = data
    expected = "Found input variables with inconsistent numbers of samples: [60, 5]"
    assert error_of(lambda: small().fit(X, y[:5])) == expected
    assert error_of(lambda: small().fit(X, y, X_val=X, y_val=y[:5])) == expected
    assert error_of(lambda: small().fit(X, y, np.ones(5))) == (
        "sample_weight.shape == (5,), expected (60,)!"
    )


def test_predicting_before_fitting_is_an_error(data):
    assert error_of(lambda: small().predict(data[0]), NotFittedError) == (
        "This DeepClassifier instance is not fitted yet. Call 'fit' with appropriate arguments "
        "before using this estimator."
    )


def test_negative_weights_are_refused(data):
    weight = np.where(np.arange(60) == 3, -1.0, 1.0)
    assert error_of(lambda: small().fit(*data, weight)) == (
        "Negative values in data passed to `sample_weight`."
    )


def test_weights_that_are_all_zero_are_refused(data):
    assert error_of(lambda: small().fit(*data, np.zeros(60))) == (
        "Sample weights must contain at least one non-zero number."
    )


def test_class_weights_that_leave_nothing_are_refused(data):
    assert error_of(lambda: small(class_weight={0: 0.0, 1: 0.0}).fit(*data)) == (
        "DeepClassifier: all sample weights are zero. Give at least one row a positive weight."
    )


@pytest.mark.parametrize("weight", [-1.0, np.nan, "a", None, "2", [1.0]])
def test_class_weights_that_are_no_number_from_zero_up_are_refused(weight, data):
    assert error_of(lambda: small(class_weight={0: weight}).fit(*data)) == (
        "DeepClassifier: class_weight must give numbers >= 0 to some of the classes [0, 1]. Got "
        f"{ {0: weight} } instead."
    )


@pytest.mark.parametrize("l2", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_early_stopping_refuses_weights_that_leave_a_part_of_the_split_without_any(seed, l2, data):
    # whichever part the one row with a weight falls into, the other part has none
    weight = np.where(np.arange(60) == 5, 1.0, 0.0)
    estimator = small(early_stopping=True, random_state=seed, l2=l2)
    message = error_of(lambda: estimator.fit(*data, weight))
    assert message.startswith("DeepClassifier: ")


def test_x_val_and_y_val_belong_together(data):
    X, y = data
    message = "DeepClassifier: X_val and y_val belong together. Got only {}."
    assert error_of(lambda: small().fit(X, y, X_val=X)) == message.format("X_val")
    assert error_of(lambda: small().fit(X, y, y_val=y)) == message.format("y_val")


def test_weights_of_validation_data_need_validation_data(data):
    message = error_of(lambda: small().fit(*data, sample_weight_val=np.ones(60)))
    assert "sample_weight_val" in message


def test_classes_that_only_validation_data_has_are_refused(data):
    X, y = data
    assert error_of(lambda: small().fit(X, y, X_val=X, y_val=y + 1)) == (
        "DeepClassifier: y contains the classes [2], which are not among [0, 1]. Give every class "
        "at the first call: in y to fit, or by classes= to partial_fit."
    )


def test_too_few_samples_to_hold_some_out_are_told_with_a_remedy(data):
    X, y = data
    message = error_of(lambda: small(early_stopping=True).fit(X[:3], y[:3]))
    assert message.startswith(
        "DeepClassifier: early_stopping cannot hold out validation_fraction=0.1 of 3 samples: "
    )
    assert message.endswith(
        "Give more samples, another validation_fraction, X_val and y_val, or early_stopping='auto'."
    )


def test_a_changed_network_cannot_warm_start(data):
    estimator = small(warm_start=True).fit(*data)
    assert error_of(lambda: estimator.set_params(hidden_layer_sizes=(4,)).fit(*data)) == (
        "DeepClassifier: the network cannot change while it goes on training. It was "
        "'float32: 4 -> 8 mish -> 8 mish -> 1' and would become 'float32: 4 -> 4 mish -> 1'. Put "
        "hidden_layer_sizes, activation, batch_norm, dtype and the classes back, or fit anew with "
        "warm_start=False."
    )


DIVERGENCE = re.compile(
    r"DeepClassifier: the training (loss|gradient's norm) became (nan|inf) at epoch \d+, step \d+ "
    r"\(learning_rate=(1e\+30|0\.005)\)\. Standardize X or lower learning_rate\."
)


@pytest.mark.parametrize("validation", [{}, {"early_stopping": True}], ids=str)
@pytest.mark.parametrize(
    ("hyperparameters", "scale"), [({"learning_rate": 1e30}, 1.0), ({}, 1e30)], ids=str
)
def test_a_loss_that_diverges_is_an_error_with_a_remedy(hyperparameters, scale, validation, data):
    X, y = data
    estimator = small(**hyperparameters, **validation, random_state=0)
    assert DIVERGENCE.fullmatch(error_of(lambda: estimator.fit(scale * X, y)))


@pytest.mark.parametrize("batch_size", [32, "full"])
@pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
def test_a_batch_variance_that_overflows_is_an_error_that_leaves_all_as_it_was(
    estimator, batch_size, data
):
    X, y = data
    model = estimator((8,), batch_norm=True, batch_size=batch_size, max_epochs=3, random_state=0)
    before = model.fit(X, y).predict(X)
    spoiled = X.copy()
    spoiled[7, 2] = 1e20
    assert re.fullmatch(
        rf"{estimator.__name__}: the training batch-norm statistics' maximum became (inf|nan) at "
        r"epoch 0, step [12] \(learning_rate=0\.005\), with values of X up to 1e\+20\. "
        r"Standardize X or lower learning_rate\.",
        error_of(lambda: model.fit(spoiled, y)),
    )
    np.testing.assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize("attempt", ["bad value", "bad data", "divergence"])
def test_a_failed_fit_leaves_the_fitted_model_as_it_was(attempt, data):
    X, y = data
    estimator = small(random_state=0).fit(X, y)
    before = estimator.predict_proba(X)
    history = {name: list(values) for name, values in estimator.history_.items()}
    other = np.hstack([X, X]), y + 3
    if attempt == "bad value":
        estimator.set_params(activation="rleu")
    elif attempt == "bad data":
        other = other[0], other[1][:5]
    else:
        estimator.set_params(learning_rate=1e30)
    error_of(lambda: estimator.fit(*other))
    assert estimator.n_features_in_ == 4
    assert estimator.classes_.tolist() == [0, 1]
    assert estimator.history_ == history
    np.testing.assert_array_equal(estimator.predict_proba(X), before)


def test_a_failed_first_fit_leaves_the_estimator_unfitted(data):
    estimator = small(learning_rate=1e30)
    error_of(lambda: estimator.fit(*data))
    error_of(lambda: estimator.predict(data[0]), NotFittedError)


def test_a_failed_warm_start_can_be_resumed_as_if_it_had_not_been(data):
    steady, failing = (small(warm_start=True, random_state=0).fit(*data) for _ in range(2))
    error_of(lambda: failing.set_params(learning_rate=1e30).fit(*data))
    failing.set_params(learning_rate=steady.learning_rate)
    for estimator in (steady, failing):
        estimator.fit(*data)
    for weights, same in zip(steady.coefs_, failing.coefs_, strict=True):
        np.testing.assert_array_equal(weights, same)


def test_predictions_far_outside_the_data_are_finite_and_silent(data):
    X, y = data
    estimator = small(random_state=0).fit(X, y)
    far = X / np.abs(X).max() * 1e30
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for values in (
            estimator.predict_proba(far),
            estimator.predict_log_proba(far),
            estimator.decision_function(far),
        ):
            assert np.isfinite(values).all()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_rows_whose_outputs_overflow_are_an_error_that_names_x(n_classes, data):
    X, _ = data
    estimator = small(random_state=0).fit(X, np.arange(60) % n_classes)
    far = X / np.abs(X).max() * 3e38
    expected = (
        "DeepClassifier: the predictions for X are not finite, with values of X up to 3e+38. Scale "
        "X as the training data was scaled."
    )
    for predict in (
        estimator.predict,
        estimator.predict_proba,
        estimator.predict_log_proba,
        estimator.decision_function,
    ):
        assert error_of(lambda predict=predict: predict(far)) == expected


@pytest.mark.parametrize(("loss", "largest"), [("squared_error", 1e308), ("poisson", 1e30)])
def test_rows_whose_predicted_numbers_overflow_are_an_error_too(loss, largest, data):
    X, y = data
    estimator = DeepRegressor((8, 8), loss=loss, max_epochs=3, random_state=0).fit(X, y)
    far = X / X.max() * largest
    assert error_of(lambda: estimator.predict(np.clip(far, -largest, largest))) == (
        f"DeepRegressor: the predictions for X are not finite, with values of X up to {largest:g}. "
        "Scale X as the training data was scaled."
    )


def test_an_indicator_matrix_holds_zeros_and_ones(data):
    X, y = data
    assert error_of(lambda: small().fit(X, np.column_stack([y, y]) * 2 - 1)) == (
        "DeepClassifier: y must be an indicator matrix of 0 and 1, a column for each label. Got "
        "the values [-1, 1]."
    )


def test_a_class_in_place_of_an_instance_is_told_apart(data):
    assert error_of(lambda: small(lr_schedule=Cosine).fit(*data)) == (
        "lr_schedule is the class Cosine. Give an instance of it, such as lr_schedule=Cosine(...)."
    )
    assert error_of(lambda: small(augment=Mixup).fit(*data)) == (
        "DeepClassifier: augment is the class Mixup. Give an instance of it, such as "
        "augment=Mixup(...)."
    )


def test_nested_names_reach_into_shorthands():
    estimator = small(batch_norm=True, weight_init="he_normal", lr_schedule=[1, 0.5])
    estimator.set_params(
        batch_norm__momentum=0.3, weight_init__gain=0.5, lr_schedule__factors=[1, 2]
    )
    assert estimator.batch_norm.momentum == 0.3
    assert estimator.weight_init.gain == 0.5
    assert list(estimator.lr_schedule.factors) == [1, 2]
    assert error_of(lambda: small().set_params(batch_norm__momentum=0.3)) == (
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
            "lr_schedule__rate",
            "Invalid parameter 'rate' for estimator Constant(). Valid parameters are: [].",
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
    estimator = small()
    before = vars(estimator).copy()
    assert error_of(lambda: estimator.set_params(**{"l1": 0.5, nested: 0.1})) == message
    assert vars(estimator) == before


def test_tiny_and_huge_weights_weigh_as_others_do(data):
    estimator = small(random_state=0)
    expected = estimator.fit(*data, np.ones(60)).predict_proba(data[0])
    for scale in (1e-50, 1e40):
        scaled = estimator.fit(*data, np.full(60, scale)).predict_proba(data[0])
        # weights are divided by their mean before they are cast
        np.testing.assert_array_equal(scaled, expected)


def test_batches_of_nothing_but_negligible_weights_train_with_batch_norm(rng):
    X = rng.normal(size=(96, 4))
    weight = np.where(np.arange(96) < 32, 1e-60, 1.0)  # the whole first batch is 0 in float32
    model = small(batch_norm=True, batch_size=32, shuffle=False, random_state=0)
    losses = model.fit(X, X[:, 0] > 0, weight).loss_curve_
    assert losses[-1] < losses[0]
    assert np.isfinite(model.predict_proba(X)).all()


def test_an_epsilon_that_the_networks_precision_cannot_hold_is_refused_by_batch_norm(data):
    model = small(batch_norm=BatchNorm(epsilon=1e-50))
    assert error_of(lambda: model.fit(*data)) == (
        "The 'epsilon' parameter of BatchNorm must be at least 1.18e-38 for a network in float32. "
        "Got 1e-50 instead."
    )
    model.set_params(dtype="float64").fit(*data)
