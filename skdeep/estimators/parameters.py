"""The hyperparameters that both estimators share: what is allowed, and what each means."""

from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral, Real
from typing import Any

from ..base import Interval, StrOptions, listed, plain
from ..initializers import Initializer, make_initializer
from ..layers import BatchNorm
from ..optimizers import Optimizer, make_optimizer
from ..schedules import Schedule, make_schedule

__all__ = [
    "CONSTRAINTS",
    "SHORTHANDS",
    "check_nested",
    "documented",
    "in_plain_form",
    "plain_hyperparameters",
    "spell_out",
]

CONSTRAINTS: dict[str, Any] = {
    "hidden_layer_sizes": [Interval(Integral, 1, None, closed="left"), "array-like"],
    "activation": [str, "array-like"],
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
    "tol": [Interval(Real, 0, None, closed="left")],
    "scoring": [str, callable, None],
    "warm_start": ["boolean"],
    "dtype": [StrOptions({"float32", "float64"})],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}

_ARRAY_LIKE = tuple(name for name, allowed in CONSTRAINTS.items() if "array-like" in allowed)

SHORTHANDS = ("optimizer", "lr_schedule", "batch_norm", "weight_init")


def plain_hyperparameters(estimator) -> dict[str, Any]:
    """Return those hyperparameters that training reads in another form, in that form.

    It reads Python's own numbers, lists and strings, and components that are validated.
    """
    given = {name: getattr(estimator, name) for name in estimator._parameter_constraints}
    read = {
        name: plain(listed(value) if name in _ARRAY_LIKE else value)
        for name, value in given.items()
    }
    return {name: value for name, value in read.items() if value is not given[name]}


@contextmanager
def in_plain_form(estimator) -> Iterator[None]:
    """Have an estimator's hyperparameters in plain form, and then again as they were given."""
    read = plain_hyperparameters(estimator)
    given = {name: getattr(estimator, name) for name in read}
    vars(estimator).update(read)
    try:
        yield
    finally:
        for name, value in given.items():
            if getattr(estimator, name) is read[name]:  # a callback may have set another
                setattr(estimator, name, value)


def spell_out(name: str, value):
    """Return the component that a shorthand stands for."""
    if name == "optimizer":
        return make_optimizer(value)
    if name == "lr_schedule":
        return make_schedule(value)
    if name == "weight_init" and value != "auto":
        return make_initializer(value, "identity")
    if name == "batch_norm" and value is True:
        return BatchNorm()
    raise ValueError(
        f"{name}={value!r} has no hyperparameters of its own. Give a component, such as "
        f"{'BatchNorm()' if name == 'batch_norm' else 'VarianceScaling()'}, to set them."
    )


def check_nested(estimator, params: dict[str, Any]) -> None:
    """Raise a ``ValueError`` for a nested name where there is nothing to reach into."""
    for key in params:
        name, nested, _ = key.partition("__")
        value = params.get(name, getattr(estimator, name, None))
        if nested and hasattr(estimator, name) and not hasattr(value, "set_params"):
            raise ValueError(
                f"{type(estimator).__name__}: {name}={value!r} has no hyperparameters of its own. "
                f"Set {name} instead of {key}."
            )


_NETWORK = """hidden_layer_sizes : int or sequence of int, default=(128, 128, 128)
    Units of each hidden layer; ``()`` makes a linear model.
activation : str or sequence of str, default="mish"
    Activation of the hidden layers, or one for each: identity, logistic, tanh, relu,
    leaky_relu, elu, selu, gelu, silu, mish or softplus. ``mish`` is a smooth ``relu``,
    which fits smooth dependences with fewer units."""

_TRAINING = """weight_init : str or Initializer, default="auto"
    First values of the weights: he_normal, he_uniform, xavier_normal, xavier_uniform,
    lecun_normal, lecun_uniform, orthogonal, or an ``Initializer``. ``"auto"`` goes by
    the activation (Xavier for identity, logistic and tanh, LeCun for selu, He for the
    others), spreads the hidden biases over ±1, so that units bend in different places,
    and starts the output with variance 0.01 / n_in, close to the same for all rows.
batch_norm : bool, BatchNorm or sequence of these, default=False
    Normalize the pre-activations of the hidden layers, or of some of them, over the
    mini-batch. Needs training batches of two rows or more; a last batch of less than
    half a batch, whose statistics would be poor, joins the one before.
dropout : float or sequence of float, default=0.0
    Fraction of each hidden layer's outputs dropped in training, in [0, 1).
l2, l1 : float, default=0.0
    Penalties on the weight matrices, in [0, inf). The objective is
    ``(1/m) Σ loss + (l2/2m) Σ‖W‖²_F + (l1/m) Σ|W|`` with m the number of training
    samples (sum of their weights), so the strength does not depend on ``batch_size``."""

_OPTIMIZATION = """optimizer : str or Optimizer, default="adam"
    sgd, momentum, nesterov, rmsprop, adam, adamw, nadam, adagrad, lbfgs, or an
    ``Optimizer``. ``lbfgs`` works on the full batch and has no use for
    ``learning_rate`` and ``lr_schedule``; for the exact solution of a linear model take
    ``dtype="float64"`` and ``tol=0`` too.
learning_rate : float, default=0.005
    Initial step size α₀, in (0, inf). The default suits Adam and its kin; gradient
    descent and momentum want more, about 0.1.
lr_schedule : str, Schedule, callable or sequence of float, default="constant"
    Factor of the learning rate over time: constant, inverse_time, exponential,
    inverse_sqrt, staircase, cosine, one_cycle, reduce_on_plateau, a ``Schedule``, a
    function ``epoch -> factor``, or factors by epoch, the last of which stays.
clip_norm : float or None, default=None
    Largest norm of the gradient, in (0, inf); a longer one is scaled down to it.
weight_averaging : float, "auto" or None, default="auto"
    β in (0, 1): predict with the exponentially weighted average of the weights and
    batch-norm statistics over about the last 1 / (1 - β) steps. ``"auto"`` is 0.999 for
    a classifier and 0.998 for a regressor where ``fit`` stops early, so that a constant
    learning rate gives settled weights whenever it ends, and None elsewhere.
batch_size : int, "full" or "auto", default="auto"
    Rows in a mini-batch. ``"full"`` is batch gradient descent; ``"auto"`` is full up to
    48 rows, beyond it a power of two from 32 to 256, about 1/64 of the rows.
max_epochs : int, default=200
    Most passes over the data.
shuffle : bool, default=True
    Whether each epoch goes through the rows in a new order.
augment : Augmenter, callable or None, default=None
    ``(X, y, rng) -> (X, y)``, applied to copies of the training mini-batches only. y
    are the targets as the loss sees them, of shape (n_rows, n_outputs).
early_stopping : bool or "auto", default="auto"
    Hold out ``validation_fraction`` of the rows, watch ``scoring`` on them (or on X_val
    and y_val given to ``fit``), stop after ``n_iter_no_change`` epochs without
    improvement, and keep the weights of the best epoch. A classifier is calibrated on
    the way: in each epoch its outputs are divided by the temperature that suits these
    rows best, and then judged. ``"auto"`` does so from 40 rows upward, where the rows
    lost to training cost less than overconfidence would, and whenever X_val is given;
    but not without hidden layers, with ``lbfgs`` or in ``partial_fit``.
validation_fraction : float, default=0.1
    Part of the rows held out, in (0, 1).
n_iter_no_change : int or None, default=6 (classifier) or 8 (regressor)
    Stop after exactly this many epochs in a row that did not improve by more than
    ``tol``: the validation score with early stopping, else the training objective.
    None never stops before ``max_epochs``.
tol : float, default=1e-4
    Smallest improvement that counts, in [0, inf).
scoring : str, callable or None, default=None
    What validation watches: any scikit-learn scorer. None is minus the loss of a
    regressor, and for a classifier ``1 - B / B₀`` with B the Brier score of its
    probabilities and B₀ that of the classes' frequencies (``d2_brier_score``): like the
    log-loss it is best for the true probabilities, but no row can dominate it, so that a
    few rows of great confidence do not decide which epoch is kept.
warm_start : bool, default=False
    Whether ``fit`` goes on from the last call's network and optimizer state. Schedules
    over the length of the training begin anew, and the best epoch is that of the call.
dtype : {"float32", "float64"}, default="float32"
    Precision of the computation.
random_state : int, RandomState instance or None, default=None
    Source of the first weights, the order of the rows, dropout and the held-out part.
verbose : int, default=0
    Whether to print a line for each epoch."""

_ATTRIBUTES = """n_features_in_ : int
    Number of features.
feature_names_in_ : ndarray of shape (n_features,)
    Names of the features, if X had any.
n_outputs_ : int
    Number of raw outputs.
n_layers_ : int
    Number of layers, input and output included.
n_epochs_, n_iter_ : int
    Number of epochs trained.
best_epoch_ : int
    Epoch, from 0, whose weights early stopping kept, or else of the lowest training
    objective.
loss_, best_loss_ : float
    Training objective of the last epoch, and the lowest of any.
loss_curve_ : list of float
    Training objective of each epoch: the mean over its steps, penalties at its end.
validation_scores_ : list of float or None
    Validation score of each epoch, if there were validation data; higher is better.
history_ : dict of lists
    A row an epoch: epoch, learning_rate (of its last step), train_loss, val_loss
    (without penalties, and at the epoch's temperature), val_score, gradient_norm and
    layer_gradient_norms (of its last step, before clipping), seconds, and changed: the
    hyperparameters set to other values since the last call, when the training goes on
    from one.
coefs_ : list of ndarray of shape (n_in, n_out)
    Weight matrices.
intercepts_ : list of ndarray of shape (n_out,)
    Biases; batch norm's beta where a layer is normalized."""

_SECTIONS = {
    "network": _NETWORK,
    "training": _TRAINING,
    "optimization": _OPTIMIZATION,
    "attributes": _ATTRIBUTES,
}


def documented(cls):
    """Put the shared text for each ``{name}`` line of a class' docstring."""
    if cls.__doc__ is None:  # python -OO
        return cls
    for name, text in _SECTIONS.items():
        cls.__doc__ = cls.__doc__.replace("{" + name + "}", text.replace("\n", "\n    "))
    return cls
