"""One random case: an estimator, and a sequence of calls that each are checked."""

import contextlib
import copy
import pickle
import warnings

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import clone

from skdeep import DeepClassifier, DeepRegressor
from skdeep.estimators.inside import model_of

from .data import (
    CLASSES,
    NUMBERS,
    Problem,
    draw_features,
    draw_targets,
    draw_weights,
)
from .facts import check_error, check_fitted, check_result, check_warnings
from .frozen import freeze, freeze_process
from .hyperparameters import draw_hyperparameters, draw_nested, draw_odd, draw_valid, pick

__all__ = ["Session"]

CHANGING = ("fit", "partial_fit", "set_params")
N_ROWS = [1, 2, 5, 12, 30, 45, 60]
REGRESSOR_ASKS = ["predict", "predict_members", "score"]
CLASSIFIER_ASKS = [
    *REGRESSOR_ASKS,
    "predict_proba",
    "predict_log_proba",
    "predict_members",
    "decision_function",
]


class Session:
    """A random estimator, its random data, and random calls of its methods.

    Parameters
    ----------
    seed : int
        Everything follows from it.
    folder : Path
        For memory-mapped files.

    Attributes
    ----------
    log : list of str
        What was called with what, and what came of it.
    """

    def __init__(self, seed, folder):
        self.rng = np.random.default_rng(seed)
        kind = pick(self.rng, [DeepClassifier, DeepRegressor])
        self.log = []
        self._draw_estimator(kind)
        targets = list(CLASSES if kind is DeepClassifier else NUMBERS)
        scale = pick(self.rng, [1.0, 1.0, 1.0, 100.0, 1e-3])
        self.problem = Problem(pick(self.rng, targets), scale, folder)

    def run(self, n_calls):
        """Make so many calls, each of them checked."""
        steps = [
            self.fit, self.fit, self.partial_fit, self.partial_fit, self.ask, self.ask, self.ask,
            self.set_valid, self.set_odd, self.set_nested, self.copy, self.repeat,
        ]  # fmt: skip
        for _ in range(3):  # most estimators are one that can be fitted
            if self._attempt("fit", *self._draw_data(hostile=False)):
                break
            self._draw_estimator(type(self.estimator))
        for _ in range(n_calls - 1):
            step = steps[self.rng.integers(len(steps))]
            step()

    def fit(self):
        """Fit on random data, now and then with validation data."""
        self._attempt("fit", *self._draw_data(), **self._draw_validation())

    def partial_fit(self):
        """Pass once over random data."""
        X, y, weight = self._draw_data()
        options = {"sample_weight": weight}
        if isinstance(self.estimator, DeepClassifier) and self.rng.random() < 0.3:
            options["classes"] = np.unique(CLASSES[self.problem.kind](self.rng, 60))
        self._attempt("partial_fit", X, y, **options)

    def ask(self):
        """Ask for predictions or a score."""
        is_classifier = isinstance(self.estimator, DeepClassifier)
        method = pick(self.rng, CLASSIFIER_ASKS if is_classifier else REGRESSOR_ASKS)
        X, y, weight = self._draw_data()
        args = (X, y, weight) if method == "score" else (X,)
        self._attempt(method, *args)

    def set_valid(self):
        """Change a hyperparameter to a valid value and fit."""
        name, value = draw_valid(self.rng, type(self.estimator))
        self._fit_with({name: value})

    def set_odd(self):
        """Change a hyperparameter to any value, fit, and change it back."""
        name, value, is_impossible = draw_odd(self.rng, type(self.estimator))
        succeeded = self._fit_with({name: value})
        assert not (is_impossible and succeeded), f"a fit took {name}={value!r}"

    def set_nested(self):
        """Reach into a component, or for what there is not, and fit."""
        name, value = draw_nested(self.rng)
        self._fit_with({name: value})

    def copy(self):
        """Go on with a copy that was pickled, and compare a clone."""
        estimator = self.estimator
        self.log.append("a pickled copy of the estimator")
        unfitted = clone(estimator)
        assert vars(unfitted).keys() == estimator.get_params(deep=False).keys(), "a clone is fitted"
        assert _comparable(unfitted) == _comparable(estimator), "a clone is another estimator"
        try:
            self.estimator = pickle.loads(pickle.dumps(estimator))
        except (pickle.PicklingError, AttributeError, TypeError):
            self.estimator = copy.deepcopy(estimator)  # no pickle holds a lambda
        ours, theirs = vars(self.estimator), vars(estimator)
        different = [k for k in theirs if freeze(ours[k]) != freeze(theirs[k])]
        assert set(different) <= {"random_state"}, f"a copy has another {different}"

    def repeat(self):
        """Fit twice alike, once on the plain array of X."""
        X, y, weight = self._draw_data(hostile=False)
        self._attempt("set_params", warm_start=False, random_state=0)
        if not self._attempt("fit", X, y, weight):
            return
        if _is_read_otherwise(X):
            return
        again = clone(self.estimator)
        with warnings.catch_warnings(), contextlib.redirect_stdout(None):
            warnings.simplefilter("ignore")
            again.fit(_plain(X), y, weight)
        is_same = freeze(model_of(again).network) == freeze(model_of(self.estimator).network)
        assert is_same, f"the plain array of X={_short(X)} gives another network"

    def _draw_estimator(self, kind):
        self.estimator = kind(**draw_hyperparameters(self.rng, kind))
        self.log.append(_short(self.estimator))

    def _draw_data(self, hostile=None):
        """Return X, y and sample weights, at most one of them not as they should be."""
        rng, n_rows = self.rng, pick(self.rng, N_ROWS)
        if hostile is None:
            hostile = rng.random() < 0.3
        culprit = rng.integers(3) if hostile else None
        return (
            draw_features(rng, self.problem, n_rows, hostile=culprit == 0),
            draw_targets(rng, self.problem, n_rows, hostile=culprit == 1),
            draw_weights(rng, n_rows, hostile=culprit == 2),
        )

    def _draw_validation(self):
        if self.rng.random() < 0.8:
            return {}
        named = zip(["X_val", "y_val", "sample_weight_val"], self._draw_data(), strict=True)
        return {name: value for name, value in named if self.rng.random() < 0.95}

    def _fit_with(self, changes):
        """Set hyperparameters and fit; put them back and return False if that fails."""
        before = copy.deepcopy(self.estimator.get_params(deep=False))
        X, y, weight = self._draw_data(hostile=False)
        if self._attempt("set_params", **changes) and self._attempt("fit", X, y, weight):
            return True
        for name, value in before.items():
            setattr(self.estimator, name, value)
        return False

    def _attempt(self, method, *args, **kwargs):
        """Call a method, check what comes of it, and return whether it succeeded."""
        told = [*map(_short, args), *(f"{k}={_short(v)}" for k, v in kwargs.items())]
        self.log.append(f".{method}({', '.join(told)})")
        estimator, data = self.estimator, freeze((args, kwargs))
        attributes, hyperparameters = freeze(vars(estimator)), _comparable(estimator)
        result, error = self._call(method, args, kwargs)
        assert freeze((args, kwargs)) == data, "the data were changed"
        if error is not None:
            check_error(error, method)
        if error is not None or method not in CHANGING:
            _check_unchanged(estimator, attributes)
        if error is not None or method == "set_params":
            return error is None
        assert _comparable(estimator) == hyperparameters, "hyperparameters were changed"
        if method in CHANGING:
            assert result is estimator, "the estimator was not returned"
            check_fitted(estimator)
        else:
            check_result(estimator, method, result, _n_rows(args[0]))
        return True

    def _call(self, method, args, kwargs):
        """Return what a call returns, and what it raises; the process must stay as it was."""
        result, error = None, None
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(None):
            warnings.simplefilter("always")
            process = freeze_process()
            try:
                result = getattr(self.estimator, method)(*args, **kwargs)
            except Exception as raised:
                error = raised
                self.log[-1] += f" -> {error!r}"
            self._check_process(process, method)
        check_warnings(caught, method)
        return result, error

    def _check_process(self, before, method):
        after = freeze_process()
        if self.estimator.random_state is None and method in CHANGING:
            del before["random state"], after["random state"]
        different = [name for name in before if before[name] != after[name]]
        assert not different, f"the call left other {different} behind"


def _comparable(estimator):
    parameters = estimator.get_params(deep=False)
    return {k: freeze(v) for k, v in parameters.items() if k != "random_state"}


def _check_unchanged(estimator, before):
    after = freeze(vars(estimator))
    different = [k for k in {*before, *after} if before.get(k) != after.get(k)]
    assert not different, f"the call left other attributes behind: {different}"


def _plain(X):
    """Return X as an array in C order, or itself if it is sparse or longer than float64.

    It is in float32 if an array X has no more digits, because it may be scaled in float32.
    """
    if sparse.issparse(X) or getattr(X, "dtype", None) == np.longdouble:
        return X
    if isinstance(X, pd.DataFrame):
        return X.to_numpy(float)
    return np.array(X, np.promote_types(getattr(X, "dtype", float), np.float32))


def _is_read_otherwise(X):
    """Return whether the plain array of X is other numbers, or the same in another order.

    Columns of a frame can be categories by their type. A memory map keeps its order, in which the
    sums of columns are rounded.
    """
    if isinstance(X, np.memmap) and not X.flags.c_contiguous:
        return True
    dtypes = getattr(X, "dtypes", [])
    return isinstance(X, pd.DataFrame) and any(dtype.kind not in "iuf" for dtype in dtypes)


def _n_rows(X):
    return X.shape[0] if hasattr(X, "shape") else len(X)


def _short(value):
    """Return a line about a value."""
    shape = getattr(value, "shape", None)
    if shape is not None and shape != () and np.prod(shape) > 6:
        dtype = getattr(value, "dtype", getattr(value, "dtypes", None))
        return f"{type(value).__name__} {shape} {str(dtype)[:60]!r}"
    text = " ".join(repr(value).split())
    return text if len(text) < 120 or not isinstance(value, list | tuple) else text[:100] + "..."
