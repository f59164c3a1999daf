"""Mixup: rows between the rows."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ..base import Interval
from .base import Augmenter, dense

__all__ = ["Mixup"]


class Mixup(Augmenter):
    """Replace each row and its target by a mixture with another row's of the batch.

    ``x̃ = λ x_i + (1 - λ) x_j`` and ``ỹ = λ y_i + (1 - λ) y_j`` with ``λ ~ Beta(α, α)`` and
    j given by a random permutation of the batch [1]_. The network learns to pass from
    one target to another in a straight line, and to be less sure far from its data.

    Parameters
    ----------
    alpha : float, default=0.2
        α in (0, inf). Small values stay close to one of the two rows; 1 mixes uniformly.

    Notes
    -----
    λ is drawn for each row; the authors' code draws one for each batch. A row keeps its own
    sample weight.

    References
    ----------
    .. [1] Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018, equation 2.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [10.0]])
    >>> y = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> mixed, target = Mixup(alpha=1.0)(X, y, np.random.default_rng(3))
    >>> np.allclose(mixed[:, 0], 10 * target[:, 1])
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "alpha": [Interval(Real, 0, None, closed="neither")]
    }

    def __init__(self, alpha=0.2):
        self.alpha = alpha

    def __call__(self, X, y, rng):
        """Mix some rows.

        Parameters
        ----------
        X : ndarray of shape (n_rows, ...)
        y : ndarray of shape (n_rows, n_outputs)
            One-hot, smoothed or soft rows of classes, labels or numbers.
        rng : numpy.random.Generator

        Returns
        -------
        X : ndarray of shape (n_rows, ...)
        y : ndarray of shape (n_rows, n_outputs)

        Raises
        ------
        ValueError
            If y holds labels rather than rows of numbers.
        """
        X, y = dense(self, X), np.asarray(y)
        if y.ndim != 2 or y.dtype.kind not in "fiub":
            raise ValueError(
                "Mixup mixes targets, which labels cannot be: y must be rows of numbers, of shape "
                f"(n_samples, n_outputs). Got y of shape {y.shape} and dtype {y.dtype}. Let an "
                "estimator mix its own targets, as in DeepClassifier(augment=Mixup()), or encode y "
                "first (one-hot rows for classes)."
            )
        share = rng.beta(self.alpha, self.alpha, len(X))
        other = rng.permutation(len(X))
        return _mix(X, share, other), _mix(y, share, other)


def _mix(rows: np.ndarray, share: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return ``λ rows_i + (1 - λ) rows_j``, computed as ``rows_j + λ (rows_i - rows_j)``."""
    rows = rows if rows.dtype.kind == "f" else rows.astype(float)
    share = share.reshape(-1, *[1] * (rows.ndim - 1)).astype(rows.dtype)
    partner = rows[other]
    mixed = np.subtract(rows, partner)
    np.multiply(mixed, share, out=mixed)
    return np.add(mixed, partner, out=mixed)
