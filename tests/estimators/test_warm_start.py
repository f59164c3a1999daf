"""A warm fit goes on where the last call ended."""

from copy import deepcopy

import numpy as np
import pytest

from skdeep import DeepClassifier, DeepRegressor
from tests.estimators.helpers import EVERYTHING, assert_same
from tests.helpers import thetas


@pytest.mark.parametrize("l2", [0.0, 3.0])
@pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
def test_two_warm_fits_of_three_epochs_equal_one_of_six(iris, diabetes, estimator, l2):
    X, y = iris if estimator is DeepClassifier else diabetes
    options = {**EVERYTHING, "lr_schedule": "constant", "l2": l2, "max_epochs": 6}
    whole = estimator(**options).fit(X, y)
    parts = estimator(**{**options, "max_epochs": 3, "warm_start": True}).fit(X, y).fit(X, y)
    assert_same(parts, whole)


def test_a_cold_fit_forgets_everything(iris):
    model = DeepClassifier(**EVERYTHING)
    once = deepcopy(model).fit(*iris)
    assert_same(deepcopy(model).fit(*iris).fit(*iris), once)


def test_a_warm_start_holds_out_the_same_rows_every_time(iris):
    X, y = iris
    held_out = []

    def look(estimator, X, y):
        held_out.append(X.tobytes())
        return 0.0

    model = DeepClassifier(
        (4,), early_stopping=True, warm_start=True, scoring=look, max_epochs=1, random_state=0
    )
    model.fit(X, y).fit(X, y).fit(X, y)
    assert len(held_out) == 3
    assert len(set(held_out)) == 1


@pytest.mark.parametrize("schedule", ["cosine", "one_cycle"])
def test_a_warm_fit_follows_a_planned_schedule_from_its_beginning(schedule, iris):
    model = DeepClassifier((4,), lr_schedule=schedule, max_epochs=3, warm_start=True)
    model.set_params(early_stopping=False, n_iter_no_change=None, random_state=0).fit(*iris)
    before = thetas(model).copy()
    rates = model.fit(*iris).history_["learning_rate"]
    assert rates[3:] == rates[:3]
    assert not np.array_equal(thetas(model), before)
