"""The classifier."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import issparse
from sklearn.base import ClassifierMixin
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from ..base import Interval, StrOptions
from ..losses import Logistic, LogitLoss, SoftmaxCrossEntropy
from .attributes import fitted_property
from .base import BaseDeepEstimator
from .class_weights import multilabel_weights, weight_of_each_class
from .parameters import CONSTRAINTS, documented

__all__ = ["DeepClassifier"]


@documented
class DeepClassifier(ClassifierMixin, BaseDeepEstimator):
    """A deep neural network that predicts classes.

    Hidden layers are dense, then (if wanted) batch norm, the activation and dropout. For
    two classes the output is one logit, for more a softmax over one logit each; for a
    multilabel target one logit for each label. The loss is the cross-entropy.

    Parameters
    ----------
    {network}
    {training}
    label_smoothing : float, default=0.0
        In [0, 1): the target gives this much probability to all classes alike, and the
        rest to the true class [1]_.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, by label; "balanced" makes them inversely proportional to
        the classes' frequencies. They multiply the sample weights. A multilabel target
        takes "balanced" or None.
    {optimization}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels; the labels' numbers for a multilabel target.
    temperature_ : float
        What the network's outputs are divided by to give the logits: fitted to the held-out
        rows and their weights when ``fit`` stops early, else 1.
    {attributes}

    See Also
    --------
    DeepRegressor : The same for numbers.

    Notes
    -----
    Each step's gradient is that of ``Σ w_i loss_i / (n_rows · mean weight)`` over its rows,
    an unbiased estimate for every ``batch_size``. Small sets that make one batch are
    trained on their distinct rows, so that a weight of 2 and a row given twice make the
    same network to the last bit.

    With early stopping each epoch is judged at its best temperature, and the kept one is
    calibrated thereby [2]_, [3]_: a network goes on learning to tell classes apart after
    it has become too sure of them, and only the first should decide when to stop. What
    decides, without ``scoring``, is the Brier score of the calibrated probabilities [4]_,
    which no single row can dominate, as a share of that of the classes' frequencies. The
    rows count with their weights: with ``class_weight``, probabilities are those of the
    weighted classes, and weights that sum to little leave the temperature close to 1.

    A network whose matrix products are short trains on one BLAS thread; a larger one, and
    prediction, on all. Limit them with ``threadpoolctl.threadpool_limits(1, "blas")`` around
    ``fit`` and ``predict``.

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
    >>> model.fit(X_train, y_train).score(X_test, y_test) > 0.9
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CONSTRAINTS,
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    _auto_beta: ClassVar[float] = 0.999

    def __init__(
        self,
        hidden_layer_sizes=(128, 128, 128),
        activation="mish",
        *,
        weight_init="auto",
        batch_norm=False,
        dropout=0.0,
        l2=0.0,
        l1=0.0,
        label_smoothing=0.0,
        class_weight=None,
        optimizer="adam",
        learning_rate=5e-3,
        lr_schedule="constant",
        clip_norm=None,
        weight_averaging="auto",
        batch_size="auto",
        max_epochs=200,
        shuffle=True,
        augment=None,
        early_stopping="auto",
        validation_fraction=0.1,
        n_iter_no_change=6,
        tol=1e-4,
        scoring=None,
        warm_start=False,
        dtype="float32",
        random_state=None,
        verbose=0,
    ):
        super().__init__(
            hidden_layer_sizes=hidden_layer_sizes,
            activation=activation,
            weight_init=weight_init,
            batch_norm=batch_norm,
            dropout=dropout,
            l2=l2,
            l1=l1,
            optimizer=optimizer,
            learning_rate=learning_rate,
            lr_schedule=lr_schedule,
            clip_norm=clip_norm,
            weight_averaging=weight_averaging,
            batch_size=batch_size,
            max_epochs=max_epochs,
            shuffle=shuffle,
            augment=augment,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            tol=tol,
            scoring=scoring,
            warm_start=warm_start,
            dtype=dtype,
            random_state=random_state,
            verbose=verbose,
        )
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight

    @available_if(lambda self: self._can_stream())
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Pass once over some rows and go on from the last call.

        The optimizer's moments, the schedule, the batch-norm statistics, the average of
        the weights, the temperature and the random generator go on where the last call, or
        ``fit``, left them. Hyperparameters changed by ``set_params`` in between take
        effect. m in the penalties is the number of samples (sum of weights) seen so far.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
        classes : array-like of shape (n_classes,), default=None
            All classes that will ever come; by default those in the first call's y.
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        self : DeepClassifier

        Raises
        ------
        ValueError
            For classes not announced at the first call.
        AttributeError
            With ``early_stopping=True``, ``class_weight="balanced"`` or
            ``optimizer="lbfgs"``, which need all the data.
        """
        self._validate_params()
        first = not hasattr(self, "_network")
        with self._unchanged_on_error():
            announced = classes is not None and self._announce(classes, y, first)
            self._partial_fit(X, y, sample_weight, learn_y=first and not announced)
        return self

    def _can_stream(self) -> bool:
        if isinstance(self.class_weight, str):
            raise AttributeError(
                f"{type(self).__name__}: class_weight='balanced' needs all of y at once. Give "
                "partial_fit a dict of weights, or sample_weight."
            )
        return super()._can_stream()

    def _announce(self, classes, y, first: bool) -> bool:
        """Learn all the classes at the first call; later ones must be the same."""
        self._require_y(y)
        classes = np.unique(np.asarray(classes))
        if first:
            is_multilabel = type_of_target(_as_labels(y)) == "multilabel-indicator"
            self.classes_ = np.arange(len(classes)) if is_multilabel else classes
            self._target_type = "multilabel-indicator" if is_multilabel else "multiclass"
        elif len(classes) != len(self.classes_) or (
            not self._multilabel and not np.array_equal(classes, self.classes_)
        ):
            raise ValueError(
                f"{type(self).__name__}: classes={classes.tolist()} differ from those of the first "
                f"call to partial_fit, {self.classes_.tolist()}."
            )
        return True

    def predict(self, X):
        """Predict the class of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Class labels, or 0 and 1 for each label of a multilabel target.
        """
        raw = self._raw(X)
        if self._multilabel:
            return (raw > 0).astype(int)
        if self.n_outputs_ == 1 and len(self.classes_) == 2:
            return self.classes_[(raw[:, 0] > 0).astype(int)]
        return self.classes_[raw.argmax(axis=1)]

    def decision_function(self, X):
        """Return the logits.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        raw : ndarray of shape (n_samples,) or (n_samples, n_classes)
            For two classes, the logit of the second.
        """
        raw = self._raw(X)
        return raw[:, 0] if raw.shape[1] == 1 and not self._multilabel else raw

    def predict_proba(self, X):
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Columns in the order of ``classes_``. For a multilabel target, the probability
            of each label.
        """
        return self._by_class(self._raw(X), self._loss().inverse_link)

    def predict_log_proba(self, X):
        """Return the logarithm of the probability of each class, always finite.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes)
        """
        raw = self._raw(X)
        log_proba = self._by_class(raw, self._loss().log_inverse_link)
        # agree with predict_proba where that rounds to one
        log_proba[self._by_class(raw, self._loss().inverse_link) == 1] = 0
        return log_proba

    def _by_class(self, raw, link):
        """Apply an inverse link; for two classes in both directions of the one logit."""
        if len(self.classes_) == 2 and not self._multilabel:
            return np.hstack([link(-raw), link(raw)])
        return link(raw)

    @fitted_property
    def temperature_(self) -> float:
        """What the outputs are divided by to give the logits; 1 unless early stopping fitted it."""
        return self._network.temperature

    @property
    def _multilabel(self) -> bool:
        return self._target_type == "multilabel-indicator"

    def _check_y(self, y, reset):
        y = _as_labels(y)
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind == "multilabel-indicator":
            return self._check_multilabel(y, reset)
        if not reset and self._multilabel:
            raise ValueError(
                f"{type(self).__name__}: y must be an indicator matrix of "
                f"{len(self.classes_)} labels, as before. Got a target of type {kind!r}."
            )
        check_classification_targets(y)
        y = column_or_1d(y, warn=True)
        if reset:
            self.classes_, codes = np.unique(y, return_inverse=True)
            self._target_type = "multiclass"
            return codes
        return self._codes(y)

    def _codes(self, y: np.ndarray) -> np.ndarray:
        """Return the place of each label in ``classes_``."""
        labels, which = np.unique(y, return_inverse=True)
        place = {label: i for i, label in enumerate(self.classes_.tolist())}  # 1 is never '1'
        unseen = [label for label in labels.tolist() if label not in place]
        if unseen:
            raise ValueError(
                f"{type(self).__name__}: y contains the classes {unseen}, which are not among "
                f"{self.classes_.tolist()}. Give every class at the first call: in y to fit, or "
                "by classes= to partial_fit."
            )
        return np.array([place[label] for label in labels.tolist()], dtype=np.intp)[which]

    def _check_multilabel(self, y, reset):
        y = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
        if not np.isin(y, (0, 1)).all():
            raise ValueError(
                f"{type(self).__name__}: y must be an indicator matrix of 0 and 1, a column for "
                f"each label. Got the values {np.unique(y)[:5].tolist()}."
            )
        if reset:
            self.classes_ = np.arange(y.shape[1])
            self._target_type = "multilabel-indicator"
        elif not self._multilabel or y.shape[1] != len(self.classes_):
            raise ValueError(
                f"{type(self).__name__}: y is an indicator matrix of {y.shape[1]} labels. Before, "
                f"it had {len(self.classes_)} {'labels' if self._multilabel else 'classes'}."
            )
        return y

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _decode(self, y):
        return y if self._multilabel else self.classes_[y]

    def _row_weights(self, y, sample_weight, learn):
        if self.class_weight is None:
            return sample_weight
        if self._multilabel:
            by_row = multilabel_weights(self, y)
        else:
            if learn:
                self._weight_of_class = weight_of_each_class(self, y, sample_weight)
            by_row = self._weight_of_class[y]
        with np.errstate(over="ignore", invalid="ignore"):  # has its own error
            return by_row if sample_weight is None else by_row * sample_weight

    def _n_raw(self):
        n = len(self.classes_)
        return 1 if n == 2 and not self._multilabel else n

    def _loss(self) -> LogitLoss:
        # one class is a softmax over one: probability 1 and no gradient
        binary = self._multilabel or len(self.classes_) == 2
        return Logistic() if binary else SoftmaxCrossEntropy()

    def _encode(self, y):
        if self._multilabel:
            return y.astype(self.dtype)
        if self.n_outputs_ == 1:
            return (
                y[:, None].astype(self.dtype) if len(self.classes_) == 2 else y[:, None] * 0.0 + 1
            )
        return (y[:, None] == np.arange(self.n_outputs_)).astype(self.dtype)

    def _encode_training(self, y):
        target, s = self._encode(y), self.label_smoothing
        return self._loss().smooth(target, s) if s else target

    def _class_codes(self, y):
        return super()._class_codes(y) if self._multilabel else y

    def _strata(self, y, n_held_out):
        if self._multilabel:
            _, strata, counts = np.unique(y, axis=0, return_inverse=True, return_counts=True)
        else:
            strata, counts = y, np.bincount(y)
        if not self._multilabel and self.early_stopping != "auto":
            return strata
        return _merge_rare(strata, counts, n_held_out)


def _as_labels(y):
    """Return an array or sparse matrix of labels, none of them missing or infinite."""
    y = check_array(
        y,
        accept_sparse=True,
        dtype=None,
        ensure_all_finite=False,
        ensure_2d=False,
        allow_nd=True,
        ensure_min_samples=0,
        ensure_min_features=0,
        input_name="y",
    )
    if y.dtype == object and any(map(_is_missing, y.flat)):
        raise ValueError("Input y contains NaN.")
    if not issparse(y) and y.dtype != object:
        assert_all_finite(y, input_name="y")
    return y


def _is_missing(label) -> bool:
    """Return whether a label is None, nan or pandas.NA."""
    try:
        return label is None or bool(label != label)
    except TypeError:  # pandas.NA is neither equal to itself nor different
        return True


def _merge_rare(strata: np.ndarray, counts: np.ndarray, n_held_out: int) -> np.ndarray:
    """Keep as many of the most frequent strata as both parts can hold, the others as one."""
    if counts.min() > 1 and len(counts) <= n_held_out:
        return strata
    by_frequency = np.argsort(-counts, kind="stable")
    kept = by_frequency[: max(n_held_out - 1, 0)]
    kept = kept[counts[kept] > 1]
    rest = len(counts) if counts.sum() - counts[kept].sum() > 1 else by_frequency[0]
    merged = np.full(len(counts), rest)
    merged[kept] = kept
    return merged[strata]
