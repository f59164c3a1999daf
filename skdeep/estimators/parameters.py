"""Hyperparameters of both estimators: their valid values and their documentation."""

from numbers import Integral, Real
from types import SimpleNamespace
from typing import Any, TypeVar

from ..base import Component, Interval, StrOptions, listed, plain
from ..initializers import INITIALIZERS, Initializer, make_initializer
from ..inputs import (
    CATEGORY_ENCODINGS,
    NUMERICAL_ENCODINGS,
    CategoryEncoding,
    NumericalEncoding,
    make_category_encoding,
    make_numerical_encoding,
)
from ..layers import BatchNorm
from ..losses import LOSSES
from ..optimizers import Optimizer, make_optimizer
from ..per_layer import hidden_layers
from ..schedules import Schedule, make_schedule

__all__ = [
    "CONSTRAINTS",
    "ENCODINGS",
    "SHORTHANDS",
    "check_nested",
    "documented",
    "plain_hyperparameters",
    "spell_out",
]

Estimator = TypeVar("Estimator")

CONSTRAINTS: dict[str, Any] = {
    "categorical_features": ["array-like", StrOptions({"from_dtype"}), None],
    "category_encoding": [str, CategoryEncoding],
    "numerical_encoding": [str, NumericalEncoding, None],
    "hidden_layer_sizes": [Interval(Integral, 1, None, closed="left"), "array-like"],
    "activation": [str, "array-like"],
    "n_members": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    "weight_init": [str, Initializer],
    "batch_norm": ["boolean", BatchNorm, "array-like"],
    "dropout": [Interval(Real, 0, 1, closed="left"), "array-like"],
    "l2": [Interval(Real, 0, None, closed="left")],
    "l1": [Interval(Real, 0, None, closed="left")],
    "optimizer": [str, Optimizer],
    "learning_rate": [Interval(Real, 0, None, closed="neither")],
    "lr_schedule": [str, Schedule, callable, "array-like"],
    "clip_norm": [Interval(Real, 0, None, closed="neither"), None],
    "weight_averaging": [Interval(Real, 0, 1, closed="neither"), StrOptions({"auto"}), None],
    "batch_size": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto", "full"})],
    "max_epochs": [Interval(Integral, 1, None, closed="left")],
    "shuffle": ["boolean"],
    "augment": [callable, None],
    "early_stopping": ["boolean", StrOptions({"auto"})],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), None],
    "tol": [Interval(Real, 0, None, closed="left"), StrOptions({"auto"})],
    "scoring": [str, callable, None],
    "warm_start": ["boolean"],
    "dtype": [StrOptions({"float32", "float64"})],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}

_ARRAY_LIKE = (*(name for name, each in CONSTRAINTS.items() if "array-like" in each), "quantile")

ENCODINGS = ("numerical_encoding", "category_encoding")

SHORTHANDS = ("loss", "optimizer", "lr_schedule", "batch_norm", "weight_init", *ENCODINGS)


def plain_hyperparameters(estimator: Any) -> SimpleNamespace:
    """Return the hyperparameters of an estimator in the form used in training.

    They are Python's own numbers, lists and strings, and validated components. ``hidden_layers``
    is what they say of each hidden layer.
    """
    values = {
        name: getattr(estimator, name)
        for name in _declared(type(estimator))
        if hasattr(estimator, name)
    }
    given = SimpleNamespace(
        **{name: plain(listed(v) if name in _ARRAY_LIKE else v) for name, v in values.items()}
    )
    given.hidden_layers = hidden_layers(given)
    return given


def _declared(cls: type) -> dict[str, Any]:
    """Return the constraints of a class and its bases; a subclass can declare more or fewer."""
    declared: dict[str, Any] = {}
    for each in reversed(cls.__mro__):
        declared |= vars(each).get("_parameter_constraints", {})
    return declared


_EXAMPLES = {
    "loss": "one of skdeep.losses",
    "batch_norm": "BatchNorm()",
    "weight_init": "VarianceScaling()",
    "numerical_encoding": "PiecewiseLinear()",
    "category_encoding": "OneHot()",
}


def spell_out(name: str, value: Any) -> Component:
    """Return the component for a shorthand, such as ``Adam()`` for ``"adam"``."""
    if name == "loss" and value in LOSSES:
        return LOSSES[value]()
    if name == "optimizer":
        return make_optimizer(value)
    if name == "lr_schedule":
        return make_schedule(value)
    if name == "weight_init" and value in INITIALIZERS:
        return make_initializer(value)
    if name == "numerical_encoding" and value in NUMERICAL_ENCODINGS:
        return make_numerical_encoding(value)
    if name == "category_encoding" and value in CATEGORY_ENCODINGS:
        return make_category_encoding(value)
    if name == "batch_norm" and value is True:
        return BatchNorm()
    raise ValueError(
        f"{name}={value!r} has no hyperparameters of its own. Give a component, such as "
        f"{_EXAMPLES[name]}, to set them."
    )


def check_nested(estimator: Any, params: dict[str, Any]) -> None:
    """Raise a ``ValueError`` for a nested name such as ``l2__x`` if the value has no parameters."""
    for key in params:
        name, nested, _ = key.partition("__")
        value = params.get(name, getattr(estimator, name, None))
        if nested and hasattr(estimator, name) and not hasattr(value, "set_params"):
            raise ValueError(
                f"{type(estimator).__name__}: {name}={value!r} has no hyperparameters of its own. "
                f"Set {name} instead of {key}."
            )


_NETWORK = """hidden_layer_sizes : int or sequence of int, default=(128, 128, 128)
    Number of units in each hidden layer, at least 1. ``()`` gives a linear model.
activation : str or sequence of str, default="mish"
    Activation function of the hidden layers, or one for each hidden layer: identity,
    logistic, tanh, relu, leaky_relu, elu, selu, gelu, silu, mish or softplus. ``"mish"``
    is a smooth function similar to ``"relu"``. It needs fewer units to fit a smooth
    function.
n_members : int or "auto", default="auto"
    Number of networks that are trained as one, at least 1. These members share most of
    their weights, and the mean of their predictions is predicted (see
    :doc:`/guide/members`). ``"auto"`` is 4 from 500 rows and 2 from 5,000 rows, for dense
    X of up to 400 columns, and twice that for several quantiles. Otherwise it is 1, and also
    without hidden layers, with ``augment`` and with ``"lbfgs"``. With ``warm_start`` and in
    ``partial_fit``, the rows of the first call decide."""

_INPUTS = """categorical_features : "from_dtype", array-like or None, default="from_dtype"
    Which columns of X are categories: a mask, column numbers or column names. "from_dtype"
    chooses the columns of a frame (pandas, polars) with categorical, string, object or
    boolean type, but not objects that are all numbers. None uses all columns as numbers. A
    missing category, or one that no training row has, counts as the category "other".
category_encoding : {"auto", "one_hot", "embedding"} or CategoryEncoding, default="auto"
    Inputs of the network for a category: one for each category (:class:`OneHot`), or a
    learned vector (:class:`Embedding`). ``"auto"`` is one-hot for a column of up to 32
    categories, and otherwise a vector of length 8.
numerical_encoding : str, NumericalEncoding or None, default="auto"
    Inputs of the network for a number. ``"standardize"``: the number minus its mean, divided
    by its standard deviation (:class:`Standardize`). ``"robust"``: the same with median and
    quartiles, and smoothly clipped (:class:`RobustScale`). ``"piecewise_linear"``: the
    standardized number and a piecewise linear function of it for each of 16 bins
    (:class:`PiecewiseLinear`). None: the number as it is. ``"auto"`` is
    ``PiecewiseLinear(T)``, with T = 16 for a classifier and 32 for a regressor, for dense X
    of at least 500 rows, if its columns have at most 25 T different quantiles together, and
    otherwise ``Standardize(max_size=5)``. Without hidden layers, or with ``augment``, it is
    None. Except with None, numbers can be missing: the mean or the median replaces them, and
    an input says so if the column had missing numbers in training. Statistics are those of
    the training rows, with their weights."""

_TRAINING = """weight_init : str or Initializer, default="auto"
    Initialization of the weights: he_normal, he_uniform, xavier_normal, xavier_uniform,
    lecun_normal, lecun_uniform, orthogonal, or an ``Initializer``. ``"auto"`` depends on
    the activation: Xavier for identity, logistic and tanh, LeCun for selu, He for the
    others. It also draws the biases of the hidden layers uniformly from [-1, 1], to spread
    the units' thresholds over the data's range. The weights of the output layer get
    variance 0.01 / n_in, so that the initial predictions are almost the same for all rows.
batch_norm : bool, BatchNorm or sequence of these, default=False
    Whether to normalize the pre-activations of the hidden layers over the mini-batch, or
    one value for each hidden layer. Training batches need at least two rows. A last batch
    of less than half of ``batch_size`` rows is merged into the batch before it, because
    its statistics would be inaccurate.
dropout : float or sequence of float, default=0.0
    Fraction of the outputs of a hidden layer that are set to zero in training, in [0, 1),
    or one fraction for each hidden layer.
l2, l1 : float, default=0.0
    Strengths of the penalties on the weight matrices, in [0, inf). The objective is
    ``(1/m) Σ loss + (l2/2m) Σ‖W‖²_F + (l1/m) Σ|W|``, where m is the number of training
    samples (the sum of their weights). The strength does not depend on ``batch_size``."""

_OPTIMIZATION = """optimizer : str or Optimizer, default="adam"
    sgd, momentum, nesterov, rmsprop, adam, adamw, nadam, adagrad, lbfgs, or an
    ``Optimizer``. ``"lbfgs"`` uses the full batch and ignores ``learning_rate`` and
    ``lr_schedule``. For the exact solution of a linear model, also set
    ``dtype="float64"`` and ``tol=0``.
learning_rate : float, default=0.005
    Initial learning rate α₀, in (0, inf). The default suits Adam and its variants. For
    sgd, momentum and nesterov, start with about 0.1.
lr_schedule : str, Schedule, callable or sequence of float, default="constant"
    Factor of the learning rate over time: constant, inverse_time, exponential,
    inverse_sqrt, staircase, cosine, one_cycle, reduce_on_plateau, a ``Schedule``, a
    function ``epoch -> factor``, or a sequence with one factor for each epoch. Later
    epochs use the last factor of the sequence.
clip_norm : float or None, default=None
    Maximum norm of the gradient, in (0, inf). A larger gradient is scaled down to this
    norm. None does not clip.
weight_averaging : float, "auto" or None, default="auto"
    β in (0, 1). Predict with the exponentially weighted average of the weights and
    batch-norm statistics over about the last 1 / (1 - β) steps. The average changes
    little from step to step, even with a constant learning rate. ``"auto"`` is 0.999 for
    a classifier and 0.998 for a regressor if ``fit`` stops early, or if it continues a
    training with an average; otherwise None. None predicts with the weights themselves.
batch_size : int, "full" or "auto", default="auto"
    Number of rows in a mini-batch, at least 1. ``"full"`` is batch gradient descent.
    ``"auto"`` is ``"full"`` up to 48 training rows, and otherwise a power of two from 32
    to 256, about 1/64 of the rows.
max_epochs : int, default=200
    Maximum number of epochs (passes over the data), at least 1.
shuffle : bool, default=True
    Whether to shuffle the rows before each epoch.
augment : Augmenter, callable or None, default=None
    ``(X, y, rng) -> (X, y)``, applied to a copy of each training mini-batch, but not to
    validation data and not in prediction. y is the target of the loss, of shape
    (n_rows, n_outputs).
early_stopping : bool or "auto", default="auto"
    Whether to hold out ``validation_fraction`` of the rows (or to use X_val and y_val of
    ``fit``), compute ``scoring`` on them after each epoch, stop after
    ``n_iter_no_change`` epochs without improvement, and keep the weights of the best
    epoch. A classifier is calibrated in each epoch before the score is computed: its
    outputs are divided by the temperature that fits the validation rows best. ``"auto"``
    stops early if X_val is given or if there are at least 40 rows. Below 40 rows, holding
    some out costs more than it gains. ``"auto"`` does not stop early without hidden
    layers, with ``"lbfgs"`` or in ``partial_fit``.
validation_fraction : float, default=0.1
    Fraction of the rows to hold out, in (0, 1), rounded up to a whole number of rows.
n_iter_no_change : int or None, default=6
    Stop after this number of consecutive epochs without an improvement of more than
    ``tol``, at least 1. What must improve is the validation score with early stopping,
    and the training objective otherwise. None always trains for ``max_epochs``.
tol : float or "auto", default="auto"
    Minimum improvement, in [0, inf), in units of the validation score or the objective.
    ``"auto"`` is 0.001 for the default validation score of a classifier, 0.0003 for that of
    a regressor, and 0.0001 for a given ``scoring`` and for the objective.
scoring : str, callable or None, default=None
    The validation score: any scikit-learn scorer. Higher is better. None is minus the
    loss for a regressor. For a classifier, None is ``1 - B / B₀`` (``d2_brier_score``),
    where B is the Brier score of the probabilities and B₀ that of the class frequencies.
    Like the log-loss, this score is best for the true probabilities. But each row has a
    limited effect on it, so a few overconfident predictions do not determine which epoch
    is kept.
warm_start : bool, default=False
    Whether ``fit`` continues from the network and the optimizer state of the last call.
    Schedules over the length of the training start again. The best epoch is chosen among
    the epochs of the new call.
dtype : {"float32", "float64"}, default="float32"
    Precision of the training.
random_state : int, RandomState instance or None, default=None
    Source of randomness for the initial weights, the order of the rows, dropout,
    augmentation and the held-out rows.
verbose : int, default=0
    Whether to print a line for each epoch."""

_ATTRIBUTES = """n_features_in_ : int
    Number of features.
feature_names_in_ : ndarray of shape (n_features,)
    Names of the features. Defined only if X had names.
encoded_feature_names_ : ndarray of shape (n_inputs,)
    Names of the inputs of the first dense layer, in the order of the rows of ``coefs_[0]``.
embeddings_ : dict of dict of ndarray
    The learned vector of each category, by column and category. None is "other".
n_outputs_ : int
    Number of raw outputs of the network.
n_members_ : int
    Number of members.
n_layers_ : int
    Number of layers, including the input and the output layer.
n_epochs_, n_iter_ : int
    Number of epochs trained.
best_epoch_ : int
    Epoch, counted from 0, whose weights early stopping kept. Without early stopping, the
    epoch with the lowest training objective.
loss_, best_loss_ : float
    Training objective of the last epoch, and the lowest of all epochs.
loss_curve_ : list of float
    Training objective of each epoch: the mean loss over its steps, plus the penalties at
    its end.
validation_scores_ : list of float or None
    Validation score of each epoch. Higher is better. None without validation data.
history_ : dict of lists
    One item for each epoch in each list: epoch, learning_rate (of the last step),
    train_loss (mean over the steps, without penalties), objective (train_loss plus the
    penalties), val_loss (without penalties, at the temperature of the epoch), val_score,
    gradient_norm and layer_gradient_norms (of the last step, before clipping), seconds,
    and changed: the hyperparameters with other values than in the last call, if training
    continues. ``partial_fit`` appends to these lists in place. ``fit`` makes new ones, also
    with ``warm_start``.
coefs_ : list of ndarray of shape (n_in, n_out) or (n_members, n_in, n_out)
    Weight matrix of each layer. With several members, the first and the last layer have one
    matrix for each member (those of the first are computed when asked for), and the other
    layers have one for all.
intercepts_ : list of ndarray of shape (n_out,) or (n_members, n_out)
    Bias vector of each layer. For a layer with batch norm, its beta."""

_SECTIONS = {
    "network": _NETWORK,
    "inputs": _INPUTS,
    "training": _TRAINING,
    "optimization": _OPTIMIZATION,
    "attributes": _ATTRIBUTES,
}


def documented(cls: type[Estimator]) -> type[Estimator]:
    """Replace each ``{name}`` line in the docstring of a class by the shared text."""
    if cls.__doc__ is None:  # python -OO
        return cls
    for name, text in _SECTIONS.items():
        cls.__doc__ = cls.__doc__.replace("{" + name + "}", text.replace("\n", "\n    "))
    return cls
