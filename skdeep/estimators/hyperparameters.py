"""Hyperparameters by name: set, checked, and unknown ones answered with those that are meant."""

import inspect
from collections.abc import Iterable
from typing import Any, ClassVar

from sklearn.base import BaseEstimator
from sklearn.metrics import get_scorer_names

from ..base import Component, did_you_mean
from .architecture import check_layers
from .parameters import CONSTRAINTS, SHORTHANDS, check_nested, spell_out

__all__ = ["Hyperparameters"]

_ELSEWHERE = {
    "alpha": "l2",
    "epochs": "max_epochs",
    "learning_rate_init": "learning_rate",
    "lr": "learning_rate",
    "max_iter": "max_epochs",
    "n_epochs": "max_epochs",
    "num_epochs": "max_epochs",
    "patience": "n_iter_no_change",
    "seed": "random_state",
    "solver": "optimizer",
    "validation_split": "validation_fraction",
}


class Hyperparameters(BaseEstimator):
    """An estimator as far as its hyperparameters go."""

    _parameter_constraints: ClassVar[dict[str, Any]] = CONSTRAINTS

    def __new__(cls, *args: Any, **hyperparameters: Any):
        """Answer an unknown hyperparameter with the known one that may be meant."""
        if not hyperparameters.keys() <= cls._parameter_constraints.keys():
            _check_keywords(cls, hyperparameters)
        return super().__new__(cls)

    def __init__(self, **hyperparameters):
        for name, value in hyperparameters.items():
            setattr(self, name, value)

    def set_params(self, **params):
        """Set hyperparameters; ``optimizer__beta_1`` reaches into a named optimizer too.

        Parameters
        ----------
        **params : dict
            Hyperparameters by name. A nested name such as ``optimizer__beta_1``,
            ``lr_schedule__rate`` or ``batch_norm__momentum`` turns a shorthand such as
            ``"adam"`` or True into its component.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            For a name that is not a hyperparameter.
        """
        self._check_names(key.partition("__")[0] for key in params)
        for name in SHORTHANDS:
            value = params.get(name, getattr(self, name))
            is_reached_into = any(key.startswith(name + "__") for key in params)
            if is_reached_into and not isinstance(value, Component):
                params[name] = spell_out(name, value)
        check_nested(self, params)
        before = vars(self).copy()
        try:
            return super().set_params(**params)
        except BaseException:
            self.__dict__ = before
            raise

    def _check_names(self, names: Iterable[str]) -> None:
        """Raise scikit-learn's error for the first name that is not a hyperparameter."""
        for name in names:
            if name not in self._parameter_constraints:
                known = self._get_param_names()
                if name not in known:
                    raise ValueError(
                        f"Invalid parameter {name!r} for estimator {self}. Valid parameters are: "
                        f"{known}.{_hint_at_ours(name, known)}"
                    )

    def _validate_params(self) -> None:
        super()._validate_params()
        check_layers(self)
        _check_scoring(self.scoring)


def _check_keywords(cls: type, hyperparameters: dict[str, Any]) -> None:
    """Raise a ``TypeError`` for the first name that is not in the signature of ``__init__``."""
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return
    for name in hyperparameters:
        if name not in parameters:
            raise TypeError(
                f"{cls.__name__}.__init__() got an unexpected keyword argument {name!r}."
                f"{_hint_at_ours(name, list(parameters))}"
            )


def _check_scoring(scoring: Any) -> None:
    """Raise a ``ValueError`` for a name that scikit-learn has no scorer for."""
    if isinstance(scoring, str) and scoring not in (known := get_scorer_names()):
        raise ValueError(
            f"Unknown scoring {scoring!r}; expected a callable or one of "
            f"sklearn.metrics.get_scorer_names().{did_you_mean(scoring, known, {})}"
        )


def _hint_at_ours(name: str, known: list[str]) -> str:
    """Return the question for the hyperparameter that an unknown name may stand for."""
    ours = {theirs: our for theirs, our in _ELSEWHERE.items() if our in known}
    return did_you_mean(name, known, ours)
