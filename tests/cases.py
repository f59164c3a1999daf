"""The tables of components: one exists once it has a line here, which buys it the whole suite.

A line holds an instance, its bad values as ``(hyperparameter, value, what it must be)`` and,
where PyTorch has the same thing, a function of the PyTorch module that makes its reference
(``references/make_torch.py`` calls it, the tests never do).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skdeep.base import Component
from skdeep.initializers import Orthogonal, VarianceScaling
from skdeep.inputs import Embedding, OneHot, PiecewiseLinear, RobustScale, Standardize
from skdeep.layers import (
    Activation,
    BatchNorm,
    Chain,
    Dense,
    Dropout,
    Embed,
    SeparateDense,
    SplitDense,
)
from skdeep.losses import LOSSES as LOSS_NAMES
from skdeep.losses import (
    AbsoluteError,
    Gamma,
    Gaussian,
    Huber,
    Logistic,
    LogitLoss,
    Poisson,
    Quantile,
    SoftmaxCrossEntropy,
    SquaredError,
)
from skdeep.optimizers import LBFGS, SGD, Adagrad, Adam, AdamW, Nadam, RMSprop
from skdeep.schedules import (
    Constant,
    Cosine,
    Custom,
    Exponential,
    InverseSqrt,
    InverseTime,
    OneCycle,
    Piecewise,
    ReduceOnPlateau,
    Staircase,
)

LOSSES_OF_NUMBERS = [name for name, loss in LOSS_NAMES.items() if not issubclass(loss, LogitLoss)]

FRACTION = "a float in the range [0.0, 1.0)"
POSITIVE = "a float in the range (0.0, inf)"
NON_NEGATIVE = "a float in the range [0.0, inf)"
UP_TO_ONE = "a float in the range (0.0, 1.0]"
BETWEEN = "a float in the range [0.0, 1.0]"
OPEN = "a float in the range (0.0, 1.0)"
FROM_ZERO = "an int in the range [0, inf)"
FROM_ONE = "an int in the range [1, inf)"
BOOLEAN = "an instance of 'bool' or an instance of 'numpy.bool'"


@dataclass(frozen=True)
class Case:
    """A line of a table."""

    component: Component
    bad: tuple[tuple[str, object, str], ...] = ()
    reference: Callable | None = None
    options: tuple = ()


def _activation(name, reference, **options):
    return Case(Activation(name), reference=lambda F, x: getattr(F, reference)(x, **options))


_DENSE = (
    ("n_units", 0, FROM_ONE),
    ("n_units", 2.5, FROM_ONE),
    ("initializer", "he", "an instance of 'skdeep.initializers.Initializer' or None"),
    ("bias", "yes", BOOLEAN),
    ("bias_limit", -1.0, NON_NEGATIVE),
    ("n_members", 0, FROM_ONE),
)

# reference: of (torch.nn.functional, x)
LAYERS = {
    "dense": Case(Dense(3, initializer=VarianceScaling(2.0)), _DENSE),
    "dense without bias": Case(Dense(3, bias=False, initializer=VarianceScaling(2.0))),
    "dense of members": Case(Dense(3, initializer=VarianceScaling(2.0), n_members=2)),
    "split dense": Case(SplitDense(3, initializer=VarianceScaling(2.0), n_members=5), _DENSE),
    "split dense without bias": Case(SplitDense(3, False, VarianceScaling(2.0), n_members=5)),
    "separate dense": Case(SeparateDense(3, initializer=VarianceScaling(2.0), n_members=2), _DENSE),
    "separate dense without bias": Case(SeparateDense(3, False, VarianceScaling(2.0), n_members=2)),
    "batch norm": Case(
        BatchNorm(momentum=0.8, epsilon=1e-3),
        (("momentum", 1.0, FRACTION), ("momentum", -0.1, FRACTION), ("epsilon", 0.0, POSITIVE)),
    ),
    "chain": Case(
        Chain([Dense(3, initializer=VarianceScaling(2.0)), BatchNorm(), Activation("tanh")]),
        (("layers", 3, "an instance of 'list' or an instance of 'tuple'"),),
    ),
    "embed": Case(
        Embed([2, 3], 2),
        (("n_dims", 0, FROM_ONE), ("sizes", 3, "an instance of 'list'")),
    ),
    "dropout": Case(Dropout(0.4), (("rate", 1.0, FRACTION), ("rate", -0.1, FRACTION))),
    "identity": Case(
        Activation("identity"), (("name", 3, "an instance of 'str'"),), lambda F, x: 1 * x
    ),
    "logistic": _activation("logistic", "sigmoid"),
    "tanh": _activation("tanh", "tanh"),
    "relu": _activation("relu", "relu"),
    "leaky_relu": _activation("leaky_relu", "leaky_relu", negative_slope=0.01),
    "elu": _activation("elu", "elu"),
    "selu": _activation("selu", "selu"),
    "gelu": _activation("gelu", "gelu"),
    "silu": _activation("silu", "silu"),
    "mish": _activation("mish", "mish"),
    "softplus": _activation("softplus", "softplus"),
}


def _one_hot(rng, shape):
    return np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]


def _smoothed(rng, shape):
    return 0.9 * _one_hot(rng, shape) + 0.1 / shape[1]


def _labels(rng, shape):
    return rng.integers(2, size=shape).astype(float)


def _numbers(rng, shape):
    return 3 * rng.normal(size=shape)


def _counts(rng, shape):
    return rng.poisson(3, size=shape).astype(float)


def _logistic(F, raw, target):
    return F.binary_cross_entropy_with_logits(raw, target, reduction="none").sum(1)


def _poisson(F, raw, target):
    return F.poisson_nll_loss(raw, target, reduction="none").mean(1)


def _amounts(rng, shape):
    return rng.gamma(2.0, size=shape)


def _gamma(F, raw, target):
    # of shape 1: the exponential distribution
    return -F.torch.distributions.Gamma(1.0, (-raw).exp()).log_prob(target).mean(1)


def _gaussian(F, raw, target):
    mean, std = raw[:, ::2], 1e-3 + F.softplus(raw[:, 1::2] + np.log(np.expm1(0.999)))
    return F.gaussian_nll_loss(mean, target, std**2, full=True, reduction="none").mean(1)


def _pinball(quantile):
    return lambda F, raw, target: (
        quantile * F.relu(target - raw) + (1 - quantile) * F.relu(raw - target)
    ).mean(1)


def _pinballs(*quantiles):
    """Return the mean loss of several quantiles, whose raw outputs are neighbors."""
    n = len(quantiles)
    return lambda F, raw, target: (
        sum(_pinball(q)(F, raw[:, i::n], target) for i, q in enumerate(quantiles)) / n
    )


# reference: of (torch.nn.functional, raw, target), a loss for each row;
# options: (draws targets of a shape, number of raw outputs)
LOSSES = {
    "softmax_cross_entropy": Case(
        SoftmaxCrossEntropy(),
        reference=lambda F, raw, target: F.cross_entropy(raw, target, reduction="none"),
        options=(_one_hot, 4),
    ),
    "softmax_cross_entropy, smoothed": Case(
        SoftmaxCrossEntropy(),
        # PyTorch smooths the class that was drawn, we are given the smoothed target
        reference=lambda F, raw, target: F.cross_entropy(
            raw, target.argmax(1), reduction="none", label_smoothing=0.1
        ),
        options=(_smoothed, 4),
    ),
    "logistic": Case(Logistic(), reference=_logistic, options=(_labels, 1)),
    "logistic, multilabel": Case(Logistic(), reference=_logistic, options=(_labels, 3)),
    "squared_error": Case(
        SquaredError(),
        reference=lambda F, raw, target: F.mse_loss(raw, target, reduction="none").mean(1) / 2,
        options=(_numbers, 1),
    ),
    "squared_error, multi-output": Case(
        SquaredError(),
        reference=lambda F, raw, target: F.mse_loss(raw, target, reduction="none").mean(1) / 2,
        options=(_numbers, 3),
    ),
    "absolute_error": Case(
        AbsoluteError(),
        reference=lambda F, raw, target: F.l1_loss(raw, target, reduction="none").mean(1),
        options=(_numbers, 2),
    ),
    "huber": Case(
        Huber(),
        (("delta", 0.0, POSITIVE),),
        lambda F, raw, target: F.huber_loss(raw, target, reduction="none").mean(1),
        (_numbers, 2),
    ),
    "huber, other": Case(
        Huber(delta=2.5),
        reference=lambda F, raw, target: F.huber_loss(
            raw, target, reduction="none", delta=2.5
        ).mean(1),
        options=(_numbers, 1),
    ),
    "quantile": Case(
        Quantile(),
        tuple(
            ("quantile", bad, f"{OPEN} or a sequence of distinct numbers, each {OPEN}")
            for bad in (1.0, (), (0.5, 1.0), (0.2, 0.2), ((0.1, 0.2), (0.3, 0.4)), "0.5")
        ),
        _pinball(0.5),
        (_numbers, 2),
    ),
    "quantile, other": Case(Quantile(0.9), reference=_pinball(0.9), options=(_numbers, 1)),
    "poisson": Case(Poisson(), reference=_poisson, options=(_counts, 1)),
    "poisson, multi-output": Case(Poisson(), reference=_poisson, options=(_counts, 3)),
    "quantile, several": Case(
        Quantile((0.05, 0.5, 0.95)),
        reference=_pinballs(0.05, 0.5, 0.95),
        options=(_numbers, 3),
    ),
    "quantile, several in any order": Case(
        Quantile([0.8, 0.1, 0.4]), reference=_pinballs(0.8, 0.1, 0.4), options=(_numbers, 6)
    ),
    "gaussian": Case(Gaussian(), reference=_gaussian, options=(_numbers, 2)),
    "gaussian, multi-output": Case(Gaussian(), reference=_gaussian, options=(_numbers, 6)),
    "gamma": Case(Gamma(), reference=_gamma, options=(_amounts, 1)),
    "gamma, multi-output": Case(Gamma(), reference=_gamma, options=(_amounts, 3)),
}


def draw_targets(loss, rng, n_rows):
    """Return targets for a line of LOSSES."""
    draw, n_outputs = loss.options
    return draw(rng, (n_rows, n_outputs // loss.component.outputs_per_number))


_ADAM = (
    ("beta_1", 1.0, FRACTION),
    ("beta_2", -0.5, FRACTION),
    ("epsilon", 0.0, POSITIVE),
)

# reference: of (torch.optim, [theta], learning rate); options: (learning rate,)
OPTIMIZERS = {
    "sgd": Case(
        SGD(),
        (
            ("momentum", 1.0, FRACTION),
            ("dampening", 1.5, BETWEEN),
            ("nesterov", "yes", BOOLEAN),
        ),
        reference=lambda optim, theta, rate: optim.SGD(theta, lr=rate),
        options=(0.02,),
    ),
    "momentum": Case(
        SGD(momentum=0.9),
        reference=lambda optim, theta, rate: optim.SGD(theta, lr=rate, momentum=0.9),
        options=(0.01,),
    ),
    "momentum, dampened": Case(
        SGD(momentum=0.8, dampening=0.8),
        reference=lambda optim, theta, rate: optim.SGD(theta, lr=rate, momentum=0.8, dampening=0.8),
        options=(0.05,),
    ),
    "momentum, dampened in part": Case(
        SGD(momentum=0.9, dampening=0.3),
        reference=lambda optim, theta, rate: optim.SGD(theta, lr=rate, momentum=0.9, dampening=0.3),
        options=(0.01,),
    ),
    "nesterov": Case(
        SGD(momentum=0.9, nesterov=True),
        reference=lambda optim, theta, rate: optim.SGD(theta, lr=rate, momentum=0.9, nesterov=True),
        options=(0.01,),
    ),
    "rmsprop": Case(
        RMSprop(),
        (("beta", 1.0, FRACTION), ("epsilon", 0.0, POSITIVE)),
        reference=lambda optim, theta, rate: optim.RMSprop(theta, lr=rate, alpha=0.9, eps=1e-8),
        options=(0.01,),
    ),
    "rmsprop, other": Case(
        RMSprop(beta=0.99, epsilon=1e-2),
        reference=lambda optim, theta, rate: optim.RMSprop(theta, lr=rate, alpha=0.99, eps=1e-2),
        options=(0.02,),
    ),
    "adam": Case(
        Adam(),
        _ADAM,
        reference=lambda optim, theta, rate: optim.Adam(theta, lr=rate),
        options=(0.05,),
    ),
    "adam, other": Case(
        Adam(beta_1=0.7, beta_2=0.95, epsilon=1e-3),
        reference=lambda optim, theta, rate: optim.Adam(
            theta, lr=rate, betas=(0.7, 0.95), eps=1e-3
        ),
        options=(0.05,),
    ),
    "adamw": Case(
        AdamW(),
        (*_ADAM, ("weight_decay", -0.1, NON_NEGATIVE)),
        reference=lambda optim, theta, rate: optim.AdamW(theta, lr=rate),
        options=(0.05,),
    ),
    "adamw, other": Case(
        AdamW(beta_1=0.8, beta_2=0.99, epsilon=1e-4, weight_decay=0.3),
        reference=lambda optim, theta, rate: optim.AdamW(
            theta, lr=rate, betas=(0.8, 0.99), eps=1e-4, weight_decay=0.3
        ),
        options=(0.05,),
    ),
    "nadam": Case(
        Nadam(),
        (*_ADAM, ("momentum_decay", -0.1, NON_NEGATIVE)),
        reference=lambda optim, theta, rate: optim.NAdam(theta, lr=rate),
        options=(0.05,),
    ),
    "nadam, other": Case(
        Nadam(beta_1=0.8, beta_2=0.99, epsilon=1e-4, momentum_decay=0.02),
        reference=lambda optim, theta, rate: optim.NAdam(
            theta, lr=rate, betas=(0.8, 0.99), eps=1e-4, momentum_decay=0.02
        ),
        options=(0.05,),
    ),
    "adagrad": Case(
        Adagrad(),
        (("epsilon", 0.0, POSITIVE),),
        reference=lambda optim, theta, rate: optim.Adagrad(theta, lr=rate),
        options=(0.3,),
    ),
    "adagrad, other": Case(
        Adagrad(epsilon=1e-2),
        reference=lambda optim, theta, rate: optim.Adagrad(theta, lr=rate, eps=1e-2),
        options=(0.1,),
    ),
    # no steps of its own on a mini-batch, so no trajectory
    "lbfgs": Case(
        LBFGS(),
        (("max_iter", 0, "an int in the range [1, inf) or None"), ("history", 0, FROM_ONE)),
    ),
}


def inverse_square(epoch):
    """Decay as the inverse square of the epoch."""
    return 1 / (1 + epoch) ** 2


N_EPOCHS, N_STEPS = 20, 5  # of the training that schedules are asked about, steps in an epoch
EPOCH_LOSSES = [2.0, 1.5, 1.5, 1.49999, 1.6, 1.4, 1.5, 1.5, 1.39995, 1.5, *[1.3] * 10]

# reference: of (torch.optim.lr_scheduler, an optimizer); options: what PyTorch's steps count
SCHEDULES = {
    "constant": Case(
        Constant(), (), lambda sched, sgd: sched.ConstantLR(sgd, factor=1.0), ("epoch",)
    ),
    "inverse_time": Case(InverseTime(), (("decay_rate", 0.0, POSITIVE),)),
    "exponential": Case(
        Exponential(),
        (("decay_rate", 0.0, UP_TO_ONE), ("decay_rate", 1.1, UP_TO_ONE)),
        lambda sched, sgd: sched.ExponentialLR(sgd, 0.95),
        ("epoch",),
    ),
    "inverse_sqrt": Case(
        InverseSqrt(), (("k", 0.0, POSITIVE), ("per", "week", "a str among {'epoch', 'step'}"))
    ),
    "inverse_sqrt, by step": Case(InverseSqrt(k=0.5, per="step")),
    "staircase": Case(
        Staircase(),
        (("factor", 0.0, UP_TO_ONE), ("every", 0, FROM_ONE), ("every", 1.5, FROM_ONE)),
        lambda sched, sgd: sched.StepLR(sgd, step_size=10, gamma=0.5),
        ("epoch",),
    ),
    "staircase, other": Case(
        Staircase(factor=0.3, every=4),
        (),
        lambda sched, sgd: sched.StepLR(sgd, step_size=4, gamma=0.3),
        ("epoch",),
    ),
    "piecewise": Case(
        Piecewise([3, 7], [0.1, 0.01]),
        (("milestones", 3, "an array-like"), ("factors", 3, "an array-like")),
        lambda sched, sgd: sched.MultiStepLR(sgd, [3, 7], gamma=0.1),
        ("epoch",),
    ),
    "custom": Case(
        Custom(inverse_square),
        (("function", 3, "a callable"),),
        lambda sched, sgd: sched.LambdaLR(sgd, inverse_square),
        ("epoch",),
    ),
    "cosine": Case(
        Cosine(),
        (("warmup", 1.0, FRACTION), ("final", 1.1, BETWEEN)),
        lambda sched, sgd: sched.CosineAnnealingLR(sgd, N_EPOCHS * N_STEPS),
        ("step",),
    ),
    "cosine, with warm-up": Case(
        Cosine(warmup=0.2, final=0.1),
        (),
        lambda sched, sgd: sched.SequentialLR(
            sgd,
            [
                sched.LinearLR(sgd, start_factor=1 / 20, total_iters=19),
                sched.CosineAnnealingLR(sgd, 80, eta_min=0.1),
            ],
            milestones=[20],
        ),
        ("step",),
    ),
    "one_cycle": Case(
        OneCycle(),
        (("warmup", 0.0, OPEN), ("start", 0.0, UP_TO_ONE), ("final", 1.1, BETWEEN)),
        lambda sched, sgd: sched.OneCycleLR(
            sgd, max_lr=1.0, total_steps=N_EPOCHS * N_STEPS, cycle_momentum=False
        ),
        ("step",),
    ),
    "one_cycle, other": Case(
        OneCycle(warmup=0.45, start=0.1, final=0.01),
        (),
        lambda sched, sgd: sched.OneCycleLR(
            sgd,
            max_lr=1.0,
            total_steps=N_EPOCHS * N_STEPS,
            pct_start=0.45,
            div_factor=10,
            final_div_factor=10,
            cycle_momentum=False,
        ),
        ("step",),
    ),
    "reduce_on_plateau": Case(
        ReduceOnPlateau(),
        (
            ("factor", 1.0, OPEN),
            ("n_iter_no_change", -1, FROM_ZERO),
            ("tol", 1.0, FRACTION),
        ),
        lambda sched, sgd: sched.ReduceLROnPlateau(sgd, factor=0.2, patience=5),
        ("epoch",),
    ),
    "reduce_on_plateau, impatient": Case(
        ReduceOnPlateau(factor=0.5, n_iter_no_change=1, tol=0.01),
        (),
        lambda sched, sgd: sched.ReduceLROnPlateau(sgd, factor=0.5, patience=1, threshold=0.01),
        ("epoch",),
    ),
}

_SCALING = (
    ("gain", 0.0, POSITIVE),
    ("fan", "out", "a str among {'average', 'in'}"),
    ("distribution", "cauchy", "a str among {'normal', 'uniform'}"),
)

# options: (n_in, n_out) -> variance
INITIALIZERS = {
    "he_normal": Case(
        VarianceScaling(2.0, "in", "normal"), _SCALING, options=(lambda n, m: 2 / n,)
    ),
    "he_uniform": Case(VarianceScaling(2.0, "in", "uniform"), options=(lambda n, m: 2 / n,)),
    "xavier_normal": Case(
        VarianceScaling(1.0, "average", "normal"), options=(lambda n, m: 2 / (n + m),)
    ),
    "xavier_uniform": Case(
        VarianceScaling(1.0, "average", "uniform"), options=(lambda n, m: 2 / (n + m),)
    ),
    "lecun_normal": Case(VarianceScaling(1.0, "in", "normal"), options=(lambda n, m: 1 / n,)),
    "lecun_uniform": Case(VarianceScaling(1.0, "in", "uniform"), options=(lambda n, m: 1 / n,)),
    # the columns (or the fewer rows) are unit vectors of the longer side
    "orthogonal": Case(
        Orthogonal(), (("gain", 0.0, POSITIVE),), options=(lambda n, m: 1 / max(n, m),)
    ),
}

NUMERICAL_ENCODINGS = {
    "standardize": Case(
        Standardize(),
        (
            ("max_size", 1.0, "a float in the range (1.0, inf) or None"),
            ("one_scale", "yes", BOOLEAN),
        ),
    ),
    "robust": Case(RobustScale()),
    "piecewise_linear": Case(
        PiecewiseLinear(),
        (
            ("n_bins", 1, "an int in the range [2, inf)"),
            ("max_quantiles", -1, FROM_ZERO + " or None"),
        ),
    ),
}

CATEGORY_ENCODINGS = {
    "one_hot": Case(OneHot(), (("max_categories", 1, "an int in the range [2, inf) or None"),)),
    "embedding": Case(Embedding(), (("n_dims", 0, FROM_ONE), ("max_one_hot", -1, FROM_ZERO))),
}

TABLES = {
    "numerical encoding": NUMERICAL_ENCODINGS,
    "category encoding": CATEGORY_ENCODINGS,
    "layer": LAYERS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "initializer": INITIALIZERS,
}
