"""Mean, standard deviation and range of numbers, of which those of parts can be merged."""

from dataclasses import dataclass
from typing import Self

import numpy as np

__all__ = ["Moments"]


@dataclass(frozen=True)
class Moments:
    """Moments of the columns of y over some rows, each row with its weight.

    Attributes
    ----------
    weight : float
        Sum of the weights.
    mean, std : ndarray of shape (n_numbers,)
    lowest, highest : ndarray of shape (n_numbers,)
    """

    weight: float
    mean: np.ndarray
    std: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray

    @classmethod
    def of(cls, kept: np.ndarray, weight: np.ndarray | None) -> Self:
        """Return the moments of rows.

        Parameters
        ----------
        kept : ndarray of shape (n_samples, n_numbers)
        weight : ndarray of shape (n_samples,) or None
        """
        total = float(len(kept) if weight is None else weight.sum())
        if weight is not None:  # a power of two keeps every bit; the sum cannot overflow
            weight = np.ldexp(weight, -np.frexp(weight.max())[1])
        lowest, highest = kept.min(axis=0), kept.max(axis=0)
        # rounding must not leave the range of y: exact for a constant
        mean = np.clip(np.average(kept, axis=0, weights=weight), lowest, highest)
        unit = _unit(np.maximum(highest - mean, mean - lowest))
        std = unit * np.sqrt(np.average(((kept - mean) / unit) ** 2, axis=0, weights=weight))
        return cls(total, mean, std, lowest, highest)

    def merge(self, other: Self) -> Self:
        """Return the moments of the rows of both.

        The sums of squares of two parts are combined by Chan, Golub and LeVeque, 1983.
        """
        total = self.weight + other.weight
        p, q = self.weight / total, other.weight / total
        distance = other.mean - self.mean
        unit = _unit(np.maximum(np.abs(distance), np.maximum(self.std, other.std)))
        squares = p * (self.std / unit) ** 2 + q * (other.std / unit) ** 2
        squares += p * q * (distance / unit) ** 2
        return type(self)(
            total,
            self.mean + q * distance,
            unit * np.sqrt(squares),
            np.minimum(self.lowest, other.lowest),
            np.maximum(self.highest, other.highest),
        )

    @property
    def is_constant(self) -> np.ndarray:
        """Whether a column has one value, or values that differ by rounding only."""
        largest = np.maximum(self.highest - self.mean, self.mean - self.lowest)
        return largest <= 10 * np.finfo(float).eps * np.abs(self.mean)


def _unit(size: np.ndarray) -> np.ndarray:
    """Return numbers by which others are divided, so that no square overflows or vanishes."""
    return np.where(size > 0, size, 1.0)
