"""Losses of logits, for classes and labels, and how logits become probabilities."""

from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike
from scipy.special import expit, log_expit, log_softmax, logit, softmax

from .base import TINY, Evaluate, Loss, Value

__all__ = ["Logistic", "LogitLoss", "Sigmoid", "Softmax", "SoftmaxCrossEntropy"]


class LogitLoss(Loss):
    """A loss of classes or labels: the raw outputs are logits, and the targets probabilities.

    Derive a loss of your own from ``Softmax`` or ``Sigmoid``. They say how the raw outputs become
    probabilities.
    """

    link_name = "logit"
    sums_to_one: ClassVar[bool]  # the probabilities of all outputs, else each is one of two

    @property
    def log_loss(self) -> "LogitLoss":
        """The log-loss of these probabilities, to which the temperature is fitted."""
        raise NotImplementedError

    def n_choices(self, n_outputs: int) -> int:
        """Return the number of choices among which the probability is divided.

        Parameters
        ----------
        n_outputs : int

        Returns
        -------
        int
        """
        raise NotImplementedError

    def smooth(self, target: np.ndarray, s: float) -> np.ndarray:
        """Return ``(1 - s)·target + s / number of choices``.

        Parameters
        ----------
        target : ndarray of shape (n_rows, n_outputs)
        s : float
            Probability that is distributed over all choices.

        Returns
        -------
        ndarray of shape (n_rows, n_outputs)
        """
        return target * (1 - s) + s / self.n_choices(target.shape[1])

    def log_inverse_link(self, raw: np.ndarray) -> np.ndarray:
        """Return the logarithm of ``inverse_link(raw)``, which is always finite.

        Parameters
        ----------
        raw : ndarray of shape (n_rows, n_outputs)

        Returns
        -------
        ndarray of shape (n_rows, n_outputs)
        """
        raise NotImplementedError

    def bind_pooled(
        self, n_rows: int, n_members: int, n_outputs: int, dtype: DTypeLike
    ) -> Evaluate:
        """Return the log-loss of the mean of the members' probabilities, and its gradient by raw.

        Parameters
        ----------
        n_rows, n_members, n_outputs : int
            As for ``bind_members``.
        dtype : numpy dtype

        Returns
        -------
        callable
        """
        if n_members == 1:
            return self.log_loss.bind(n_rows, n_outputs, dtype)

        def evaluate(raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Value:
            # members × outputs × rows: NumPy reduces fast along a long last axis
            members = np.ascontiguousarray(raw.T).reshape(n_members, n_outputs, n_rows)
            losses, d_members = self.of_mean(members, target.T)
            d_members *= weight / n_members
            return float((losses @ weight).sum()), d_members.reshape(-1, n_rows).T

        return evaluate

    def of_mean(self, raw: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the log-loss of the mean of the members' probabilities, and how it changes.

        Parameters
        ----------
        raw : ndarray of shape (n_members, n_outputs, n_rows)
        t : ndarray of shape (n_outputs, n_rows)
            The target.

        Returns
        -------
        ndarray of shape (n_outputs, n_rows)
        ndarray of shape (n_members, n_outputs, n_rows)
            ``n_members`` times the gradient by ``raw``.
        """
        raise NotImplementedError

    def brier(self, raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> float:
        """Return the Brier score ``Σ weight·Σ_k (p_k - t_k)²`` [1]_.

        The Brier score of each row is bounded. In the log-loss, a few rows with confident wrong
        predictions can outweigh all others. With one output for two classes, the sum has one
        term, which is half of the definition in [1]_, as is common.

        Parameters
        ----------
        raw, target : ndarray of shape (n_rows, n_outputs)
        weight : ndarray of shape (n_rows,)

        Returns
        -------
        float

        References
        ----------
        .. [1] Brier, "Verification of forecasts expressed in terms of probability", Monthly
           Weather Review 78, 1950, pages 1-3.
        """
        difference = self.inverse_link(raw) - target
        return float(weight @ np.square(difference).sum(1))


class Softmax(LogitLoss):
    """Base class of losses whose probabilities are ``softmax(raw)``, one output for each class."""

    sums_to_one = True

    @property
    def log_loss(self) -> LogitLoss:
        return SoftmaxCrossEntropy()

    def n_choices(self, n_outputs: int) -> int:
        return n_outputs

    def inverse_link(self, raw: np.ndarray) -> np.ndarray:
        return softmax(raw, axis=1)

    def link(self, mean: np.ndarray) -> np.ndarray:
        return np.log(np.maximum(mean, TINY))

    def log_inverse_link(self, raw: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return np.maximum(log_softmax(raw, axis=1), np.finfo(raw.dtype).min)

    def pool(self, raw: np.ndarray) -> np.ndarray:
        return _log_mean(log_softmax(raw, axis=2), axis=1)

    def of_mean(self, raw: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        log_p = raw - raw.max(axis=1, keepdims=True)
        p = np.exp(log_p)
        total = p.sum(axis=1, keepdims=True)
        log_p -= np.log(total)
        p /= total
        log_P = _log_mean(log_p, axis=0)
        # -k d log P_c / d raw_jb = p_jc / P_c (p_jb - [b = c])
        d = t * np.exp(log_p - log_P)
        p *= d.sum(axis=1, keepdims=True)
        p -= d
        return -t * log_P, p


class Sigmoid(LogitLoss):
    """Base class of losses whose probabilities are ``σ(raw)``, for two classes or for labels.

    Two classes have one output. A multilabel target has one output for each label.
    """

    sums_to_one = False

    @property
    def log_loss(self) -> LogitLoss:
        return Logistic()

    def n_choices(self, n_outputs: int) -> int:
        return 2

    def inverse_link(self, raw: np.ndarray) -> np.ndarray:
        return expit(raw)

    def link(self, mean: np.ndarray) -> np.ndarray:
        return logit(np.clip(mean, TINY, 1 - np.finfo(float).epsneg))

    def log_inverse_link(self, raw: np.ndarray) -> np.ndarray:
        return log_expit(raw)

    def pool(self, raw: np.ndarray) -> np.ndarray:
        # logit P = log P - log (1 - P)
        return _log_mean(log_expit(raw), axis=1) - _log_mean(log_expit(-raw), axis=1)

    def of_mean(self, raw: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        log_p, log_q = log_expit(raw), log_expit(-raw)  # q = 1 - p
        log_P, log_Q = _log_mean(log_p, axis=0), _log_mean(log_q, axis=0)
        # -k d log P / d raw_j = -p_j / P q_j and -k d log Q / d raw_j = q_j / Q p_j
        d = (1 - t) * np.exp(log_q - log_Q + log_p) - t * np.exp(log_p - log_P + log_q)
        return -t * log_P - (1 - t) * log_Q, d


class SoftmaxCrossEntropy(Softmax):
    """Softmax cross-entropy: ``-Σ_k t_k log p_k`` with ``p = softmax(raw)``.

    The gradient by raw is ``p - t``. Each target is a row of class probabilities that sum to
    one: one-hot, smoothed or mixed [1]_.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville, "Deep learning", 2016, section 6.2.2.3.
    """

    name = "softmax_cross_entropy"

    def bind(self, n_rows: int, n_outputs: int, dtype: DTypeLike) -> Evaluate:
        # classes × rows: NumPy reduces fast along a long last axis, slowly along a short one
        z, t, p = np.empty((3, n_outputs, n_rows), dtype)
        top, total, picked = np.empty((3, n_rows), dtype)

        def evaluate(raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Value:
            np.copyto(z, raw.T)
            np.copyto(t, target.T)
            np.maximum.reduce(z, axis=0, out=top)
            np.subtract(z, top, out=z)
            np.exp(z, out=p)
            np.add.reduce(p, axis=0, out=total)
            np.divide(p, total, out=p)
            np.multiply(t, z, out=z)
            np.add.reduce(z, axis=0, out=picked)
            np.log(total, out=total)
            value = float(weight @ np.subtract(total, picked, out=picked))
            np.subtract(p, t, out=p)
            return value, np.multiply(p, weight, out=p).T

        return evaluate


class Logistic(Sigmoid):
    """Log-loss of independent logistic outputs: ``Σ_k log(1 + e^raw_k) - t_k raw_k``.

    The gradient by raw is ``σ(raw) - t``. Two classes have one output. A multilabel target has
    one output for each label, and the losses of the labels are added.
    """

    name = "logistic"

    def bind(self, n_rows: int, n_outputs: int, dtype: DTypeLike) -> Evaluate:
        d_raw, values = np.empty((2, n_rows, n_outputs), dtype)

        def evaluate(raw: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Value:
            np.logaddexp(0, raw, out=values)
            np.multiply(target, raw, out=d_raw)
            np.subtract(values, d_raw, out=values)
            value = float((weight @ values).sum())
            expit(raw, out=d_raw)
            np.subtract(d_raw, target, out=d_raw)
            return value, np.multiply(d_raw, weight[:, None], out=d_raw)

        return evaluate


def _log_mean(log_p: np.ndarray, axis: int) -> np.ndarray:
    """Return the logarithm of the mean of the probabilities of the members."""
    top = log_p.max(axis=axis, keepdims=True)
    mean = np.exp(log_p - top).mean(axis=axis)
    return np.log(mean) + top.squeeze(axis)
