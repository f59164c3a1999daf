import pytest
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_inplace_ensure_writeable,
    check_param_validation,
    parametrize_with_checks,
)

from skdeep import DeepClassifier

ESTIMATORS = [DeepClassifier()]

CHECKS_NOT_IN_THE_SUITE = [
    check_dataframe_column_names_consistency,
    check_inplace_ensure_writeable,
    check_param_validation,
]


@parametrize_with_checks(ESTIMATORS)
def test_every_check_of_scikit_learn_passes(estimator, check):
    check(estimator)


@pytest.mark.parametrize("check", CHECKS_NOT_IN_THE_SUITE, ids=lambda check: check.__name__)
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda estimator: type(estimator).__name__)
def test_checks_that_scikit_learn_keeps_out_of_its_suite_pass(estimator, check):
    check(type(estimator).__name__, estimator)
