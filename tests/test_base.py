import pickle
import re
import subprocess
import sys
from fractions import Fraction
from numbers import Integral, Real

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

import skdeep
from skdeep import initializers, inputs, layers, losses, optimizers, schedules
from skdeep.base import Component, Interval, listed, plain, unknown_name
from tests.cases import (
    CATEGORY_ENCODINGS,
    INITIALIZERS,
    LAYERS,
    LOSSES,
    NUMERICAL_ENCODINGS,
    OPTIMIZERS,
    SCHEDULES,
    TABLES,
)

CASES = {f"{kind}: {name}": case for kind, table in TABLES.items() for name, case in table.items()}
every_component = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
every_bad_value = pytest.mark.parametrize(
    ("component", "name", "value", "expected"),
    [
        pytest.param(case.component, *bad, id=f"{line}, {bad[0]}={bad[1]}")
        for line, case in CASES.items()
        for bad in case.bad
    ],
)
MODULES = (initializers, inputs, layers, losses, optimizers, schedules)
NAMESPACE = {name: value for module in MODULES for name, value in vars(module).items()}
PUBLIC = {name for module in MODULES for name in module.__all__}


def _public_classes(base):
    """Return the classes below ``base`` that a user can make."""
    below = {c for child in base.__subclasses__() for c in [child, *_public_classes(child)]}
    abstract = {
        losses.LogitLoss,
        losses.LogLinkLoss,
        losses.RegressionLoss,
        losses.Sigmoid,
        losses.Softmax,
    }
    return {c for c in below - abstract if c in NAMESPACE.values() and c.__name__ in PUBLIC}


@pytest.mark.parametrize(
    ("table", "ours"),
    [
        (CATEGORY_ENCODINGS, inputs.CATEGORY_ENCODINGS),
        (INITIALIZERS, initializers.INITIALIZERS),
        (LOSSES, losses.LOSSES),
        (NUMERICAL_ENCODINGS, inputs.NUMERICAL_ENCODINGS),
        (OPTIMIZERS, optimizers.OPTIMIZERS),
        (SCHEDULES, schedules.SCHEDULES),
        (LAYERS, {name: lambda name=name: layers.Activation(name) for name in layers.ACTIVATIONS}),
    ],
    ids=[
        "category encodings",
        "initializers",
        "losses",
        "numerical encodings",
        "optimizers",
        "schedules",
        "activations",
    ],
)
def test_every_name_has_a_line_with_its_default_component(table, ours):
    assert {name: repr(make()) for name, make in ours.items()} == {
        name: repr(table[name].component) if name in table else "no line" for name in ours
    }


def test_every_component_class_has_a_line():
    bases = (
        inputs.CategoryEncoding,
        inputs.NumericalEncoding,
        layers.Layer,
        losses.Loss,
        optimizers.Optimizer,
        schedules.Schedule,
        initializers.Initializer,
    )
    lines = {type(case.component) for case in CASES.values()}
    assert set().union(*map(_public_classes, bases)) == lines


def test_every_hyperparameter_has_a_bad_value():
    tested = {(type(case.component), bad[0]) for case in CASES.values() for bad in case.bad}
    known = {
        (type(case.component), name)
        for case in CASES.values()
        for name in case.component.get_params(deep=False)
    }
    assert tested == known


def test_everything_public_can_be_imported():
    assert sorted(set(skdeep.__all__)) == sorted(skdeep.__all__)
    assert all(hasattr(skdeep, name) for name in skdeep.__all__)


@every_component
def test_a_component_is_valid_and_constrains_all_its_hyperparameters(case):
    component = case.component
    assert component.validate() is component
    assert set(component._parameter_constraints) == set(component.get_params(deep=False))


@every_component
def test_a_component_survives_pickle(case):
    copy = pickle.loads(pickle.dumps(case.component))
    assert type(copy) is type(case.component)
    assert repr(copy) == repr(case.component)


@every_component
def test_a_component_survives_clone(case):
    copy = clone(case.component)
    assert copy is not case.component
    assert repr(copy) == repr(case.component)


@every_component
def test_get_params_makes_the_same_component(case):
    parameters = case.component.get_params(deep=False)
    assert type(case.component)(**parameters).get_params(deep=False) == parameters


@every_component
def test_set_params_changes_a_component(case):
    copy = clone(case.component)
    for name in copy.get_params(deep=False):
        assert copy.set_params(**{name: "changed"}) is copy
        assert getattr(copy, name) == "changed"


@every_component
def test_repr_is_code_that_makes_the_component(case):
    if "function" in case.component.get_params():
        assert repr(case.component).startswith("Custom(function=<function inverse_square at ")
        return
    copy = eval(repr(case.component), dict(NAMESPACE))
    assert type(copy) is type(case.component)
    assert repr(copy.get_params()) == repr(case.component.get_params())


@every_bad_value
def test_a_bad_hyperparameter_is_named(component, name, value, expected):
    broken = clone(component).set_params(**{name: value})
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        broken.validate()
    assert _in_order(str(error.value)) == (
        f"The {name!r} parameter of {type(component).__name__} must be {expected}. "
        f"Got {value!r} instead."
    )


def _in_order(message):
    """Sort the options that a message lists: they come out of a set."""
    return re.sub("{(.*)}", lambda m: "{" + ", ".join(sorted(m[1].split(", "))) + "}", message)


def test_an_unknown_name_is_answered_with_the_known_ones_and_the_closest():
    assert str(unknown_name("fruit", "aple", ["pear", "apple"])) == (
        "Unknown fruit 'aple'; expected one of 'apple', 'pear'. Did you mean 'apple'?"
    )
    assert str(unknown_name("fruit", "xyz", ["pear", "apple"])) == (
        "Unknown fruit 'xyz'; expected one of 'apple', 'pear'."
    )


def test_a_component_without_hyperparameters_is_valid():
    class Empty(Component):
        pass

    assert Empty().validate().get_params() == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.uint8(200), 200),
        (np.float32(0.25), 0.25),
        (Fraction(1, 4), 0.25),
        (np.True_, True),
        (np.str_("relu"), "relu"),
        ([np.int8(3), "relu"], [3, "relu"]),
        ((np.float16(0.5), (np.int64(3),)), (0.5, (3,))),
    ],
    ids=repr,
)
def test_a_plain_value_is_of_pythons_own_type(value, expected):
    assert repr(plain(value)) == repr(expected)


@pytest.mark.parametrize(
    "value", [3, 0.5, True, "relu", None, (8, 8), [0.1], {3: 1}, len], ids=repr
)
def test_what_is_plain_stays_the_same_object(value):
    assert plain(value) is value


@every_component
def test_a_component_of_plain_values_stays_the_same_object(case):
    assert plain(case.component) is case.component


def test_a_component_is_copied_for_a_number_that_is_not_plain():
    given = optimizers.SGD(momentum=np.float32(0.5))
    assert repr(plain(given)) == "SGD(momentum=0.5)"
    assert type(given.momentum) is np.float32


def test_a_component_that_is_not_valid_is_not_made_plain():
    with pytest.raises(ValueError, match=r"Got np.float64\(1.5\) instead"):
        plain(optimizers.SGD(momentum=np.float64(1.5)))


@pytest.mark.parametrize(
    "value", [np.array([3, 4], np.uint8), pd.Series([3, 4], [1, 0]), range(3, 5)], ids=repr
)
def test_a_sequence_of_numbers_is_listed(value):
    assert listed(value) == [3, 4]


@pytest.mark.parametrize("value", [{3}, {3: 4}, "34", b"34", 3, None, np.array(3)], ids=repr)
def test_what_has_no_order_is_not_listed(value):
    assert listed(value) is value


@pytest.mark.parametrize("value", [True, False, np.True_])
def test_a_truth_value_is_in_no_interval(value):
    assert not Interval(Integral, 0, None, closed="left").is_satisfied_by(value)
    assert not Interval(Real, 0, None, closed="left").is_satisfied_by(value)


@pytest.mark.parametrize(
    ("make", "name", "ours"),
    [
        *((lambda name: layers.Activation(name).validate(), *pair) for pair in [
            ("sigmoid", "logistic"), ("swish", "silu"), ("linear", "identity"),
            ("LeakyReLU", "leaky_relu"), ("leakyrelu", "leaky_relu"), ("ReLU", "relu"),
            ("SiLU", "silu"), ("sigmod", "logistic"),
        ]),
        (initializers.make_initializer, "glorot_uniform", "xavier_uniform"),
        (initializers.make_initializer, "kaiming_normal", "he_normal"),
        (schedules.make_schedule, "invscaling", "inverse_sqrt"),
        (schedules.make_schedule, "adaptive", "reduce_on_plateau"),
        (schedules.make_schedule, "step", "staircase"),
        (optimizers.make_optimizer, "L-BFGS", "lbfgs"),
        (optimizers.make_optimizer, "Adam", "adam"),
    ],
)  # fmt: skip
def test_the_name_of_another_library_is_answered_with_ours(make, name, ours):
    with pytest.raises(ValueError, match=f"^Unknown .* Did you mean {ours!r}\\?$"):
        make(name)


def test_the_package_works_without_docstrings():
    fit = "DeepRegressor((4,), max_epochs=2).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0])"
    code = f"import skdeep, skdeep.diagnostics, skdeep.tuning; skdeep.{fit}"
    run = subprocess.run([sys.executable, "-OO", "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
