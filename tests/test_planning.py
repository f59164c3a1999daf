"""What a plan makes of hyperparameters and facts: every "auto" rule, and each refusal."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from skdeep import LBFGS, SGD, Adam, BatchNorm, DeepClassifier, Orthogonal, VarianceScaling
from skdeep.augmentation import GaussianNoise
from skdeep.base import BadValueError
from skdeep.inputs import PiecewiseLinear, Standardize
from skdeep.layers import Activation, Dense, Dropout, SeparateDense, SplitDense
from skdeep.per_layer import hidden_layers, hidden_sizes
from skdeep.plan import Facts
from skdeep.planning import make_plan, plan_layers, rounds_of_an_epoch, why_no_stream
from skdeep.schedules import Cosine
from tests.helpers import refusal

BETA = 0.999  # of a classifier's weight_averaging="auto"
FACTS = Facts(n_samples=200, n_features=4, n_outputs=3, is_classifier=True)


def given(**hyperparameters):
    """Return the defaults of a classifier but for some hyperparameters."""
    return SimpleNamespace(**{**DeepClassifier().get_params(deep=False), **hyperparameters})


def read(**hyperparameters):
    """Return the same in the form from which a plan is made."""
    options = given(**hyperparameters)
    options.hidden_layers = hidden_layers(options)
    return options


def plan(facts=FACTS, **hyperparameters):
    return make_plan(read(**hyperparameters), facts)


def test_a_plan_holds_what_is_given_and_leaves_nothing_to_decide():
    made = plan(
        optimizer=SGD(0.9), lr_schedule="cosine", learning_rate=0.3, l2=0.1, l1=0.2, clip_norm=5.0,
        max_epochs=7, tol=0.01, n_iter_no_change=None, dtype="float64", shuffle=False,
    )  # fmt: skip
    assert repr(made.optimizer) == repr(SGD(0.9))
    assert isinstance(made.schedule, Cosine)
    assert (made.learning_rate, made.l2, made.l1, made.clip_norm) == (0.3, 0.1, 0.2, 5.0)
    assert (made.n_epochs, made.max_epochs, made.tol, made.n_iter_no_change) == (7, 7, 0.01, None)
    assert made.dtype == np.float64
    assert not made.shuffle
    assert "auto" not in [value for value in vars(made).values() if isinstance(value, str)]


# (facts, hyperparameters): rows held out, and whether validation ends the training
EARLY = {
    "40 rows are enough": ({"n_samples": 40}, {}, 4, True),
    "39 rows are not": ({"n_samples": 39}, {}, 0, False),
    "39 rows are enough with True": ({"n_samples": 39}, {"early_stopping": True}, 4, True),
    "False": ({}, {"early_stopping": False}, 0, False),
    "a fraction is rounded up": ({"n_samples": 101}, {}, 11, True),
    "another fraction": ({}, {"validation_fraction": 0.25}, 50, True),
    "given rows, however few": ({"n_samples": 5, "has_validation_rows": True}, {}, 0, True),
    "given rows and False": ({"has_validation_rows": True}, {"early_stopping": False}, 0, False),
    "no hidden layers": ({}, {"hidden_layer_sizes": ()}, 0, False),
    "no hidden layers, given rows": (
        {"has_validation_rows": True}, {"hidden_layer_sizes": []}, 0, False,
    ),
    "no hidden layers and True": (
        {}, {"hidden_layer_sizes": (), "early_stopping": True}, 20, True,
    ),
    "no steps": ({}, {"optimizer": "lbfgs"}, 0, False),
    "no steps and True": ({}, {"optimizer": LBFGS(), "early_stopping": True}, 20, True),
    "a stream": ({"is_stream": True}, {}, 0, False),
}  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "options", "n_held_out", "stops_early"), EARLY.values(), ids=EARLY
)
def test_early_stopping(facts, options, n_held_out, stops_early):
    made = plan(replace(FACTS, **facts), **options)
    assert (made.n_held_out, made.stops_early) == (n_held_out, stops_early)


@pytest.mark.parametrize(("early_stopping", "refuses"), [("auto", False), (True, True)])
def test_rare_classes_are_refused_only_where_the_user_asked_for_a_hold_out(early_stopping, refuses):
    assert plan(early_stopping=early_stopping).refuses_rare is refuses


BETAS = {
    "where fit stops early": ({}, {}, BETA),
    "not without validation": ({"n_samples": 39}, {}, None),
    "not where early stopping is off": ({}, {"early_stopping": False}, None),
    "not without steps": ({}, {"optimizer": "lbfgs", "early_stopping": True}, None),
    "not in a stream": ({"is_stream": True}, {}, None),
    "in a stream that goes on with one": ({"is_stream": True, "has_average": True}, {}, BETA),
    "a number": ({"n_samples": 10}, {"weight_averaging": 0.5}, 0.5),
    "None": ({}, {"weight_averaging": None}, None),
}


@pytest.mark.parametrize(("facts", "options", "beta"), BETAS.values(), ids=BETAS)
def test_weight_averaging(facts, options, beta):
    assert plan(replace(FACTS, **facts), **options).beta == beta


MEMBERS = {
    "a small table": ({"n_samples": 499}, {}, 1),
    "a table": ({"n_samples": 500}, {}, 4),
    "almost a long table": ({"n_samples": 4999}, {}, 4),
    "a long table": ({"n_samples": 5000}, {}, 2),
    "quantiles": ({"n_samples": 500, "has_quantiles": True}, {}, 8),
    "quantiles of a long table": ({"n_samples": 5000, "has_quantiles": True}, {}, 4),
    "quantiles of a small table": ({"n_samples": 499, "has_quantiles": True}, {}, 1),
    "400 columns": ({"n_samples": 500, "n_features": 400}, {}, 4),
    "401 columns": ({"n_samples": 500, "n_features": 401}, {}, 1),
    "sparse rows": ({"n_samples": 500, "is_sparse": True}, {}, 1),
    "augmented rows": ({"n_samples": 500}, {"augment": GaussianNoise(0.1)}, 1),
    "no hidden layers": ({"n_samples": 500}, {"hidden_layer_sizes": ()}, 1),
    "no steps": ({"n_samples": 500}, {"optimizer": "lbfgs"}, 1),
    "a number": ({}, {"n_members": 3}, 3),
    "a number without hidden layers": ({}, {"n_members": 3, "hidden_layer_sizes": ()}, 3),
    "a training that goes on": ({"n_members": 2}, {}, 2),
    "a training that goes on and a number": ({"n_members": 2}, {"n_members": 3}, 3),
}


@pytest.mark.parametrize(("facts", "options", "n_members"), MEMBERS.values(), ids=MEMBERS)
def test_members(facts, options, n_members):
    made = plan(replace(FACTS, **facts), **options)
    assert made.layers[-1].n_members == n_members


def test_members_share_the_hidden_layers_after_the_first():
    first, _, hidden, _, output = plan_layers(read(hidden_layer_sizes=(8, 5)), 3, n_members=2)
    assert [type(layer) for layer in (first, hidden, output)] == [SplitDense, Dense, SeparateDense]
    assert [layer.n_outputs(4) for layer in (first, hidden, output)] == [16, 10, 6]
    (linear,) = plan_layers(read(hidden_layer_sizes=()), 3, n_members=2)
    assert type(linear) is SplitDense


BINS = [PiecewiseLinear(16, max_quantiles=400), PiecewiseLinear(32, max_quantiles=800)]
NO_BINS = Standardize(max_size=5.0)

# (facts, hyperparameters): the encoding of numbers
ENCODINGS = {
    "a classifier": ({"n_samples": 500}, {}, BINS[0]),
    "a regressor": ({"n_samples": 500, "is_classifier": False}, {}, BINS[1]),
    "few rows": ({"n_samples": 499, "is_classifier": False}, {}, NO_BINS),
    "sparse X": ({"n_samples": 500, "is_sparse": True}, {}, NO_BINS),
    "no hidden layers": ({"n_samples": 500}, {"hidden_layer_sizes": ()}, None),
}


@pytest.mark.parametrize(
    ("facts", "hyperparameters", "encoding"), ENCODINGS.values(), ids=ENCODINGS
)
def test_numerical_encoding(facts, hyperparameters, encoding):
    made = plan(replace(FACTS, **facts), **hyperparameters).numerical_encoding
    assert repr(made) == repr(encoding)


# (facts, hyperparameters): the least improvement
TOL = {
    "a classifier": ({}, {}, 1e-3),
    "a regressor": ({"is_classifier": False}, {}, 3e-4),
    "another score": ({}, {"scoring": "accuracy"}, 1e-4),
    "the objective": ({}, {"early_stopping": False}, 1e-4),
    "a number": ({}, {"tol": 0.0}, 0.0),
}


@pytest.mark.parametrize(("facts", "hyperparameters", "tol"), TOL.values(), ids=TOL)
def test_tol(facts, hyperparameters, tol):
    assert plan(replace(FACTS, **facts), **hyperparameters).tol == tol


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "rows"),
    [
        (48, "auto", 48), (49, "auto", 32), (4095, "auto", 32), (4096, "auto", 64),
        (10_000, "auto", 128), (1_000_000, "auto", 256), (100, "full", 100), (100, 30, 30),
        (20, 30, 20),
    ],
)  # fmt: skip
def test_batch_size(n_samples, batch_size, rows):
    facts = replace(FACTS, n_samples=n_samples)
    assert plan(facts, batch_size=batch_size, early_stopping=False).batch_size == rows


def test_the_batch_size_goes_by_the_rows_that_are_left():
    assert plan(replace(FACTS, n_samples=50), early_stopping=True).batch_size == 45


@pytest.mark.parametrize(("n_samples", "n_workers", "rows"), [(16_384, 1, 256), (16_384, 4, 64)])
def test_the_batch_size_goes_by_the_rows_of_one_worker(n_samples, n_workers, rows):
    made = plan(replace(FACTS, n_samples=n_samples, n_workers=n_workers), early_stopping=False)
    assert made.batch_size == rows


@pytest.mark.parametrize(("batch_size", "beta"), [("auto", BETA), (256, BETA**4)])
def test_the_average_reaches_back_as_far_if_workers_take_fewer_steps(batch_size, beta):
    facts = replace(FACTS, n_samples=20_000, n_workers=4)
    made = plan(facts, batch_size=batch_size)
    assert made.beta == pytest.approx(beta)
    assert plan(facts, batch_size=batch_size, weight_averaging=0.9).beta == 0.9


@pytest.mark.parametrize(
    ("steps_per_round", "n_steps", "n_rounds"),
    [("epoch", 100, 1), ("auto", 100, 3), ("auto", 5, 1), (1, 100, 100), (30, 100, 3)],
)
def test_an_epoch_has_the_rounds_closest_to_the_steps(steps_per_round, n_steps, n_rounds):
    assert rounds_of_an_epoch(steps_per_round, n_steps) == n_rounds


def test_an_optimizer_without_steps_takes_all_rows():
    made = plan(replace(FACTS, n_samples=5000), optimizer="lbfgs")
    assert made.batch_size == 5000


@pytest.mark.parametrize(("batch_size", "min_rows"), [(2, 2), (3, 2), (5, 2), (6, 3), (32, 16)])
def test_a_last_batch_needs_half_a_batch_under_batch_norm(batch_size, min_rows):
    assert plan(batch_size=batch_size, batch_norm=True).min_rows == min_rows
    assert plan(batch_size=batch_size).min_rows == 1


@pytest.mark.parametrize(
    ("n_samples", "options", "is_distinct"),
    [
        (30, {}, True),
        (100, {}, False),
        (100, {"batch_size": "full", "early_stopping": False}, True),
        (2**16, {"optimizer": "lbfgs"}, True),
        (2**16 + 1, {"optimizer": "lbfgs"}, False),
    ],
)
def test_equal_rows_are_one_in_a_small_full_batch(n_samples, options, is_distinct):
    assert plan(replace(FACTS, n_samples=n_samples), **options).is_distinct is is_distinct


def test_a_stream_is_one_epoch_of_the_planned_ones():
    made = plan(replace(FACTS, is_stream=True), max_epochs=30)
    assert (made.n_epochs, made.max_epochs, made.is_stream) == (1, 30, True)


def test_layers_are_dense_then_norm_then_activation_then_dropout():
    layers = plan_layers(read(hidden_layer_sizes=(8, 5), batch_norm=True, dropout=0.5), 3)
    kinds = [Dense, BatchNorm, Activation, Dropout] * 2 + [Dense]
    assert [type(layer) for layer in layers] == kinds
    assert [layer.n_units for layer in layers if isinstance(layer, Dense)] == [8, 5, 3]
    assert [layer.bias for layer in layers if isinstance(layer, Dense)] == [False, False, True]


def test_each_hidden_layer_may_have_its_own_values():
    layers = plan_layers(
        read(
            hidden_layer_sizes=[8, 5],
            activation=["tanh", "relu"],
            batch_norm=[False, BatchNorm(0.5)],
            dropout=[0.25, 0.0],
        ),
        1,
    )
    assert [layer.label for layer in layers if layer.label] == [
        "-> 8", "tanh", "-> 5", "batch_norm", "relu", "-> 1",
    ]  # fmt: skip
    assert [layer.rate for layer in layers if isinstance(layer, Dropout)] == [0.25]
    assert [layer.momentum for layer in layers if isinstance(layer, BatchNorm)] == [0.5]


@pytest.mark.parametrize(
    ("activation", "gain", "fan"),
    [("identity", 1.0, "average"), ("tanh", 1.0, "average"), ("selu", 1.0, "in"),
     ("relu", 2.0, "in"), ("mish", 2.0, "in")],
)  # fmt: skip
def test_automatic_weights_go_by_the_activation(activation, gain, fan):
    hidden, _, output = plan_layers(read(hidden_layer_sizes=8, activation=activation), 3)
    assert (hidden.initializer.gain, hidden.initializer.fan) == (gain, fan)
    assert hidden.bias_limit == 1.0
    assert repr(output.initializer) == repr(VarianceScaling(gain=0.01))
    assert output.bias_limit == 0.0


def test_given_weights_are_those_of_all_layers():
    hidden, _, output = plan_layers(read(hidden_layer_sizes=8, weight_init="orthogonal"), 3)
    assert repr(hidden.initializer) == repr(output.initializer) == repr(Orthogonal())
    assert hidden.bias_limit == 0.0


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("dropout", 0.5, "0.0"),
        ("dropout", [0.0, 0.0, 0.5], "0.0"),
        ("batch_size", 32, "'auto' or 'full'"),
        ("augment", GaussianNoise(0.1), "None"),
        ("clip_norm", 1.0, "None"),
        ("weight_averaging", 0.9, "'auto' or None"),
    ],
)
def test_what_needs_steps_is_refused_without_them(name, value, expected):
    assert refusal(lambda: plan(optimizer="lbfgs", **{name: value})) == (
        "optimizer='lbfgs' evaluates one fixed objective on the full batch and sets its own step "
        f"lengths, so {name} must be {expected}. Got {name}={value!r}; change it, or take another "
        "optimizer."
    )


def test_an_optimizer_object_that_takes_no_steps_is_named_as_given():
    assert refusal(lambda: plan(optimizer=LBFGS(history=5), dropout=0.5)).startswith(
        "optimizer=LBFGS(history=5) evaluates one fixed objective on the full batch"
    )


def test_the_class_of_an_augmenter_is_refused():
    assert refusal(lambda: plan(augment=GaussianNoise)) == (
        "augment is the class GaussianNoise. Give an instance of it, such as "
        "augment=GaussianNoise(...)."
    )


def test_augmentation_of_sparse_rows_is_refused():
    facts = replace(FACTS, is_sparse=True)
    assert plan(facts).augment is None
    assert refusal(lambda: plan(facts, augment=GaussianNoise(0.1))) == (
        "augment works on dense rows, and X is sparse. Give X.toarray(), or leave augment=None."
    )


@pytest.mark.parametrize(("n_samples", "batch_size"), [(30, 1), (1, "auto"), (1, "full")], ids=str)
def test_batch_norm_on_batches_of_one_row_is_refused(n_samples, batch_size):
    facts = replace(FACTS, n_samples=n_samples)
    assert refusal(lambda: plan(facts, batch_norm=True, batch_size=batch_size)) == (
        "batch_norm needs training batches of 2 rows or more. Got "
        f"batch_size={batch_size!r} and n_samples={n_samples}."
    )


def test_batch_norm_on_one_row_beside_held_out_ones_is_refused():
    facts = replace(FACTS, n_samples=2)
    assert refusal(lambda: plan(facts, batch_norm=True, early_stopping=True)) == (
        "batch_norm needs training batches of 2 rows or more. Got batch_size='auto' and "
        "n_samples=1 after holding out 1."
    )


def test_batch_norm_leaves_a_training_part_without_rows_to_the_hold_out():
    made = plan(replace(FACTS, n_samples=1), batch_norm=True, early_stopping=True)
    assert made.n_held_out == 1


@pytest.mark.parametrize("name", ["activation", "batch_norm", "dropout"])
def test_another_number_of_values_than_hidden_layers_is_refused(name):
    value = {"activation": ["relu"], "batch_norm": [True], "dropout": [0.5]}[name]
    options = given(hidden_layer_sizes=(8, 5), **{name: value})
    assert refusal(lambda: hidden_layers(options)) == (
        f"{name}={value!r} has 1 value, and the number of hidden layers is 2. Give one value, "
        "or one for each hidden layer."
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("activation", ["relu", 1, "relu"], "a str for each hidden layer"),
        ("batch_norm", ["yes"] * 3, "a bool or a BatchNorm for each hidden layer"),
        ("dropout", [0.1, 1.0, 0.1], "a float in the range [0.0, 1.0) for each hidden layer"),
        ("hidden_layer_sizes", [8, 0], "a sequence of integers > 0"),
    ],
)
def test_a_bad_value_of_a_layer_is_refused(name, value, expected):
    assert refusal(lambda: hidden_layers(given(**{name: value})), BadValueError) == (
        f"{name} must be {expected}. Got {value!r} instead."
    )


def test_an_unknown_activation_is_refused_without_hidden_layers_too():
    with pytest.raises(ValueError, match=r"^Unknown activation 'rleu'; .* Did you mean 'relu'\?$"):
        plan(hidden_layer_sizes=(), activation="rleu")


@pytest.mark.parametrize(("value", "sizes"), [(8, [8]), ((8, 5), [8, 5]), ([], []), ((), [])])
def test_hidden_sizes_are_a_list(value, sizes):
    assert hidden_sizes(given(hidden_layer_sizes=value)) == sizes


@pytest.mark.parametrize(
    ("early_stopping", "streams"), [("auto", True), (False, True), (True, False)]
)
def test_a_stream_has_no_early_stopping(early_stopping, streams):
    reason = (
        "partial_fit makes one pass over the rows it is given, so early_stopping must be 'auto' or "
        "False. Call fit, or watch held-out rows between calls."
    )
    found = why_no_stream(given(early_stopping=early_stopping))
    assert found == (None if streams else reason)


@pytest.mark.parametrize("optimizer", ["lbfgs", LBFGS()])
def test_a_stream_needs_steps(optimizer):
    assert why_no_stream(given(optimizer=Adam())) is None
    assert why_no_stream(given(optimizer=optimizer)) == (
        f"partial_fit needs an optimizer that takes steps. Got optimizer={optimizer!r}; take "
        "another, or call fit with warm_start=True."
    )
