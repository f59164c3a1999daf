"""The regressor."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, Self, overload

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin
from sklearn.metrics import d2_pinball_score
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..base import BadValueError, StrOptions, did_you_mean
from ..initializers import Initializer
from ..inputs import CategoryEncoding, NumericalEncoding
from ..layers import BatchNorm
from ..losses import LOSSES, QUANTILES, LogitLoss, Loss, make_loss
from ..model import Model
from ..optimizers import Optimizer
from ..schedules import Schedule
from ..targets import Numbers
from .base import BaseDeepEstimator
from .parameters import CONSTRAINTS, documented

__all__ = ["DeepRegressor"]

_LOSSES = sorted(name for name, loss in LOSSES.items() if not issubclass(loss, LogitLoss))
_ELSEWHERE = {"mae": "absolute_error", "mse": "squared_error", "pinball": "quantile"}


@documented
class DeepRegressor(RegressorMixin, BaseDeepEstimator):
    """A deep neural network that predicts one or several numbers.

    Each hidden layer is a dense layer, followed by batch norm (optional), the activation and
    dropout (optional). The output layer is linear. The loss decides what it predicts: the mean
    or its logarithm, quantiles, or a mean and a standard deviation.

    Parameters
    ----------
    {network}
    loss : str or Loss, default="squared_error"
        squared_error (predicts the mean), absolute_error (the median), huber (between mean
        and median), quantile (see ``quantile``), gaussian (mean and standard deviation), poisson
        (the mean of counts, y >= 0) or gamma (the mean of amounts, y > 0). Training
        minimizes and reports the mean over samples and outputs. The squared error has the
        factor 1/2, so that ``l2`` corresponds to ``alpha`` of scikit-learn's ``Ridge``. Or a
        component of :mod:`skdeep.losses`, such as ``Huber(1.5)``, or
        :doc:`your own </building/loss>`.
    quantile : float or sequence of float, default=0.5
        Quantile predicted with ``loss="quantile"``, in (0, 1), or several distinct quantiles in
        any order, with a column of the prediction for each. The network has an output for each
        quantile. For each row, the predictions are its outputs sorted by size, so they never
        cross. This loss is also called the pinball loss.
    standardize_target : bool, default=True
        Whether to train on ``(y - mean) / std``, or on ``y / mean`` with the Poisson and the
        gamma loss. Predictions are in units of y. Losses in ``history_`` are in units of the
        standardized target. When training continues, this value and the link of the loss
        (the logarithm for poisson and gamma, a mean and a standard deviation for gaussian, the
        identity for the others) cannot change.
    {inputs}
    {training}
    {optimization}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    DeepClassifier : Deep neural network that predicts classes.

    Notes
    -----
    If the target of an output is the same in all rows, this value is predicted.

    The gradient of a step is that of ``Σ w_i loss_i / (n_rows · mean weight)`` over the rows
    of its batch. It is an unbiased estimate for every ``batch_size``. A small data set that
    fits into one batch is reduced to its distinct rows, so a row with weight 2 gives exactly
    the same network as two rows.

    A network with small matrix products is trained with one BLAS thread. Larger networks, and
    prediction, use all threads. To limit them, call ``fit`` and ``predict`` in the context of
    ``threadpoolctl.threadpool_limits(1, "blas")``.

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
    >>> print(round(model.fit(X_train, y_train).score(X_test, y_test), 2))
    0.36
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CONSTRAINTS,
        "loss": [StrOptions(set(_LOSSES)), Loss],
        "quantile": QUANTILES,
        "standardize_target": ["boolean"],
    }

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (128, 128, 128),
        activation: str | Sequence[str] = "mish",
        *,
        n_members: int | Literal["auto"] = "auto",
        loss: str | Loss = "squared_error",
        quantile: float | Sequence[float] = 0.5,
        standardize_target: bool = True,
        categorical_features: ArrayLike | Literal["from_dtype"] | None = "from_dtype",
        category_encoding: str | CategoryEncoding = "auto",
        numerical_encoding: str | NumericalEncoding | None = "auto",
        weight_init: str | Initializer = "auto",
        batch_norm: bool | BatchNorm | Sequence[bool | BatchNorm] = False,
        dropout: float | Sequence[float] = 0.0,
        l2: float = 0.0,
        l1: float = 0.0,
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
    def partial_fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Train for one pass over some rows, continuing from the last call.

        The optimizer's state, the schedule, the batch-norm statistics, the average of the
        weights and the random generator continue from the last call of ``partial_fit`` or
        ``fit``. Hyperparameters that ``set_params`` has changed since then take effect. What
        the inputs learn (means, bins, categories) is from the first call, and so are the
        mean and standard deviation of the target. In the
        penalties, m is the number of samples (the sum of their weights) of all calls so far.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0.

        Returns
        -------
        self : DeepRegressor

        Raises
        ------
        ValueError
            If the number of outputs, the link of the loss or ``standardize_target`` differs
            from the first call.
        AttributeError
            With ``early_stopping=True`` or ``optimizer="lbfgs"``, which need all data at
            once.
        """
        self._validate_params()
        return self._partial_fit(X, y, sample_weight)

    def _validate_params(self) -> None:
        if isinstance(self.loss, str) and self.loss not in _LOSSES:
            expected = f"a str among {{{', '.join(map(repr, _LOSSES))}}} or a Loss"
            hint = did_you_mean(self.loss, _LOSSES, _ELSEWHERE).strip()
            raise BadValueError("loss", expected, self.loss, hint).by(type(self).__name__)
        if isinstance(self.loss, LogitLoss):
            expected = "a loss of numbers"
            hint = "Losses of classes are for DeepClassifier."
            raise BadValueError("loss", expected, self.loss, hint).by(type(self).__name__)
        super()._validate_params()

    def _read_y(
        self, given: SimpleNamespace, y: Any, known: Any, is_part: bool = False
    ) -> tuple[Numbers, np.ndarray]:
        loss = make_loss(given)
        if known is None:
            return Numbers.read(y, loss, given.standardize_target, is_part)
        target = known.going_on(loss, given.standardize_target)
        return target, target.keep(y)

    @overload
    def predict(self, X: Any, return_std: Literal[False] = False) -> np.ndarray: ...

    @overload
    def predict(self, X: Any, return_std: Literal[True]) -> tuple[np.ndarray, np.ndarray]: ...

    def predict(
        self, X: Any, return_std: bool = False
    ) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        """Predict the target of each row, in units of y.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)
        return_std : bool, default=False
            Whether to return the standard deviation of y too. The loss must predict it, as
            ``"gaussian"`` does. With several members, it is that of the mixture of their normal
            distributions.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In float64, whatever ``dtype`` was used in training. With a sequence of quantiles,
            they are a last axis, in the given order: (n_samples, n_quantiles) or
            (n_samples, n_outputs, n_quantiles).
        std : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Only if ``return_std`` is True.

        Raises
        ------
        ValueError
            With ``return_std=True``, if the loss predicts no standard deviation.
        """
        if return_std:
            return self._ask(Model.predict_with_std, X)
        return self._ask(Model.predict, X)

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """Return R², or with a sequence of quantiles the mean of their D².

        R² is ``1 - u / v``, where u is the mean squared error of the prediction and v that of the
        mean of y. With the quantile loss and a sequence of quantiles, it is the mean over the
        quantiles of scikit-learn's ``d2_pinball_score``: ``1 - u / v``, where u is the pinball
        loss of the predicted quantile and v that of the quantile of y.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0.

        Returns
        -------
        float
            At most 1. Higher is better.
        """
        check_is_fitted(self)
        levels = self._model.target.loss.levels
        if levels is None:
            return super().score(X, y, sample_weight)
        predicted = self.predict(X)
        scores = [
            d2_pinball_score(y, predicted[..., i], sample_weight=sample_weight, alpha=level)
            for i, level in enumerate(levels)
        ]
        return float(np.mean(scores))

    def predict_members(self, X: Any) -> np.ndarray:
        """Return the predictions of each member of the network, in units of y.

        Their mean over the members is ``predict(X)``. Where the members disagree, the network
        has seen little data. Their spread is no prediction interval: the members share most of
        their weights and all of their training rows, and it does not contain the noise of y.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_members, n_samples) or (n_members, n_samples, n_outputs)
            With a sequence of quantiles, they are a last axis, as in ``predict``.
        """
        return self._ask(Model.predict_members, X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        loss = LOSSES.get(self.loss) if isinstance(self.loss, str) else self.loss
        tags.target_tags.positive_only = getattr(loss, "y_range", "real") != "real"
        return tags
