"""The classifier."""

import copy
from collections.abc import Callable, Sequence
from numbers import Real
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, Self, cast

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if

from ..base import Interval, StrOptions, naming
from ..initializers import Initializer
from ..inputs import CategoryEncoding, NumericalEncoding
from ..layers import BatchNorm
from ..losses import LogitLoss
from ..model import Model
from ..optimizers import Optimizer
from ..schedules import Schedule
from ..targets import ClassTarget, ClassWeight, announce_classes, read_classes
from .attributes import fitted_property
from .base import BaseDeepEstimator
from .parameters import CONSTRAINTS, documented

__all__ = ["DeepClassifier"]


@documented
class DeepClassifier(ClassifierMixin, BaseDeepEstimator):
    """A deep neural network that predicts classes.

    Each hidden layer is a dense layer, followed by batch norm (optional), the activation and
    dropout (optional). With two classes, the network has one output, the logit of the second
    class. With more classes, it has one output for each class, and the probabilities are
    their softmax. For a multilabel target, it has one logit for each label. By default, the
    loss is the cross-entropy.

    Parameters
    ----------
    {network}
    loss : "log_loss" or LogitLoss, default="log_loss"
        ``"log_loss"`` is the cross-entropy. Or :doc:`a loss of your own </building/loss>`: a
        component derived from ``Softmax`` or ``Sigmoid`` of :mod:`skdeep.losses`, which say how
        the raw outputs become probabilities. The temperature is fitted to the log-loss
        with every loss.
    {inputs}
    {training}
    label_smoothing : float, default=0.0
        Probability that the target distributes equally over all classes, in [0, 1). The
        true class gets the rest in addition [1]_.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes by label, at least 0; 1 for a label that is not in the dict.
        "balanced" makes them inversely proportional to the class frequencies. They are
        multiplied with the sample weights. For a multilabel target, only "balanced" and None
        are valid.
    {optimization}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels. For a multilabel target, the column numbers of the labels.
    temperature_ : float
        The raw outputs of the network are divided by this number to give the logits. With
        early stopping, it is fitted to the validation rows and their weights. Otherwise it
        is 1.
    {attributes}

    See Also
    --------
    DeepRegressor : Deep neural network that predicts numbers.

    Notes
    -----
    The gradient of a step is that of ``Σ w_i loss_i / (n_rows · mean weight)`` over the rows
    of its batch. It is an unbiased estimate for every ``batch_size``. A small data set that
    fits into one batch is reduced to its distinct rows, so a row with weight 2 gives exactly
    the same network as two rows.

    With early stopping, the outputs of each epoch are calibrated before they are scored
    [2]_, [3]_, and the network of the best epoch keeps its temperature. A network can become
    overconfident while its classification still improves. With calibration, overconfidence
    does not stop the training. Without ``scoring``, the score is the Brier score of the
    calibrated probabilities [4]_, relative to that of the class frequencies. A single row has
    a limited effect on it. Rows count with their weights: with ``class_weight``, the
    probabilities are those of the weighted classes. If the sum of the weights is small, the
    temperature stays close to 1.

    A network with small matrix products is trained with one BLAS thread. Larger networks, and
    prediction, use all threads. To limit them, call ``fit`` and ``predict`` in the context of
    ``threadpoolctl.threadpool_limits(1, "blas")``.

    References
    ----------
    .. [1] Szegedy et al., "Rethinking the Inception architecture for computer vision",
       CVPR 2016, section 7.
    .. [2] Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks",
       ICML 2017, section 4.2.
    .. [3] Berta, Holzmüller, Jordan and Bach, "Rethinking early stopping: refine, then
       calibrate", 2025.
    .. [4] Brier, "Verification of forecasts expressed in terms of probability", Monthly
       Weather Review 78, 1950.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skdeep import DeepClassifier
    >>> X, y = load_wine(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> model = make_pipeline(StandardScaler(), DeepClassifier(dropout=0.1, random_state=0))
    >>> print(round(model.fit(X_train, y_train).score(X_test, y_test), 2))
    1.0
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CONSTRAINTS,
        "loss": [StrOptions({"log_loss"}), LogitLoss],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (128, 128, 128),
        activation: str | Sequence[str] = "mish",
        *,
        n_members: int | Literal["auto"] = "auto",
        loss: Literal["log_loss"] | LogitLoss = "log_loss",
        categorical_features: ArrayLike | Literal["from_dtype"] | None = "from_dtype",
        category_encoding: str | CategoryEncoding = "auto",
        numerical_encoding: str | NumericalEncoding | None = "auto",
        weight_init: str | Initializer = "auto",
        batch_norm: bool | BatchNorm | Sequence[bool | BatchNorm] = False,
        dropout: float | Sequence[float] = 0.0,
        l2: float = 0.0,
        l1: float = 0.0,
        label_smoothing: float = 0.0,
        class_weight: ClassWeight = None,
        optimizer: str | Optimizer = "adam",
        learning_rate: float = 5e-3,
        lr_schedule: str | Schedule | Callable[[int], float] | Sequence[float] = "constant",
        clip_norm: float | None = None,
        weight_averaging: float | Literal["auto"] | None = "auto",
        batch_size: int | Literal["auto", "full"] = "auto",
        max_epochs: int = 200,
        shuffle: bool = True,
        augment: Callable | None = None,
        early_stopping: bool | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        n_iter_no_change: int | None = 6,
        tol: float | Literal["auto"] = "auto",
        scoring: str | Callable[..., float] | None = None,
        warm_start: bool = False,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self._set(locals())

    @available_if(lambda self: self._can_stream())
    def partial_fit(
        self,
        X: Any,
        y: Any,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train for one pass over some rows, continuing from the last call.

        The optimizer's state, the schedule, the batch-norm statistics, the average of the
        weights, the temperature and the random generator continue from the last call of
        ``partial_fit`` or ``fit``. What the inputs learn (means, bins, categories) is from the
        first call. Hyperparameters that ``set_params`` has changed since then
        take effect. In the penalties, m is the number of samples (the sum of their weights)
        of all calls so far.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
        classes : array-like of shape (n_classes,), default=None
            All classes of this and later calls. None means the classes in y of the first
            call.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0.

        Returns
        -------
        self : DeepClassifier

        Raises
        ------
        ValueError
            If y contains a class that was not announced in the first call.
        AttributeError
            With ``early_stopping=True``, ``class_weight="balanced"`` or
            ``optimizer="lbfgs"``, which need all data at once.
        """
        self._validate_params()
        y = self._check_given(y)
        with naming(type(self).__name__):
            known = self._class_target() if self._is_fitted() else None
            announced = None if classes is None else announce_classes(classes, y, known)
        return self._partial_fit(X, y, sample_weight, announced)

    def _can_stream(self) -> bool:
        if isinstance(self.class_weight, str):
            raise AttributeError(
                f"{type(self).__name__}: class_weight='balanced' needs all of y at once. Give "
                "partial_fit a dict of weights, or sample_weight."
            )
        return super()._can_stream()

    def _read_y(
        self, given: SimpleNamespace, y: Any, known: Any, is_part: bool = False
    ) -> tuple[ClassTarget, np.ndarray]:
        target, kept = read_classes(y) if known is None else (known, known.keep(y))
        loss = None if given.loss == "log_loss" else copy.deepcopy(given.loss)
        return target.under(given.class_weight, given.label_smoothing, loss), kept

    def _class_target(self) -> ClassTarget:
        """Return the target, which is always one of classes."""
        return cast(ClassTarget, self._model.target)

    def predict(self, X: Any) -> np.ndarray:
        """Predict the class of each row.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Class labels. For a multilabel target, 0 or 1 for each label.
        """
        return self._ask(Model.predict, X)

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the logits. With several members, they are those of the mean probabilities.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        raw : ndarray of shape (n_samples,), (n_samples, n_classes) or (n_samples, n_labels)
            For two classes, the logit of the second class.
        """
        raw = self._ask(Model.raw, X)
        return self._class_target().decision(raw)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes) or (n_samples, n_labels)
            Columns in the order of ``classes_``. For a multilabel target, the probability
            of each label.
        """
        raw = self._ask(Model.raw, X)
        return self._class_target().probabilities(raw)

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Return the logarithm of the probability of each class. It is always finite.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes) or (n_samples, n_labels)
            Columns in the order of ``classes_``.
        """
        raw = self._ask(Model.raw, X)
        return self._class_target().log_probabilities(raw)

    def predict_members(self, X: Any) -> np.ndarray:
        """Return the probabilities that each member of the network predicts.

        Their mean over the members is ``predict_proba(X)``. Where the members disagree, the
        network has seen little data. Their spread is no confidence interval: the members share
        most of their weights and all of their training rows.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        proba : ndarray of shape (n_members, n_samples, n_classes) or \
                (n_members, n_samples, n_labels)
        """
        return self._ask(Model.predict_members, X)

    @fitted_property
    def classes_(self) -> np.ndarray:
        """Class labels. For a multilabel target, the column numbers of the labels."""
        return self._class_target().classes

    @fitted_property
    def temperature_(self) -> float:
        """Number that divides the raw outputs; 1 unless early stopping fitted it."""
        return self._model.network.temperature

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
