"""Set and check hyperparameters by name, and suggest a name for an unknown one."""

import inspect
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from sklearn.base import BaseEstimator
from sklearn.metrics import get_scorer_names

from ..base import Component, did_you_mean, documentation_page
from .parameters import CONSTRAINTS, SHORTHANDS, check_nested, spell_out

__all__ = ["OTHER_SCORES", "Hyperparameters"]

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
    "weight_decay": "l2",
    "solver": "optimizer",
    "validation_split": "validation_fraction",
}

OTHER_SCORES = {
    "acc": "accuracy",
    "auc": "roc_auc",
    "brier": "neg_brier_score",
    "cross_entropy": "neg_log_loss",
    "f1-score": "f1",
    "f1_score": "f1",
    "log_loss": "neg_log_loss",
    "logloss": "neg_log_loss",
    "mae": "neg_mean_absolute_error",
    "mape": "neg_mean_absolute_percentage_error",
    "mean_absolute_error": "neg_mean_absolute_error",
    "mean_squared_error": "neg_mean_squared_error",
    "mse": "neg_mean_squared_error",
    "r2_score": "r2",
    "rmse": "neg_root_mean_squared_error",
}


class Hyperparameters(BaseEstimator):
    """Base class for the hyperparameters of an estimator."""

    _parameter_constraints: ClassVar[dict[str, Any]] = CONSTRAINTS
    _doc_link_module = "skdeep"  # of scikit-learn's HTML representation

    @property
    def _doc_link_template(self) -> str:
        return documentation_page()

    def __new__(cls, *args: Any, **hyperparameters: Any) -> Self:
        """Suggest a known hyperparameter for an unknown one."""
        if not hyperparameters.keys() <= cls._parameter_constraints.keys():
            _check_keywords(cls, hyperparameters)
        return super().__new__(cls)

    def _set(self, arguments: dict[str, Any]) -> None:
        """Set the arguments of ``__init__`` as attributes."""
        for name, value in arguments.items():
            if name != "self" and not name.startswith("__"):
                setattr(self, name, value)

    def set_params(self, **params: Any) -> Self:
        """Set hyperparameters, including nested ones such as ``optimizer__beta_1``.

        Parameters
        ----------
        **params : dict
            Hyperparameters by name. A nested name such as ``optimizer__beta_1``,
            ``lr_schedule__decay_rate`` or ``batch_norm__momentum`` replaces a shorthand such as
            ``"adam"`` or True by its component.

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
    """Raise a ``ValueError`` if scikit-learn has no scorer of this name."""
    if isinstance(scoring, str) and scoring not in (known := get_scorer_names()):
        raise ValueError(
            f"Unknown scoring {scoring!r}; expected a callable or one of "
            f"sklearn.metrics.get_scorer_names().{did_you_mean(scoring, known, OTHER_SCORES)}"
        )


def _hint_at_ours(name: str, known: list[str]) -> str:
    """Return a question that suggests a hyperparameter for an unknown name."""
    ours = {theirs: our for theirs, our in _ELSEWHERE.items() if our in known}
    return did_you_mean(name, known, ours)
