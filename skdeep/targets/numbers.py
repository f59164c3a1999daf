"""A target with one or several numbers for each row."""

import copy
from typing import Any, cast

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.validation import column_or_1d

from ..base import MismatchError, UsageError
from ..losses import Loss
from .arrays import as_array
from .base import Target
from .moments import Moments

__all__ = ["Numbers"]


class Numbers(Target):
    """Each row has one or several numbers. Training uses ``t = (y - shift) / scale``.

    Create it with ``read``.

    Parameters
    ----------
    loss : Loss
    is_standardized : bool
        Whether shift and scale are learned. They are the mean and the standard deviation, or 0
        and the mean if the link of the loss is the logarithm.
    shape : tuple of int
        Shape of y.

    Attributes
    ----------
    shift, scale : ndarray of shape (n_numbers,)
    constant : ndarray of shape (n_numbers,)
        The value of each number of y that is the same in all rows, which is then predicted; nan
        for the others.
    """

    def __init__(self, loss: Loss, is_standardized: bool, shape: tuple[int, ...]):
        self._loss = loss
        self.is_standardized = is_standardized
        self.is_vector = len(shape) == 1
        n_numbers = 1 if self.is_vector else shape[1]
        self.shift, self.scale = np.zeros(n_numbers), np.ones(n_numbers)
        self.constant = np.full(n_numbers, np.nan)

    @classmethod
    def read(
        cls, y: Any, loss: Loss, is_standardized: bool, is_part: bool = False
    ) -> tuple["Numbers", np.ndarray]:
        """Return the target for y, or for a part of it, and y in the form used in training."""
        y = _check(y, loss, may_be_zero=is_part)
        target = cls(loss, is_standardized, y.shape)
        return target, y.reshape(-1, target.n_numbers)

    def going_on(self, loss: Loss, is_standardized: bool) -> "Numbers":
        """Return this target with another loss that has the same scale, to continue training."""
        if (self.loss.link_name, self.is_standardized) != (loss.link_name, is_standardized):
            raise UsageError(
                "the scale of the target cannot change while training goes on. It is that of "
                f"loss={self.loss.name!r} with standardize_target={self.is_standardized}. Got "
                f"loss={loss.name!r} with standardize_target={is_standardized}. Put them back, "
                "or fit anew with warm_start=False."
            )
        target = copy.copy(self)
        target._loss = loss
        return target

    @property
    def loss(self) -> Loss:
        return self._loss

    @property
    def n_numbers(self) -> int:
        """How many numbers of y each row has."""
        return len(self.scale)

    @property
    def n_outputs(self) -> int:
        return self.n_numbers * self.loss.outputs_per_number

    def keep(self, y: Any) -> np.ndarray:
        y = _check(y, self.loss, may_be_zero=True)
        n_numbers = 1 if y.ndim == 1 else y.shape[1]
        if n_numbers != self.n_numbers:
            raise MismatchError(
                f"y has {n_numbers} outputs, but had {self.n_numbers} before.",
                f"y_val has {n_numbers} outputs, and y has {self.n_numbers}.",
            )
        return y.reshape(-1, n_numbers)

    @property
    def n_columns(self) -> int:
        return 0 if self.is_vector else self.n_numbers

    @property
    def form(self) -> str:
        return "a number for each row" if self.is_vector else f"{self.n_numbers} columns"

    def note(self, kept: np.ndarray, goes_on: bool) -> None:
        """Find the outputs that have the same value in all rows."""
        is_constant = (kept == kept[0]).all(axis=0)
        if goes_on:
            is_constant &= kept[0] == self.constant
        self.constant = np.where(is_constant, kept[0], np.nan)

    def note_from(self, moments: Moments | None) -> None:
        assert moments is not None
        is_constant = moments.lowest == moments.highest
        self.constant = np.where(is_constant, moments.lowest, np.nan)
        for edge in (moments.lowest, moments.highest):  # partitions of zeros alone are valid
            _check_range(edge, self.loss, may_be_zero=edge is moments.lowest)

    def measure(self, kept: np.ndarray, weight: np.ndarray | None) -> Moments:
        return Moments.of(kept, weight)

    def learn_from(self, moments: Moments | None) -> None:
        assert moments is not None
        if not self.is_standardized:
            return
        mean, std = moments.mean, moments.std
        if self.loss.link_name == "log":  # zero must stay zero
            self.scale = np.where(mean > 0, mean, 1.0)
        else:
            self.shift, self.scale = mean, np.where(moments.is_constant, 1.0, std)

    def encode(self, kept: np.ndarray, dtype: np.dtype) -> np.ndarray:
        return ((kept - self.shift) / self.scale).astype(dtype)

    def decode(self, kept: np.ndarray) -> np.ndarray:
        return kept[:, 0] if self.is_vector else kept

    def predict(self, raw: np.ndarray) -> np.ndarray:
        # in float64, so that targets far from zero keep their digits
        predicted = self.loss.inverse_link(raw.astype(float))  # perhaps with an axis of quantiles
        shift, scale, constant = (
            each.reshape(-1, *(1,) * (predicted.ndim - 2))
            for each in (self.shift, self.scale, self.constant)
        )
        y = predicted * scale + shift
        return self.decode(np.where(np.isnan(constant), y, constant))

    def std(self, raw: np.ndarray) -> np.ndarray:
        std = super().std(raw.astype(float)) * self.scale
        return self.decode(np.where(np.isnan(self.constant), std, 0.0))

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> "Numbers":
        target = cast(Numbers, super().from_plain(values))
        shapes = [of.shape for of in (target.shift, target.scale, target.constant)]
        if len(set(shapes)) > 1:
            raise UsageError(
                "the saved state does not fit together: the target's shift, scale and constant "
                f"have shapes {shapes}. Save it anew."
            )
        return target


def _check(y: Any, loss: Loss, may_be_zero: bool) -> np.ndarray:
    """Return y in float64 with one or two dimensions."""
    y = as_array(y)
    y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y", allow_nd=True)
    if y.ndim > 2:
        raise UsageError(f"y must have one or two dimensions. Got {y.ndim}.")
    largest = np.abs(y).max(initial=0)
    if largest > 1e300:
        raise UsageError(
            "y must lie between -1e300 and 1e300, where sums of it are finite. Got values up to "
            f"{largest:g}. Divide y by a constant."
        )
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    _check_range(y, loss, may_be_zero)
    return y


def _check_range(y: np.ndarray, loss: Loss, may_be_zero: bool) -> None:
    """Refuse a y that the loss is not defined for."""
    if loss.y_range == "positive" and y.min() <= 0:
        raise UsageError(f"loss={loss.name!r} needs y > 0. Got a smallest value of {y.min()}.")
    if loss.y_range == "non-negative" and (y.min() < 0 or not (may_be_zero or y.any())):
        raise UsageError(
            f"loss={loss.name!r} needs y >= 0 with at least one y > 0. Got a smallest value of "
            f"{y.min()} and a largest of {y.max()}."
        )
