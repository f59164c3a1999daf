"""Ready search spaces: what to tune first, on which scale, for which optimizer."""

from typing import Any

from scipy.stats import uniform

from ..estimators.architecture import hidden_sizes
from ..estimators.base import BaseDeepEstimator
from ..optimizers import LBFGS, SGD, Adagrad, AdamW, Optimizer, RMSprop, make_optimizer
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
from .distributions import HiddenLayers, LogUniform, LogUniformInt, OneMinusLogUniform

__all__ = ["search_space"]

Space = dict[str, Any]

_WIDTH = (16, 512)
_BETA = OneMinusLogUniform(0.5, 0.999)
_ACTIVATIONS = ["mish", "relu", "leaky_relu", "elu", "silu", "tanh"]


def search_space(estimator, level=2, *, regularization=True, prefix=None) -> Space:
    """Return distributions of an estimator's hyperparameters, the most important first.

    A space for ``CoarseToFineSearchCV``, ``RandomizedSearchCV`` and every search that takes
    distributions. Start at a low level; a level includes those below it.

    ===== =====================================================================
    level adds
    ===== =====================================================================
    1     the learning rate (L-BFGS has none: the L2 penalty)
    2     momentum's β, units in a hidden layer, rows in a mini-batch
    3     number of hidden layers, learning-rate decay
    4     the rest: the β of Adam and its kin, ε, activation, batch norm; L-BFGS' history
    ===== =====================================================================

    From level 2 on, dropout and a penalty on the weights stand beside them: L2, or AdamW's
    own weight decay.

    Parameters
    ----------
    estimator : DeepClassifier, DeepRegressor, or a composition of one
        Such as a ``Pipeline`` or a ``TransformedTargetRegressor``. The space fits the
        optimizer that it has, searches the decay of the schedule that it has, and
        leaves a number of layers alone that other hyperparameters are bound to.
    level : {1, 2, 3, 4}, default=2
        How far down the list to go.
    regularization : bool, default=True
        Whether dropout and the penalty are searched.
    prefix : str, default=None
        The path to the network's hyperparameters, such as ``"deepclassifier"``. None finds
        it.

    Returns
    -------
    space : dict of str to distribution or list
        A new dict that can be changed freely.

    Raises
    ------
    ValueError
        For another level, and when there is not exactly one network in ``estimator`` and
        ``prefix`` does not say which.

    Notes
    -----
    The order is the experience of practice and of measurements of importance: the learning
    rate matters most by far [1]_, [2]_.

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
    >>> search_space(DeepClassifier(), level=1)
    {'learning_rate': LogUniform(low=0.0001, high=0.1)}
    >>> model = make_pipeline(StandardScaler(), DeepClassifier(optimizer="momentum"))
    >>> for name, distribution in search_space(model, regularization=False).items():
    ...     print(name, distribution)
    deepclassifier__learning_rate LogUniform(low=0.001, high=1.0)
    deepclassifier__optimizer__momentum OneMinusLogUniform(low=0.5, high=0.999)
    deepclassifier__hidden_layer_sizes HiddenLayers(depth=3, width=(16, 512), equal=True)
    deepclassifier__batch_size [32, 64, 128, 256, 512]
    """
    if isinstance(level, bool) or level not in (1, 2, 3, 4):
        raise ValueError(f"search_space: level must be 1, 2, 3 or 4. Got {level!r} instead.")
    path, network = _find_network(estimator, prefix)
    optimizer = make_optimizer(network.optimizer)
    levels = _LBFGS_LEVELS if isinstance(optimizer, LBFGS) else _LEVELS
    space: Space = {}
    for add in levels[:level]:
        space |= add(network, optimizer)
    if regularization and level >= 2:
        space |= _regularization(optimizer)
    return {path + name: distribution for name, distribution in space.items()}


def _find_network(estimator, prefix: str | None) -> tuple[str, BaseDeepEstimator]:
    """Return what to put before the names of the network's hyperparameters, and the network."""
    parts = {"": estimator, **{f"{k}__": v for k, v in estimator.get_params().items()}}
    networks = {k: v for k, v in parts.items() if isinstance(v, BaseDeepEstimator)}
    if prefix is not None:
        path = prefix.removesuffix("__") + "__" if prefix else ""
        networks = {k: v for k, v in networks.items() if k == path}
    if len(networks) != 1:
        names = ", ".join(repr(k.removesuffix("__")) for k in networks) or "none"
        where = "" if prefix is None else f" at prefix={prefix!r}"
        raise ValueError(
            f"search_space needs exactly one DeepClassifier or DeepRegressor in "
            f"{type(estimator).__name__}{where}. Found {names}; give the prefix of one."
        )
    return next(iter(networks.items()))


# -- levels of an optimizer that takes steps ---------------------------------


def _learning_rate(network, optimizer: Optimizer) -> Space:
    """Return the learning rate's range, three decades around the optimizer's usual value."""
    bold = isinstance(optimizer, SGD | Adagrad)
    return {"learning_rate": LogUniform(1e-3, 1.0) if bold else LogUniform(1e-4, 1e-1)}


def _momentum_width_batch(network, optimizer: Optimizer) -> Space:
    space: Space = {}
    if isinstance(optimizer, SGD) and optimizer.momentum:
        space["optimizer__momentum"] = _BETA
    return {**space, **_width(network, optimizer), "batch_size": [32, 64, 128, 256, 512]}


def _width(network, optimizer: Optimizer) -> Space:
    """Return widths at the depth that the network has."""
    depth = len(hidden_sizes(network))
    return {"hidden_layer_sizes": HiddenLayers(depth, _WIDTH)} if depth else {}


def _depth_decay(network, optimizer: Optimizer) -> Space:
    return {**_depth(network, optimizer), **_decay(network.lr_schedule)}


def _depth(network, optimizer: Optimizer) -> Space:
    """Return depths, unless a hyperparameter is given by the layer."""
    by_layer = (network.activation, network.batch_norm, network.dropout)
    if any(not isinstance(value, str) and hasattr(value, "__len__") for value in by_layer):
        return {}
    return {"hidden_layer_sizes": HiddenLayers((1, 4), _WIDTH)}


def _decay(lr_schedule) -> Space:
    """Return the kinds of decay for a constant rate, else how fast the given kind decays."""
    if not isinstance(lr_schedule, str | Schedule):
        return {}
    schedule = make_schedule(lr_schedule)
    if isinstance(schedule, Constant):
        return {"lr_schedule": ["constant", "inverse_time", "cosine", "one_cycle"]}
    numbers = _DECAYS.get(type(schedule), {})
    return {f"lr_schedule__{name}": values for name, values in numbers.items()}


_DECAYS: dict[type[Schedule], Space] = {
    InverseTime: {"decay_rate": LogUniform(1e-3, 1.0)},
    Exponential: {"rate": OneMinusLogUniform(0.8, 0.999)},
    InverseSqrt: {"k": LogUniform(0.1, 10.0)},
    Staircase: {"factor": LogUniform(0.1, 0.9), "every": LogUniformInt(2, 50)},
    Cosine: {"warmup": uniform(0, 0.3)},
    OneCycle: {"warmup": uniform(0.1, 0.4)},
    ReduceOnPlateau: {
        "factor": LogUniform(0.1, 0.7),
        "patience": LogUniformInt(2, 20),
    },
}


def _rest(network, optimizer: Optimizer) -> Space:
    space: Space = {}
    if isinstance(optimizer, RMSprop):
        space["optimizer__beta"] = _BETA
    elif hasattr(optimizer, "beta_1"):
        space["optimizer__beta_1"] = _BETA
        space["optimizer__beta_2"] = OneMinusLogUniform(0.9, 0.9999)
    if hasattr(optimizer, "epsilon"):
        space["optimizer__epsilon"] = LogUniform(1e-10, 1e-4)
    return {
        **space,
        "activation": _ACTIVATIONS,
        "batch_norm": [False, True],
    }


def _regularization(optimizer: Optimizer) -> Space:
    if isinstance(optimizer, LBFGS):
        return _l2(None, optimizer)
    if isinstance(optimizer, AdamW):
        penalty: Space = {"optimizer__weight_decay": LogUniform(1e-4, 1.0)}
    else:
        penalty = _l2(None, optimizer)
    return {"dropout": uniform(0, 0.5), **penalty}


# -- levels of L-BFGS ---------------------------------------------------------


def _l2(network, optimizer: Optimizer) -> Space:
    return {"l2": LogUniform(1e-3, 1e2)}


def _activation_history(network, optimizer: Optimizer) -> Space:
    return {
        "optimizer__history": LogUniformInt(5, 50),
        "activation": _ACTIVATIONS,
    }


_LEVELS = (_learning_rate, _momentum_width_batch, _depth_decay, _rest)
_LBFGS_LEVELS = (_l2, _width, _depth, _activation_history)
