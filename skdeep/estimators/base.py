"""Base class of the estimators: scikit-learn's API around inputs, network and target."""

import copy
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring

from ..base import (
    CallbackSupportMixin,
    FitTasks,
    UsageError,
    fit_context,
    with_callbacks,
)
from ..batches import Batches
from ..inputs import Inputs, Reader, why_other_scales, why_wild_scales
from ..model import Model
from ..plan import Facts, Plan
from ..planning import encodes_numbers, make_plan, takes_sparse, why_no_stream
from ..rows import Rows, distinct
from ..targets import Target
from ..training import (
    Judge,
    Training,
    TrainingState,
    cut,
    new_history,
    split_rows,
    start_training,
    why_no_progress,
)
from .attributes import FittedAttributes
from .data import checked_rows, has_validation_data, keep_validation
from .features import check_features, names_of
from .hyperparameters import Hyperparameters
from .listening import Listeners
from .parameters import ENCODINGS, plain_hyperparameters
from .pausing import Pausing
from .predicting import Predicting
from .saving import Saving

__all__ = ["BaseDeepEstimator", "facts_about"]

_VALIDATION_NUMBERS, _VALIDATION_ROWS = 1 << 20, 4096  # inputs and rows in one batch, at most


class BaseDeepEstimator(
    Pausing, Saving, Predicting, FittedAttributes, CallbackSupportMixin, Hyperparameters
):
    """Base class of the estimators. Subclasses read y in ``_read_y``."""

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)
            Training data: numbers of any scale, missing numbers and categories. A
            memory-mapped array is read in batches and never copied as a whole.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0. A row with weight 2 counts as two rows.
        X_val : array-like, frame or sparse matrix of shape (n_val, n_features), default=None
            Validation data, used instead of held-out rows of X. It has the units of X.
        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Target of the validation data.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weights of the validation data, at least 0.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        ValueError
            If hyperparameters or data are not valid, or if the loss becomes infinite or
            nan. The estimator then remains as it was before the call.

        Notes
        -----
        Ctrl-C stops the training with a ``ConvergenceWarning``. The estimator can be used,
        with the weights of the best epoch so far: by the validation score with early
        stopping, by the training objective otherwise. The unfinished epoch does not appear
        in ``history_``. If no epoch was completed, the weights are those from the start of
        the call. A second Ctrl-C, while the first one is handled, is treated as an error.
        """
        tasks = FitTasks(self, int(self.max_epochs), X, y, sample_weight)
        data = X, y, sample_weight, X_val, y_val, sample_weight_val
        with self._unchanged_on_error(), self._going_on(*data) as has_paused:
            given = plain_hyperparameters(self)
            before = self._trained_model() if given.warm_start or has_paused else None
            reader, target, rows = self._read(given, X, y, sample_weight, before)
            val_rows = None
            if has_validation_data(X_val, y_val, sample_weight_val):
                val_rows = self._read_validation(
                    given, reader, target, before, X_val, y_val, sample_weight_val
                )
            self._train(given, reader, target, rows, val_rows, before, tasks)
        tasks.end()
        return self

    def _partial_fit(
        self, X: Any, y: Any, sample_weight: Any, announced: Target | None = None
    ) -> Self:
        """Train for one pass over the rows, from the current state if there is one."""
        with self._unchanged_on_error():
            given = plain_hyperparameters(self)
            before = self._trained_model()
            reader, target, rows = self._read(given, X, y, sample_weight, before, announced)
            self._train(given, reader, target, rows, None, before, None, is_stream=True)
        return self

    def _read(
        self,
        given: SimpleNamespace,
        X: Any,
        y: Any,
        sample_weight: Any,
        before: Model | None,
        announced: Target | None = None,
    ) -> tuple[Reader, Target, Rows]:
        """Check the training data. Learn the columns and the target, unless training continues."""
        y, is_new = self._check_given(y), before is None
        known = announced if before is None else before.target
        reader = before.inputs.reader if before else Reader.learn(X, given.categorical_features)
        inputs = before.inputs if before else None
        X = self._check_features(given, X, reader, inputs, reset=is_new)
        target, kept = self._read_y(given, y, known)
        return reader, target, checked_rows(target, X, kept, sample_weight, is_training=True)

    def _read_validation(
        self,
        given: SimpleNamespace,
        reader: Reader,
        target: Target,
        before: Model | None,
        X: Any,
        y: Any,
        sample_weight: Any,
    ) -> Rows:
        """Check the validation data against what was learned from the training data."""
        inputs = before.inputs if before else None
        X = self._check_features(given, X, reader, inputs, reset=False)
        kept = keep_validation(target, y)
        return checked_rows(target, X, kept, sample_weight, is_training=False)

    def _check_features(
        self, given: SimpleNamespace, X: Any, reader: Reader, inputs: Inputs | None, reset: bool
    ) -> Any:
        """Return X as a matrix of numbers, in ``dtype`` if they are used as they are."""
        is_encoded = inputs.is_encoding if inputs else encodes_numbers(given)
        dtype = None if is_encoded or reader.categories else given.dtype
        takes_nan = inputs.takes_nan if inputs else is_encoded
        return check_features(self, X, reader, reset=reset, takes_nan=takes_nan, dtype=dtype)

    def _check_given(self, y: Any) -> Any:
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y "
                "is None."
            )
        return y

    def _read_y(
        self, given: SimpleNamespace, y: Any, known: Target | None, is_part: bool = False
    ) -> tuple[Target, np.ndarray]:
        """Return the target, new or as in ``known``, and y in the form used in training.

        With ``is_part``, y is a part of the training data.
        """
        raise NotImplementedError

    def _train(
        self,
        given: SimpleNamespace,
        reader: Reader,
        target: Target,
        rows: Rows,
        val_rows: Rows | None,
        before: Model | None,
        tasks: FitTasks | None,
        is_stream: bool = False,
    ) -> None:
        """Make the plan, train the network, and store the result."""
        goes_on = before is not None
        state = copy.deepcopy(self._state) if goes_on else TrainingState.seeded(given.random_state)
        changed = state.note(self.get_params())
        if goes_on:
            _refuse_other_inputs(changed)
        facts = facts_about(target, rows, val_rows is not None, is_stream, before, state)
        plan = make_plan(given, facts)
        if before is not None:
            plan = replace(plan, numerical_encoding=before.inputs.numerical_encoding)
        plan = self._until_pause(plan, state)
        target.note(rows.y, goes_on and is_stream)
        for reason in self._remarks_on_scales(plan, rows, val_rows, reader):
            self._warn(reason, UserWarning, plan)
        if plan.n_held_out:
            rows, val_rows = split_rows(rows, target, plan, state.hold_out_seed())
        history = self._history_to_extend(is_stream) if goes_on else new_history()
        so_far: tuple[Any, Any, Any] = before, vars(self).get("_state"), vars(self).get("_history")
        rows = distinct(rows) if plan.is_distinct else rows
        inputs = before.inputs if before else plan.learn_inputs(reader, rows)
        if before is None:
            target.learn(rows.y, rows.weight)
        training, self._model = start_training(plan, rows, inputs, target, state, history, before)
        self._state, self._history, training.changed = state, history, changed
        if val_rows is not None:
            training.judge = self._judge(given, plan, val_rows)
        n_before = state.epoch
        is_complete = training.run(Listeners(type(self).__name__, bool(given.verbose), tasks))
        if plan.pauses and not is_complete:
            raise KeyboardInterrupt  # as a whole or not at all
        if goes_on and state.epoch == n_before:  # interrupted in the first epoch
            self._model, self._state, self._history = so_far
        self._warn(self._remark_on_progress(training, is_complete), ConvergenceWarning, plan)

    def _history_to_extend(self, is_stream: bool) -> dict[str, list]:
        """Return the history for a stream, else a copy: its cost grows with each call."""
        if is_stream:
            return self._history
        return {name: list(rows) for name, rows in self._history.items()}

    def _remark_on_progress(self, training: Training, is_complete: bool) -> str | None:
        """Return that training was interrupted, or why it failed, or None."""
        if not is_complete:
            return (
                f"training was interrupted in epoch {training.state.epoch}; the estimator keeps "
                "the best weights so far."
            )
        return None if training.plan.is_stream else why_no_progress(training)

    def _remarks_on_scales(
        self, plan: Plan, rows: Rows, val_rows: Rows | None, reader: Reader
    ) -> Iterator[str | None]:
        """Yield what is wrong with the scales of numbers, or None."""
        if plan.is_sparse:
            return
        columns = np.setdiff1d(np.arange(rows.X.shape[1]), reader.categories)
        if plan.numerical_encoding is None and len(plan.layers) > 1:
            yield why_wild_scales(rows, columns, names_of(self))
        if val_rows is not None and not issparse(val_rows.X):
            yield why_other_scales(rows, val_rows, columns, names_of(self))

    def _warn(self, reason: str | None, category: type[Warning], plan: Plan) -> None:
        """Warn the user who called ``fit`` or ``partial_fit``, if there is a reason."""
        if reason is not None:
            message = f"{type(self).__name__}: {reason}"
            stacklevel = 5 if plan.is_stream else 6  # two decorators around fit
            warnings.warn(message, category, stacklevel=stacklevel)

    def _judge(self, given: SimpleNamespace, plan: Plan, rows: Rows) -> Judge:
        model = self._model
        n_rows = min(_VALIDATION_ROWS, max(1, _VALIDATION_NUMBERS // model.inputs.n_encoded))
        batches = Batches(rows, model.inputs, model.target.encode, plan.dtype, n_rows)
        score = None if given.scoring is None else self._bind_score(rows)
        return Judge(model.network, batches, model.target.loss, score, plan.stops_early)

    def _bind_score(self, rows: Rows) -> Callable[[], float]:
        """Return a function that scores the current network."""
        scorer = check_scoring(self, scoring=self.scoring)
        view = object.__new__(type(self))  # shares the model, is asked about unnamed features
        view.__dict__ = {k: v for k, v in vars(self).items() if k != "feature_names_in_"}
        view._model = replace(self._model, inputs=self._model.inputs.of_read_rows())
        y = self._model.target.decode(rows.y)
        weight = {} if rows.sample_weight is None else {"sample_weight": rows.sample_weight}
        return partial(scorer, view, rows.features(), y, **weight)

    @contextmanager
    def _unchanged_on_error(self) -> Iterator[None]:
        """Restore every attribute if an error is raised in the context."""
        before = vars(self).copy()
        history = before.get("_history", {})
        n_epochs = len(history.get("epoch", []))
        try:
            yield
        except BaseException as error:
            self.__dict__ = before  # in one step, so that an interrupt cannot leave half of it
            cut(history, n_epochs)  # remove the rows that this call added in place
            if isinstance(error, UsageError):
                raise error.by(type(self).__name__) from None
            raise

    def _can_stream(self) -> bool:
        """Return True, or raise an ``AttributeError`` that says why ``partial_fit`` is missing."""
        reason = why_no_stream(self)
        if reason is not None:
            raise AttributeError(f"{type(self).__name__}: {reason}")
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        has_declared = not isinstance(self.categorical_features, str | None)
        needs_dense = self.augment is not None or has_declared
        tags.input_tags.sparse = not needs_dense and takes_sparse(self)
        tags.input_tags.allow_nan = encodes_numbers(self)
        tags.input_tags.categorical = self.categorical_features is not None
        tags.input_tags.string = self.categorical_features is not None
        return tags


def _refuse_other_inputs(changed: dict[str, Any]) -> None:
    """Raise an error if training would go on with inputs that are encoded in another way."""
    for name, value in sorted(changed.items()):
        if name.partition("__")[0] in ("categorical_features", *ENCODINGS):
            raise UsageError(
                f"{name} cannot change while training goes on: what the inputs learned is kept. "
                f"Got {value!r}. Put it back, or fit anew with warm_start=False."
            )


def facts_about(
    target: Target,
    rows: Rows,
    has_validation_rows: bool,
    is_stream: bool,
    before: Model | None = None,
    state: TrainingState | None = None,
) -> Facts:
    """Return what a plan depends on besides the hyperparameters."""
    return Facts.about(
        target,
        n_samples=len(rows.y),
        n_features=rows.X.shape[1],
        is_sparse=issparse(rows.X),
        has_validation_rows=has_validation_rows,
        is_stream=is_stream,
        has_average=state is not None and bool(state.average["mass"]),
        n_members=before.network.n_members if before else None,
    )
