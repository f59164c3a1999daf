"""What a loss is: a function of the raw output and the target, with its gradient and its link."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from ..base import Component, UsageError

__all__ = ["TINY", "Evaluate", "Loss", "Targets", "Value"]

Value = tuple[float, np.ndarray]
Evaluate = Callable[[np.ndarray, np.ndarray, np.ndarray], Value]
Targets = Iterable[tuple[np.ndarray, np.ndarray]]

TINY = np.finfo(float).tiny


class Loss(Component):
    """A function of raw output and target, with its gradient and its inverse link.

    The raw output has shape (n_rows, n_outputs), and the target (n_rows, n_numbers). Most losses
    have one raw output for each number of the target. ``weight`` has shape (n_rows,) and
    multiplies the loss of each row. Weights of ``1 / n_rows`` give the mean loss.
    """

    name: ClassVar[str]  # by default that of the class
    link_name: ClassVar[str]  # losses of one link give the raw output one meaning
    y_range: ClassVar[Literal["real", "non-negative", "positive"]] = "real"
    may_be_huge: ClassVar[bool] = False  # at the start of a successful training

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Name the class, for messages."""
        super().__init_subclass__(**keywords)
        cls.name = vars(cls).get("name", cls.__name__)

    @property
    def outputs_per_number(self) -> int:
        """Number of raw outputs for each number of the target."""
        return 1

    @property
    def levels(self) -> Sequence[float] | None:
        """The quantiles along the last axis of the prediction, or None if it has no such axis."""
        return None

    def bind(self, n_rows: int, n_outputs: int, dtype: DTypeLike) -> Evaluate:
        """Return a function ``(raw, target, weight) -> (Σ weight·loss, its gradient by raw)``.

        Parameters
        ----------
        n_rows, n_outputs : int
            Shape of the raw output. The target has ``n_outputs / outputs_per_number`` columns.
        dtype : numpy dtype

        Returns
        -------
        callable
        """
        raise NotImplementedError

    def bind_members(
        self, n_rows: int, n_members: int, n_outputs: int, dtype: DTypeLike
    ) -> Evaluate:
        """Return the same function for several members: the mean of their losses.

        Parameters
        ----------
        n_rows, n_members, n_outputs : int
            ``raw`` has shape (n_rows, n_members · n_outputs), the outputs of the members side by
            side. The target is that of a single member.
        dtype : numpy dtype

        Returns
        -------
        callable
        """
        evaluate = self.bind(n_rows * n_members, n_outputs, dtype)
        if n_members == 1:
            return evaluate

        def mean(raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Value:
            value, d_raw = evaluate(
                raw.reshape(-1, n_outputs),
                target.repeat(n_members, axis=0),
                (weight / n_members).repeat(n_members),
            )
            return value, d_raw.reshape(raw.shape)

        return mean

    def pooled(self, raw: np.ndarray, n_members: int) -> np.ndarray:
        """Return the raw output that stands for the mean of the members' predictions.

        Parameters
        ----------
        raw : ndarray of shape (n_rows, n_members · n_outputs)
        n_members : int

        Returns
        -------
        ndarray of shape (n_rows, n_outputs)
        """
        if n_members == 1:
            return raw
        return self.pool(raw.reshape(len(raw), n_members, -1))

    def pool(self, raw: np.ndarray) -> np.ndarray:
        """Return the raw output that stands for the mean, as ``pooled``, for two members or more.

        Parameters
        ----------
        raw : ndarray of shape (n_rows, n_members, n_outputs)

        Returns
        -------
        ndarray of shape (n_rows, n_outputs)
        """
        members = self.inverse_link(raw.reshape(-1, raw.shape[2]))
        return self.link(members.reshape(*raw.shape[:2], *members.shape[1:]).mean(axis=1))

    @property
    def kinks(self) -> tuple[float, ...]:
        """Values of ``residuals`` at which the loss's first or second derivative jumps."""
        return ()

    def residuals(self, raw: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Return what the loss depends on where it has kinks: ``raw - target`` by default.

        Parameters
        ----------
        raw : ndarray of shape (n_rows, n_outputs)
        target : ndarray of shape (n_rows, n_numbers)

        Returns
        -------
        ndarray
        """
        return raw - target

    def inverse_link(self, raw: np.ndarray) -> np.ndarray:
        """Convert the raw output to the prediction.

        Parameters
        ----------
        raw : ndarray of shape (n_rows, n_outputs)

        Returns
        -------
        ndarray of shape (n_rows, n_numbers) or (n_rows, n_numbers, n_quantiles)
        """
        raise NotImplementedError

    def std(self, raw: np.ndarray) -> np.ndarray:
        """Convert the raw output to the predicted standard deviation.

        Parameters
        ----------
        raw : ndarray of shape (n_rows, n_outputs)

        Returns
        -------
        ndarray of shape (n_rows, n_numbers)
        """
        raise UsageError(
            f"loss={self.name!r} predicts no standard deviation, which return_std=True asks for. "
            "Fit with loss='gaussian'."
        )

    def link(self, mean: np.ndarray) -> np.ndarray:
        """Return the finite raw output that stands for a prediction.

        Parameters
        ----------
        mean : ndarray of shape (n_numbers,) or (n_rows, n_numbers)
            With several quantiles, they are one more axis.

        Returns
        -------
        ndarray of shape (n_outputs,) or (n_rows, n_outputs)
        """
        raise NotImplementedError

    def of_constant(self, parts: Targets) -> float:
        """Return the mean loss of the best raw output that is the same for all rows.

        Parameters
        ----------
        parts : iterable of (target, share)
            All targets, in parts, and the rows' shares in the mean, which sum to one.

        Returns
        -------
        float
        """
        # the loss is linear in the target, so the mean target represents all targets
        mean = np.sum([share @ target for target, share in parts], axis=0)
        evaluate = self.bind(1, len(mean), mean.dtype)
        return evaluate(self.link(mean)[None], mean[None], np.ones(1))[0]
