"""Ready search spaces, by importance and by optimizer."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from ..estimators.base import BaseDeepEstimator
from ..estimators.inside import plain_copy
from ..optimizers import Optimizer, make_optimizer
from ..per_layer import hidden_sizes
from ..schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseSqrt,
    InverseTime,
    OneCycle,
    ReduceOnPlateau,
    Schedule,
    Staircase,
    make_schedule,
)
from .distributions import LogUniform, LogUniformInt, OneMinusLogUniform, Uniform
from .hidden_layers import HiddenLayers

__all__ = ["find_network", "search_space"]

Space = dict[str, Any]

_REGULARIZATION = {"dropout", "l2", "optimizer__weight_decay"}
_WIDTH = (16, 512)
_BETA = OneMinusLogUniform(0.5, 0.999)
_ACTIVATIONS = ["mish", "relu", "leaky_relu", "elu", "silu", "tanh"]


def search_space(
    estimator: BaseEstimator,
    level: str = "main",
    *,
    regularization: bool = True,
    prefix: str | None = None,
) -> Space:
    """Return distributions of an estimator's hyperparameters, the most important first.

    The result can be used with ``CoarseToFineSearchCV``, ``RandomizedSearchCV`` and every
    other search that accepts distributions. Start with a small level. Each level includes the
    levels above it in this table.

    ============ ==============================================================
    level        adds
    ============ ==============================================================
    ``minimal``  the learning rate (for L-BFGS, the L2 penalty instead)
    ``main``     L2, units in a hidden layer, AdamW's weight decay instead of L2,
                 momentum β, dropout, batch size
    ``extended`` encoding of numbers, learning-rate decay, number of hidden layers,
                 members
    ``all``      β of Adam and RMSprop, ε, activation, batch norm, history of
                 L-BFGS, encoding of categories
    ============ ==============================================================

    Parameters
    ----------
    estimator : DeepClassifier, DeepRegressor, or an estimator that contains one
        For example a ``Pipeline`` or a ``TransformedTargetRegressor``. The space depends on
        the optimizer and the schedule of the network. If a hyperparameter is given for each
        layer separately, the number of layers is not searched.
    level : {"minimal", "main", "extended", "all"}, default="main"
        Level of the table above.
    regularization : bool, default=True
        Whether to include dropout and the penalty.
    prefix : str, default=None
        Path to the network's hyperparameters, such as ``"deepclassifier"``. None searches
        for the network.

    Returns
    -------
    space : dict of str to distribution or list
        A new dict, which you can change.

    Raises
    ------
    ValueError
        If ``level`` is not valid, or if ``estimator`` does not contain exactly one network
        and ``prefix`` does not name one.

    Notes
    -----
    The order is that of the mean effects measured on real tables with several optimizers
    (:ref:`benchmark-importance`). The last level was not measured. The learning rate is the most
    important hyperparameter [1]_, [2]_; only with momentum had L2 a larger effect.

    References
    ----------
    .. [1] Bengio, "Practical recommendations for gradient-based training of deep
       architectures", 2012, section 3.
    .. [2] Bergstra and Bengio, "Random search for hyper-parameter optimization", Journal
       of Machine Learning Research 13, 2012.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skdeep import DeepClassifier
    >>> from skdeep.tuning import search_space
    >>> search_space(DeepClassifier(), level="minimal")
    {'learning_rate': LogUniform(0.0001, 0.1)}
    >>> model = make_pipeline(StandardScaler(), DeepClassifier(optimizer="momentum"))
    >>> for name, distribution in search_space(model, regularization=False).items():
    ...     print(name, distribution)
    deepclassifier__learning_rate LogUniform(0.001, 1.0)
    deepclassifier__hidden_layer_sizes HiddenLayers(depth=3, width=(16, 512), equal=True)
    deepclassifier__optimizer__momentum OneMinusLogUniform(0.5, 0.999)
    deepclassifier__batch_size [32, 64, 128, 256, 512]
    """
    names = [*_LEVELS]
    if level not in names:
        raise ValueError(
            "search_space: level must be 'minimal', 'main', 'extended' or 'all'. "
            f"Got {level!r} instead."
        )
    path, network = find_network(estimator, prefix, "search_space", "Give the prefix of one.")
    optimizer = make_optimizer(network.optimizer)
    levels = _LEVELS if optimizer.takes_steps else _LBFGS_LEVELS
    space: Space = {}
    for name in names[: names.index(level) + 1]:
        space |= levels[name](network, optimizer)
    if not regularization:
        kept = levels["minimal"](network, optimizer)
        space = {k: v for k, v in space.items() if k in kept or k not in _REGULARIZATION}
    return {path + name: distribution for name, distribution in space.items()}


def find_network(
    estimator: BaseEstimator, prefix: str | None, who: str, remedy: str = ""
) -> tuple[str, BaseDeepEstimator]:
    """Return the prefix of the network's hyperparameters, and the network."""
    parts = {"": estimator, **{f"{k}__": v for k, v in estimator.get_params().items()}}
    networks = {k: v for k, v in parts.items() if isinstance(v, BaseDeepEstimator)}
    if prefix is not None:
        path = prefix.removesuffix("__") + "__" if prefix else ""
        networks = {k: v for k, v in networks.items() if k == path}
    if len(networks) != 1:
        names = ", ".join(repr(k.removesuffix("__")) for k in networks) or "none"
        where = "" if prefix is None else f" at prefix={prefix!r}"
        raise ValueError(
            f"{who} needs exactly one DeepClassifier or DeepRegressor in "
            f"{type(estimator).__name__}{where}. Found {names}. {remedy}"
        )
    return next(iter(networks.items()))


def _learning_rate(network: BaseDeepEstimator, optimizer: Optimizer) -> Space:
    """Return three decades of learning rates around the usual value of the optimizer."""
    low, high = (1e-3, 1.0) if optimizer.steps_shrink else (1e-4, 1e-1)
    return {"learning_rate": LogUniform(low, high)}


def _penalty_width_batch(network: BaseDeepEstimator, optimizer: Optimizer) -> Space:
    momentum = _own(optimizer, "momentum") if optimizer.get_params().get("momentum") else {}
    decay = _own(optimizer, "weight_decay")  # matters less than L2
    return {
        **({} if decay else _l2(network, optimizer)),
        **_width(network, optimizer),
        **decay,
        **momentum,
        "dropout": Uniform(0.0, 0.5),
        "batch_size": [32, 64, 128, 256, 512],
    }


_OWN: Space = {
    "momentum": _BETA,
    "beta": _BETA,
    "beta_1": _BETA,
    "beta_2": OneMinusLogUniform(0.9, 0.9999),
    "epsilon": LogUniform(1e-10, 1e-4),
    "weight_decay": LogUniform(1e-4, 1.0),
    "history": LogUniformInt(5, 50),
}


def _own(optimizer: Optimizer, *names: str) -> Space:
    """Return the distributions of those hyperparameters that the optimizer has."""
    known = optimizer.get_params()
    return {f"optimizer__{name}": _OWN[name] for name in names if name in known}


def _width(network: BaseDeepEstimator, optimizer: Optimizer) -> Space:
    """Return widths for the network's present depth."""
    depth = len(hidden_sizes(plain_copy(network)))
    return {"hidden_layer_sizes": HiddenLayers(depth, _WIDTH)} if depth else {}


def _numbers_decay(network: BaseDeepEstimator, optimizer: Optimizer) -> Space:
    decay, members = _decay(network.lr_schedule), _members(network)
    return {**_numbers_depth(network, optimizer), **decay, **members}


def _members(network: BaseDeepEstimator) -> Space:
    """Return numbers of members; a network without hidden layers gains nothing by them."""
    return {"n_members": [1, 2, 4, 8]} if len(hidden_sizes(plain_copy(network))) else {}


def _numbers_depth(network: BaseDeepEstimator, optimizer: Optimizer) -> Space:
    encoding = _encoding(network, "numerical_encoding", ["auto", "standardize"])
    return {**encoding, **_depth(network, optimizer)}


def _encoding(network: BaseDeepEstimator, name: str, choices: list[str]) -> Space:
    """Return encodings that any X allows, unless the user has chosen one, or an augmenter."""
    is_open = getattr(network, name) in choices and network.augment is None
    return {name: choices} if is_open else {}


def _depth(network: BaseDeepEstimator, optimizer: Optimizer) -> Space:
    """Return depths, unless a hyperparameter is given for each layer."""
    by_layer = (network.activation, network.batch_norm, network.dropout)
    if any(map(np.ndim, by_layer)):
        return {}
    return {"hidden_layer_sizes": HiddenLayers((1, 4), _WIDTH)}


def _decay(lr_schedule: Any) -> Space:
    """Return kinds of decay for a constant rate, else hyperparameters of the given schedule."""
    return _DECAYS.get(type(make_schedule(lr_schedule)), {})


_DECAYS: dict[type[Schedule], Space] = {
    Constant: {"lr_schedule": ["constant", "inverse_time", "cosine", "one_cycle"]},
    InverseTime: {"lr_schedule__decay_rate": LogUniform(1e-3, 1.0)},
    Exponential: {"lr_schedule__decay_rate": OneMinusLogUniform(0.8, 0.999)},
    InverseSqrt: {"lr_schedule__k": LogUniform(0.1, 10.0)},
    Staircase: {
        "lr_schedule__factor": LogUniform(0.1, 0.9),
        "lr_schedule__every": LogUniformInt(2, 50),
    },
    Cosine: {"lr_schedule__warmup": Uniform(0.0, 0.3)},
    OneCycle: {"lr_schedule__warmup": Uniform(0.1, 0.5)},
    ReduceOnPlateau: {
        "lr_schedule__factor": LogUniform(0.1, 0.7),
        "lr_schedule__n_iter_no_change": LogUniformInt(2, 20),
    },
}


def _rest(network: BaseDeepEstimator, optimizer: Optimizer) -> Space:
    return {
        **_own(optimizer, "beta", "beta_1", "beta_2", "epsilon"),
        "activation": _ACTIVATIONS,
        "batch_norm": [False, True],
        **_categories(network),
    }


def _categories(network: BaseDeepEstimator) -> Space:
    return _encoding(network, "category_encoding", ["auto", "one_hot", "embedding"])


def _l2(network: BaseDeepEstimator, optimizer: Optimizer) -> Space:
    return {"l2": LogUniform(1e-3, 1e2)}


def _activation_history(network: BaseDeepEstimator, optimizer: Optimizer) -> Space:
    return {**_own(optimizer, "history"), "activation": _ACTIVATIONS, **_categories(network)}


_Level = Callable[[BaseDeepEstimator, Optimizer], Space]

_LEVELS: dict[str, _Level] = {
    "minimal": _learning_rate,
    "main": _penalty_width_batch,
    "extended": _numbers_decay,
    "all": _rest,
}
_LBFGS_LEVELS: dict[str, _Level] = {
    "minimal": _l2,
    "main": _width,
    "extended": _numbers_depth,
    "all": _activation_history,
}
