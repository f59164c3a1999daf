import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import make_scorer, mean_absolute_error, mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import SGD, Adagrad, AdamW, Constant, DeepClassifier, DeepRegressor
from skdeep.diagnostics import BiasVarianceReport, diagnose_bias_variance
from skdeep.diagnostics.next_steps import steps_against


@pytest.mark.parametrize(
    ("train", "dev", "bayes", "diagnosis"),
    [
        (0.01, 0.11, 0.0, "high variance"),
        (0.15, 0.16, 0.0, "high avoidable bias"),
        (0.15, 0.30, 0.0, "high avoidable bias and high variance"),
        (0.15, 0.40, 0.0, "high variance and high avoidable bias"),
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


@pytest.mark.parametrize(
    ("errors", "problems", "first"),
    [
        ((0.1, 0.5, 0.3, 0.8), ("dev_overfitting", "variance", "data_mismatch"), "A bigger dev"),
        ((0.5, 0.6, 0.55, 0.6), ("avoidable_bias", "data_mismatch", "variance"), "A bigger net"),
        ((0.1, 0.4, 0.35, 0.4), ("variance", "data_mismatch"), "More training data."),
        ((0.1, 0.9, 0.2, 0.8), ("data_mismatch", "variance"), "Training data more like"),
    ],
)
def test_the_steps_are_those_against_the_largest_gap_alone(errors, problems, first):
    train, dev, train_dev, test = errors
    bayes = 0.0 if train > 0.3 else 0.1
    report = diagnose_bias_variance(
        train, dev, train_dev_error=train_dev, test_error=test, bayes_error=bayes
    )
    assert set(report.problems) == set(problems)
    assert report.problems[0] == problems[0]
    assert report.next_steps[0].startswith(first)
    texts = {name: [step.text for step in steps_against(name)] for name in problems}
    assert list(report.next_steps) == texts[problems[0]]
    others = [text for name in problems[1:] for text in texts[name]]
    assert not set(others) & set(report.next_steps)


def test_no_step_takes_back_another():
    model = DeepClassifier((64, 32), l2=0.5, dropout=0.1)
    for problem, opposite in (("avoidable_bias", "fewer units"), ("variance", "more units")):
        texts = " ".join(step.text for step in steps_against(problem, model))
        assert opposite not in texts


def test_steps_against_variance_name_the_hyperparameters():
    model = DeepClassifier((64, 32), l2=0.5, early_stopping=False, n_members=1)
    steps = diagnose_bias_variance(0.01, 0.11, estimator=model).next_steps
    assert set(steps) == {
        "More training data.",
        "early_stopping is False: try 'auto', which keeps the best epoch.",
        "n_members is 1: try 8.",
        "l2 is 0.5: try 1.5 or 5.",
        "dropout is 0.0: try 0.1 to 0.3.",
        "hidden_layer_sizes is (64, 32): try fewer units, (32, 16).",
    }


def test_steps_against_bias_name_the_hyperparameters():
    model = DeepClassifier(
        (64,), dropout=0.4, l1=0.1, optimizer="sgd", max_epochs=20, early_stopping=False
    )
    steps = diagnose_bias_variance(0.2, 0.2, estimator=model).next_steps
    assert set(steps) == {
        "max_epochs is 20: try 60.",
        "learning_rate is 0.005, and 0.1 is usual for this optimizer: try it, or see "
        "find_learning_rate.",
        "dropout is 0.4: try 0.2 or 0.0.",
        "l1 is 0.1: try 0.01 or 0.0.",
        "hidden_layer_sizes is (64,): try more units and layers, (128, 128, 128).",
        "optimizer is 'sgd': try 'adam', with learning_rate=0.005.",
        "Another architecture, or features with more information about y.",
    }


EVERYTHING = {"dropout": 0.3, "l2": 1.0}


@pytest.mark.parametrize(
    ("hyperparameters", "void"),
    [
        ({}, "max_epochs n_iter_no_change lr_schedule"),  # early stopping ends the training
        ({"hidden_layer_sizes": ()}, "dropout n_members batch_norm units early_stopping"),
        (
            {"optimizer": "lbfgs", "dropout": 0.0},
            "learning_rate lr_schedule dropout n_members batch_norm augment early_stopping",
        ),
        ({"n_members": 8}, "n_members"),
        ({"l2": 0.0}, "l2"),
        ({"batch_norm": True}, "batch_norm"),
        ({"optimizer": AdamW(), "numerical_encoding": "auto"}, "numerical_encoding augment"),
        ({"lr_schedule": "cosine", "n_iter_no_change": None}, "lr_schedule"),
    ],
)
def test_steps_that_the_settings_make_void_are_left_out(hyperparameters, void):
    model = DeepClassifier(**EVERYTHING).set_params(**hyperparameters)
    against_bias = [step.text for step in steps_against("avoidable_bias", model)]
    against_variance = [step.text for step in steps_against("variance", model)]
    subjects = {text.partition(" is ")[0] for text in [*against_bias, *against_variance]}
    if hyperparameters == {"l2": 0.0}:
        assert "l2" not in {text.partition(" is ")[0] for text in against_bias}
    else:
        assert not subjects & set(void.split())
        assert not any(text.startswith("Train longer") for text in against_bias)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adamw", "lbfgs", "adagrad"])
@pytest.mark.parametrize("sizes", [(), (8,), (8, 8, 8)])
def test_every_step_can_be_taken(optimizer, sizes, rng):
    X = rng.normal(size=(60, 3))
    y = X[:, 0] > 0
    model = DeepClassifier(
        sizes, optimizer=optimizer, numerical_encoding=None, max_epochs=2, early_stopping=False
    )
    for case in (model, clone(model).fit(X, y)):
        for problem in ("avoidable_bias", "variance"):
            for step in steps_against(problem, case):
                followed = clone(model).set_params(**step.params).set_params(max_epochs=1)
                followed.fit(X, y)
                for name, value in step.params.items():
                    assert clone(model).set_params(**step.params).get_params()[name] == value


def test_decoupled_decay_is_advised_in_place_of_l2():
    texts = [step.text for step in steps_against("variance", DeepClassifier(optimizer="adamw"))]
    assert "optimizer__weight_decay is 0.01: try 0.03 or 0.1." in texts
    assert not [text for text in texts if text.startswith("l2")]


@pytest.mark.parametrize(
    ("losses", "penalty", "is_named"),
    [
        ([1.0, 0.5], 0.04, False),  # 8 % of the loss
        ([1.0, 0.5], 0.06, True),  # 12 %
        ([1.0, 0.95], 0.0, True),  # weights near 0: the loss does not fall, the penalty is small
        ([-1.0, -2.0], 0.1, False),  # negative, as a density's logarithm can be
    ],
)
def test_a_penalty_that_changes_little_is_not_the_cause_of_bias(losses, penalty, is_named, rng):
    X = rng.normal(size=(50, 3))
    model = DeepClassifier((8,), l2=1.0, max_epochs=2, random_state=0).fit(X, X[:, 0] > 0)
    model.history_["train_loss"][:] = losses
    model.history_["objective"][:] = [loss + penalty for loss in losses]
    texts = [step.text for step in steps_against("avoidable_bias", model)]
    assert ("l2 is 1: try 0.1 or 0.0." in texts) is is_named


@pytest.mark.parametrize("optimizer", [SGD(), SGD(momentum=0.9), Adagrad()])
def test_a_component_gets_the_advice_of_its_name(optimizer):
    model = DeepClassifier(optimizer=optimizer, lr_schedule=Constant(), n_iter_no_change=None)
    steps = diagnose_bias_variance(0.2, 0.2, estimator=model).next_steps
    assert f"optimizer is {optimizer!r}: try 'adam', with learning_rate=0.005." in steps
    assert "lr_schedule is 'constant': try 'cosine'." in steps


def test_advice_counts_in_numbers_that_do_not_overflow():
    model = DeepClassifier(
        [np.uint8(200)], max_epochs=np.uint8(200), dropout=pd.Series([0.4]), early_stopping=False
    )
    steps = diagnose_bias_variance(0.2, 0.2, estimator=model).next_steps
    assert "max_epochs is 200: try 600." in steps
    assert "dropout is [0.4]: try [0.2] or 0.0." in steps
    assert "hidden_layer_sizes is (200,): try more units, (400,), or a layer, (200, 200)." in steps


def test_longer_training_is_advised_when_it_still_made_progress(rng):
    X = rng.normal(size=(100, 3))
    model = DeepRegressor((8,), learning_rate=1e-4, max_epochs=4, random_state=0).fit(X, X[:, 0])
    assert model.best_epoch_ == 3
    first, second, *_ = diagnose_bias_variance(0.9, 0.9, estimator=model).next_steps
    assert (
        first == "Train longer: the loss still improved at the last of 4 epochs; try max_epochs=12."
    )
    assert second.startswith("learning_rate is 0.0001, and 0.005 is usual for this optimizer")


def test_longer_training_is_not_advised_after_early_stopping_but_after_a_short_patience(rng):
    X = rng.normal(size=(100, 3))
    model = DeepRegressor((8,), tol=1e3, n_iter_no_change=2, random_state=0)
    for early_stopping, is_advised in ((True, False), (False, True)):
        model.set_params(early_stopping=early_stopping).fit(X, X[:, 0])
        assert model.n_epochs_ < model.max_epochs
        texts = [step.text for step in steps_against("avoidable_bias", model)]
        advice = "Train longer: it stopped after 3 of 200 epochs; try n_iter_no_change=6."
        assert (advice in texts) is is_advised


def test_a_copy_for_prediction_gets_the_advice_of_its_hyperparameters(rng):
    X = rng.normal(size=(100, 3))
    model = DeepRegressor((8,), max_epochs=2, random_state=0).fit(X, X[:, 0])
    copy = model.for_prediction()
    texts = [step.text for step in steps_against("avoidable_bias", copy)]
    assert texts == [step.text for step in steps_against("avoidable_bias", clone(model))]


def test_errors_of_an_estimator_are_one_minus_its_score(rng):
    X = rng.normal(size=(200, 3))
    y = X[:, 0] > 0
    model = make_pipeline(StandardScaler(), DeepClassifier((8,), max_epochs=5, random_state=0))
    model.fit(X[:100], y[:100])
    report = BiasVarianceReport.from_estimator(
        model,
        X[:100],
        y[:100],
        X[100:150],
        y[100:150],
        X_test=X[150:],
        y_test=y[150:],
        bayes_error=0.01,
    )
    assert report.bayes_error == 0.01
    assert report.bayes_source == ""
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
        model, X[:80], y[:80], X[80:], y[80:], scoring=scoring, bayes_error=None
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
    assert report.bayes_error == pytest.approx(0.5, abs=0.12)  # 3.4 standard errors of 200 rows
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
    assert lines[6] == "What to try against high variance:"
    assert lines[7] == "1. More training data."
    assert "<td>0.11</td>" in report._repr_html_()


def test_the_report_says_that_no_bayes_error_is_known_where_it_matters():
    report = diagnose_bias_variance(0.2, 0.21)
    assert report.bayes_error is None
    assert report.avoidable_bias == 0.2
    lines = str(report).splitlines()
    assert lines[2].split() == ["Bayes", "(assumed)", "0"]
    assert lines[5] == (
        "No Bayes error is known. 0 is assumed, so all of the training error counts as avoidable. "
        "Give bayes_error if some of it is not."
    )
    assert "No Bayes error" not in str(diagnose_bias_variance(0.01, 0.2))
    assert "No Bayes error" not in str(diagnose_bias_variance(0.2, 0.21, bayes_error=0.0))
