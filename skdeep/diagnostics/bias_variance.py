"""Which error dominates: avoidable bias, variance, data mismatch or a worn-out dev set."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import check_scoring

from .checks import is_real
from .locate import find_fitted
from .recipe import next_steps
from .tables import Table

__all__ = ["BiasVarianceReport", "diagnose_bias_variance"]

_TOLERANCE = 0.02  # two points in a hundred


@dataclass(frozen=True, repr=False)
class BiasVarianceReport(Table):
    """Errors, the gaps between them, and what to do; prints as a table.

    Attributes
    ----------
    train_error, dev_error : float
    train_dev_error, test_error : float or None
    bayes_error : float
        Lowest possible error, or an estimate such as human level.
    tolerance : float
        A gap above it is high.
    next_steps : tuple of str
        What to try, in order.
    """

    train_error: float
    dev_error: float
    train_dev_error: float | None = None
    test_error: float | None = None
    bayes_error: float = 0.0
    tolerance: float = _TOLERANCE
    next_steps: tuple[str, ...] = ()

    @property
    def avoidable_bias(self) -> float:
        """Training error above the Bayes error."""
        return self.train_error - self.bayes_error

    @property
    def variance(self) -> float:
        """Error on new data of the training distribution above the training error."""
        same = self.dev_error if self.train_dev_error is None else self.train_dev_error
        return same - self.train_error

    @property
    def data_mismatch(self) -> float | None:
        """Dev error above the train-dev error, or None without a train-dev set."""
        return None if self.train_dev_error is None else self.dev_error - self.train_dev_error

    @property
    def dev_overfitting(self) -> float | None:
        """Test error above the dev error, or None without a test set."""
        return None if self.test_error is None else self.test_error - self.dev_error

    @property
    def problems(self) -> tuple[str, ...]:
        """Names of the gaps above ``tolerance``, in the order of the recipe."""
        names = ("avoidable_bias", "variance", "data_mismatch", "dev_overfitting")
        # in binary, 0.03 - 0.01 is a little above 0.02
        return tuple(n for n in names if (getattr(self, n) or 0.0) > self.tolerance * (1 + 1e-9))

    @property
    def diagnosis(self) -> str:
        """The problems in words."""
        words = {
            "avoidable_bias": "high avoidable bias",
            "variance": "high variance",
            "data_mismatch": "data mismatch",
            "dev_overfitting": "overfitting to the dev set",
        }
        found = [words[name] for name in self.problems]
        if not found:
            return "low avoidable bias and low variance"
        *first, last = found
        return f"{', '.join(first)} and {last}" if first else last

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X_train,
        y_train,
        X_dev,
        y_dev,
        *,
        X_train_dev=None,
        y_train_dev=None,
        X_test=None,
        y_test=None,
        bayes_error=0.0,
        scoring=None,
        tolerance=None,
    ) -> "BiasVarianceReport":
        """Diagnose a fitted estimator, with next steps named in its hyperparameters.

        Parameters
        ----------
        estimator : fitted DeepClassifier or DeepRegressor
            Alone, in a Pipeline or in a search.
        X_train, X_dev : array-like of shape (n_samples, n_features)
            What it was trained on, and the dev set.
        y_train, y_dev : array-like of shape (n_samples,) or (n_samples, n_outputs)
        X_train_dev, y_train_dev : array-like, default=None
            Data of the training distribution that it was not trained on, when the dev set
            is of another.
        X_test, y_test : array-like, default=None
        bayes_error : float, default=0.0
            In the units of the errors, as below.
        scoring : str, callable or None, default=None
            A scikit-learn scorer. The error is 1 - score, so 1 - accuracy or 1 - R² by
            default; for scores that are negative errors (``"neg_mean_squared_error"``)
            it is minus the score.
        tolerance : float, default=None
            Gap that counts as high. None is 0.02 for errors of the kind 1 - score, and
            0.02 times the training error of the best constant prediction for the other
            kind, which has the units of the target.

        Returns
        -------
        BiasVarianceReport

        Raises
        ------
        ValueError
            For a set whose X or y is missing, and for errors that are not finite.
        """
        deep, _ = find_fitted(estimator)
        error, is_negative = _error(estimator, scoring)
        if tolerance is None:
            tolerance = _TOLERANCE
            if is_negative:
                dummy = DummyClassifier() if is_classifier(deep) else DummyRegressor()
                dummy.fit(X_train, y_train)
                tolerance *= error("train", X_train, y_train, dummy)
        return diagnose_bias_variance(
            error("train", X_train, y_train),
            error("dev", X_dev, y_dev),
            train_dev_error=error("train_dev", X_train_dev, y_train_dev),
            test_error=error("test", X_test, y_test),
            bayes_error=bayes_error,
            tolerance=tolerance,
            estimator=deep,
        )

    def _heading(self):
        return f"Diagnosis: {self.diagnosis}"

    def _header(self):
        return ("error", "", "gap", "")

    def _rows(self):
        rows = [
            ("Bayes", self.bayes_error, "", None),
            ("training", self.train_error, "avoidable bias", self.avoidable_bias),
        ]
        if self.train_dev_error is None:
            rows.append(("dev", self.dev_error, "variance", self.variance))
        else:
            rows += [
                ("train-dev", self.train_dev_error, "variance", self.variance),
                ("dev", self.dev_error, "data mismatch", self.data_mismatch),
            ]
        if self.test_error is not None:
            rows.append(("test", self.test_error, "overfitting to dev", self.dev_overfitting))
        return [
            (name, f"{error:.4g}", gap, "" if size is None else f"{size:+.4g}")
            for name, error, gap, size in rows
        ]

    def _notes(self):
        notes = [f"A gap above {self.tolerance:.4g} is high."]
        if self.avoidable_bias < 0:
            notes.append(
                "The training error is below the Bayes error: that was estimated too high, or the "
                "network learned the noise of the training set."
            )
        return notes + [f"{i}. {step}" for i, step in enumerate(self.next_steps, 1)]


def diagnose_bias_variance(
    train_error,
    dev_error,
    *,
    train_dev_error=None,
    test_error=None,
    bayes_error=0.0,
    tolerance=_TOLERANCE,
    estimator=None,
) -> BiasVarianceReport:
    """Name the error that dominates, and what the basic recipe does against it.

    The gaps between errors tell their causes apart [1]_:

    - avoidable bias = training error - Bayes error,
    - variance = train-dev error - training error, or dev error - training error
      when training and dev data come from one source and there is no train-dev set,
    - data mismatch = dev error - train-dev error,
    - overfitting to the dev set = test error - dev error.

    Parameters
    ----------
    train_error, dev_error : float
        Any error that is lower when better, such as a fraction of wrong answers; all
        arguments in the same units.
    train_dev_error : float, default=None
        On data of the training distribution that was not trained on.
    test_error : float, default=None
    bayes_error : float, default=0.0
        The lowest error possible, or an estimate such as human level.
    tolerance : float, default=0.02
        A gap is high when it is larger than this, so a gap of two points is not, and
        one of three points is. Must be > 0.
    estimator : DeepClassifier or DeepRegressor, default=None
        Name the next steps in the hyperparameters of this estimator.

    Returns
    -------
    BiasVarianceReport

    Raises
    ------
    ValueError
        For errors that are not finite numbers, and for a tolerance <= 0.

    Notes
    -----
    The tolerance is a convention and no test of significance. It suits errors between 0
    and 1 of some percent or more. Give a smaller one where tenths of a percent matter,
    0.02 times a typical error for errors in other units, and one above the sampling
    error of a small dev set: about 2 √(e (1 - e) / n) for a fraction e of wrong answers
    among n rows, which is 0.03 for e = 0.05 and n = 200.

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
    errors = {
        "train_error": train_error,
        "dev_error": dev_error,
        "train_dev_error": train_dev_error,
        "test_error": test_error,
        "bayes_error": bayes_error,
    }
    for name, value in errors.items():
        optional = name in ("train_dev_error", "test_error")
        if not (optional and value is None):
            errors[name] = _finite(name, value, optional)
    if _finite("tolerance", tolerance) <= 0:
        raise ValueError(
            "The 'tolerance' parameter of diagnose_bias_variance must be a float in the range "
            f"(0.0, inf). Got {tolerance!r} instead."
        )
    report = BiasVarianceReport(**errors, tolerance=float(tolerance))
    return BiasVarianceReport(
        **errors, tolerance=float(tolerance), next_steps=next_steps(report.problems, estimator)
    )


def _error(estimator, scoring):
    """Return a function of a set that gives its error, and whether scores are negative errors."""
    scorer = check_scoring(estimator, scoring=scoring)
    is_negative = getattr(scorer, "_sign", 1) < 0

    def error(name, X, y, estimator=estimator):
        if (X is None) != (y is None):
            raise ValueError(
                f"X_{name} and y_{name} belong together. Got only "
                f"{'X' if y is None else 'y'}_{name}."
            )
        return None if X is None else (not is_negative) - float(scorer(estimator, X, y))

    return error, is_negative


def _finite(name: str, value, optional: bool = False) -> float:
    if not is_real(value) or not np.isfinite(value):
        raise ValueError(
            f"The {name!r} parameter of diagnose_bias_variance must be a finite number"
            f"{' or None' if optional else ''}. Got {value!r} instead."
        )
    return float(value)
