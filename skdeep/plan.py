"""The facts and the plan of a training."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from .inputs import (
    AsGiven,
    CategoryEncoding,
    Inputs,
    NumericalEncoding,
    Reader,
    Scaled,
    Table,
)
from .inputs.unchanged import Unchanged
from .layers import Layer
from .losses import LogitLoss
from .optimizers import Optimizer
from .rows import Rows
from .schedules import Schedule
from .targets import Target

__all__ = ["Facts", "Plan"]


@dataclass(frozen=True)
class Facts:
    """Facts about the data and the call that a plan depends on.

    Attributes
    ----------
    n_samples : int
        Number of rows whose weight is not zero, including those to be held out.
    n_features, n_outputs : int
        Number of columns of X, and of outputs of the network.
    is_classifier : bool
        Whether the raw outputs are logits.
    has_quantiles : bool
        Whether several quantiles are predicted for each number of the target.
    is_sparse : bool
        Whether X is sparse.
    has_validation_rows : bool
        Whether the user gave validation rows.
    is_stream : bool
        Whether this is a call of ``partial_fit``: one pass over a part of a stream.
    has_average : bool
        Whether a training is continued that has an average of the weights.
    n_members : int or None
        Number of members of the network whose training is continued, or None.
    n_workers : int
        Number of workers that take steps side by side, each on its own rows.
    """

    n_samples: int
    n_features: int
    n_outputs: int
    is_classifier: bool
    has_quantiles: bool = False
    is_sparse: bool = False
    has_validation_rows: bool = False
    is_stream: bool = False
    has_average: bool = False
    n_members: int | None = None
    n_workers: int = 1

    @classmethod
    def about(cls, target: Target, **others: Any) -> Self:
        """Return the facts that the target tells, with the others."""
        loss = target.loss
        return cls(
            n_outputs=target.n_outputs,
            is_classifier=isinstance(loss, LogitLoss),
            has_quantiles=len(loss.levels or []) > 1,
            **others,
        )


@dataclass(frozen=True)
class Plan:
    """All decisions of a training. No value is ``"auto"``.

    Attributes
    ----------
    numerical_encoding : NumericalEncoding or None
    category_encoding : CategoryEncoding
    is_sparse : bool
    layers : list of Layer
        From the encoded inputs to the raw outputs.
    dtype : numpy dtype
    optimizer : Optimizer
    schedule : Schedule
    learning_rate : float
    l2, l1 : float
        Strengths of the penalties, to be divided by m.
    clip_norm : float or None
        Maximum norm of the gradient.
    beta : float or None
        β of the average of the weights, or None not to average.
    augment : callable or None
    n_epochs : int
        Epochs of this call (1 in ``partial_fit``).
    max_epochs : int
        The hyperparameter. Schedules use it as the length of the training.
    n_held_out : int
        Number of training rows to hold out for validation.
    validation_fraction : float
        The fraction given by the user, for messages.
    refuses_rare : bool
        Whether to raise an error for a class that is too rare to be in both parts.
    stops_early : bool
        Whether the validation score stops the training and determines the epoch to keep.
    n_iter_no_change : int or None
    tol : float
    batch_size : int
    min_rows : int
        A last batch with fewer rows is merged into the batch before it.
    shuffle : bool
    is_distinct : bool
        Whether equal rows are merged into one row with the sum of their weights.
    is_stream : bool
        Whether this is a call of ``partial_fit``.
    pauses : bool, default=False
        Whether the state keeps where the training stands after these epochs.
    """

    numerical_encoding: NumericalEncoding | None
    category_encoding: CategoryEncoding
    is_sparse: bool
    layers: list[Layer]
    dtype: np.dtype
    optimizer: Optimizer
    schedule: Schedule
    learning_rate: float
    l2: float
    l1: float
    clip_norm: float | None
    beta: float | None
    augment: Callable | None
    n_epochs: int
    max_epochs: int
    n_held_out: int
    validation_fraction: float
    refuses_rare: bool
    stops_early: bool
    n_iter_no_change: int | None
    tol: float
    batch_size: int
    min_rows: int
    shuffle: bool
    is_distinct: bool
    is_stream: bool
    pauses: bool = False

    def kind_of_inputs(self, reader: Reader) -> type[Inputs]:
        """Return the class of the inputs, which measures rows."""
        if self.numerical_encoding is None and not reader.categories:
            return AsGiven
        return Scaled if self.is_sparse else Table

    def learn_inputs(self, reader: Reader, rows: Rows) -> Inputs:
        """Return the inputs for training rows."""
        return self.kind_of_inputs(reader).learn(reader, rows, *self._encodings)

    def inputs_from(self, reader: Reader, measured: Any) -> Inputs:
        """Return the inputs for training rows that were measured."""
        return self.kind_of_inputs(reader).from_statistics(reader, measured, *self._encodings)

    @property
    def _encodings(self) -> tuple[NumericalEncoding, CategoryEncoding]:
        return self.numerical_encoding or Unchanged(), self.category_encoding
