"""The hyperparameter object, and the only module that imports private names of scikit-learn."""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from importlib.metadata import metadata, version
from numbers import Integral, Real
from typing import Any, ClassVar, Self, TypeGuard

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.base import _fit_context as fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval as _Interval
from sklearn.utils._param_validation import InvalidParameterError, StrOptions
from sklearn.utils.validation import _check_categorical_features as check_categorical_features
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = [
    "FRACTION",
    "NON_NEGATIVE",
    "PLAIN_TYPES",
    "POSITIVE",
    "BadValueError",
    "CallbackSupportMixin",
    "Component",
    "DistinctNumbers",
    "FitTasks",
    "Interval",
    "InvalidParameterError",
    "MismatchError",
    "StrOptions",
    "UsageError",
    "__version__",
    "check_categorical_features",
    "check_option",
    "check_random_state",
    "check_sample_weight",
    "did_you_mean",
    "documentation_page",
    "fit_context",
    "is_int",
    "is_missing",
    "is_negated",
    "is_real",
    "listed",
    "naming",
    "plain",
    "unknown_name",
    "with_callbacks",
]

__version__ = version("scikit-deep")


def documentation_page() -> str:
    """Return the address of an estimator's page, or "" if the metadata name no site."""
    urls = [each.partition(", ") for each in metadata("scikit-deep").get_all("Project-URL", [])]
    site = {label.lower(): url for label, _, url in urls}.get("documentation", "")
    return f"{site.rstrip('/')}/generated/skdeep.{{estimator_name}}.html" if site else ""


def is_real(value: Any) -> TypeGuard[float]:
    """Return whether ``value`` is a real number; a bool is none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_int(value: Any) -> TypeGuard[int]:
    """Return whether ``value`` is an integer; a bool is none."""
    return isinstance(value, Integral) and is_real(value)


def is_missing(value: Any) -> bool:
    """Return whether ``value`` is None, nan or pandas.NA."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas.NA is neither equal to itself nor different
        return True
    except ValueError:  # an array
        return False


class Interval(_Interval):
    """scikit-learn's constraint for a number in a range. A bool is not a number."""

    def is_satisfied_by(self, val: Any) -> bool:
        return is_real(val) and super().is_satisfied_by(val)


class DistinctNumbers(Interval):
    """A constraint for a sequence of distinct numbers, each of which is in a range.

    Parameters
    ----------
    interval : Interval
        The range.
    """

    def __init__(self, interval: Interval) -> None:
        super().__init__(interval.type, interval.left, interval.right, closed=interval.closed)

    def is_satisfied_by(self, val: Any) -> bool:
        if not isinstance(val, list | tuple | np.ndarray) or np.ndim(val) != 1:
            return False
        return 0 < len(val) == len(set(val)) and all(map(super().is_satisfied_by, val))

    def __str__(self) -> str:
        return f"a sequence of distinct numbers, each {super().__str__()}"


FRACTION = [Interval(Real, 0, 1, closed="left")]
POSITIVE = [Interval(Real, 0, None, closed="neither")]
NON_NEGATIVE = [Interval(Real, 0, None, closed="left")]


class Component(BaseEstimator):
    """A hyperparameter object: constructor arguments and nothing else.

    Optimizers, schedules, initializers and layers are components. Like every scikit-learn
    object, they have ``get_params``, ``set_params``, ``repr`` and ``clone``, so that
    ``optimizer__beta_1`` can be searched. They do not store state that changes during
    training.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def validate(self) -> Self:
        """Raise a ``ValueError`` that names the first bad hyperparameter; return self."""
        self._validate_params()
        return self


class UsageError(ValueError):
    """An error in data or hyperparameters, raised where the estimator's name is not known."""

    def by(self, name: str) -> ValueError:
        """Return the error with the name of the estimator."""
        return ValueError(f"{name}: {self}")


class MismatchError(UsageError):
    """An error in a y that does not match the y of the training so far.

    Parameters
    ----------
    message : str
    of_validation : str
        The message if this y is the target of the validation data.
    """

    def __init__(self, message: str, of_validation: str) -> None:
        super().__init__(message)
        self.of_validation = of_validation

    def __reduce__(self) -> tuple:
        return type(self), (str(self), self.of_validation)


class BadValueError(UsageError):
    """An error in the value of a hyperparameter, in scikit-learn's sentence.

    Parameters
    ----------
    parameter : str
        Name of the hyperparameter.
    expected : str
        Description of the valid values.
    value : object
        The value received.
    remedy : str, default=""
        A sentence that is added to the message.
    """

    def __init__(self, parameter: str, expected: str, value: Any, remedy: str = "") -> None:
        super().__init__(f"{parameter} must be {expected}. Got {value!r} instead.")
        self.parameter, self.expected, self.value, self.remedy = parameter, expected, value, remedy

    def __reduce__(self) -> tuple:
        return type(self), (self.parameter, self.expected, self.value, self.remedy)

    def by(self, name: str) -> ValueError:
        return InvalidParameterError(
            f"The {self.parameter!r} parameter of {name} must be {self.expected}. "
            f"Got {self.value!r} instead.{self.remedy and ' '}{self.remedy}"
        )


def check_option(who: str, name: str, value: Any, constraint: Interval) -> None:
    """Raise a ``ValueError`` for a function's argument that a constraint does not allow."""
    if not constraint.is_satisfied_by(value):
        raise BadValueError(name, str(constraint), value).by(who)


def is_negated(scorer: Any) -> bool:
    """Return whether a scorer returns the negative of an error."""
    return getattr(scorer, "_sign", 1) < 0


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Add the name of an estimator to every ``UsageError`` that is raised in the context."""
    try:
        yield
    except UsageError as reason:
        raise reason.by(name) from None


PLAIN_TYPES = (bool, int, float, str, type(None))
_PLAIN: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    ((bool, np.bool_), bool),
    (Integral, int),
    (Real, float),
    (str, str),
)


def plain(value: Any) -> Any:
    """Return a hyperparameter in the form used in training: Python's own numbers and strings.

    NumPy's integers can overflow, and its short floats are rounded differently from Python's.
    A component is validated. If one of its constrained hyperparameters is not plain, a copy
    is returned. A plain value is returned unchanged.
    """
    if type(value) in PLAIN_TYPES:
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
    """Return an array, a series or a range as a list, and any other value unchanged."""
    if type(value) in PLAIN_TYPES or isinstance(value, list | tuple) or callable(value):
        return value
    array = np.asarray(value, dtype=object)
    return array.tolist() if array.ndim else value


def did_you_mean(name: str, known: Iterable[str], elsewhere: Mapping[str, str]) -> str:
    """Return a question that suggests the known name closest to ``name``, if one is close.

    ``elsewhere`` maps the names used by other libraries, in lower case, to ours.
    """
    ours = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), [*ours, *elsewhere], n=1)
    return f" Did you mean {(ours | dict(elsewhere))[close[0]]!r}?" if close else ""


def unknown_name(
    kind: str, name: str, known: Iterable[str], elsewhere: Mapping[str, str] | None = None
) -> ValueError:
    """Return the error for a name that is not in a table."""
    known = sorted(known)
    hint = did_you_mean(name, known, elsewhere or {})
    return ValueError(
        f"Unknown {kind} {name!r}; expected one of {', '.join(map(repr, known))}.{hint}"
    )


# callbacks get a shallow copy of the estimator, and a copy has its own network
_AS_FITTED_NOW: dict[str, Any] = {"reconstruction_attributes": {}}


class FitTasks:
    """Calls scikit-learn's callbacks before and after a fit and each of its epochs.

    Parameters
    ----------
    estimator : estimator with ``CallbackSupportMixin``
        Its ``fit`` is decorated by ``with_callbacks``.
    max_epochs : int
    X, y, sample_weight : array-like
        The training data as the user gave it.
    """

    def __init__(self, estimator: Any, max_epochs: int, X: Any, y: Any, sample_weight: Any) -> None:
        self._context = estimator._init_callback_context(max_subtasks=max_epochs)
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        self._told = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self._context.call_on_fit_task_begin(**self._told)

    def begin_epoch(self) -> None:
        """Tell the callbacks that an epoch begins."""
        self._epoch = self._context.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(**self._told)

    def end_epoch(self) -> bool:
        """Tell the callbacks that an epoch has ended; return whether one asks to stop."""
        return self._epoch.call_on_fit_task_end(**self._told, **_AS_FITTED_NOW)

    def end(self) -> None:
        """Tell the callbacks that the fit has ended."""
        self._context.call_on_fit_task_end(**self._told, **_AS_FITTED_NOW)
