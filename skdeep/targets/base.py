"""Base classes of targets."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from ..base import UsageError
from ..losses import LogitLoss, Loss, from_plain, to_plain
from .class_weights import ClassWeight
from .moments import Moments

__all__ = ["ClassTarget", "Target"]

Link = Callable[[np.ndarray], np.ndarray]


class Target:
    """Encodes y for the loss, and converts raw outputs to predictions.

    Training stores y as ``keep`` returns it, one row for each sample, and encodes each batch. The
    order of the calls is ``keep``, ``learn_weights`` (all rows), ``weigh``, ``note`` (rows with
    weight), ``strata`` and ``classes_of``, ``learn`` (training rows), ``encode_training``.

    Attributes
    ----------
    loss : Loss
    n_outputs : int
        Number of raw outputs of the network.
    """

    _loss: Any = None  # the loss that a user has chosen

    @property
    def loss(self) -> Loss:
        """The loss of the raw outputs."""
        raise NotImplementedError

    @property
    def n_outputs(self) -> int:
        """Number of raw outputs of the network."""
        raise NotImplementedError

    def keep(self, y: Any) -> np.ndarray:
        """Check y against what was learned, and return it in the form used in training."""
        raise NotImplementedError

    def merge(self, other: "Target") -> "Target":
        """Return the target for the rows of both, before anything else is learned."""
        if (type(self), self.n_columns) != (type(other), other.n_columns):
            raise UsageError(
                "y must have one form in all partitions. It has "
                f"{self.form} in one partition, and {other.form} in another."
            )
        return self

    @property
    def n_columns(self) -> int:
        """Number of columns of y, or 0 if it is a vector."""
        raise NotImplementedError

    @property
    def form(self) -> str:
        """What y contains, for messages."""
        raise NotImplementedError

    def note(self, kept: np.ndarray, goes_on: bool) -> None:
        """Learn from all rows, also those to be held out.

        With ``goes_on``, earlier rows of the stream count too.
        """

    def note_from(self, moments: Moments | None) -> None:
        """Learn the same from the result of ``measure`` for all rows."""

    def learn_weights(self, kept: np.ndarray, sample_weight: np.ndarray | None) -> None:
        """Learn from all rows the factors that ``weigh`` applies."""
        self.learn_weights_from(self.count(kept, sample_weight))

    def count(self, kept: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray:
        """Return what ``learn_weights_from`` needs. The counts of two parts can be added."""
        return np.zeros(0)

    def learn_weights_from(self, counts: np.ndarray) -> None:
        """Learn from the counts of all rows the factors that ``weigh`` applies."""

    def learn(self, kept: np.ndarray, weight: np.ndarray | None) -> None:
        """Learn what ``encode`` needs from the training rows."""
        self.learn_from(self.measure(kept, weight))

    def measure(self, kept: np.ndarray, weight: np.ndarray | None) -> Moments | None:
        """Return what ``learn_from`` and ``note_from`` need of some rows."""
        return None

    def learn_from(self, moments: Moments | None) -> None:
        """Learn what ``encode`` needs from the result of ``measure`` for the training rows."""

    def encode(self, kept: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """Return the targets of the loss, of shape (n_rows, n_numbers) or (n_rows, n_outputs)."""
        raise NotImplementedError

    def encode_training(self, kept: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """Return the targets for training, which can differ from those for validation."""
        return self.encode(kept, dtype)

    def decode(self, kept: np.ndarray) -> np.ndarray:
        """Return the values of y as the user gave them."""
        raise NotImplementedError

    def weigh(self, kept: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray | None:
        """Return the weights of the rows in the objective. None means equal weights."""
        return sample_weight

    def strata(self, kept: np.ndarray) -> np.ndarray:
        """Return the stratum of each row, as an integer from 0.

        The same proportion of each stratum is held out, once those that are too rare are merged.
        """
        return np.zeros(len(kept), dtype=np.int8)

    def classes_of(self, kept: np.ndarray) -> np.ndarray:
        """Return the class of each row, from 0. Each class keeps at least one training row."""
        return np.zeros(len(kept), dtype=np.int8)

    def predict(self, raw: np.ndarray) -> np.ndarray:
        """Convert raw outputs to predictions."""
        raise NotImplementedError

    def averaged(self, raw: np.ndarray) -> np.ndarray:
        """Convert raw outputs to what is averaged over members: the predictions."""
        return self.predict(raw)

    def std(self, raw: np.ndarray) -> np.ndarray:
        """Convert raw outputs to standard deviations, or raise an error if there are none."""
        return self.loss.std(raw)

    def to_plain(self) -> tuple[str, dict[str, Any]]:
        """Return the name of the class and what was learned, as plain values and arrays."""
        values, loss = dict(vars(self)), self._loss
        return type(self).__name__, values if loss is None else {**values, "_loss": to_plain(loss)}

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> "Target":
        """Return the target for the values from ``to_plain``."""
        target, loss = cls.__new__(cls), values.get("_loss")
        vars(target).update(values)
        if loss is not None:
            target._loss = from_plain(loss)
        return target


class ClassTarget(Target):
    """A target of classes or labels. Its raw outputs are logits.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The fitted attribute ``classes_``.
    class_weight : dict, "balanced" or None
    smoothing : float
        Probability that is distributed over all choices in training.
    """

    classes: np.ndarray
    class_weight: ClassWeight = None
    smoothing: float = 0.0

    @property
    def loss(self) -> LogitLoss:
        raise NotImplementedError

    def has(self, classes: np.ndarray) -> bool:
        """Return whether ``classes``, as announced by a user, are those of this target."""
        raise NotImplementedError

    def under(
        self, class_weight: ClassWeight, smoothing: float, loss: LogitLoss | None = None
    ) -> "ClassTarget":
        """Return this target with other training hyperparameters. None is the log-loss."""
        if loss is not None:
            self.check_loss(loss)
        target = copy.copy(self)
        target.class_weight, target.smoothing, target._loss = class_weight, smoothing, loss
        return target

    def check_loss(self, loss: LogitLoss) -> None:
        """Refuse a loss whose probabilities are not those of this target."""
        raise NotImplementedError

    def encode_training(self, kept: np.ndarray, dtype: np.dtype) -> np.ndarray:
        target = self.encode(kept, dtype)
        return self.loss.smooth(target, self.smoothing) if self.smoothing else target

    def decision(self, raw: np.ndarray) -> np.ndarray:
        """Return the logits."""
        return raw

    def probabilities(self, raw: np.ndarray) -> np.ndarray:
        """Return the probability of each class, or of each label."""
        return self._by_choice(self.loss.inverse_link, raw)

    def averaged(self, raw: np.ndarray) -> np.ndarray:
        return self.probabilities(raw)

    def log_probabilities(self, raw: np.ndarray) -> np.ndarray:
        """Return the logarithm of ``probabilities``, which is always finite."""
        logarithm = self._by_choice(self.loss.log_inverse_link, raw)
        logarithm[self.probabilities(raw) == 1] = 0  # where a probability is rounded to 1
        return logarithm

    def _by_choice(self, link: Link, raw: np.ndarray) -> np.ndarray:
        """Apply an inverse link; the result has a column for each class or label."""
        return link(raw)
