"""From an estimator's hyperparameters and rows to a training that can run."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_random_state

from ..batches import Batches, cast
from ..full_batch import FullBatchTraining
from ..layers import BatchNorm
from ..network import Network
from ..objective import Objective
from ..optimizers import LBFGS, make_optimizer
from ..schedules import make_schedule
from ..training import Training
from .architecture import build_network, describe

__all__ = ["Rows", "build_training", "check_weights", "make_batches", "new_state", "note_changes"]

_FULL_BATCH_UP_TO = 48  # rows
_SMALL_SET = 1 << 18  # numbers in X


@dataclass(frozen=True)
class Rows:
    """Checked data.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_features)
    y : ndarray of shape (n_samples, ...)
        Encoded targets.
    weight : ndarray of shape (n_samples,) or None
        In the objective; None for equal weights.
    sample_weight : ndarray of shape (n_samples,) or None
        As the user gave them, for scorers.
    index : ndarray of shape (n_samples,) or None
        The rows of X that the samples stand in; None is all of them.
    """

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None
    sample_weight: np.ndarray | None = None
    index: np.ndarray | None = None

    def take(self, index: np.ndarray) -> "Rows":
        """Return some of the samples, without copying X."""
        weight, sample_weight = (
            w if w is None else w[index] for w in (self.weight, self.sample_weight)
        )
        rows = index if self.index is None else self.index[index]
        return Rows(self.X, self.y[index], weight, sample_weight, rows)

    def with_weight(self) -> "Rows":
        """Return the samples whose weight is not zero: the others are as good as removed."""
        if self.weight is None or self.weight.all():
            return self
        return self.take(np.flatnonzero(self.weight))


def check_weights(estimator, weight: np.ndarray) -> None:
    """Refuse weights of rows, class weights included, that have no positive, finite sum."""
    if not weight.any():
        raise ValueError(
            f"{type(estimator).__name__}: all sample weights are zero. Give at least one row a "
            "positive weight."
        )
    with np.errstate(over="ignore"):
        total = weight.sum()
    if not np.isfinite(total):
        raise ValueError(
            f"{type(estimator).__name__}: the sum of the sample weights must be finite. Got "
            f"{total}. Give smaller weights."
        )


def distinct(rows: Rows, dtype) -> Rows:
    """Return each different sample once, in a fixed order, with the sum of its weights.

    A small full batch is trained on these, so that a weight of 2, or a row given twice,
    makes the same network to the last bit, and the order of the rows makes no difference.
    """
    part: Any = rows.X if rows.index is None else rows.X[rows.index]
    X = cast(part.toarray() if issparse(part) else part, dtype)
    _, first, which = np.unique(
        np.column_stack([X, rows.y]), axis=0, return_index=True, return_inverse=True
    )
    weight = np.bincount(which, weights=rows.weight)
    return Rows(X[first], rows.y[first], weight)


def new_state(estimator) -> dict[str, Any]:
    """Return the state of a training that has not begun."""
    seed = check_random_state(estimator.random_state).randint(np.iinfo(np.int32).max)
    return {
        "epoch": 0,
        "step": 0,
        "plan_start": 0,
        "samples_seen": 0.0,
        "rng": np.random.default_rng(seed),
        "average": {"mass": 0.0},
    }


def note_changes(estimator, state) -> dict[str, Any]:
    """Return the hyperparameters that differ from the last call's; note these for the next."""
    now = {name: _picklable(value) for name, value in estimator.get_params().items()}
    before = state.get("hyperparameters", now)
    state["hyperparameters"] = now
    return {k: v for k, v in now.items() if k not in before or before[k] != v}


def _picklable(value: Any) -> Any:
    """Return a value that any pickle can hold: itself, or the name of its type."""
    is_plain = isinstance(value, int | float | str | tuple | list | None)
    return value if is_plain else type(value).__name__


def build_training(
    estimator, rows: Rows, state, resume: bool, streaming=False, stops_early=False
) -> tuple[Training, list[Network]]:
    """Return a training, the network that it moves, and the averaged one if there is one.

    When the rows are a part of a stream, m counts all samples of the stream so far.
    """
    network = build_network(estimator, rows.X.shape[1], estimator.n_outputs_)
    if resume:
        _check_same_architecture(estimator, network)
        estimator._keep_scale()
        network.restore(state.pop("moving", None) or estimator._network.snapshot())
    else:
        network.initialize(state["rng"])
    networks, average = [network], None
    beta = _averaging(estimator, state, stops_early)
    if beta is not None:
        networks.append(copy.deepcopy(network))
        average = networks[1], beta
        if state["average"]["mass"]:
            networks[1].restore(estimator._network.snapshot())
    else:
        state["average"]["mass"] = 0.0
    for each in networks:  # early stopping fits another
        each.temperature = estimator._network.temperature if resume and streaming else 1.0
    batches = _training_batches(estimator, rows, network, resume)
    if not streaming:
        state["plan_start"] = state["epoch"]
    seen_before = state["samples_seen"] if streaming else 0.0
    state["samples_seen"] = m = seen_before + batches.total_weight
    optimizer = make_optimizer(estimator.optimizer)
    if isinstance(optimizer, LBFGS):
        _check_lbfgs(estimator)
    kind = FullBatchTraining if isinstance(optimizer, LBFGS) else Training
    training = kind(
        Objective(network, estimator._loss(), estimator.l2 / m, estimator.l1 / m),
        batches,
        _with_state(optimizer, "optimizer", state, network.theta),
        _with_state(make_schedule(estimator.lr_schedule), "schedule", state),
        estimator.learning_rate,
        estimator.max_epochs,
        estimator.clip_norm,
        average,
        _augmenter(estimator, rows),
        state,
    )
    return training, networks


def _averaging(estimator, state, stops_early: bool) -> float | None:
    """Return β; ``"auto"`` averages where validation judges each epoch, and goes on with it."""
    if estimator.weight_averaging != "auto":
        return estimator.weight_averaging
    if isinstance(make_optimizer(estimator.optimizer), LBFGS):
        return None
    return estimator._auto_beta if stops_early or state["average"]["mass"] else None


def _with_state(component, kind: str, state, *args):
    """Give a component its state, a fresh one if the last call used another component."""
    name = type(component).__name__
    if state.get(f"{kind}_name") != name:
        state[f"{kind}_name"], state[kind] = name, component.initial_state(*args)
    return component


def _augmenter(estimator, rows: Rows):
    """Return the checked augmenter, or None."""
    if isinstance(estimator.augment, type):
        raise ValueError(
            f"{type(estimator).__name__}: augment is the class {estimator.augment.__name__}. Give "
            f"an instance of it, such as augment={estimator.augment.__name__}(...)."
        )
    if estimator.augment is not None and issparse(rows.X):
        raise ValueError(
            f"{type(estimator).__name__}: augment works on dense rows, and X is sparse. Give "
            "X.toarray(), or leave augment=None."
        )
    return estimator.augment


def _check_lbfgs(estimator) -> None:
    """Refuse what needs steps, which L-BFGS does not take."""
    needed = {
        "dropout": (not np.any(estimator.dropout), "0.0"),
        "batch_size": (estimator.batch_size in ("auto", "full"), "'auto' or 'full'"),
        "augment": (estimator.augment is None, "None"),
        "clip_norm": (estimator.clip_norm is None, "None"),
        "weight_averaging": (estimator.weight_averaging in ("auto", None), "'auto' or None"),
    }
    for name, (is_met, expected) in needed.items():
        if not is_met:
            raise ValueError(
                f"{type(estimator).__name__}: optimizer='lbfgs' evaluates one fixed objective on "
                f"the full batch and sets its own step lengths, so {name} must be {expected}. Got "
                f"{name}={getattr(estimator, name)!r}; change it, or take another optimizer."
            )


def _check_same_architecture(estimator, network: Network) -> None:
    before, now = describe(estimator._network), describe(network)
    if before != now:
        raise ValueError(
            f"{type(estimator).__name__}: the network cannot change while it goes on training. "
            f"It was '{before}' and would become '{now}'. Put hidden_layer_sizes, activation, "
            "batch_norm, dtype and the classes back, or fit anew with warm_start=False."
        )


def _training_batches(estimator, rows: Rows, network: Network, resume: bool) -> Batches:
    n = len(rows.y)
    normalizes = any(isinstance(layer, BatchNorm) for layer in network.layers)
    wanted = (
        "full" if isinstance(make_optimizer(estimator.optimizer), LBFGS) else estimator.batch_size
    )
    batch_size = _batch_size(wanted, n)
    if normalizes and batch_size == 1:
        raise ValueError(
            f"{type(estimator).__name__}: batch_norm needs training batches of two rows or more. "
            f"Got batch_size={estimator.batch_size!r} and n_samples={n}."
        )
    if batch_size == n and rows.X.shape[1] * n <= _SMALL_SET:
        rows = distinct(rows, network.dtype)
    if not resume:
        estimator._learn_scale(rows.y, rows.weight)
    return make_batches(
        estimator,
        rows,
        batch_size,
        estimator._encode_training,
        shuffle=estimator.shuffle,
        min_rows=max(2, batch_size // 2) if normalizes else 1,
    )


def make_batches(estimator, rows: Rows, batch_size: int, encode, **options) -> Batches:
    """Cut rows into batches whose targets ``encode`` makes of y."""
    return Batches(
        rows.X,
        rows.y,
        rows.weight,
        batch_size,
        encode,
        np.dtype(estimator.dtype),
        rows.index,
        **options,
    )


def _batch_size(batch_size, n_samples: int) -> int:
    """Return the number of rows in a batch; ``"auto"`` is all of a small set, else a power of 2."""
    if batch_size == "full" or (batch_size == "auto" and n_samples <= _FULL_BATCH_UP_TO):
        return n_samples
    if batch_size == "auto":
        return int(2 ** np.clip(np.floor(np.log2(n_samples / 64)), 5, 8))
    return min(batch_size, n_samples)
