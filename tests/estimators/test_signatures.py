"""Signatures, constraints and documentation of the hyperparameters agree in both estimators."""

import ast
import inspect
import re

import pytest
from sklearn.utils._param_validation import make_constraint

from skdeep import DeepClassifier, DeepRegressor
from skdeep.estimators.parameters import CONSTRAINTS, plain_hyperparameters
from skdeep.plan import Facts
from skdeep.planning import make_plan

BOTH = pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
OWN = {
    DeepClassifier: {"loss", "label_smoothing", "class_weight"},
    DeepRegressor: {"loss", "quantile", "standardize_target"},
}


def _defaults(estimator):
    parameters = inspect.signature(estimator.__init__).parameters
    return {name: p.default for name, p in parameters.items() if name != "self"}


def _documented(estimator):
    """Return the default of each hyperparameter as the docstring gives it."""
    text = inspect.cleandoc(estimator.__doc__)
    section = text.split("Parameters\n----------\n")[1].split("\n\nAttributes")[0]
    found = {}
    for names, default in re.findall(r"^(\w[\w, ]*) : .*, default=(.+)$", section, re.MULTILINE):
        found |= dict.fromkeys(names.split(", "), default)
    return found


@BOTH
def test_signature_constraints_and_documentation_name_the_same(estimator):
    names = set(CONSTRAINTS) | OWN[estimator]
    assert set(_defaults(estimator)) == names
    assert set(estimator._parameter_constraints) == names
    assert set(_documented(estimator)) == names


@BOTH
def test_documentation_follows_the_order_of_the_signature(estimator):
    assert list(_documented(estimator)) == list(_defaults(estimator))


@BOTH
def test_documented_defaults_are_those_of_the_signature(estimator):
    defaults = _defaults(estimator)
    for name, default in _documented(estimator).items():
        assert ast.literal_eval(default) == defaults[name], name


@BOTH
def test_every_default_satisfies_its_constraints(estimator):
    for name, default in _defaults(estimator).items():
        allowed = estimator._parameter_constraints[name]
        assert any(make_constraint(each).is_satisfied_by(default) for each in allowed), name


def test_shared_hyperparameters_are_the_same_in_both():
    one, other = _defaults(DeepClassifier), _defaults(DeepRegressor)
    assert {name: one[name] for name in CONSTRAINTS} == {name: other[name] for name in CONSTRAINTS}
    for name in CONSTRAINTS:
        constraints = (
            each._parameter_constraints[name] for each in (DeepClassifier, DeepRegressor)
        )
        assert all(constraint is CONSTRAINTS[name] for constraint in constraints)


def test_the_beta_of_automatic_averaging_is_documented_for_each():
    text = '``"auto"`` is 0.999 for a classifier and 0.998 for a regressor'
    betas = {DeepClassifier: 0.999, DeepRegressor: 0.998}
    for estimator, beta in betas.items():
        assert text in re.sub(r"\s+", " ", estimator.__doc__)
        given = plain_hyperparameters(estimator())
        facts = Facts(
            n_samples=100, n_features=2, n_outputs=1, is_classifier=estimator is DeepClassifier
        )
        assert make_plan(given, facts).beta == beta
