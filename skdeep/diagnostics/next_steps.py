"""What to try against a problem, in terms of an estimator's hyperparameters."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..estimators.base import BaseDeepEstimator
from ..estimators.inside import has_trained, picked_epoch, plain_copy
from ..optimizers import make_optimizer
from ..per_layer import hidden_sizes
from ..schedules import Constant, make_schedule
from .locate import find_deep

__all__ = ["Step", "steps_against"]

_USUAL_SIZES = (128, 128, 128)
_STRONG = 0.1  # share of the training loss


@dataclass(frozen=True)
class Step:
    """Something to try.

    Attributes
    ----------
    text : str
    params : dict
        Values of the hyperparameters; empty for a step that is about the data.
    """

    text: str
    params: dict[str, Any] = field(default_factory=dict)


Steps = Iterator[Step]


def steps_against(problem: str, estimator: Any = None) -> list[Step]:
    """Return what to try against a problem, the most promising first.

    Steps that the estimator's hyperparameters make void are left out: longer training if early
    stopping ended it, dropout without hidden layers, learning rates with L-BFGS.

    Parameters
    ----------
    problem : {"avoidable_bias", "variance", "data_mismatch", "dev_overfitting"}
    estimator : DeepClassifier, DeepRegressor, or an estimator that contains one, default=None
        Need not be fitted. None gives general advice.
    """
    if estimator is None:
        return list(map(Step, _GENERAL[problem]))
    deep = find_deep(estimator)[0]
    steps: tuple[Callable[[_Case], Steps], ...] = _AGAINST[problem]
    case = _Case(plain_copy(deep))
    return [step for each in steps for step in each(case)]


_GENERAL = {
    "avoidable_bias": (
        "A bigger network: more units or layers.",
        "Train longer, unless early stopping ends the training.",
        "A better optimizer, learning rate or schedule.",
        "Less regularization.",
        "Another architecture, or features with more information about y.",
    ),
    "variance": (
        "More training data.",
        "Augment the training data.",
        "Regularization: l2, more members, early stopping, dropout.",
        "A smaller network, or another architecture.",
    ),
    "data_mismatch": (
        "Training data more like the dev set: collect it, or create it by augmentation. Look at "
        "the errors on the dev set first. How does its data differ from the training data?",
    ),
    "dev_overfitting": ("A bigger dev set, or a new one: too many choices were made on this one.",),
}


class _Case:
    """An estimator and what follows from its hyperparameters and its training."""

    def __init__(self, deep: BaseDeepEstimator) -> None:
        self.deep = deep
        self.optimizer = make_optimizer(deep.optimizer)
        self.sizes = tuple(hidden_sizes(deep))
        self.has_trained = has_trained(deep)
        self.stops_early = self._stops_early()

    @property
    def takes_steps(self) -> bool:
        """Whether the optimizer has a learning rate, and layers can have dropout."""
        return self.optimizer.takes_steps

    def _stops_early(self) -> bool:
        """Return whether a validation score ends the training; for many rows, if not fitted."""
        if self.has_trained:
            return picked_epoch(self.deep) is not None
        if self.deep.early_stopping in (True, False):
            return self.deep.early_stopping
        return bool(self.sizes) and self.takes_steps

    @property
    def has_run_out(self) -> bool:
        """Whether ``max_epochs`` ended the training while it still made progress."""
        n, most = self.deep.n_epochs_, self.deep.max_epochs
        return n >= most and self.deep.best_epoch_ >= 0.8 * (n - 1)

    @property
    def has_stalled(self) -> bool:
        """Whether the training ended because its own objective did not improve."""
        return (
            self.takes_steps
            and not self.stops_early
            and self.deep.n_iter_no_change is not None
            and self.deep.n_epochs_ < self.deep.max_epochs
        )

    @property
    def is_full_length(self) -> bool:
        """Whether the training takes ``max_epochs``, as schedules over its length assume."""
        if self.has_trained:
            return self.deep.n_epochs_ >= self.deep.max_epochs
        return self.deep.n_iter_no_change is None

    @property
    def usual_learning_rate(self) -> float:
        """The estimators' default for Adam, and their advice for plain gradient descent."""
        return 0.1 if self.optimizer.steps_shrink else 0.005

    @property
    def learns_as_usual(self) -> bool:
        """Whether the learning rate is near the usual one."""
        return 0.1 <= self.deep.learning_rate / self.usual_learning_rate <= 10

    @property
    def penalty_is_strong(self) -> bool:
        """Whether the penalties are a large part of the objective, or keep the loss from falling.

        A penalty that keeps all weights near 0 is itself small.
        """
        if not self.has_trained or not self.deep.n_epochs_:
            return True
        losses = self.deep.history_["train_loss"]
        first, last = losses[0], losses[-1]
        has_learned = last < first - _STRONG * abs(first)
        return not has_learned or self.deep.loss_ - last > _STRONG * abs(last)


def _longer(case: _Case) -> Steps:
    deep = case.deep
    longer = {"max_epochs": 3 * deep.max_epochs}
    if not case.has_trained:
        if not case.stops_early:
            yield Step(f"max_epochs is {deep.max_epochs}: try {longer['max_epochs']}.", longer)
    elif case.has_run_out:
        yield Step(
            f"Train longer: the loss still improved at the last of {deep.n_epochs_} epochs; try "
            f"max_epochs={longer['max_epochs']}.",
            longer,
        )
    elif case.has_stalled:
        patience = 3 * deep.n_iter_no_change
        yield Step(
            f"Train longer: it stopped after {deep.n_epochs_} of {deep.max_epochs} epochs; "
            f"try n_iter_no_change={patience}.",
            {"n_iter_no_change": patience},
        )


def _usual_learning_rate(case: _Case) -> Steps:
    """Replace a learning rate that is far from the usual one of the optimizer."""
    if case.takes_steps and not case.learns_as_usual:
        rate, usual = case.deep.learning_rate, case.usual_learning_rate
        yield Step(
            f"learning_rate is {rate:g}, and {usual:g} is usual for this optimizer: try it, or "
            "see find_learning_rate.",
            {"learning_rate": usual},
        )


def _bigger(case: _Case) -> Steps:
    sizes = case.sizes
    if not sizes:
        yield Step(
            "hidden_layer_sizes is (): try (128, 128, 128), a network with hidden layers.",
            {"hidden_layer_sizes": _USUAL_SIZES},
        )
    elif sum(sizes) < sum(_USUAL_SIZES) / 4:
        yield Step(
            f"hidden_layer_sizes is {sizes}: try more units and layers, {_USUAL_SIZES}.",
            {"hidden_layer_sizes": _USUAL_SIZES},
        )
    else:
        wider, deeper = tuple(2 * n for n in sizes), (*sizes, sizes[-1])
        yield Step(
            f"hidden_layer_sizes is {sizes}: try more units, {wider}, or a layer, {deeper}.",
            {"hidden_layer_sizes": wider},
        )


def _less_dropout(case: _Case) -> Steps:
    dropout = case.deep.dropout
    if case.sizes and case.takes_steps and np.any(dropout):
        yield Step(f"dropout is {dropout}: try {_half(dropout)} or 0.0.", {"dropout": 0.0})


def _half(dropout: Any) -> float | list[float]:
    if np.ndim(dropout):
        return [round(rate / 2, 3) for rate in dropout]
    return round(dropout / 2, 3)


def _less_penalty(case: _Case) -> Steps:
    if not case.penalty_is_strong:
        return
    for name, value in _penalties(case).items():
        if value:
            yield Step(f"{name} is {value:g}: try {value / 10:g} or 0.0.", {name: 0.0})


def _penalties(case: _Case) -> dict[str, float]:
    """Return the strengths of the penalties, with decoupled weight decay."""
    own = case.optimizer.get_params()
    decay = {"optimizer__weight_decay": own["weight_decay"]} if "weight_decay" in own else {}
    return {"l2": case.deep.l2, "l1": case.deep.l1, **decay}


def _encoding(case: _Case) -> Steps:
    encoding = case.deep.numerical_encoding
    if case.sizes and case.deep.augment is None and encoding in (None, "standardize", "robust"):
        yield Step(
            f"numerical_encoding is {encoding!r}: try 'auto', which fits tables of numbers.",
            {"numerical_encoding": "auto"},
        )


def _optimization(case: _Case) -> Steps:
    deep = case.deep
    if not case.takes_steps:
        return
    if case.optimizer.steps_shrink:
        yield Step(
            f"optimizer is {deep.optimizer!r}: try 'adam', with learning_rate=0.005.",
            {"optimizer": "adam", "learning_rate": 0.005},
        )
    if isinstance(make_schedule(deep.lr_schedule), Constant) and case.is_full_length:
        yield Step("lr_schedule is 'constant': try 'cosine'.", {"lr_schedule": "cosine"})
    if len(case.sizes) >= 3 and deep.batch_norm is False:
        yield Step(
            "batch_norm is False: try True, which lets deep networks train faster.",
            {"batch_norm": True},
        )


def _search_learning_rate(case: _Case) -> Steps:
    if case.takes_steps and case.learns_as_usual:
        yield Step(f"learning_rate is {case.deep.learning_rate:g}: see find_learning_rate.")


def _features(case: _Case) -> Steps:
    yield Step("Another architecture, or features with more information about y.")


def _more_data(case: _Case) -> Steps:
    yield Step("More training data.")


def _stop_early(case: _Case) -> Steps:
    if case.deep.early_stopping is False and case.sizes and case.takes_steps:
        yield Step(
            "early_stopping is False: try 'auto', which keeps the best epoch.",
            {"early_stopping": "auto"},
        )


def _more_members(case: _Case) -> Steps:
    deep = case.deep
    n = getattr(deep, "n_members_", 1) if case.has_trained else deep.n_members
    if case.sizes and case.takes_steps and n in (1, 2):
        yield Step(f"n_members is {n}: try 8.", {"n_members": 8})


def _more_penalty(case: _Case) -> Steps:
    penalties = _penalties(case)
    name = "optimizer__weight_decay" if "optimizer__weight_decay" in penalties else "l2"
    value = penalties[name]
    if value:
        text = f"{name} is {value:g}: try {3 * value:g} or {10 * value:g}."
        yield Step(text, {name: 3 * value})
    else:
        yield Step(f"{name} is 0.0: try 0.1 to 10.", {name: 1.0})


def _more_dropout(case: _Case) -> Steps:
    dropout = case.deep.dropout
    if not (case.sizes and case.takes_steps):
        return
    if not np.any(dropout):
        yield Step("dropout is 0.0: try 0.1 to 0.3.", {"dropout": 0.2})
    elif np.max(dropout) < 0.5:
        yield Step(f"dropout is {dropout}: try up to 0.5.", {"dropout": 0.5})


def _augment(case: _Case) -> Steps:
    deep = case.deep
    if not case.takes_steps:
        return
    if deep.augment is not None:
        yield Step(f"augment is {deep.augment!r}: make it stronger.")
    elif deep.numerical_encoding is None:
        yield Step("augment is None: try ImageAugmenter for images, or Mixup.")


def _smaller(case: _Case) -> Steps:
    if case.sizes:
        smaller = tuple(max(1, n // 2) for n in case.sizes)
        yield Step(
            f"hidden_layer_sizes is {case.sizes}: try fewer units, {smaller}.",
            {"hidden_layer_sizes": smaller},
        )


def _like_the_dev_set(case: _Case) -> Steps:
    yield from map(Step, _GENERAL["data_mismatch"])


def _new_dev_set(case: _Case) -> Steps:
    yield from map(Step, _GENERAL["dev_overfitting"])


# in the order of tests/benchmarks/advice.py: how often and how much the error falls
_AGAINST: dict[str, tuple[Callable[[_Case], Steps], ...]] = {
    "avoidable_bias": (
        _longer,
        _usual_learning_rate,
        _less_dropout,
        _less_penalty,
        _bigger,
        _encoding,
        _optimization,
        _search_learning_rate,
        _features,
    ),
    "variance": (
        _more_data,
        _more_penalty,
        _more_members,
        _stop_early,
        _more_dropout,
        _augment,
        _smaller,
    ),
    "data_mismatch": (_like_the_dev_set,),
    "dev_overfitting": (_new_dev_set,),
}
