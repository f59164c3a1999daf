"""From hyperparameters and facts to a plan. Every ``"auto"`` is decided here."""

from collections.abc import Callable
from math import ceil, floor, inf, log2
from typing import Any

import numpy as np

from .base import UsageError
from .initializers import VarianceScaling, make_initializer
from .inputs import (
    CategoryEncoding,
    Embedding,
    NumericalEncoding,
    OneHot,
    PiecewiseLinear,
    Standardize,
    make_category_encoding,
    make_numerical_encoding,
)
from .layers import (
    ACTIVATIONS,
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    SeparateDense,
    SplitDense,
    make_activation,
)
from .optimizers import Optimizer, make_optimizer
from .plan import Facts, Plan
from .schedules import make_schedule

__all__ = [
    "encodes_numbers",
    "make_plan",
    "plan_layers",
    "rounds_of_an_epoch",
    "takes_sparse",
    "why_no_stream",
]

_ENOUGH_TO_HOLD_OUT = 40  # rows
_FULL_BATCH_UP_TO = 48  # rows
_SMALL_SET = 1 << 18  # numbers in X
_ENOUGH_FOR_BINS = 500  # rows
_WIDE = 400  # columns of a table
_BINS_OF_A_CLASSIFIER = PiecewiseLinear(16, max_quantiles=25 * 16)
_BINS_OF_A_REGRESSOR = PiecewiseLinear(32, max_quantiles=25 * 32)
_NO_BINS = Standardize(max_size=5.0)
_ENOUGH_FOR_MEMBERS, _MANY_ROWS = 500, 5000
_CATEGORIES, _AUGMENTED_CATEGORIES = Embedding(max_one_hot=32), OneHot()
_BETA_OF_A_CLASSIFIER, _BETA_OF_A_REGRESSOR = 0.999, 0.998
_TOL_OF_A_CLASSIFIER, _TOL_OF_A_REGRESSOR, _TOL = 1e-3, 3e-4, 1e-4
_STEPS_OF_A_ROUND = 32  # on a cluster


def make_plan(given: Any, facts: Facts) -> Plan:
    """Return the plan for hyperparameters and facts.

    Parameters
    ----------
    given : object
        The hyperparameters as attributes, in plain form, and ``hidden_layers``.
    facts : Facts

    Raises
    ------
    UsageError
        For hyperparameters that cannot be combined.
    """
    optimizer, schedule = make_optimizer(given.optimizer), make_schedule(given.lr_schedule)
    if not optimizer.takes_steps:
        _check_iterations(given)
    _check_augmenter(given.augment, facts)
    layers = plan_layers(given, facts.n_outputs, _n_members(given, facts, optimizer))
    stops_early = _stops_early(given, facts, optimizer)
    n_held_out = 0
    if stops_early and not facts.has_validation_rows:
        n_held_out = ceil(given.validation_fraction * facts.n_samples)
    n_samples = facts.n_samples - n_held_out
    batch_size = _batch_size(given, optimizer, n_samples, facts.n_workers)
    of_one = _batch_size(given, optimizer, n_samples, 1)
    return Plan(
        numerical_encoding=_numerical_encoding(given, facts),
        is_sparse=facts.is_sparse,
        category_encoding=_category_encoding(given),
        layers=layers,
        dtype=np.dtype(given.dtype),
        optimizer=optimizer,
        schedule=schedule,
        learning_rate=given.learning_rate,
        l2=given.l2,
        l1=given.l1,
        clip_norm=given.clip_norm,
        beta=_beta(given, facts, optimizer, stops_early, batch_size / max(1, of_one)),
        augment=given.augment,
        n_epochs=1 if facts.is_stream else given.max_epochs,
        max_epochs=given.max_epochs,
        n_held_out=n_held_out,
        validation_fraction=given.validation_fraction,
        refuses_rare=given.early_stopping != "auto",
        stops_early=stops_early,
        n_iter_no_change=given.n_iter_no_change,
        tol=_tol(given, facts, stops_early),
        batch_size=batch_size,
        min_rows=_min_rows(given, layers, batch_size, n_samples, n_held_out),
        shuffle=given.shuffle,
        is_distinct=batch_size == n_samples and facts.n_features * n_samples <= _SMALL_SET,
        is_stream=facts.is_stream,
    )


def why_no_stream(given: Any) -> str | None:
    """Return why ``partial_fit`` does not work with these hyperparameters, or None."""
    if given.early_stopping not in ("auto", False):
        return (
            "partial_fit makes one pass over the rows it is given, so early_stopping must be "
            "'auto' or False. Call fit, or watch held-out rows between calls."
        )
    if not make_optimizer(given.optimizer).takes_steps:
        return (
            "partial_fit needs an optimizer that takes steps. Got "
            f"optimizer={given.optimizer!r}; take another, or call fit with warm_start=True."
        )
    return None


def rounds_of_an_epoch(steps_per_round: Any, n_steps: int) -> int:
    """Return the number of rounds in an epoch of ``n_steps`` steps on each worker."""
    special = {"auto": _STEPS_OF_A_ROUND, "epoch": inf}
    return max(1, round(n_steps / special.get(steps_per_round, steps_per_round)))


def encodes_numbers(given: Any) -> bool:
    """Return whether numbers are encoded; with ``"auto"`` not for linear models and augment."""
    if given.numerical_encoding == "auto":
        return np.size(given.hidden_layer_sizes) > 0 and given.augment is None
    return given.numerical_encoding is not None


def takes_sparse(given: Any) -> bool:
    """Return whether the encoding of numbers accepts sparse X."""
    encoding = given.numerical_encoding
    return encoding in ("auto", "standardize", None) or getattr(encoding, "takes_sparse", False)


def _numerical_encoding(given: Any, facts: Facts) -> NumericalEncoding | None:
    """Return the encoding of numbers. ``"auto"`` has bins for many rows and few dense columns."""
    if not encodes_numbers(given):
        return None
    if given.numerical_encoding == "auto":
        if facts.is_sparse or facts.n_samples < _ENOUGH_FOR_BINS:
            return _NO_BINS
        return _BINS_OF_A_CLASSIFIER if facts.is_classifier else _BINS_OF_A_REGRESSOR
    if facts.is_sparse and not takes_sparse(given):
        raise UsageError(
            f"numerical_encoding={given.numerical_encoding!r} needs dense X, and X is sparse. Give "
            "X.toarray(), or numerical_encoding='standardize', which scales sparse X."
        )
    return make_numerical_encoding(given.numerical_encoding)


def _category_encoding(given: Any) -> CategoryEncoding:
    """Return the encoding of categories. ``"auto"`` is one-hot for few of them."""
    if given.category_encoding == "auto":
        return _CATEGORIES if given.augment is None else _AUGMENTED_CATEGORIES
    return make_category_encoding(given.category_encoding)


def _stops_early(given: Any, facts: Facts, optimizer: Optimizer) -> bool:
    """Return whether to stop early. ``"auto"`` does not for linear models and L-BFGS."""
    if facts.is_stream:
        return False
    if given.early_stopping != "auto":
        return given.early_stopping
    if not np.size(given.hidden_layer_sizes) or not optimizer.takes_steps:
        return False
    return facts.has_validation_rows or facts.n_samples >= _ENOUGH_TO_HOLD_OUT


def _beta(
    given: Any, facts: Facts, optimizer: Optimizer, stops_early: bool, batch_ratio: float
) -> float | None:
    """Return β. ``"auto"`` averages with early stopping, or to continue an average.

    Several workers take fewer steps in an epoch, and the average reaches back over as many epochs.
    """
    if given.weight_averaging != "auto":
        return given.weight_averaging
    averages = optimizer.takes_steps and (stops_early or facts.has_average)
    if not averages:
        return None
    beta = _BETA_OF_A_CLASSIFIER if facts.is_classifier else _BETA_OF_A_REGRESSOR
    return beta ** (facts.n_workers * batch_ratio)


def _tol(given: Any, facts: Facts, stops_early: bool) -> float:
    """Return the least improvement. ``"auto"`` stops before epochs that gain little.

    A given score can have any unit.
    """
    if given.tol != "auto":
        return given.tol
    if not stops_early or given.scoring is not None:
        return _TOL
    return _TOL_OF_A_CLASSIFIER if facts.is_classifier else _TOL_OF_A_REGRESSOR


def _batch_size(given: Any, optimizer: Optimizer, n_samples: int, n_workers: int) -> int:
    """Return the rows in a batch. ``"auto"`` is all rows of a small set, else a power of 2.

    On several workers, ``"auto"`` goes by the rows of one, so that it takes as many steps.
    """
    wanted: Any = given.batch_size if optimizer.takes_steps else "full"
    if wanted == "full" or (wanted == "auto" and n_samples <= _FULL_BATCH_UP_TO):
        return n_samples
    if wanted == "auto":
        return 2 ** min(max(floor(log2(n_samples / n_workers / 64)), 5), 8)
    return min(wanted, n_samples)


def _min_rows(
    given: Any, layers: list[Layer], batch_size: int, n_samples: int, n_held_out: int
) -> int:
    """Return the minimum number of rows in the last batch: half a batch with batch norm."""
    least = max([layer.min_rows for layer in layers])
    if least == 1:
        return 1
    if batch_size < least and n_samples > 0:  # the hold-out has its own error for no rows
        held_out = f" after holding out {n_held_out}" if n_held_out else ""
        raise UsageError(
            f"batch_norm needs training batches of {least} rows or more. Got batch_size="
            f"{given.batch_size!r} and n_samples={n_samples}{held_out}."
        )
    return max(least, batch_size // 2)


def _check_iterations(given: Any) -> None:
    """Refuse hyperparameters that need steps, if the optimizer takes none."""
    needed = {
        "dropout": (not np.any(given.dropout), "0.0"),
        "batch_size": (given.batch_size in ("auto", "full"), "'auto' or 'full'"),
        "augment": (given.augment is None, "None"),
        "clip_norm": (given.clip_norm is None, "None"),
        "weight_averaging": (given.weight_averaging in ("auto", None), "'auto' or None"),
    }
    for name, (is_met, expected) in needed.items():
        if not is_met:
            raise UsageError(
                f"optimizer={given.optimizer!r} evaluates one fixed objective on the full batch "
                f"and sets its own step lengths, so {name} must be {expected}. Got "
                f"{name}={getattr(given, name)!r}; change it, or take another optimizer."
            )


def _check_augmenter(augment: Callable | None, facts: Facts) -> None:
    if isinstance(augment, type):
        raise UsageError(
            f"augment is the class {augment.__name__}. Give an instance of it, such as "
            f"augment={augment.__name__}(...)."
        )
    if augment is not None and facts.is_sparse:
        raise UsageError(
            "augment works on dense rows, and X is sparse. Give X.toarray(), or leave augment=None."
        )


def _n_members(given: Any, facts: Facts, optimizer: Optimizer) -> int:
    """Return the number of members. ``"auto"`` has several for tables, fewer if they are long.

    Several quantiles share the hidden layers, and have twice as many.
    """
    if given.n_members != "auto":
        return given.n_members
    if facts.n_members is not None:
        return facts.n_members
    is_table = given.augment is None and not facts.is_sparse and facts.n_features <= _WIDE
    trains_deep = np.size(given.hidden_layer_sizes) > 0 and optimizer.takes_steps
    if facts.n_samples < _ENOUGH_FOR_MEMBERS or not is_table or not trains_deep:
        return 1
    n_members = 4 if facts.n_samples < _MANY_ROWS else 2
    return 2 * n_members if facts.has_quantiles else n_members


def plan_layers(given: Any, n_outputs: int, n_members: int = 1) -> list[Layer]:
    """Return the layers that hyperparameters describe.

    With ``weight_init="auto"``, the initializer depends on the activation, the biases of the
    hidden layers spread the units' thresholds over the data's range, and the initial
    predictions are almost the same for all rows.
    """
    is_auto = given.weight_init == "auto"
    named = [given.activation] if isinstance(given.activation, str) else given.activation
    activations = {name: make_activation(name) for name in dict.fromkeys(named)}
    initializers = {
        name: make_initializer(ACTIVATIONS[name].initializer if is_auto else given.weight_init)
        for name in activations
    }
    output = VarianceScaling(gain=0.01) if is_auto else make_initializer(given.weight_init)
    layers: list[Layer] = []
    bias_limit = 1.0 if is_auto else 0.0
    for size, name, norm, rate in given.hidden_layers:
        kind = Dense if layers or n_members == 1 else SplitDense
        layers.append(kind(size, not norm, initializers[name], bias_limit, n_members))
        if norm:
            layers.append(norm if isinstance(norm, BatchNorm) else BatchNorm())
        layers.append(activations[name])
        if rate:
            layers.append(Dropout(rate))
    last = Dense if n_members == 1 else SeparateDense if layers else SplitDense
    return [*layers, last(n_outputs, True, output, 0.0, n_members)]
