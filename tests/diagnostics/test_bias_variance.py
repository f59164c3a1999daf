import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.metrics import make_scorer, mean_absolute_error, mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import SGD, Adagrad, Constant, DeepClassifier, DeepRegressor
from skdeep.diagnostics import BiasVarianceReport, diagnose_bias_variance


@pytest.mark.parametrize(
    ("train", "dev", "bayes", "diagnosis"),
    [
        (0.01, 0.11, 0.0, "high variance"),
        (0.15, 0.16, 0.0, "high avoidable bias"),
        (0.15, 0.30, 0.0, "high avoidable bias and high variance"),
        (0.005, 0.01, 0.0, "low avoidable bias and low variance"),
        (0.15, 0.16, 0.15, "low avoidable bias and low variance"),
    ],
)
def test_the_textbook_rows_come_out(train, dev, bayes, diagnosis):
    assert diagnose_bias_variance(train, dev, bayes_error=bayes).diagnosis == diagnosis


def test_each_gap_is_the_difference_of_its_errors():
    report = diagnose_bias_variance(
        0.03, 0.15, train_dev_error=0.09, test_error=0.21, bayes_error=0.01
    )
    gaps = report.avoidable_bias, report.variance, report.data_mismatch, report.dev_overfitting
    assert gaps == pytest.approx((0.02, 0.06, 0.06, 0.06))
    assert report.problems == ("variance", "data_mismatch", "dev_overfitting")
    assert report.diagnosis == "high variance, data mismatch and overfitting to the dev set"


def test_without_train_dev_and_test_sets_there_is_no_word_on_them():
    report = diagnose_bias_variance(0.1, 0.2)
    assert report.data_mismatch is None
    assert report.dev_overfitting is None
    assert report.variance == pytest.approx(0.1)


def test_with_a_train_dev_set_mismatch_is_not_taken_for_variance():
    report = diagnose_bias_variance(0.01, 0.10, train_dev_error=0.015)
    assert report.problems == ("data_mismatch",)


def test_a_gap_of_just_the_tolerance_is_not_high():
    assert diagnose_bias_variance(0.01, 0.03).problems == ()
    assert diagnose_bias_variance(0.01, 0.031).problems == ("variance",)
    assert diagnose_bias_variance(0.01, 0.03, tolerance=0.01).problems == ("variance",)


def test_percentages_work_with_a_tolerance_in_percent():
    assert diagnose_bias_variance(15, 16, bayes_error=14, tolerance=2).problems == ()
    assert diagnose_bias_variance(15, 30, tolerance=2).problems == ("avoidable_bias", "variance")


def test_the_recipe_treats_bias_before_variance_before_mismatch():
    steps = diagnose_bias_variance(0.1, 0.5, train_dev_error=0.3, test_error=0.8).next_steps
    order = [
        steps.index(step)
        for step in (
            "A bigger network: more units or layers.",
            "Train longer.",
            "More training data.",
            "Regularization: l2, dropout, early stopping.",
            "Look at the errors on the dev set. How does its data differ from the training data?",
            "A bigger dev set, or a new one: too many choices were made on this one.",
        )
    ]
    assert order == sorted(order)


def test_steps_against_variance_name_the_hyperparameters():
    model = DeepClassifier((64, 32), l2=0.5, early_stopping=False)
    steps = diagnose_bias_variance(0.01, 0.11, estimator=model).next_steps
    assert "dropout is 0.0: try 0.1 to 0.3." in steps
    assert "l2 is 0.5: try 1.5 or 5." in steps
    assert "early_stopping is False: try True, which keeps the best epoch." in steps
    assert "hidden_layer_sizes is (64, 32): try fewer units, (32, 16)." in steps
    assert not any(step.startswith("max_epochs") for step in steps)


def test_steps_against_bias_name_the_hyperparameters():
    model = DeepClassifier((64,), dropout=0.4, l1=0.1, optimizer="sgd", max_epochs=20)
    steps = diagnose_bias_variance(0.2, 0.2, estimator=model).next_steps
    assert steps[0] == (
        "hidden_layer_sizes is (64,): try more units, (128,), or a layer, (64, 64)."
    )
    assert "max_epochs is 20: try 60." in steps
    assert "optimizer is 'sgd': try 'adam'." in steps
    assert "dropout is 0.4: try 0.2 or 0.0." in steps
    assert "l1 is 0.1: try 0.01 or 0.0." in steps
    assert not any(step.startswith("l2") for step in steps)


@pytest.mark.parametrize("optimizer", [SGD(), SGD(momentum=0.9), Adagrad()])
def test_a_component_gets_the_advice_of_its_name(optimizer):
    model = DeepClassifier(optimizer=optimizer, lr_schedule=Constant())
    steps = diagnose_bias_variance(0.2, 0.2, estimator=model).next_steps
    assert f"optimizer is {optimizer!r}: try 'adam'." in steps
    assert "learning_rate is 0.005: see find_learning_rate, and try lr_schedule='cosine'." in steps


def test_advice_counts_in_numbers_that_do_not_overflow():
    model = DeepClassifier([np.uint8(200)], max_epochs=np.uint8(200), dropout=pd.Series([0.4]))
    steps = diagnose_bias_variance(0.2, 0.2, estimator=model).next_steps
    assert "max_epochs is 200: try 600." in steps
    assert "dropout is [0.4]: try [0.2] or 0.0." in steps
    assert steps[0] == (
        "hidden_layer_sizes is (200,): try more units, (400,), or a layer, (200, 200)."
    )


def test_longer_training_is_advised_when_the_best_epoch_was_the_last(rng):
    X = rng.normal(size=(100, 3))
    model = DeepRegressor((8,), learning_rate=1e-4, max_epochs=4, random_state=0).fit(X, X[:, 0])
    assert model.best_epoch_ == 3
    steps = diagnose_bias_variance(0.9, 0.9, estimator=model).next_steps
    assert "Train longer: the best epoch was the last of 4; try max_epochs=12." in steps


def test_errors_of_an_estimator_are_one_minus_its_score(rng):
    X = rng.normal(size=(200, 3))
    y = X[:, 0] > 0
    model = make_pipeline(StandardScaler(), DeepClassifier((8,), max_epochs=5, random_state=0))
    model.fit(X[:100], y[:100])
    report = BiasVarianceReport.from_estimator(
        model, X[:100], y[:100], X[100:150], y[100:150], X_test=X[150:], y_test=y[150:]
    )
    parts = slice(100), slice(100, 150), slice(150, 200)
    errors = [np.mean(model.predict(X[part]) != y[part]) for part in parts]
    assert [report.train_error, report.dev_error, report.test_error] == pytest.approx(errors)
    assert report.train_dev_error is None
    assert report.tolerance == 0.02


@pytest.mark.parametrize(
    ("scoring", "error", "constant"),
    [
        ("neg_mean_squared_error", mean_squared_error, np.var),
        (
            make_scorer(mean_absolute_error, greater_is_better=False),
            mean_absolute_error,
            lambda y: np.mean(np.abs(y - y.mean())),
        ),
    ],
)
def test_negative_errors_keep_their_unit_and_scale_the_tolerance(scoring, error, constant, rng):
    X = rng.normal(size=(120, 3))
    y = 1e3 * (X[:, 0] + rng.normal(size=120))
    model = DeepRegressor((8,), max_epochs=5, random_state=0).fit(X[:80], y[:80])
    report = BiasVarianceReport.from_estimator(
        model, X[:80], y[:80], X[80:], y[80:], scoring=scoring
    )
    assert report.train_error == pytest.approx(error(y[:80], model.predict(X[:80])))
    assert report.dev_error == pytest.approx(error(y[80:], model.predict(X[80:])))
    assert report.tolerance == pytest.approx(0.02 * constant(y[:80]))


def test_an_overfitted_and_an_underfitted_network_are_told_apart(rng):
    X = rng.normal(size=(400, 20))
    noise = rng.integers(2, size=400)  # nothing to learn but the training set
    options = {"learning_rate": 0.01, "max_epochs": 150, "early_stopping": False}
    big = DeepClassifier((100,), **options, random_state=0)
    big.fit(X[:200], noise[:200])
    report = BiasVarianceReport.from_estimator(big, X[:200], noise[:200], X[200:], noise[200:])
    assert report.train_error == 0
    assert report.problems == ("variance",)
    parity = (X[:, 0] > 0) ^ (X[:, 1] > 0)  # out of reach of a linear model
    flat = DeepClassifier((), l2=1e4, random_state=0).fit(X[:300], parity[:300])
    report = BiasVarianceReport.from_estimator(flat, X[:300], parity[:300], X[:300], parity[:300])
    assert report.problems == ("avoidable_bias",)


def test_an_unfitted_estimator_is_refused(rng):
    X = rng.normal(size=(10, 2))
    with pytest.raises(NotFittedError, match="DeepClassifier"):
        BiasVarianceReport.from_estimator(DeepClassifier(), X, X[:, 0] > 0, X, X[:, 0] > 0)


def test_a_set_without_its_targets_is_refused(rng):
    X = rng.normal(size=(10, 2))
    model = DeepRegressor((2,), max_epochs=1).fit(X, X[:, 0])
    with pytest.raises(ValueError, match="X_test") as error:
        BiasVarianceReport.from_estimator(model, X, X[:, 0], X, X[:, 0], X_test=X)
    assert str(error.value) == "X_test and y_test belong together. Got only X_test."


@pytest.mark.parametrize("value", [np.nan, np.inf, "0.1", None, True])
def test_errors_that_are_no_numbers_are_refused(value):
    with pytest.raises(ValueError, match="dev_error") as error:
        diagnose_bias_variance(0.1, value)
    assert str(error.value) == (
        "The 'dev_error' parameter of diagnose_bias_variance must be a finite number. "
        f"Got {value!r} instead."
    )


def test_a_tolerance_of_zero_is_refused():
    with pytest.raises(ValueError, match="tolerance") as error:
        diagnose_bias_variance(0.1, 0.2, tolerance=0.0)
    assert str(error.value) == (
        "The 'tolerance' parameter of diagnose_bias_variance must be a float in the range "
        "(0.0, inf). Got 0.0 instead."
    )


def test_a_training_error_below_the_bayes_error_is_remarked_on():
    report = diagnose_bias_variance(0.10, 0.11, bayes_error=0.15)
    assert "The training error is below the Bayes error" in str(report)
    assert "below the Bayes error" not in str(diagnose_bias_variance(0.15, 0.16, bayes_error=0.15))


def test_the_report_shows_as_a_table_in_text_and_in_html():
    report = diagnose_bias_variance(0.01, 0.11)
    lines = str(report).splitlines()
    assert lines[0] == "Diagnosis: high variance"
    assert lines[4].split() == ["dev", "0.11", "variance", "+0.1"]
    assert lines[5] == "A gap above 0.02 is high."
    assert lines[6] == "1. More training data."
    assert "<td>0.11</td>" in report._repr_html_()
