"""The two estimators that train on a Dask cluster."""

import inspect
import warnings
from collections.abc import Callable
from numbers import Integral
from typing import Any, ClassVar, NoReturn, Self, TypeVar

from distributed import Client
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from ..base import (
    CallbackSupportMixin,
    FitTasks,
    Interval,
    StrOptions,
    UsageError,
    fit_context,
    naming,
    with_callbacks,
)
from ..estimators import BaseDeepEstimator, DeepClassifier, DeepRegressor
from ..estimators.data import has_validation_data
from ..estimators.hyperparameters import Hyperparameters
from ..estimators.listening import Listeners
from ..estimators.parts import validated
from .cluster import Cluster, ClusterLostError
from .collections import blocks_of
from .fitting import ClusterFit
from .prediction import predict_lazily, predict_lazily_with_std, score_of

__all__ = ["DaskDeepClassifier", "DaskDeepRegressor"]

Kind = TypeVar("Kind", bound=type["DaskDeepEstimator"])

_OWN: dict[str, Any] = {
    "steps_per_round": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto", "epoch"})],
    "client": [Client, None],
}
_OWN_DEFAULTS = {"steps_per_round": "auto", "client": None}
_OWN_DOCUMENTATION = """
    steps_per_round : int, "epoch" or "auto", default="auto"
        Steps that a worker takes between two averages, at least 1. An epoch has as many rounds as
        are closest to this number of steps. ``"epoch"`` is one round for each epoch. ``"auto"``
        is 32. It has no effect on full batches.
    client : distributed.Client or None, default=None
        The client of the cluster. None is the current client. It is not copied by ``clone`` and
        not saved by ``pickle``."""


def _like(plain: type[BaseDeepEstimator]) -> Callable[[Kind], Kind]:
    """Give a class the signature, constraints and documentation of a plain estimator."""

    def complete(cls: Kind) -> Kind:
        signature = inspect.signature(plain.__init__)
        kind = inspect.Parameter.KEYWORD_ONLY
        own = [inspect.Parameter(name, kind, default=v) for name, v in _OWN_DEFAULTS.items()]
        signature = signature.replace(parameters=[*signature.parameters.values(), *own])

        def __init__(self: Any, *args: Any, **hyperparameters: Any) -> None:  # noqa: N807
            bound = signature.bind(self, *args, **hyperparameters)
            bound.apply_defaults()
            self._set(bound.arguments)

        __init__.__signature__ = signature  # type: ignore[attr-defined]
        cls.__init__ = __init__  # type: ignore[method-assign]
        cls._parameter_constraints = {**plain._parameter_constraints, **_OWN}
        cls._plain_class = plain
        if cls.__doc__ and plain.__doc__:
            section = plain.__doc__.split("Parameters\n    ----------\n")[1]
            section = section.split("\n\n    Attributes")[0].strip()
            cls.__doc__ = cls.__doc__.replace("{hyperparameters}", section + _OWN_DOCUMENTATION)
        return cls

    return complete


class DaskDeepEstimator(CallbackSupportMixin, Hyperparameters):
    """Base class of the estimators that train on a cluster."""

    _plain_class: ClassVar[type[BaseDeepEstimator]]
    _local: BaseDeepEstimator

    steps_per_round: int | str
    client: Client | None
    max_epochs: int
    verbose: int
    warm_start: bool

    @with_callbacks
    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Train the network on the workers that hold the data.

        Parameters
        ----------
        X : Dask array or frame of shape (n_samples, n_features)
            Training data. Blocks of an array are dense, or CSR matrices. Partitions can have
            different and unknown numbers of rows.
        y : Dask array, frame or series of shape (n_samples,) or (n_samples, n_outputs)
            Target, in the same partitions as X.
        sample_weight : Dask array or series of shape (n_samples,), default=None
            Weights, at least 0. A row with weight 2 counts as two rows.
        X_val : Dask array or frame of shape (n_val, n_features), default=None
            Validation data, used instead of held-out rows of X.
        y_val : Dask array, frame or series of shape (n_val,) or (n_val, n_outputs), default=None
            Target of the validation data.
        sample_weight_val : Dask array or series of shape (n_val,), default=None
            Weights of the validation data, at least 0.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Raises
        ------
        ValueError
            If hyperparameters or data are not valid, or if the loss becomes infinite or nan.
            The estimator then remains as it was before the call.
        RuntimeError
            If the cluster is lost. After at least one epoch, the estimator keeps the best model
            so far.

        Notes
        -----
        Each partition gives its share of the validation rows. They are gathered on one worker,
        which must be able to hold them.
        """
        name, before = type(self).__name__, vars(self).copy()
        tasks = FitTasks(self, int(self.max_epochs), X, y, sample_weight)
        try:
            with naming(name):
                fit = self._prepared(X, y, sample_weight, X_val, y_val, sample_weight_val)
                reason = fit.run(Listeners(name, bool(self.verbose), tasks))
        except ClusterLostError as lost:
            self._refuse_loss(lost, before)
        except BaseException:
            self.__dict__ = before
            raise
        if reason is not None:
            warnings.warn(f"{name}: {reason}", ConvergenceWarning, stacklevel=4)
        tasks.end()
        return self

    def _prepared(self, X: Any, y: Any, sample_weight: Any, *validation: Any) -> ClusterFit:
        """Return a fit that is ready to run; this estimator is fitted by its first model."""
        if self.warm_start:
            raise UsageError(
                "a training on a cluster cannot be continued by warm_start=True. Set "
                "warm_start=False, or continue with to_local().partial_fit."
            )
        if y is None:
            raise UsageError("fit requires y, but y is None.")
        fit = ClusterFit(Cluster(self.client), validated(self._plain()), self.steps_per_round)
        X_val, y_val, weight_val = validation
        val_blocks = None
        if has_validation_data(X_val, y_val, weight_val):
            val_blocks = blocks_of(X_val, y_val, weight_val, "_val")
        for reason in fit.prepare(blocks_of(X, y, sample_weight), val_blocks):
            warnings.warn(f"{type(self).__name__}: {reason}", UserWarning, stacklevel=5)
        self._local = fit.fitted
        return fit

    def _refuse_loss(self, lost: ClusterLostError, before: dict[str, Any]) -> NoReturn:
        """Raise an error for a cluster that was lost, and keep a model that has been trained."""
        is_new = vars(self).get("_local") is not before.get("_local")
        n_epochs = self._local.n_epochs_ if is_new else 0
        kept = "to_local() returns the best model so far"
        if not n_epochs:
            self.__dict__, kept = before, "No epoch was complete"
        raise RuntimeError(
            f"{type(self).__name__}: the cluster was lost in epoch {n_epochs}: {lost}. {kept}. "
            "Connect a client to a cluster, and fit anew."
        ) from lost

    def _plain(self) -> BaseDeepEstimator:
        """Return the plain estimator with the same hyperparameters, not fitted."""
        given = {k: v for k, v in self.get_params(deep=False).items() if k not in _OWN}
        return self._plain_class(**given)

    def to_local(self) -> Any:
        """Return the plain fitted estimator. It needs neither Dask nor a cluster.

        Returns
        -------
        estimator : DeepClassifier or DeepRegressor
        """
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(
                f"This {type(self).__name__} instance is not fitted yet. Call 'fit' first."
            )
        return self._local

    def predict(self, X: Any) -> Any:
        """Predict each row, by partition, when the result is computed.

        Parameters
        ----------
        X : Dask array or frame of shape (n_samples, n_features)

        Returns
        -------
        y : dask.array.Array
            What ``predict`` of the plain estimator returns for each partition.
        """
        return self._lazily("predict", X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy of a classifier, or R² of a regressor.

        Parameters
        ----------
        X : Dask array or frame of shape (n_samples, n_features)
        y : Dask array, frame or series of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : Dask array or series of shape (n_samples,), default=None
            Weights, at least 0.

        Returns
        -------
        float
        """
        with naming(type(self).__name__):
            client = Cluster(self.client).client
            return score_of(client, self.to_local(), X, y, sample_weight)

    def _lazily(self, method: str, X: Any) -> Any:
        with naming(type(self).__name__):
            return predict_lazily(self.to_local(), method, X)

    def __getattr__(self, name: str) -> Any:
        """Return a fitted attribute of the plain estimator, such as ``history_``."""
        is_fitted_attribute = name.endswith("_") and not name.startswith("_")
        if is_fitted_attribute and "_local" in vars(self):
            return getattr(self._local, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __sklearn_is_fitted__(self) -> bool:
        return "_local" in vars(self)

    def __sklearn_clone__(self) -> Self:
        given = self._plain().get_params(deep=False)
        cloned = {name: clone(value, safe=False) for name, value in given.items()}
        return type(self)(**cloned, steps_per_round=self.steps_per_round, client=self.client)

    def __sklearn_tags__(self) -> Any:
        return self._plain().__sklearn_tags__()

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "client": None}  # a connection cannot be saved


@_like(DeepClassifier)
class DaskDeepClassifier(DaskDeepEstimator):
    """A deep neural network that predicts classes, trained on a Dask cluster.

    In each round, every worker takes some steps of the optimizer on the rows that it holds. Then
    the weights, the state of the optimizer and the statistics of batch norm are averaged over
    the workers, weighted by their rows [1]_, [2]_. With ``optimizer="lbfgs"`` and with full
    batches, the gradient is the exact sum over the workers. ``to_local`` returns the plain
    estimator.

    Parameters
    ----------
    {hyperparameters}

    See Also
    --------
    DaskDeepRegressor : Deep neural network that predicts numbers, trained on a Dask cluster.

    Notes
    -----
    Fitted attributes, such as ``classes_``, ``history_`` and ``coefs_``, are those of the plain
    estimator.

    On several workers, ``batch_size="auto"`` goes by the rows of one worker, so that it takes as
    many steps in an epoch as one machine would. A number is the batch of each worker.

    On one worker that holds one partition, with one round for each epoch, training is the same as
    ``DeepClassifier.fit``, bit for bit. On several workers, the numbers depend on which partitions
    lie on one worker. Means, variances, classes and categories are exact, and come from
    statistics that each worker computes of its rows. Quantiles are those of a sample of up to
    32,768 rows, in which each worker has a part in proportion to its rows.

    A task is a pure function of the numbers before the round, the rows and a seed. If a worker is
    lost, its rows are computed again on another one, and its round is repeated. Rows that were
    scattered, and not computed by a graph, are lost with their worker.

    References
    ----------
    .. [1] Stich, "Local SGD converges fast and communicates little", ICLR 2019, algorithm 1.
    .. [2] McMahan, Moore, Ramage, Hampson and Agüera y Arcas, "Communication-efficient learning
       of deep networks from decentralized data", AISTATS 2017, algorithm 1.

    Examples
    --------
    >>> import dask.array as da
    >>> from distributed import Client
    >>> from sklearn.datasets import load_digits
    >>> from skdeep.dask import DaskDeepClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X, y = da.from_array(X, chunks=(600, 64)), da.from_array(y, chunks=600)
    >>> with Client(processes=False, dashboard_address=":0") as client:
    ...     model = DaskDeepClassifier(max_epochs=3, random_state=0).fit(X, y)
    ...     model.predict_proba(X).shape, model.score(X, y) > 0.9
    ((1797, 10), True)
    >>> model.to_local()
    DeepClassifier(max_epochs=3, random_state=0)
    """

    def predict_proba(self, X: Any) -> Any:
        """Return the probability of each class, by partition, when the result is computed.

        Parameters
        ----------
        X : Dask array or frame of shape (n_samples, n_features)

        Returns
        -------
        proba : dask.array.Array of shape (n_samples, n_classes) or (n_samples, n_labels)
            Columns in the order of ``classes_``.
        """
        return self._lazily("predict_proba", X)

    def decision_function(self, X: Any) -> Any:
        """Return the logits, by partition, when the result is computed.

        Parameters
        ----------
        X : Dask array or frame of shape (n_samples, n_features)

        Returns
        -------
        raw : dask.array.Array of shape (n_samples,), (n_samples, n_classes) or \
                (n_samples, n_labels)
        """
        return self._lazily("decision_function", X)


@_like(DeepRegressor)
class DaskDeepRegressor(DaskDeepEstimator):
    """A deep neural network that predicts numbers, trained on a Dask cluster.

    In each round, every worker takes some steps of the optimizer on the rows that it holds. Then
    the weights, the state of the optimizer and the statistics of batch norm are averaged over
    the workers. See :class:`DaskDeepClassifier` for how it trains, and what is exact.

    Parameters
    ----------
    {hyperparameters}

    See Also
    --------
    DaskDeepClassifier : Deep neural network that predicts classes, trained on a Dask cluster.

    Examples
    --------
    >>> from skdeep.dask import DaskDeepRegressor
    >>> DaskDeepRegressor((64,), steps_per_round="epoch")
    DaskDeepRegressor(hidden_layer_sizes=(64,), steps_per_round='epoch')
    """

    def predict(self, X: Any, return_std: bool = False) -> Any:
        """Predict each row, by partition, when the result is computed.

        Parameters
        ----------
        X : Dask array or frame of shape (n_samples, n_features)
        return_std : bool, default=False
            Whether to return the standard deviation of y too. The loss must predict it, as
            ``"gaussian"`` does.

        Returns
        -------
        y : dask.array.Array
            What ``predict`` of ``DeepRegressor`` returns for each partition.
        std : dask.array.Array
            Only if ``return_std`` is True. ``dask.compute(y, std)`` runs the network once for both.

        Raises
        ------
        ValueError
            With ``return_std=True``, if the loss predicts no standard deviation.
        """
        if not return_std:
            return super().predict(X)
        with naming(type(self).__name__):
            return predict_lazily_with_std(self.to_local(), X)
