"""Find the largest gap: avoidable bias, variance, data mismatch or dev-set overfitting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import check_scoring

from ..base import POSITIVE, BadValueError, check_option, is_negated, is_real
from .locate import find_fitted
from .next_steps import steps_against
from .reference import Floor, estimate_floor
from .tables import Rows, Table

__all__ = ["BiasVarianceReport", "diagnose_bias_variance"]

_TOLERANCE = 0.02  # two percentage points
_NO_PROBLEM = "No gap is high. A lower error now needs many small improvements, or better data."
_WORDS = {
    "avoidable_bias": "high avoidable bias",
    "variance": "high variance",
    "data_mismatch": "data mismatch",
    "dev_overfitting": "overfitting to the dev set",
}


@dataclass(frozen=True, repr=False)
class BiasVarianceReport(Table):
    """Errors, the gaps between them, and what to try. It prints as a table.

    Attributes
    ----------
    train_error, dev_error : float
        Errors on the training set and on the dev set.
    train_dev_error, test_error : float or None
        Errors on the train-dev set and on the test set, if there are any.
    bayes_error : float or None
        Lowest possible error, or an estimate such as human-level error. None if it is not known:
        0 is assumed then.
    bayes_source : str
        How ``bayes_error`` was estimated, or why it was not. Empty if it was given.
    tolerance : float
        A gap above it is high.
    next_steps : tuple of str
        What to try against the largest high gap, the most promising first.
    """

    train_error: float
    dev_error: float
    train_dev_error: float | None = None
    test_error: float | None = None
    bayes_error: float | None = None
    bayes_source: str = ""
    tolerance: float = _TOLERANCE
    next_steps: tuple[str, ...] = ()

    @property
    def avoidable_bias(self) -> float:
        """Training error minus Bayes error, or minus 0 if that is not known."""
        return self.train_error - (self.bayes_error or 0.0)

    @property
    def variance(self) -> float:
        """Train-dev error (dev error without a train-dev set) minus training error."""
        same = self.dev_error if self.train_dev_error is None else self.train_dev_error
        return same - self.train_error

    @property
    def data_mismatch(self) -> float | None:
        """Dev error minus train-dev error, or None without a train-dev set."""
        return None if self.train_dev_error is None else self.dev_error - self.train_dev_error

    @property
    def dev_overfitting(self) -> float | None:
        """Test error minus dev error, or None without a test set."""
        return None if self.test_error is None else self.test_error - self.dev_error

    @property
    def problems(self) -> tuple[str, ...]:
        """Names of the gaps above ``tolerance``, the largest first."""
        # in floating point, 0.03 - 0.01 is slightly above 0.02
        sizes = {name: round((getattr(self, name) or 0.0) / self.tolerance, 9) for name in _WORDS}
        return tuple(sorted([n for n in sizes if sizes[n] > 1], key=lambda name: -sizes[name]))

    @property
    def diagnosis(self) -> str:
        """The problems in words."""
        found = [_WORDS[name] for name in self.problems]
        if not found:
            return "low avoidable bias and low variance"
        *first, last = found
        return f"{', '.join(first)} and {last}" if first else last

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X_train: Any,
        y_train: Any,
        X_dev: Any,
        y_dev: Any,
        *,
        X_train_dev: Any = None,
        y_train_dev: Any = None,
        X_test: Any = None,
        y_test: Any = None,
        bayes_error: float | Literal["estimate"] | None = "estimate",
        scoring: str | Callable[..., float] | None = None,
        tolerance: float | None = None,
    ) -> "BiasVarianceReport":
        """Diagnose a fitted estimator, and suggest values of its hyperparameters.

        Parameters
        ----------
        estimator : fitted DeepClassifier or DeepRegressor
            Or a Pipeline or a search that contains one.
        X_train, X_dev : array-like of shape (n_samples, n_features)
            The training data of the estimator, and the dev set.
        y_train, y_dev : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their targets.
        X_train_dev, y_train_dev : array-like, default=None
            Data from the distribution of the training data that was not used in training, if
            the dev set has another distribution.
        X_test, y_test : array-like, default=None
            The test set.
        bayes_error : float, "estimate" or None, default="estimate"
            Lowest possible error, in the units of the errors, see ``scoring``. ``"estimate"``
            takes the error of a strong reference: scikit-learn's HistGradientBoosting, or
            ``ExtraTreesClassifier`` for more than two classes, in 3-fold cross-validation on at
            most 5,000 training rows. If the network's own error is lower, on the training rows
            and on new rows, it is taken instead. This takes some seconds. It can be too high,
            which hides avoidable bias, above all for images and for large training sets. Give a
            better one if you know it. There is an estimate for one output and dense X of up to
            400 columns. None assumes 0.
        scoring : str, callable or None, default=None
            A scikit-learn scorer. The error is 1 - score, which is 1 - accuracy or 1 - R² by
            default. For scores that are negative errors (``"neg_mean_squared_error"``), it
            is minus the score.
        tolerance : float, default=None
            A gap above it is high. In (0, inf). None is 0.02 for an error of the form
            1 - score. Otherwise the error has the units of the target, and None is 0.02 times
            the training error of the best constant prediction.

        Returns
        -------
        BiasVarianceReport

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If X or y of a set is missing, if an error is not finite, or if ``tolerance`` is
            not positive.
        """
        deep, _ = find_fitted(estimator)
        error, is_negative = _error(estimator, scoring)
        if tolerance is None:
            tolerance = _TOLERANCE
            if is_negative:
                dummy = DummyClassifier() if is_classifier(deep) else DummyRegressor()
                dummy.fit(X_train, y_train)
                tolerance *= error("train", X_train, y_train, dummy)
        errors = {
            "train_error": error("train", X_train, y_train),
            "dev_error": error("dev", X_dev, y_dev),
            "train_dev_error": error("train_dev", X_train_dev, y_train_dev),
            "test_error": error("test", X_test, y_test),
        }
        floor = Floor(bayes_error, "")  # type: ignore[arg-type]
        if isinstance(bayes_error, str):
            if bayes_error != "estimate":
                expected = "'estimate', a finite number or None"
                raise BadValueError("bayes_error", expected, bayes_error).by(cls.__name__)
            scorer = check_scoring(estimator, scoring=scoring)
            same = errors["dev_error" if X_train_dev is None else "train_dev_error"]
            own = max(same, errors["train_error"])
            floor = estimate_floor(estimator, X_train, y_train, scorer, is_negative, own)
        return _diagnose(
            **errors,
            floor=floor,
            tolerance=tolerance,
            estimator=deep,
        )

    def _heading(self) -> str:
        return f"Diagnosis: {self.diagnosis}"

    def _header(self) -> Sequence[str]:
        return ("error", "", "gap", "")

    def _rows(self) -> Rows:
        gaps = [
            (gap.set, f"{gap.error:.4g}", gap.name, f"{gap.size:+.4g}") for gap in gaps_of(self)
        ]
        return [(self.bayes_label, f"{self.bayes_error or 0.0:.4g}", "", ""), *gaps]

    @property
    def bayes_label(self) -> str:
        """``"Bayes"``, and in brackets whether the error was estimated or assumed."""
        if self.bayes_error is None:
            return "Bayes (assumed)"
        return "Bayes (estimated)" if self.bayes_source else "Bayes"

    def _notes(self) -> Sequence[str]:
        notes = [*self._notes_on_bayes(), f"A gap above {self.tolerance:.4g} is high."]
        if self.problems:
            notes.append(f"What to try against {_WORDS[self.problems[0]]}:")
        return notes + [f"{i}. {step}" for i, step in enumerate(self.next_steps, 1)]

    def _notes_on_bayes(self) -> Sequence[str]:
        """Return where the Bayes error comes from, if it was not given."""
        if self.bayes_error is None and "avoidable_bias" in self.problems:
            reason = f" ({self.bayes_source})" if self.bayes_source else ""
            return [
                f"No Bayes error is known{reason}. 0 is assumed, so all of the training error "
                "counts as avoidable. Give bayes_error if some of it is not."
            ]
        if self.bayes_source:
            return [
                f"The Bayes error is estimated: {self.bayes_source}. It can be too high, which "
                "hides avoidable bias. Give bayes_error if you know better."
            ]
        if self.avoidable_bias < 0:
            return [
                "The training error is below the Bayes error. Either the Bayes error is estimated "
                "too high, or the network has learned the noise of the training set."
            ]
        return []


class Gap(NamedTuple):
    """The error of a set, and its gap to the error before it."""

    set: str
    error: float
    name: str
    size: float


def gaps_of(report: BiasVarianceReport) -> list[Gap]:
    """Return the errors above the Bayes error and their gaps, in order."""
    found = [
        ("training", report.train_error, "avoidable bias", report.avoidable_bias),
        ("train-dev", report.train_dev_error, "variance", report.variance),
        ("dev", report.dev_error, "data mismatch", report.data_mismatch),
        ("test", report.test_error, "overfitting to the dev set", report.dev_overfitting),
    ]
    if report.train_dev_error is None:
        found[1:3] = [("dev", report.dev_error, "variance", report.variance)]
    return [
        Gap(of, error, name, size)
        for of, error, name, size in found
        if error is not None and size is not None
    ]


def diagnose_bias_variance(
    train_error: float,
    dev_error: float,
    *,
    train_dev_error: float | None = None,
    test_error: float | None = None,
    bayes_error: float | None = None,
    tolerance: float = _TOLERANCE,
    estimator: Any = None,
) -> BiasVarianceReport:
    """Find the dominating error, and suggest what to try against it.

    The gaps between the errors have different causes [1]_:

    - avoidable bias = training error - Bayes error,
    - variance = train-dev error - training error, or dev error - training error if training
      and dev data have the same distribution and there is no train-dev set,
    - data mismatch = dev error - train-dev error,
    - overfitting to the dev set = test error - dev error.

    Parameters
    ----------
    train_error, dev_error : float
        Any error that is lower for a better model, such as the fraction of wrong predictions.
        All errors must have the same units.
    train_dev_error : float, default=None
        Error on data from the distribution of the training data that was not used in training.
    test_error : float, default=None
        Error on the test set.
    bayes_error : float, default=None
        Lowest possible error, or an estimate such as human-level error. None assumes 0, and the
        report says so.
    tolerance : float, default=0.02
        A gap above it is high, in (0, inf). With the default, a gap of two percentage points is
        not high, and a gap of three is.
    estimator : DeepClassifier or DeepRegressor, default=None
        Suggest values of the hyperparameters of this estimator. None gives general advice.

    Returns
    -------
    BiasVarianceReport

    Raises
    ------
    ValueError
        If an error is not a finite number, or if ``tolerance`` is not positive.

    Notes
    -----
    The tolerance is a convention, not a test of significance. The default suits errors between 0
    and 1 of at least some percent. Use a smaller tolerance if tenths of a percent matter, and
    0.02 times a typical error for errors in other units. For a small dev set, use a tolerance
    above its sampling error. This is about 2 √(e (1 - e) / n) for a fraction e of wrong
    predictions among n rows: 0.03 for e = 0.05 and n = 200.

    References
    ----------
    .. [1] Ng, "Machine learning yearning", 2018, chapters 20 to 27 and 41.

    Examples
    --------
    >>> from skdeep.diagnostics import diagnose_bias_variance
    >>> diagnose_bias_variance(0.15, 0.16).diagnosis
    'high avoidable bias'
    >>> diagnose_bias_variance(0.15, 0.16, bayes_error=0.15).diagnosis
    'low avoidable bias and low variance'
    >>> report = diagnose_bias_variance(0.01, 0.11)
    >>> round(report.variance, 2), report.diagnosis
    (0.1, 'high variance')
    """
    return _diagnose(
        train_error=train_error,
        dev_error=dev_error,
        train_dev_error=train_dev_error,
        test_error=test_error,
        floor=Floor(bayes_error, ""),
        tolerance=tolerance,
        estimator=estimator,
    )


def _diagnose(
    *,
    train_error: Any,
    dev_error: Any,
    train_dev_error: Any,
    test_error: Any,
    floor: Floor,
    tolerance: float,
    estimator: Any,
) -> BiasVarianceReport:
    """Check the errors and return the report with its steps."""
    report = BiasVarianceReport(
        train_error=_finite("train_error", train_error),
        dev_error=_finite("dev_error", dev_error),
        train_dev_error=_finite("train_dev_error", train_dev_error, optional=True),
        test_error=_finite("test_error", test_error, optional=True),
        bayes_error=_finite("bayes_error", floor.error, optional=True),
        bayes_source=floor.how,
        tolerance=_positive(tolerance),
    )
    if not report.problems:
        return replace(report, next_steps=(_NO_PROBLEM,))
    steps = steps_against(report.problems[0], estimator)
    return replace(report, next_steps=tuple(step.text for step in steps))


def _positive(tolerance: Any) -> float:
    check_option("diagnose_bias_variance", "tolerance", tolerance, POSITIVE[0])
    return float(tolerance)


def _error(estimator: Any, scoring: Any) -> tuple[Callable[..., Any], bool]:
    """Return a function for the error on a set, and whether scores are negative errors."""
    scorer = check_scoring(estimator, scoring=scoring)
    is_negative = is_negated(scorer)

    def error(name: str, X: Any, y: Any, estimator: Any = estimator) -> float | None:
        if (X is None) != (y is None):
            raise ValueError(
                f"X_{name} and y_{name} belong together. Got only "
                f"{'X' if y is None else 'y'}_{name}."
            )
        return None if X is None else (not is_negative) - float(scorer(estimator, X, y))

    return error, is_negative


def _finite(name: str, value: Any, optional: bool = False) -> Any:
    """Return a finite number as a float; also None if it is optional."""
    if optional and value is None:
        return None
    if not is_real(value) or not np.isfinite(value):
        expected = f"a finite number{' or None' if optional else ''}"
        raise BadValueError(name, expected, value).by("diagnose_bias_variance")
    return float(value)
