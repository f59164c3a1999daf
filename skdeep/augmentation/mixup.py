"""Mixup: mixtures of two rows and of their targets."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from ..base import Interval
from .base import Augmenter, dense

__all__ = ["Mixup"]


class Mixup(Augmenter):
    """Replace each row and its target by a mixture with another row of the batch.

    ``x̃ = λ x_i + (1 - λ) x_j`` and ``ỹ = λ y_i + (1 - λ) y_j`` with ``λ ~ Beta(α, α)``. A random
    permutation of the batch gives j [1]_. The network learns predictions that change linearly
    between rows, and is less confident away from the training data.

    Parameters
    ----------
    alpha : float, default=0.2
        α in (0, inf). With a small α, a mixture is close to one of the two rows. With 1, λ is
        uniform.

    Notes
    -----
    λ is drawn for each row. The code of the authors draws one λ for each batch. Each row keeps
    its own sample weight.

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

    def __init__(self, alpha: float = 0.2) -> None:
        self.alpha = alpha

    def __call__(
        self, X: np.ndarray, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mix rows and their targets.

        Parameters
        ----------
        X : ndarray of shape (n_rows, ...)
        y : ndarray of shape (n_rows, n_outputs)
            Class probabilities (such as one-hot rows), 0 or 1 for each label, or numbers.
        rng : numpy.random.Generator

        Returns
        -------
        X : ndarray of shape (n_rows, ...)
        y : ndarray of shape (n_rows, n_outputs)

        Raises
        ------
        ValueError
            If y contains labels instead of rows of numbers.
        """
        X, y = dense(type(self).__name__, X), np.asarray(y)
        if y.ndim != 2 or y.dtype.kind not in "fiub":
            raise ValueError(
                "Mixup cannot mix labels: y must be numeric and of shape (n_samples, n_outputs). "
                f"Got y of shape {y.shape} and dtype {y.dtype}. Use Mixup in an estimator, as in "
                "DeepClassifier(augment=Mixup()), or encode y first (one-hot rows for classes)."
            )
        lam = rng.beta(self.alpha, self.alpha, len(X))
        other = rng.permutation(len(X))
        return _mix(X, lam, other), _mix(y, lam, other)


def _mix(rows: np.ndarray, lam: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return ``λ rows_i + (1 - λ) rows_j``, computed as ``rows_j + λ (rows_i - rows_j)``."""
    rows = rows if rows.dtype.kind == "f" else rows.astype(float)
    lam = lam.reshape(-1, *[1] * (rows.ndim - 1)).astype(rows.dtype)
    partner = rows[other]
    mixed = np.subtract(rows, partner)
    np.multiply(mixed, lam, out=mixed)
    return np.add(mixed, partner, out=mixed)
