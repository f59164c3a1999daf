"""What must hold of every outcome: a right result, or an error that says what to do."""

import os
import re
import traceback

import numpy as np
from sklearn.exceptions import (
    ConvergenceWarning,
    DataConversionWarning,
    NotFittedError,
    UndefinedMetricWarning,
)

import skdeep
from skdeep import DeepClassifier, DeepRegressor
from skdeep.base import InvalidParameterError
from skdeep.estimators.inside import model_of
from skdeep.targets import Labels

__all__ = ["check_error", "check_fitted", "check_result", "check_warnings"]

PACKAGE = os.path.dirname(skdeep.__file__)
EXPECTED_ERRORS = (ValueError, TypeError, InvalidParameterError, NotFittedError)
EXPECTED_WARNINGS = (ConvergenceWarning, DataConversionWarning, UndefinedMetricWarning)
# scikit-learn's own warnings about data
DATA_WARNINGS = re.compile(
    r"X (does not have valid|has) feature names|y_pred contains classes not in y_true|"
    r"unique classes is greater than 50%|y_prob values do not sum to one|"
    r"numbers are used as they are|of X_val has mean|"
    r"all its values count as unknown"
)

HYPERPARAMETERS = {*DeepClassifier().get_params(), *DeepRegressor().get_params()}
COMPONENTS = {name for name, each in vars(skdeep).items() if hasattr(each, "get_params")}
DATA = {"X", "y", "X_val", "y_val", "sample_weight", "sample_weight_val", "classes"}
NAMED = re.compile(rf"\b({'|'.join(HYPERPARAMETERS | COMPONENTS | DATA)})\b")
# sentences that name what is wrong in other words
TELLING = re.compile(
    r"^(Invalid parameter '|Unknown (optimizer|activation|weight_init|lr_schedule|"
    r"(numerical|category) encoding) ')"
)
INTERNAL = re.compile(
    r"broadcast|operands|matmul|inhomogeneous|not (subscriptable|iterable|callable)|"
    r"object has no attribute|unsupported operand|cannot reshape|out of bounds|ufunc|unpack|"
    r"truth value|positional argument|unexpected keyword|cannot be safely cast|must be real number|"
    r"not supported between|only .*arrays can be converted|NoneType|expected dtype|invalid literal"
)


def check_error(error, method):
    """The error's type and message are of use to who called the method."""
    message = str(error)
    if method == "partial_fit" and type(error) is AttributeError:
        assert "partial_fit" in message, f"the error does not name partial_fit: {message}"
        return
    assert type(error) in EXPECTED_ERRORS, f"an unexpected error: {error!r}"
    if TELLING.match(message) or _is_of_sklearn(error):
        return
    assert not INTERNAL.search(message), f"an internal message: {error!r}"
    assert NAMED.search(message), f"a message that names nothing: {error!r}"


def _is_of_sklearn(error):
    """Return whether scikit-learn raised it on purpose, or in its checks of data or its metrics."""
    frames = traceback.extract_tb(error.__traceback__)
    last_of_ours = max((i for i, f in enumerate(frames) if PACKAGE in f.filename), default=0)
    theirs = [f for f in frames[last_of_ours + 1 :] if f"{os.sep}sklearn{os.sep}" in f.filename]
    checks = [f for f in theirs if "validation.py" in f.filename or "metrics" in f.filename]
    return bool(checks) or (theirs[-1:] == frames[-1:] and theirs[-1].line.startswith("raise"))


def check_warnings(caught, method):
    """Only the expected warnings were given, and those of scikit-learn's own arithmetic."""
    for warning in caught:
        is_expected = (
            issubclass(warning.category, EXPECTED_WARNINGS)
            or DATA_WARNINGS.search(str(warning.message))
            or f"{os.sep}sklearn{os.sep}" in warning.filename
            or (method == "score" and PACKAGE not in warning.filename)
        )
        place = f"{warning.filename}:{warning.lineno}"
        assert is_expected, f"{warning.category.__name__}: {warning.message} ({place})"


def check_fitted(estimator):
    """The fitted attributes are finite and agree with each other."""
    history, n_epochs = estimator.history_, estimator.n_epochs_
    lengths = {name: len(column) for name, column in history.items()}
    assert set(lengths.values()) == {n_epochs}, f"history_ has columns of lengths {lengths}"
    assert n_epochs >= 1, "no epoch was trained"
    assert 0 <= estimator.best_epoch_ < n_epochs, f"best_epoch_ is {estimator.best_epoch_}"
    assert np.isfinite(estimator.loss_curve_).all(), f"loss_curve_ is {estimator.loss_curve_}"
    assert np.isfinite(history["gradient_norm"]).all(), "gradient norms are not finite"
    learned = [*estimator.coefs_, *estimator.intercepts_, model_of(estimator).network.running]
    assert all(np.isfinite(array).all() for array in learned), "learned numbers are not finite"
    assert {array.dtype for array in learned} == {np.dtype(estimator.dtype)}, "another dtype"
    coefs = estimator.coefs_
    ends = coefs[0].shape[-2], coefs[-1].shape[-1], len(coefs) + 1
    told = len(estimator.encoded_feature_names_), estimator.n_outputs_, estimator.n_layers_
    assert ends == told, f"the numbers of inputs, outputs and layers are {told}, not {ends}"
    assert len(estimator.intercepts_) == len(estimator.coefs_), "intercepts_ are too few or many"
    if isinstance(estimator, DeepClassifier):
        assert 0 < estimator.temperature_ < np.inf, f"temperature_ is {estimator.temperature_}"


def check_result(estimator, method, result, n_rows):
    """What a method returned for so many rows is finite, and of the right form."""
    if method == "score":
        assert isinstance(result, float), f"score is {result!r}"
        return
    members = (estimator.n_members_,) if method == "predict_members" else ()
    shape = *members, n_rows, *_shape_of_a_row(estimator, method)
    dtype = _dtype(estimator, method)
    assert (result.shape, result.dtype) == (shape, dtype), f"{method} gives {result!r}"
    if method == "predict" and isinstance(estimator, DeepClassifier):
        labels = [0, 1] if _has_labels(estimator) else estimator.classes_
        assert np.isin(result, labels).all(), f"labels {np.unique(result)} are not among {labels}"
        return
    assert np.isfinite(result).all(), f"{method} is not finite: {result.ravel()[:5]}"
    if method in ("predict_proba", "predict_log_proba"):
        _check_probabilities(estimator, np.exp(result) if "log" in method else result)
    if method == "predict_members" and isinstance(estimator, DeepClassifier):
        _check_probabilities(estimator, result)


def _has_labels(estimator):
    return isinstance(model_of(estimator).target, Labels)


def _shape_of_a_row(estimator, method):
    if isinstance(estimator, DeepRegressor):
        target = model_of(estimator).target
        levels = target.loss.levels
        return *(() if target.is_vector else (target.n_numbers,)), *np.shape(levels or 0)
    if _has_labels(estimator):
        return estimator.classes_.shape
    is_one = estimator.n_outputs_ == 1 or len(estimator.classes_) == 2
    is_flat = method == "predict" or (method == "decision_function" and is_one)
    return () if is_flat else estimator.classes_.shape


def _dtype(estimator, method):
    if isinstance(estimator, DeepRegressor):
        return np.float64
    if method == "predict":
        return np.dtype(int) if _has_labels(estimator) else estimator.classes_.dtype
    return model_of(estimator).network.dtype


def _check_probabilities(estimator, probabilities):
    assert ((probabilities >= 0) & (probabilities <= 1)).all(), "probabilities beyond [0, 1]"
    if not _has_labels(estimator):
        # seven digits of float32, and as many of its logarithm
        np.testing.assert_allclose(probabilities.sum(axis=-1), 1, rtol=1e-5)
