import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_info

from skdeep import DeepClassifier, DeepRegressor
from skdeep.diagnostics import BiasVarianceReport


def classifier(**hyperparameters):
    return DeepClassifier((4,), max_epochs=2, random_state=0, **hyperparameters)


def regressor(**hyperparameters):
    return DeepRegressor((4,), max_epochs=2, random_state=0, **hyperparameters)


def report_on(model, X, y, **options):
    """Return a report whose dev set has other targets than the training rows, so a high error."""
    model.fit(X, y)
    return BiasVarianceReport.from_estimator(model, X, y, X, y[::-1], **options)


@pytest.fixture
def data(rng):
    X = rng.normal(size=(150, 3))
    return X, X[:, 0] + rng.normal(size=150)


def test_the_bayes_error_of_classes_is_estimated_by_the_reference(data):
    X, y = data[0], (data[1] > 0).astype(int)
    report = report_on(classifier(), X, y)
    own = HistGradientBoostingClassifier(random_state=0)
    scores = cross_val_score(own, X, y, cv=StratifiedKFold(3, shuffle=True, random_state=0))
    # other folds of the same rows: errors near 0.3 of 150 rows differ by their sampling error
    assert report.bayes_error == pytest.approx(1 - scores.mean(), abs=0.08)
    how = (
        "the error of HistGradientBoostingClassifier in 3-fold cross-validation on 150 training "
        "rows"
    )
    assert report.bayes_source == how
    lines = str(report).splitlines()
    assert lines[2].startswith("  Bayes (estimated)")
    assert lines[5] == (
        f"The Bayes error is estimated: {how}. It can be too high, which hides avoidable bias. "
        "Give bayes_error if you know better."
    )


def test_the_bayes_error_of_several_classes_is_estimated_by_a_forest(rng):
    X = rng.normal(size=(240, 2))
    y = np.digitize(X[:, 0], [-1.0, 0.0, 1.0])
    report = report_on(classifier(), X, y)
    assert report.bayes_source == (
        "the error of ExtraTreesClassifier in 3-fold cross-validation on 240 training rows"
    )
    assert report.bayes_error < 0.1  # the classes are four intervals of one column


def test_the_estimate_has_the_units_of_the_errors(data):
    X, y = data
    report = report_on(regressor(), X, 1e3 * y, scoring="neg_mean_absolute_error")
    scores = cross_val_score(
        HistGradientBoostingRegressor(random_state=0),
        X,
        1e3 * y,
        cv=KFold(3, shuffle=True, random_state=0),
        scoring="neg_mean_absolute_error",
    )
    # other folds of the same rows
    assert report.bayes_error == pytest.approx(-scores.mean(), rel=0.15)


def test_the_networks_own_error_on_new_rows_is_the_estimate_if_it_is_lower(rng):
    X = rng.normal(size=(300, 12))
    y = X.sum(axis=1)  # easy for a linear model, and hard for trees
    model = DeepRegressor((), optimizer="lbfgs", random_state=0).fit(X[:200], y[:200])
    sets = X[:200], y[:200], X[200:], y[200:]
    report = BiasVarianceReport.from_estimator(model, *sets)
    assert report.bayes_error == report.dev_error < 1e-3
    assert report.bayes_source.startswith(
        "the network's own, because the error of HistGradientBoostingRegressor in "
        "3-fold cross-validation on 200 training rows is 0."
    )
    shifted = BiasVarianceReport.from_estimator(
        model, *sets[:2], X[:50], y[::-1][:50], X_train_dev=X[200:], y_train_dev=y[200:]
    )
    assert shifted.bayes_error == shifted.train_dev_error


def test_dev_rows_that_are_easy_by_chance_are_no_sign_of_bias(rng):
    X = rng.normal(size=(300, 12))
    y = X.sum(axis=1)  # easy for a linear model, and hard for trees
    y[:200] += rng.normal(size=200)
    model = DeepRegressor((), optimizer="lbfgs", random_state=0).fit(X[:200], y[:200])
    report = BiasVarianceReport.from_estimator(model, X[:200], y[:200], X[200:], y[200:])
    assert report.dev_error < report.train_error - report.tolerance
    assert report.bayes_error == report.train_error
    assert report.diagnosis == "low avoidable bias and low variance"


def test_a_noisy_table_is_not_called_biased(rng):
    X = rng.normal(size=(600, 3))
    y = (X[:, 0] + 2 * rng.normal(size=600) > 0).astype(int)
    model = DeepClassifier((16,), random_state=0)
    assert "avoidable_bias" in report_on(model, X, y, bayes_error=0.0).problems
    assert "avoidable_bias" not in report_on(model, X, y).problems


def test_at_most_5000_rows_are_used(rng):
    X = rng.normal(size=(5100, 1))
    report = report_on(classifier(), X, (X[:, 0] > 0).astype(int))
    assert "on 5000 training rows" in report.bayes_source
    assert report.bayes_error < 0.01
    rare = np.arange(5100) < 3  # of which the 5,000 rows may have only two
    assert report_on(classifier(), X, rare).bayes_error is None


def test_the_reference_has_one_thread(data):
    def error(model, X, y):
        limits = {each["num_threads"] for each in threadpool_info() if each["user_api"] == "openmp"}
        threads[type(model).__name__] = limits
        return -np.mean((model.predict(X) - y) ** 2)

    threads = {}
    report_on(regressor(), *data, scoring=error)
    assert threads["Pipeline"] == {1}


def test_columns_are_read_as_the_network_reads_them(rng):
    n = 150
    letters = rng.choice(list("abc"), n)
    frame = pd.DataFrame(
        {
            "letter": pd.Categorical(letters),
            "many": [f"row {i}" for i in range(n)],
            "number": np.where(rng.uniform(size=n) < 0.2, np.nan, rng.normal(size=n)),
        }
    )
    report = report_on(classifier(), frame, np.where(letters == "b", "yes", "no"))
    # 33 % of the rows are b, and only their letter says so
    assert report.bayes_error < 0.02


def test_a_pipeline_scales_for_the_reference_too(data):
    X, y = data
    y = (y > 0).astype(int)
    piped = report_on(make_pipeline(StandardScaler(), classifier()), X, y)
    # trees do not depend on scales, but bins can move by a row
    assert piped.bayes_error == pytest.approx(report_on(classifier(), X, y).bayes_error, abs=0.02)


@pytest.mark.parametrize(
    ("model", "X", "y", "reason"),
    [
        (
            regressor(),
            None,
            lambda y: np.column_stack([y, y]),
            "the reference predicts one output only",
        ),
        (
            regressor(loss="quantile", quantile=[0.1, 0.9]),
            None,
            lambda y: y,
            "the reference predicts one number only, not several quantiles",
        ),
        (
            classifier(),
            csr_array,
            lambda y: y > 0,
            "it is estimated for dense tables of up to 400 columns only",
        ),
        (
            classifier(),
            lambda X: np.tile(X, (1, 134)),
            lambda y: y > 0,
            "it is estimated for dense tables of up to 400 columns only",
        ),
        (
            classifier(),
            None,
            lambda y: np.arange(len(y)) == 3,
            "3-fold cross-validation needs 3 rows of each class",
        ),
    ],
)
def test_without_an_estimate_the_report_says_why(model, X, y, reason, data):
    numbers = data[0] if X is None else X(data[0])
    report = report_on(model, numbers, y(data[1]))
    assert report.bayes_error is None
    assert report.bayes_source == reason
    if report.problems:
        assert f"No Bayes error is known ({reason}). 0 is assumed" in str(report)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("estimated", "BiasVarianceReport must be 'estimate', a finite number or None."),
        (np.nan, "diagnose_bias_variance must be a finite number or None."),
        (True, "diagnose_bias_variance must be a finite number or None."),
    ],
)
def test_other_bayes_errors_are_refused(value, message, data):
    with pytest.raises(ValueError, match="bayes_error") as error:
        report_on(regressor(), *data, bayes_error=value)
    assert str(error.value) == (f"The 'bayes_error' parameter of {message} Got {value!r} instead.")
