"""Floor 0: the hyperparameter object, and the only door to scikit-learn's private names."""

import copy
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from importlib.metadata import version
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.base import _fit_context as fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils._param_validation import Interval as _Interval
from sklearn.utils._param_validation import InvalidParameterError, StrOptions
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
    "did_you_mean",
    "fit_context",
    "listed",
    "plain",
    "unknown_name",
    "with_callbacks",
]

__version__ = version("scikit-deep")


class Interval(_Interval):
    """scikit-learn's constraint for a number in a range, to which True is no number."""

    def is_satisfied_by(self, val: Any) -> bool:
        return not isinstance(val, bool) and super().is_satisfied_by(val)


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


_OWN = (bool, int, float, str, type(None))
_PLAIN: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    ((bool, np.bool_), bool),
    (Integral, int),
    (Real, float),
    (str, str),
)


def plain(value: Any) -> Any:
    """Return a hyperparameter as training reads it: in Python's own numbers and strings.

    NumPy's integers overflow and its short floats round where Python's do not. A component
    is validated, and copied if one of the hyperparameters that it constrains is not plain. A
    value that is plain is returned itself.
    """
    if type(value) in _OWN:
        return value
    if isinstance(value, Component):
        return _plain_component(value)
    for types, own in _PLAIN:
        if isinstance(value, types):
            return value if type(value) is own else own(value)
    if isinstance(value, list | tuple):
        items = [plain(item) for item in value]
        is_plain = all(new is old for new, old in zip(items, value, strict=True))
        if is_plain:
            return value
        return tuple(items) if isinstance(value, tuple) else items
    return value


def _plain_component(component: Component) -> Component:
    component.validate()
    given = {name: getattr(component, name) for name in component._parameter_constraints}
    other = {name: read for name, value in given.items() if (read := plain(value)) is not value}
    if not other:
        return component
    component = copy.copy(component)
    component.__dict__.update(other)
    return component


def listed(value: Any) -> Any:
    """Return an array, a series or a range as a list, and anything else as it is."""
    if type(value) in _OWN or isinstance(value, list | tuple) or callable(value):
        return value
    array = np.asarray(value, dtype=object)
    return array.tolist() if array.ndim else value


def did_you_mean(name: str, known: Iterable[str], elsewhere: Mapping[str, str]) -> str:
    """Return the question for the known name that is close, or that others call ``name``.

    ``elsewhere`` gives the names that other libraries have for ours, in lower case.
    """
    ours = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), [*ours, *elsewhere], n=1)
    return f" Did you mean {(ours | dict(elsewhere))[close[0]]!r}?" if close else ""


def unknown_name(
    kind: str, name: str, known: Iterable[str], elsewhere: Mapping[str, str] | None = None
) -> ValueError:
    """Return the error for a name that is in none of our tables."""
    known = sorted(known)
    hint = did_you_mean(name, known, elsewhere or {})
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
