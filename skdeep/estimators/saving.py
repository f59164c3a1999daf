"""What an estimator saves, and a copy that only predicts."""

import copy
import warnings
from typing import Any, Self

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ..base import UsageError, __version__, naming
from ..model import Model
from ..training import TrainingState

__all__ = ["Saving"]


class Saving(BaseEstimator):
    """Saving and loading: the model, and what training needs to go on.

    Attributes
    ----------
    _model : Model
        Exists once the estimator is fitted.
    _state : TrainingState
    _history : dict of str to list
        A copy for prediction has neither state nor history.
    """

    _model: Model
    _state: TrainingState
    _history: dict[str, list]

    def for_prediction(self) -> Self:
        """Return a light copy that only predicts.

        The copy predicts the same, bit for bit. It has the hyperparameters and the learned
        numbers, and has dropped what only training needs: the optimizer's state, the second set
        of weights if they are averaged, and the history. With Adam and averaged weights, its
        pickle is about a quarter of the original's.

        Returns
        -------
        estimator : estimator
            A fitted estimator. ``history_`` and the attributes that are read off it, such as
            ``loss_curve_`` and ``n_epochs_``, raise an ``AttributeError``. ``partial_fit``, and
            ``fit`` with ``warm_start``, raise a ``ValueError``. ``fit`` without ``warm_start``
            trains anew.

        Examples
        --------
        >>> import pickle
        >>> from sklearn.datasets import load_iris
        >>> from skdeep import DeepClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> network = DeepClassifier(max_epochs=5, random_state=0).fit(X, y)
        >>> light = network.for_prediction()
        >>> bool((light.predict_proba(X) == network.predict_proba(X)).all())
        True
        >>> len(pickle.dumps(light)) < len(pickle.dumps(network)) / 3
        True
        """
        check_is_fitted(self, "_model")
        light = copy.copy(self)
        for dropped in {"_state", "_history"} & vars(light).keys():
            delattr(light, dropped)
        return copy.deepcopy(light)

    def _is_fitted(self) -> bool:
        return "_model" in vars(self)

    def _trained_model(self) -> Model | None:
        """Return the model from which training goes on, or None before the first training."""
        if not self._is_fitted():
            return None
        if "_state" not in vars(self):
            raise UsageError(
                "training cannot go on from a copy made by for_prediction(), which has no "
                "optimizer state. Train the original, or call fit with warm_start=False."
            )
        return self._model

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "_model" in state:
            state["_model"] = self._model.to_plain()
            state["_skdeep_version"] = __version__
        if "_state" in state:
            state["_state"] = vars(self._state)
            # training appends to the lists in place, and must not change a copy
            state["_history"] = {name: list(rows) for name, rows in self._history.items()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        written_by = state.pop("_skdeep_version", __version__)
        if written_by != __version__:
            warnings.warn(
                f"{type(self).__name__} was saved by skdeep {written_by} and is loaded by skdeep "
                f"{__version__}. Its predictions may differ; fit it anew to be safe.",
                UserWarning,
                stacklevel=2,
            )
        if "_model" in state:
            with naming(type(self).__name__):
                state["_model"] = Model.from_plain(state["_model"], state["n_features_in_"])
        if "_state" in state:
            state["_state"] = TrainingState(**state["_state"])
        super().__setstate__(state)
