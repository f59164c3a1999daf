"""Fits that pause after some epochs, and go on later, perhaps in another process."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import joblib
from sklearn.base import BaseEstimator

from ..base import UsageError
from ..plan import Plan
from ..training import TrainingState

__all__ = ["Pauses", "Pausing"]

_FITTED = ("_model", "_state", "_history", "n_features_in_", "feature_names_in_")


class Pauses:
    """A folder of fits that have paused. The clones of an estimator share it.

    A fit is found again by what determines it: the estimator's class and hyperparameters, and the
    data. So a fit that goes on is the same fit, and a fit that is not found begins anew.

    Parameters
    ----------
    folder : Path
        All processes that fit must reach it.
    keeps_all : bool
        Whether to keep the pauses of a fit that has gone on. Then all fits can be repeated
        without training.
    n_epochs : int or None
        Number of epochs after which fits pause, to be changed from rung to rung. None: fits do
        not pause.
    """

    def __init__(self, folder: Path, keeps_all: bool, n_epochs: int | None) -> None:
        self.folder, self.keeps_all, self.n_epochs = folder, keeps_all, n_epochs

    def key(self, estimator: BaseEstimator, data: tuple) -> str:
        """Return a name for the fit of an estimator on some data."""
        try:
            return joblib.hash((type(estimator), estimator.get_params(deep=False), data))
        except (pickle.PicklingError, AttributeError, TypeError) as reason:
            raise UsageError(
                f"a fit that pauses is saved, and its data or hyperparameters cannot be pickled "
                f"({reason}). Define functions and classes in a module."
            ) from None

    def latest(self, key: str) -> Any:
        """Return the fit as it paused last, up to now; None if it is not known."""
        while known := [n for n in self._known(key) if n <= self._now()]:
            try:
                return pickle.loads(self._path(key, max(known)).read_bytes())
            except FileNotFoundError:  # the same fit has replaced it, in another process
                continue
        return None

    def save(self, key: str, fitted: Any) -> None:
        """Save a fit that pauses now."""
        if not self.folder.is_dir():
            raise UsageError(
                f"the folder {str(self.folder)!r} of the paused fits is not there. Give the search "
                "a directory that all processes share."
            )
        path = self._path(key, self._now())
        own = path.with_suffix(f"{path.suffix}-{uuid4().hex}")
        own.write_bytes(pickle.dumps(fitted, protocol=pickle.HIGHEST_PROTOCOL))
        own.replace(path)  # in one step, so that an interrupt cannot leave half a file
        for n in self._known(key):
            if n < self._now() and not self.keeps_all:
                self._path(key, n).unlink(missing_ok=True)

    def _now(self) -> int:
        return self.n_epochs or 0

    def _path(self, key: str, n_epochs: int) -> Path:
        return self.folder / f"{key}.{n_epochs}"

    def _known(self, key: str) -> list[int]:
        """Return the numbers of epochs after which a fit has paused."""
        suffixes = [path.suffix[1:] for path in self.folder.glob(f"{key}.*")]
        return [int(suffix) for suffix in suffixes if suffix.isdigit()]


class Pausing(BaseEstimator):
    """A fit that can pause. All else is as in a fit at once, bit for bit."""

    _pauses: Pauses | None = None
    _state: TrainingState

    def __sklearn_clone__(self) -> Self:
        clone = super().__sklearn_clone__()
        if self._pause_after() is not None:
            clone._pauses = self._pauses
        return clone

    def _pause_after(self) -> int | None:
        """Return the number of epochs after which the fit pauses, or None if it does not."""
        return None if self._pauses is None else self._pauses.n_epochs

    @contextmanager
    def _going_on(self, *data: Any) -> Iterator[bool]:
        """Take up a fit that has paused, and save it where it pauses again.

        Yields
        ------
        bool
            Whether there is one.
        """
        if self._pauses is None or self._pause_after() is None:
            yield False
            return
        key = self._pauses.key(self, data)
        paused = self._pauses.latest(key)
        if paused is not None:
            self.__dict__.update(vars(paused))
        yield paused is not None
        fitted = object.__new__(type(self))
        fitted.__dict__ = {name: vars(self)[name] for name in _FITTED if name in vars(self)}
        self._pauses.save(key, fitted)

    def _until_pause(self, plan: Plan, state: TrainingState) -> Plan:
        """Return a plan that ends where the fit pauses.

        If it does not, training starts from the network that was kept, not from a pause.
        """
        n_epochs = self._pause_after()
        if n_epochs is None or plan.is_stream:
            state.pause = None
            return plan
        if not plan.optimizer.takes_steps:
            raise UsageError(
                f"a training with {type(plan.optimizer).__name__} cannot pause: its iterations "
                "depend on each other. Take an optimizer that takes steps, such as 'adam'."
            )
        is_over = state.pause is not None and state.pause["is_over"]
        return replace(plan, n_epochs=0 if is_over else n_epochs - state.epoch, pauses=True)
