"""What both estimators share: validate, build, train, store; predict raw outputs."""

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from ..base import (
    CallbackSupportMixin,
    FitTasks,
    __version__,
    check_sample_weight,
    fit_context,
    with_callbacks,
)
from ..losses import LogitLoss, Loss
from ..network import Network
from ..optimizers import LBFGS, make_optimizer
from ..stopping import Stopping
from ..threads import blas_threads_for
from .architecture import hidden_sizes
from .attributes import FittedAttributes
from .convergence import warn_of_no_progress
from .fitting import (
    Rows,
    build_training,
    check_weights,
    make_batches,
    new_state,
    note_changes,
)
from .holdout import hold_out, keep_every_class
from .hyperparameters import Hyperparameters
from .parameters import in_plain_form
from .progress import Progress
from .validation import Validation

__all__ = ["BaseDeepEstimator"]

HISTORY = (
    "epoch",
    "learning_rate",
    "train_loss",
    "val_loss",
    "val_score",
    "gradient_norm",
    "layer_gradient_norms",
    "seconds",
    "changed",
)

_VALIDATION_ROWS = 4096  # evaluated at a time
_ENOUGH_TO_HOLD_OUT = 40  # rows


class BaseDeepEstimator(FittedAttributes, CallbackSupportMixin, Hyperparameters):
    """Base of the estimators: everything but what a target means.

    Subclasses say how targets are checked and encoded (``_check_y``, ``_encode``), what
    loss they stand for (``_loss``) and how many raw outputs it needs (``_n_raw``).
    """

    _auto_beta: ClassVar[float]  # of weight_averaging="auto"

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training data. A memory-mapped array is read and cast by the batch and never
            copied whole.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights; a weight of 2 is a row given twice.
        X_val : array-like of shape (n_val, n_features), default=None
            Validation data to watch instead of a part of X.
        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Their targets.
        sample_weight_val : array-like of shape (n_val,), default=None
            Their weights.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        ValueError
            For bad hyperparameters or data, and when the loss becomes infinite or nan.
            The estimator then stays as it was before the call.

        Warns
        -----
        ConvergenceWarning
            When training failed, its loss being huge or the same in all epochs, and the
            network is no better on the training rows than a constant prediction.

        Notes
        -----
        Ctrl-C ends the training with a warning and leaves a usable estimator with the
        weights of the best epoch so far: by the validation score with early stopping,
        else by the training objective. An epoch that is not over leaves no trace in the
        history; if there is none before it, the weights are those at the start of the call.
        A second Ctrl-C while the first one is handled is an error as above.
        """
        with in_plain_form(self):
            tasks = FitTasks(self, self.max_epochs, X, y, sample_weight)
            with self._unchanged_on_error():
                resume = self.warm_start and hasattr(self, "_network")
                rows = self._check_rows(X, y, sample_weight, reset=not resume, reset_y=not resume)
                val_rows = self._check_validation_rows(X_val, y_val, sample_weight_val)
                self._train(rows, val_rows, resume, self.max_epochs, tasks)
            tasks.end()
        return self

    def _partial_fit(self, X, y, sample_weight, learn_y: bool):
        """Pass once over the rows, from the present state if there is one."""
        resume = hasattr(self, "_network")
        with in_plain_form(self), self._unchanged_on_error():
            rows = self._check_rows(X, y, sample_weight, reset=not resume, reset_y=learn_y)
            self._train(rows, None, resume, 1, streaming=True)
        return self

    def _can_stream(self) -> bool:
        """Return True, or raise the reason why there is no ``partial_fit``."""
        if self.early_stopping not in ("auto", False):
            raise AttributeError(
                f"{type(self).__name__}: partial_fit makes one pass over the rows it is given, so "
                "early_stopping must be 'auto' or False. Call fit, or watch held-out rows between "
                "calls."
            )
        if isinstance(make_optimizer(self.optimizer), LBFGS):
            raise AttributeError(
                f"{type(self).__name__}: partial_fit needs an optimizer that takes steps. Got "
                f"optimizer={self.optimizer!r}; take another, or call fit with warm_start=True."
            )
        return True

    def _stops_early(self, rows: Rows, val_rows: Rows | None) -> bool:
        """Return whether validation ends the training and picks the epoch."""
        if self.early_stopping != "auto":
            return bool(self.early_stopping)
        if not hidden_sizes(self) or isinstance(make_optimizer(self.optimizer), LBFGS):
            return False  # what has one solution needs no epoch picked
        return val_rows is not None or len(rows.y) >= _ENOUGH_TO_HOLD_OUT

    def _train(self, rows, val_rows, resume, n_epochs, tasks=None, streaming=False):
        """Run epochs from a fresh or the present state, and store what comes of them."""
        before = (self._network, self._state, self.history_) if resume else None
        state = copy.deepcopy(self._state) if resume else new_state(self)
        state["changed"] = note_changes(self, state)
        if not resume:
            self.history_ = {name: [] for name in HISTORY}
        self._learn_constants(rows.y, goes_on=resume and streaming)
        stops_early = not streaming and self._stops_early(rows, val_rows)
        if stops_early and val_rows is None:
            rows, val_rows = self._split(rows, state)
        training, networks = build_training(self, rows, state, resume, streaming, stops_early)
        self._network, self._state = networks[-1], state
        validation = None if val_rows is None else self._validation(val_rows, stops_early)
        stopping = Stopping(self.n_iter_no_change, self.tol, stops_early)
        state.pop("best_epoch", None)
        n_before = len(self.history_["epoch"])
        progress = Progress(training, networks, self.history_, stopping, is_fresh=not resume)
        is_complete = self._run(training, n_epochs, validation, progress, stops_early, tasks)
        if before is not None and not progress.has_epochs:
            self._network, self._state, self.history_ = before
        if is_complete and not streaming:
            warn_of_no_progress(self, training, self.history_["train_loss"][n_before:], 5)

    def _run(self, training, n_epochs, validation, progress, stops_early, tasks) -> bool:
        """Run epochs until they are over, or an interrupt ends them; return whether none did."""
        threads = blas_threads_for(training.largest_product)
        try:
            with threads:
                training.run(
                    n_epochs,
                    tasks.begin_epoch if tasks else lambda: None,
                    lambda row: self._end_epoch(row, validation, progress, stops_early, tasks),
                )
            progress.finish()
        except KeyboardInterrupt:
            progress.settle()
            warnings.warn(
                f"{type(self).__name__}: training was interrupted in epoch "
                f"{training.state['epoch']}; the estimator keeps the best weights so far.",
                ConvergenceWarning,
                stacklevel=4,
            )
            return False
        except FloatingPointError as error:
            raise ValueError(f"{type(self).__name__}: {error}") from None
        finally:
            threads.lift()  # again: an interrupt may have cut the first call short
        return True

    def _end_epoch(self, row, validation, progress, stops_early, tasks) -> bool:
        """Look at the outcome of an epoch, and return whether it was the last."""
        changed = self._state.get("changed", {})
        row.update({"val_loss": float("nan"), "val_score": float("nan"), "changed": changed})
        if validation is not None:
            row.update(validation.evaluate(self._network))
        stop = progress.add(
            row,
            row["train_loss"] if validation is None else row["val_loss"],
            row["val_score"] if stops_early else -row["train_loss"],
        )
        if self.verbose:
            print(self._line(row))
        return (tasks is not None and tasks.end_epoch()) or stop

    def _line(self, row) -> str:
        """Return the line that ``verbose`` prints for an epoch."""
        validation = "" if np.isnan(row["val_loss"]) else f"  val_loss {row['val_loss']:<9.4g}"
        if validation and not self._watches_loss():
            validation += f"  val_score {row['val_score']:<9.4g}"
        return (
            f"[{type(self).__name__}] epoch {row['epoch']:>4}  train_loss "
            f"{row['train_loss']:<9.4g}{validation}  learning_rate "
            f"{row['learning_rate']:<9.3g}  {row['seconds']:.3f} s"
        )

    def _watches_loss(self) -> bool:
        """Return whether the validation score is minus the validation loss."""
        return self.scoring is None and not isinstance(self._loss(), LogitLoss)

    @contextmanager
    def _unchanged_on_error(self) -> Iterator[None]:
        """Put every attribute back if the work in the context fails."""
        before = vars(self).copy()
        n_epochs = len(before["history_"]["epoch"]) if "history_" in before else 0
        try:
            yield
        except BaseException:
            self.__dict__ = before  # in one step, which no interrupt can divide
            for column in before.get("history_", {}).values():
                del column[n_epochs:]  # the rows of this call, which were added in place
            raise

    # -- data ---------------------------------------------------------------

    def _check_features(self, X, reset: bool, dtype=None) -> np.ndarray:
        """Return X in the network's precision; a memory-mapped array stays as it is."""
        form: dict[str, Any] = {"dtype": np.dtype(dtype or self.dtype), "order": "C"}
        if isinstance(X, np.memmap):
            form = {"dtype": "numeric", "order": None}
        # a value too large for float32 has its own error, and sums of large ones are no error
        with np.errstate(over="ignore", invalid="ignore"):
            return validate_data(self, X, accept_sparse="csr", reset=reset, **form)

    def _check_rows(
        self, X, y, sample_weight, reset=False, reset_y=False, validation=False
    ) -> Rows:
        self._require_y(y)
        X_checked = self._check_features(X, reset)
        y = self._check_y(y, reset_y)
        check_consistent_length(X_checked, y)
        if sample_weight is not None:
            sample_weight = check_sample_weight(
                sample_weight, X_checked, dtype=np.float64, ensure_non_negative=True
            )
        self.n_outputs_ = self._n_raw()
        self.n_layers_ = len(hidden_sizes(self)) + 2
        weight = self._row_weights(y, sample_weight, learn=not validation)
        if weight is not None:
            check_weights(self, weight)
        return Rows(X_checked, y, weight, sample_weight).with_weight()

    def _require_y(self, y) -> None:
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y "
                "is None."
            )

    def _row_weights(self, y, sample_weight, learn: bool) -> np.ndarray | None:
        """Return the rows' weights in the objective, or None for equal ones.

        ``learn`` takes from y what the weights depend on, for validation rows to follow.
        """
        return sample_weight

    def _check_validation_rows(self, X_val, y_val, sample_weight_val) -> Rows | None:
        if (X_val is None) != (y_val is None):
            raise ValueError(
                f"{type(self).__name__}: X_val and y_val belong together. Got only "
                f"{'X_val' if y_val is None else 'y_val'}."
            )
        if X_val is None and sample_weight_val is not None:
            raise ValueError(
                f"{type(self).__name__}: sample_weight_val belongs to X_val and y_val. Got only "
                "sample_weight_val."
            )
        if X_val is None:
            return None
        return self._check_rows(X_val, y_val, sample_weight_val, validation=True)

    def _split(self, rows: Rows, state) -> tuple[Rows, Rows]:
        """Hold out a part of the rows, with every class in the same proportion as in the whole."""
        n = len(rows.y)
        n_held_out = int(np.ceil(self.validation_fraction * n))
        if "split_seed" not in state:  # the same rows at every warm start
            state["split_seed"] = int(state["rng"].integers(2**31))
        rng = np.random.default_rng(state["split_seed"])
        try:
            held_out = hold_out(self._strata(rows.y, n_held_out), n_held_out, rng)
        except ValueError as reason:
            raise ValueError(
                f"{type(self).__name__}: early_stopping cannot hold out validation_fraction="
                f"{self.validation_fraction} of {n} samples: {reason}. Give more samples, another "
                "validation_fraction, X_val and y_val, or early_stopping='auto'."
            ) from None
        keep_every_class(held_out, self._class_codes(rows.y), rng)
        index = np.int32 if n < 2**31 else np.int64
        train, held_out = (np.flatnonzero(part).astype(index) for part in (~held_out, held_out))
        return rows.take(train), rows.take(held_out)

    def _validation(self, rows: Rows, stops_early: bool) -> Validation:
        score = None if self.scoring is None else self._bind_score(rows)
        batches = make_batches(self, rows, _VALIDATION_ROWS, self._encode)
        loss = self._loss()
        return Validation(batches, loss, score, stops_early and isinstance(loss, LogitLoss))

    def _bind_score(self, rows: Rows):
        """Return a function that scores the network as it stands."""
        scorer = check_scoring(self, scoring=self.scoring)
        view = object.__new__(type(self))  # shares the network, is asked about unnamed features
        view.__dict__ = {k: v for k, v in vars(self).items() if k != "feature_names_in_"}
        X = rows.X if rows.index is None else rows.X[rows.index]
        weight = {} if rows.sample_weight is None else {"sample_weight": rows.sample_weight}
        return partial(scorer, view, X, self._decode(rows.y), **weight)

    # -- what subclasses say -------------------------------------------------

    def _check_y(self, y, reset: bool) -> np.ndarray:
        """Return y as the training keeps it; ``reset`` learns its classes or shape."""
        raise NotImplementedError

    def _decode(self, y: np.ndarray) -> np.ndarray:
        """Return what the user gave for y as the training keeps it."""
        raise NotImplementedError

    def _encode(self, y: np.ndarray) -> np.ndarray:
        """Return the loss' targets, of shape (n_rows, n_outputs_), for some rows of y."""
        raise NotImplementedError

    def _encode_training(self, y: np.ndarray) -> np.ndarray:
        """Return the targets to train on, which may differ from those to judge by."""
        return self._encode(y)

    def _strata(self, y: np.ndarray, n_held_out: int) -> np.ndarray:
        """Return the stratum, from 0, of each row; a split keeps strata in proportion."""
        return np.zeros(len(y), dtype=np.int8)

    def _class_codes(self, y: np.ndarray) -> np.ndarray:
        """Return the class, from 0, of each row; each class keeps a row to train on."""
        return np.zeros(len(y), dtype=np.int8)

    def _loss(self) -> Loss:
        raise NotImplementedError

    def _n_raw(self) -> int:
        """Return the number of raw outputs."""
        raise NotImplementedError

    def _learn_scale(self, y: np.ndarray, weight: np.ndarray | None) -> None:
        """Learn what ``_encode`` needs from the training targets, once before training."""

    def _keep_scale(self) -> None:
        """Go on with what ``_learn_scale`` learned; raise if it no longer applies."""

    def _learn_constants(self, y: np.ndarray, goes_on: bool) -> None:
        """Learn from all targets what needs no network; ``goes_on`` adds them to those before."""

    # -- fitted -------------------------------------------------------------

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.augment is None
        return tags

    def __getstate__(self):
        state = dict(super().__getstate__())
        if "_network" in state:
            state["_network"] = state["_network"].__getstate__()
            state["_skdeep_version"] = __version__
        if "history_" in state:  # training adds to it in place, and a copy must not grow along
            state["history_"] = {name: list(rows) for name, rows in state["history_"].items()}
        return state

    def __setstate__(self, state):
        state = dict(state)
        written_by = state.pop("_skdeep_version", __version__)
        if written_by != __version__:
            warnings.warn(
                f"{type(self).__name__} was saved by skdeep {written_by} and is loaded by skdeep "
                f"{__version__}. Its predictions may differ; fit it anew to be safe.",
                UserWarning,
                stacklevel=2,
            )
        if "_network" in state:
            state["_network"] = Network.from_plain(state["_network"])
        super().__setstate__(state)
        if "_network" in state:
            self._check_restored(self._network)

    def _check_restored(self, network: Network) -> None:
        """Refuse saved attributes that do not belong to the saved network."""
        counts = {
            "features": (self.n_features_in_, network.n_inputs),
            "raw outputs": (self._n_raw(), network.n_outputs),
            "n_outputs_": (self.n_outputs_, network.n_outputs),
        }
        for what, (saved, needed) in counts.items():
            if saved != needed:
                raise ValueError(
                    f"{type(self).__name__}: the saved state does not fit together: {what} are "
                    f"{saved} by its attributes and {needed} by its network. Save it anew."
                )

    def _raw(self, X) -> np.ndarray:
        """Return the raw outputs for X, of shape (n_samples, n_outputs_)."""
        check_is_fitted(self)
        # in the network's own precision, whatever the hyperparameter dtype says by now
        X = self._check_features(X, reset=False, dtype=self._network.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            return self._checked_finite(self._network.predict(X), X)

    def _checked_finite(self, predicted: np.ndarray, X) -> np.ndarray:
        """Return what is predicted for X, or raise the error if it is not finite."""
        if not np.isfinite(predicted).all():
            raise ValueError(
                f"{type(self).__name__}: the predictions for X are not finite, with values of X up "
                f"to {max(X.max(), -X.min()):g}. Scale X as the training data was scaled."
            )
        return predicted
