"""What to try against each problem, in terms of an estimator's hyperparameters."""

from typing import Any

import numpy as np

from ..estimators.base import BaseDeepEstimator
from ..estimators.inside import is_fitted, picked_epoch, plain_copy
from ..optimizers import make_optimizer
from ..per_layer import hidden_sizes
from ..schedules import Constant, make_schedule
from .locate import find_deep

__all__ = ["next_steps"]


def next_steps(problems: tuple[str, ...], estimator: Any = None) -> tuple[str, ...]:
    """Return what to try against the problems, the most important first."""
    deep = None if estimator is None else plain_copy(find_deep(estimator)[0])
    if not problems:
        return ("No gap is high. A lower error now needs many small improvements, or better data.",)
    against = {
        "avoidable_bias": _against_bias,
        "variance": _against_variance,
        "data_mismatch": _against_mismatch,
        "dev_overfitting": _against_dev_overfitting,
    }
    return tuple(step for problem in problems for step in against[problem](deep))


def _against_bias(deep: BaseDeepEstimator | None) -> list[str]:
    if deep is None:
        return [
            "A bigger network: more units or layers.",
            "Train longer.",
            "A better optimizer, learning rate or schedule.",
            "Less regularization.",
            "Another architecture.",
        ]
    return [
        _bigger(deep),
        *_longer(deep),
        *_faster(deep),
        *_less_regularization(deep),
        "Another architecture, or features with more information about y.",
    ]


def _bigger(deep: BaseDeepEstimator) -> str:
    sizes = hidden_sizes(deep)
    if not sizes:
        return "hidden_layer_sizes is (): try (128,), a network with a hidden layer."
    wider, deeper = tuple(2 * n for n in sizes), (*sizes, sizes[-1])
    return f"hidden_layer_sizes is {tuple(sizes)}: try more units, {wider}, or a layer, {deeper}."


def _longer(deep: BaseDeepEstimator) -> list[str]:
    """Suggest more epochs if training ended at ``max_epochs``, or later stopping."""
    if not is_fitted(deep):
        return [f"max_epochs is {deep.max_epochs}: try {3 * deep.max_epochs}."]
    n = deep.n_epochs_
    if deep.best_epoch_ == n - 1 and n >= deep.max_epochs:
        return [
            f"Train longer: the best epoch was the last of {n}; try max_epochs="
            f"{3 * deep.max_epochs}."
        ]
    if n < deep.max_epochs:
        return [
            f"Train longer: it stopped after {n} of {deep.max_epochs} epochs; try a larger "
            f"n_iter_no_change than {deep.n_iter_no_change}, or a smaller tol than {deep.tol:g}."
        ]
    return []


def _faster(deep: BaseDeepEstimator) -> list[str]:
    rate = f"learning_rate is {deep.learning_rate:g}: see find_learning_rate"
    is_constant = isinstance(make_schedule(deep.lr_schedule), Constant)
    steps = [f"{rate}, and try lr_schedule='cosine'." if is_constant else f"{rate}."]
    if make_optimizer(deep.optimizer).steps_shrink:
        steps.append(f"optimizer is {deep.optimizer!r}: try 'adam'.")
    if len(hidden_sizes(deep)) >= 3 and deep.batch_norm is False:
        steps.append("batch_norm is False: try True, which lets deep networks train faster.")
    return steps


def _less_regularization(deep: BaseDeepEstimator) -> list[str]:
    steps = []
    if np.any(deep.dropout):
        steps.append(f"dropout is {deep.dropout}: try {_half(deep.dropout)} or 0.0.")
    for name in ("l2", "l1"):
        value = getattr(deep, name)
        if value:
            steps.append(f"{name} is {value:g}: try {value / 10:g} or 0.0.")
    return steps


def _half(dropout: Any) -> float | list[float]:
    if np.ndim(dropout):
        return [round(rate / 2, 3) for rate in dropout]
    return round(dropout / 2, 3)


def _against_variance(deep: BaseDeepEstimator | None) -> list[str]:
    more = "More training data."
    if deep is None:
        return [
            more,
            "Augment the training data.",
            "Regularization: l2, dropout, early stopping.",
            "A smaller network, or another architecture.",
        ]
    steps = [more, _augment(deep), _more_l2(deep), _more_dropout(deep)]
    if picked_epoch(deep) is None:
        steps.append(
            f"early_stopping is {deep.early_stopping!r}: try True, which keeps the best epoch."
        )
    sizes = hidden_sizes(deep)
    if sizes:
        smaller = tuple(max(1, n // 2) for n in sizes)
        steps.append(f"hidden_layer_sizes is {tuple(sizes)}: try fewer units, {smaller}.")
    return [step for step in steps if step]


def _augment(deep: BaseDeepEstimator) -> str:
    if deep.augment is None:
        return "augment is None: try one, such as ImageAugmenter for images or GaussianNoise."
    return f"augment is {deep.augment!r}: make it stronger."


def _more_l2(deep: BaseDeepEstimator) -> str:
    if deep.l2:
        return f"l2 is {deep.l2:g}: try {3 * deep.l2:g} or {10 * deep.l2:g}."
    return "l2 is 0.0: try 0.1 to 10."


def _more_dropout(deep: BaseDeepEstimator) -> str:
    if not hidden_sizes(deep):
        return ""
    if not np.any(deep.dropout):
        return "dropout is 0.0: try 0.1 to 0.3."
    if np.max(deep.dropout) < 0.5:
        return f"dropout is {deep.dropout}: try up to 0.5."
    return ""


def _against_mismatch(deep: BaseDeepEstimator | None) -> list[str]:
    return [
        "Look at the errors on the dev set. How does its data differ from the training data?",
        "Training data more like the dev set: collect it, or create it by augmentation.",
    ]


def _against_dev_overfitting(deep: BaseDeepEstimator | None) -> list[str]:
    return ["A bigger dev set, or a new one: too many choices were made on this one."]
