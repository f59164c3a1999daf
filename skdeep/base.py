"""Floor 0: the hyperparameter object, and the only door to scikit-learn's private names."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib.metadata import version
from typing import Any, ClassVar

from sklearn.base import BaseEstimator
from sklearn.base import _fit_context as fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils._param_validation import Interval, InvalidParameterError, StrOptions
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = [
    "CallbackSupportMixin",
    "Component",
    "FitTasks",
    "Interval",
    "InvalidParameterError",
    "StrOptions",
    "__version__",
    "check_sample_weight",
    "fit_context",
    "unknown_name",
    "with_callbacks",
]

__version__ = version("scikit-deep")


class Component(BaseEstimator):
    """A hyperparameter object: constructor arguments and nothing else.

    Optimizers, schedules, initializers and layers are components. They have
    ``get_params``, ``set_params``, ``repr`` and ``clone`` as every scikit-learn
    object, so that ``optimizer__beta_1`` can be searched. What changes while a
    network trains is state, which the training owns.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def validate(self):
        """Raise a ``ValueError`` that names the first bad hyperparameter; return self."""
        self._validate_params()
        return self


def unknown_name(kind: str, name: str, known: Iterable[str]) -> ValueError:
    """Return the error for a name that is in none of our tables."""
    known = sorted(known)
    close = get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return ValueError(
        f"Unknown {kind} {name!r}; expected one of {', '.join(map(repr, known))}.{hint}"
    )


# callbacks get a shallow copy of the estimator, and our copies have a network of their own
_AS_FITTED_NOW: dict[str, Any] = {"reconstruction_attributes": {}}


class FitTasks:
    """scikit-learn's callbacks around a fit and each of its epochs.

    Parameters
    ----------
    estimator : estimator with ``CallbackSupportMixin``
        Its ``fit`` is decorated by ``with_callbacks``.
    max_epochs : int
    X, y, sample_weight : array-like
        The training data as the user gave it.
    """

    def __init__(self, estimator, max_epochs, X, y, sample_weight):
        self._context = estimator._init_callback_context(max_subtasks=max_epochs)
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        self._told = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self._context.call_on_fit_task_begin(**self._told)

    def begin_epoch(self):
        """Tell the callbacks that an epoch begins."""
        self._epoch = self._context.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(**self._told)

    def end_epoch(self) -> bool:
        """Tell the callbacks that an epoch has ended; return whether one asks to stop."""
        return self._epoch.call_on_fit_task_end(**self._told, **_AS_FITTED_NOW)

    def end(self):
        """Tell the callbacks that the fit has ended."""
        self._context.call_on_fit_task_end(**self._told, **_AS_FITTED_NOW)
