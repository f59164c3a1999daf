"""Internals of an estimator, for diagnostics and tuning.

Diagnostics and tuning use the public names of an estimator and these functions only. An
estimator that the user gave is never changed.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import clone, is_classifier
from sklearn.utils.validation import check_is_fitted

from ..base import naming
from ..batches import Batches
from ..inputs import Inputs, Reader
from ..model import Model
from ..network import Network
from ..objective import Objective
from ..plan import Facts, Plan
from ..planning import make_plan
from ..rows import Rows, distinct
from ..targets import Target
from ..training import (
    DivergenceError,
    EpochRow,
    Steps,
    Training,
    TrainingState,
    new_history,
    start_training,
)
from .base import BaseDeepEstimator, facts_about
from .parameters import plain_hyperparameters
from .pausing import Pauses

__all__ = [
    "Opened",
    "Pauses",
    "has_trained",
    "is_fitted",
    "let_pause",
    "model_of",
    "network_on",
    "open_up",
    "picked_epoch",
    "plain_copy",
    "read_columns",
]


def is_fitted(deep: BaseDeepEstimator) -> bool:
    """Return whether the estimator has a model."""
    return hasattr(deep, "_model")


def has_trained(deep: BaseDeepEstimator) -> bool:
    """Return whether the estimator is fitted and knows its training: no copy for prediction."""
    return is_fitted(deep) and hasattr(deep, "_state")


def model_of(deep: BaseDeepEstimator) -> Model:
    """Return the model of a fitted estimator, not a copy."""
    check_is_fitted(deep, "_model")
    return deep._model


def picked_epoch(deep: BaseDeepEstimator) -> int | None:
    """Return the epoch whose weights early stopping kept, or None."""
    return deep._state.best_epoch if has_trained(deep) else None


def read_columns(deep: BaseDeepEstimator, X: Any) -> tuple[np.ndarray, list[int]]:
    """Return X as numbers and codes of categories, and which columns have categories."""
    return deep._read_features(X), model_of(deep).inputs.reader.categories


def plain_copy(deep: BaseDeepEstimator) -> BaseDeepEstimator:
    """Return a copy with valid hyperparameters, in the form used in training."""
    deep = copy.copy(deep)
    deep._validate_params()
    with naming(type(deep).__name__):
        deep.__dict__.update(vars(plain_hyperparameters(deep)))
    return deep


def let_pause(deep: BaseDeepEstimator, pauses: Pauses) -> None:
    """Let the fits of an estimator and of its clones pause. It is the one that is changed."""
    deep._pauses = pauses


class _NoListener:
    """A listener that does nothing."""

    def begin_epoch(self) -> None:
        """Do nothing."""

    def end_epoch(self, row: EpochRow) -> bool:
        """Do not stop the training."""
        return False


@dataclass(frozen=True)
class Opened:
    """The parts of a training of an estimator on some rows.

    Attributes
    ----------
    name : str
        Class name of the estimator.
    plan : Plan
    rows : Rows
        All rows; none are held out.
    inputs : Inputs
    target : Target
    before : Model or None
        The model of a fitted estimator.
    random_state : int, RandomState instance or None
    """

    name: str
    plan: Plan
    rows: Rows
    inputs: Inputs
    target: Target
    before: Model | None
    random_state: Any

    def network(self) -> Network:
        """Return the plan's network with the fitted numbers, or with initial weights."""
        layers = [*self.inputs.layers(), *self.plan.layers]
        network = Network(layers, self.inputs.n_encoded, self.plan.dtype)
        if self.before is None:
            network.initialize(TrainingState.seeded(self.random_state).rng)
        else:
            network.restore(self.before.network.snapshot())
        return network

    def objective(self, network: Network) -> tuple[Objective, Batches]:
        """Return the training objective of a network, and all rows as one batch."""
        rows, target, plan = self.rows, self.target, self.plan
        m = rows.total_weight
        batches = Batches(rows, self.inputs, target.encode_training, plan.dtype, rows.n_samples)
        return Objective(network, target.loss, plan.l2 / m, plan.l1 / m), batches

    def train(self, network: Network, n_epochs: int) -> None:
        """Train a network for some epochs. An interrupt is raised."""
        training = self._start(replace(self.plan, n_epochs=n_epochs, n_iter_no_change=None))
        moving = training.objective.network
        moving.restore(network.snapshot())
        with naming(self.name):
            is_complete = training.run(_NoListener())
        if not is_complete:
            raise KeyboardInterrupt
        network.restore(moving.snapshot())

    def step_losses(self, plan: Plan) -> Iterator[float]:
        """Train from initial weights with another plan, and yield the loss of each step.

        The last loss can be infinite or nan.
        """
        training = self._start(plan)
        moving = training.networks[:1]  # without its average, on which no loss depends
        steps = Steps(plan, training.objective, moving, training.batches, training.state)
        try:
            while True:
                yield from (step.loss for step in steps.epoch())
                training.state.epoch += 1
        except DivergenceError as error:
            yield error.value

    def _start(self, plan: Plan) -> Training:
        """Return a training that starts from initial weights."""
        state, target = TrainingState.seeded(self.random_state), copy.copy(self.target)
        rows = distinct(self.rows) if plan.is_distinct else self.rows
        if self.before is None:  # a fitted scale is kept
            target.learn(rows.y, rows.weight)
        training, _ = start_training(plan, rows, self.inputs, target, state, new_history(), None)
        return training


def open_up(
    deep: BaseDeepEstimator,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    *,
    fresh: bool = False,
    **hyperparameters: Any,
) -> Opened:
    """Return the parts of a training of the estimator on some rows.

    Parameters
    ----------
    deep : DeepClassifier or DeepRegressor
    X, y, sample_weight : array-like
        As for ``fit``.
    fresh : bool, default=False
        Whether to ignore what a fitted estimator has learned.
    **hyperparameters : dict
        Values to use instead of the estimator's.
    """
    before = model_of(deep) if is_fitted(deep) and not fresh else None
    deep = (clone(deep) if before is None else copy.copy(deep)).set_params(**hyperparameters)
    deep._validate_params()
    with naming(type(deep).__name__):
        given = plain_hyperparameters(deep)
    with naming(type(deep).__name__):
        reader, target, rows = deep._read(given, X, y, sample_weight, before)
        # no rows are held out
        plan = make_plan(given, facts_about(target, rows, False, True, before))
    if before is None:
        target.learn(rows.y, rows.weight)
    inputs = before.inputs if before else plan.learn_inputs(reader, rows)
    return Opened(type(deep).__name__, plan, rows, inputs, target, before, given.random_state)


def network_on(deep: BaseDeepEstimator, X: Any) -> tuple[Network, Inputs, Any]:
    """Return a copy of the network, its inputs, and the checked X.

    If the estimator is not fitted, the network has initial weights and no dropout.
    """
    if is_fitted(deep):
        model = model_of(deep)
        return model.network.copy(), model.inputs, deep._read_features(X)
    deep = clone(deep).set_params(dropout=0.0)
    deep._validate_params()
    with naming(type(deep).__name__):
        given = plain_hyperparameters(deep)
        reader = Reader.learn(X, given.categorical_features)
        X = deep._check_features(given, X, reader, None, reset=True)
        rows = Rows(X, np.zeros(X.shape[0]))
        facts = Facts(
            n_samples=X.shape[0],
            n_features=X.shape[1],
            n_outputs=1,
            is_classifier=is_classifier(deep),
            is_sparse=issparse(X),
            is_stream=True,
        )
        plan = make_plan(given, facts)
    inputs = plan.learn_inputs(reader, rows)
    network = Network([*inputs.layers(), *plan.layers], inputs.n_encoded, plan.dtype)
    network.initialize(TrainingState.seeded(given.random_state).rng)
    return network, inputs, X
