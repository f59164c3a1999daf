"""Questions to a fitted estimator: X is checked, and the model answers."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..base import naming
from ..model import Model
from .features import check_features

__all__ = ["Predicting"]

Answer = TypeVar("Answer")


class Predicting:
    """What a fitted estimator computes for rows of X."""

    _model: Model

    def hidden(self, X: Any, layer: int = -1) -> np.ndarray:
        """Compute the output of a hidden layer, as features that the network has learned.

        It is what the next layer gets in prediction: after the activation and batch norm, and
        without dropout.

        Parameters
        ----------
        X : array-like, frame or sparse matrix of shape (n_samples, n_features)
        layer : int, default=-1
            Number of the hidden layer, from 0. A negative number counts from the last one.

        Returns
        -------
        x : ndarray of shape (n_samples, n_units) or (n_samples, n_members * n_units)
            In ``dtype``. With several members, their units are side by side:
            ``x.reshape(n_samples, n_members, n_units)`` separates the members.

        Raises
        ------
        ValueError
            If the network has no such layer.

        Notes
        -----
        The estimator is no transformer itself, because in a pipeline it would be fitted anew.
        ``FunctionTransformer(network.hidden)`` makes a step of a pipeline that uses the network as
        it is.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.pipeline import make_pipeline
        >>> from sklearn.preprocessing import FunctionTransformer
        >>> from skdeep import DeepClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> network = DeepClassifier((16, 8), max_epochs=20, random_state=0).fit(X, y)
        >>> network.hidden(X).shape, network.hidden(X, layer=0).shape
        ((150, 8), (150, 16))
        >>> linear = make_pipeline(FunctionTransformer(network.hidden), LogisticRegression())
        >>> print(round(linear.fit(X, y).score(X, y), 2))
        0.98
        """
        return self._ask(partial(Model.hidden, layer=layer), X)

    def _ask(self, question: Callable[[Model, Any], Answer], X: Any) -> Answer:
        """Check X, and return what the model computes for it."""
        check_is_fitted(self)
        with naming(type(self).__name__):
            return question(self._model, self._read_features(X))

    def _read_features(self, X: Any) -> Any:
        """Return X as the model takes it."""
        inputs, reader = self._model.inputs, self._model.inputs.reader
        dtype = None if inputs.is_encoding else self._model.network.dtype
        return check_features(self, X, reader, reset=False, takes_nan=inputs.takes_nan, dtype=dtype)
