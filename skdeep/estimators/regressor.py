"""The regressor."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import check_array
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, column_or_1d

from ..base import Interval, StrOptions
from ..losses import LOSSES, Pinball
from .base import BaseDeepEstimator
from .parameters import CONSTRAINTS, documented

__all__ = ["DeepRegressor"]

_NAMES = {"squared_error", "absolute_error", "huber", "pinball", "poisson"}


@documented
class DeepRegressor(RegressorMixin, BaseDeepEstimator):
    """A deep neural network that predicts numbers, one or several at once.

    Hidden layers are dense, then (if wanted) batch norm, the activation and dropout; the
    output is linear, or the logarithm of the mean for the Poisson loss.

    Parameters
    ----------
    {network}
    loss : str, default="squared_error"
        squared_error (the prediction is the mean), absolute_error (the median), huber,
        pinball (a quantile) or poisson (the mean of counts, y >= 0). The mean over
        samples and outputs is what training minimizes and reports; squared_error is
        halved, so that ``l2`` is ``alpha`` of scikit-learn's ``Ridge``.
    quantile : float, default=0.5
        The quantile that the pinball loss predicts, in (0, 1).
    standardize_target : bool, default=True
        Train on ``(y - mean) / std``, for poisson on ``y / mean``, and predict in y's units.
        Losses in ``history_`` are those of the standardized target. Neither this nor the
        loss's link can change while training goes on.
    {training}
    {optimization}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DeepClassifier : The same for classes.

    Notes
    -----
    An output whose target has the same value in all rows is predicted as that value.

    Each step's gradient is that of ``Σ w_i loss_i / (n_rows · mean weight)`` over its rows,
    an unbiased estimate for every ``batch_size``. Small sets that make one batch are
    trained on their distinct rows, so that a weight of 2 and a row given twice make the
    same network to the last bit.

    A network whose matrix products are short trains on one BLAS thread; a larger one, and
    prediction, on all. Limit them with ``threadpoolctl.threadpool_limits(1, "blas")`` around
    ``fit`` and ``predict``.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skdeep import DeepRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> network = DeepRegressor((32,), dropout=0.2, early_stopping=True, random_state=0)
    >>> model = make_pipeline(StandardScaler(), network)
    >>> model.fit(X_train, y_train).score(X_test, y_test) > 0.3
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CONSTRAINTS,
        "loss": [StrOptions(_NAMES)],
        "quantile": [Interval(Real, 0, 1, closed="neither")],
        "standardize_target": ["boolean"],
    }

    _auto_beta: ClassVar[float] = 0.998

    def __init__(
        self,
        hidden_layer_sizes=(128, 128, 128),
        activation="mish",
        *,
        loss="squared_error",
        quantile=0.5,
        standardize_target=True,
        weight_init="auto",
        batch_norm=False,
        dropout=0.0,
        l2=0.0,
        l1=0.0,
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
        n_iter_no_change=8,
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
        self.loss = loss
        self.quantile = quantile
        self.standardize_target = standardize_target

    @available_if(lambda self: self._can_stream())
    def partial_fit(self, X, y, sample_weight=None):
        """Pass once over some rows and go on from the last call.

        The optimizer's moments, the schedule, the batch-norm statistics, the average of
        the weights and the random generator go on where the last call, or ``fit``, left
        them. Hyperparameters changed by ``set_params`` in between take effect. The
        target's mean and standard deviation are those of the first call. m in the
        penalties is the number of samples (sum of weights) seen so far.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        self : DeepRegressor

        Raises
        ------
        ValueError
            For another number of outputs than before, and for a loss of another link or
            another ``standardize_target``.
        AttributeError
            With ``early_stopping=True`` or ``optimizer="lbfgs"``, which need all the data.
        """
        self._validate_params()
        return self._partial_fit(X, y, sample_weight, learn_y=not hasattr(self, "_network"))

    def predict(self, X):
        """Predict the target of each row, in its own units.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In float64, whatever ``dtype`` the network was trained in.
        """
        check_is_fitted(self)
        # in float64 the target keeps its digits, however far it is from zero
        X = self._check_features(X, reset=False, dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            raw = self._network.astype(np.float64).predict(X)
            y = LOSSES[self._scaling[0]]().inverse_link(raw) * self._y_scale + self._y_shift
        y = self._checked_finite(np.where(np.isnan(self._y_constant), y, self._y_constant), X)
        return y[:, 0] if self._is_1d else y

    def _check_y(self, y, reset):
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y", allow_nd=True)
        if y.ndim > 2:
            raise ValueError(
                f"{type(self).__name__}: y must have one or two dimensions. Got {y.ndim}."
            )
        largest = np.abs(y).max(initial=0)
        if largest > 1e300:
            raise ValueError(
                f"{type(self).__name__}: y must lie between -1e300 and 1e300, where sums of it are "
                f"finite. Got values up to {largest:g}. Divide y by a constant."
            )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if self.loss == "poisson" and (y.min() < 0 or (reset and not y.any())):
            raise ValueError(
                f"{type(self).__name__}: loss='poisson' needs y >= 0 with at least one y > 0. Got "
                f"a smallest value of {y.min()} and a largest of {y.max()}."
            )
        n_outputs = 1 if y.ndim == 1 else y.shape[1]
        if reset:
            self._is_1d, self._n_targets = y.ndim == 1, n_outputs
        elif n_outputs != self._n_targets:
            raise ValueError(
                f"{type(self).__name__}: y has {n_outputs} outputs, but had {self._n_targets} "
                "before."
            )
        return y.reshape(-1, n_outputs)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.positive_only = self.loss == "poisson"
        return tags

    def _decode(self, y):
        return y[:, 0] if self._is_1d else y

    def _learn_constants(self, y, goes_on):
        """Learn the value of each column that has but one; nan stands for the others."""
        is_constant = (y == y[0]).all(axis=0)
        if goes_on:
            is_constant &= y[0] == self._y_constant
        self._y_constant = np.where(is_constant, y[0], np.nan)

    def _check_restored(self, network):
        super()._check_restored(network)
        shapes = self._y_shift.shape, self._y_scale.shape
        if shapes != ((network.n_outputs,), (network.n_outputs,)):
            raise ValueError(
                f"{type(self).__name__}: the saved state does not fit together: the target's mean "
                f"and scale have shapes {shapes[0]} and {shapes[1]}, and its network needs "
                f"{(network.n_outputs,)}. Save it anew."
            )

    def _learn_scale(self, y, weight):
        """Learn the shift and scale that training works in: y = scale·t + shift."""
        self._scaling = self.loss, bool(self.standardize_target)
        if weight is not None:  # by a power of two, which keeps every bit, so that no sum overflows
            weight = np.ldexp(weight, -np.frexp(weight.max())[1])
        self._y_shift, self._y_scale = np.zeros(y.shape[1]), np.ones(y.shape[1])
        if self.standardize_target:
            # within the range of y also after rounding: exact for a constant
            mean = np.clip(np.average(y, axis=0, weights=weight), y.min(axis=0), y.max(axis=0))
            if self.loss == "poisson":  # a count has no other zero
                self._y_scale = np.where(mean > 0, mean, 1.0)
            else:
                self._y_shift, self._y_scale = mean, _spread(y - mean, mean, weight)

    def _keep_scale(self):
        (loss, is_scaled), now = self._scaling, (self.loss, bool(self.standardize_target))
        if (LOSSES[loss].link_name, is_scaled) != (LOSSES[now[0]].link_name, now[1]):
            raise ValueError(
                f"{type(self).__name__}: the scale of the target cannot change while training goes "
                f"on. It is that of loss={loss!r} with standardize_target={is_scaled}. Got "
                f"loss={now[0]!r} with standardize_target={now[1]}. Put them back, or fit anew "
                "with warm_start=False."
            )
        self._scaling = now

    def _encode(self, y):
        return ((y - self._y_shift) / self._y_scale).astype(self.dtype)

    def _loss(self):
        return Pinball(self.quantile) if self.loss == "pinball" else LOSSES[self.loss]()

    def _n_raw(self):
        return self._n_targets


def _spread(centered: np.ndarray, mean: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
    """Return the standard deviation of each column, 1 for a constant one."""
    largest = np.abs(centered).max(axis=0)
    is_constant = largest <= 10 * np.finfo(float).eps * np.abs(mean)
    unit = np.where(largest > 0, largest, 1.0)  # squares of it neither overflow nor vanish
    std = unit * np.sqrt(np.average((centered / unit) ** 2, axis=0, weights=weight))
    return np.where(is_constant, 1.0, std)
