"""Fit an estimator on rows that lie in several places: the door for ``skdeep.dask``.

Each function works on one part of the rows and changes nothing. What parts say about columns and
targets can be merged.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import check_consistent_length

from ..base import UsageError, check_sample_weight
from ..inputs import Reader
from ..model import Model
from ..plan import Facts, Plan
from ..planning import make_plan
from ..rows import Rows
from ..targets import Target
from ..training import Judge, TrainingState
from .base import BaseDeepEstimator
from .data import keep_validation
from .parameters import plain_hyperparameters

__all__ = [
    "Survey",
    "count_part",
    "judge_for",
    "plan_for",
    "read_part",
    "remarks_on_scales",
    "survey_part",
    "validated",
    "with_features",
    "with_model",
]

_OF_FEATURES = ("n_features_in_", "feature_names_in_")


@dataclass(frozen=True)
class Survey:
    """What some rows say about the columns and about y.

    Attributes
    ----------
    features : dict
        The fitted attributes for the number and the names of the features.
    is_sparse : bool
    reader : Reader
    target : Target
    """

    features: dict[str, Any]
    is_sparse: bool
    reader: Reader
    target: Target

    def merge(self, other: "Survey") -> "Survey":
        """Return what the rows of both say."""
        mine, its = (
            {k: np.ravel(v).tolist() for k, v in s.features.items()} for s in (self, other)
        )
        if (mine, self.is_sparse) != (its, other.is_sparse):
            raise UsageError(
                "all partitions of X must have the same columns, sparse or dense. Got "
                f"{_columns(self)} and {_columns(other)}."
            )
        if self.reader.categories != other.reader.categories:
            raise UsageError(
                "some columns of X have labels in one partition and numbers in another. Name the "
                "categorical columns in categorical_features."
            )
        return Survey(
            self.features,
            self.is_sparse,
            self.reader.merge(other.reader),
            self.target.merge(other.target),
        )


def _columns(survey: Survey) -> str:
    names = survey.features.get("feature_names_in_")
    kind = "sparse" if survey.is_sparse else "dense"
    return f"{survey.features['n_features_in_'] if names is None else names.tolist()} ({kind})"


def validated(deep: BaseDeepEstimator) -> BaseDeepEstimator:
    """Return the estimator, whose hyperparameters are valid, or raise an error."""
    deep._validate_params()
    plain_hyperparameters(deep)
    return deep


def survey_part(deep: BaseDeepEstimator, X: Any, y: Any) -> Survey:
    """Return what some rows of X and y say about the columns and about y."""
    given, seen = plain_hyperparameters(deep), copy.copy(deep)
    reader = Reader.learn(X, given.categorical_features)
    X = seen._check_features(given, X, reader, None, reset=True)
    target, _ = seen._read_y(given, y, None, is_part=True)
    features = {name: vars(seen)[name] for name in _OF_FEATURES if name in vars(seen)}
    return Survey(features, issparse(X), reader, target)


def with_features(deep: BaseDeepEstimator, survey: Survey) -> BaseDeepEstimator:
    """Return a copy of the estimator that knows the number and the names of the features."""
    deep = copy.copy(deep)
    deep.__dict__.update(survey.features)
    return deep


def count_part(target: Target, y: Any, sample_weight: Any) -> np.ndarray:
    """Return the counts from which the target learns the weights of its classes."""
    kept = target.keep(y)
    return target.count(kept, _checked_weight(sample_weight, kept))


def read_part(
    deep: BaseDeepEstimator,
    reader: Reader,
    target: Target,
    X: Any,
    y: Any,
    sample_weight: Any,
    is_training: bool = True,
) -> Rows:
    """Return the checked rows whose weight is not zero.

    Parameters
    ----------
    deep : DeepClassifier or DeepRegressor
        From ``with_features``.
    reader : Reader
    target : Target
        It has learned the weights of its classes.
    X, y, sample_weight : array-like
    is_training : bool, default=True
        Whether they are not validation data.
    """
    X = deep._check_features(plain_hyperparameters(deep), X, reader, None, reset=False)
    kept = target.keep(y) if is_training else keep_validation(target, y)
    check_consistent_length(X, kept)
    sample_weight = _checked_weight(sample_weight, X)
    weight = target.weigh(kept, sample_weight)
    return Rows(X, kept, weight, sample_weight).weighing()


def _checked_weight(sample_weight: Any, X: Any) -> np.ndarray | None:
    if sample_weight is None:
        return None
    return check_sample_weight(
        np.asarray(sample_weight),
        X,
        dtype=np.float64,
        ensure_non_negative=True,
        allow_all_zero_weights=True,  # other parts may have weights
    )


def plan_for(
    deep: BaseDeepEstimator,
    survey: Survey,
    n_samples: int,
    has_validation_rows: bool,
    n_workers: int,
) -> Plan:
    """Return the plan for all rows together, which lie on some workers."""
    facts = Facts.about(
        survey.target,
        n_samples=n_samples,
        n_features=survey.features["n_features_in_"],
        is_sparse=survey.is_sparse,
        has_validation_rows=has_validation_rows,
        n_workers=n_workers,
    )
    return make_plan(plain_hyperparameters(deep), facts)


def remarks_on_scales(
    deep: BaseDeepEstimator, plan: Plan, rows: Rows, val_rows: Rows | None, reader: Reader
) -> Iterator[str]:
    """Yield what is wrong with the scales of numbers, for warnings."""
    remarks = deep._remarks_on_scales(plan, rows, val_rows, reader)
    return (reason for reason in remarks if reason is not None)


def judge_for(deep: BaseDeepEstimator, model: Model, plan: Plan, rows: Rows) -> Judge:
    """Return the judge of a model on validation rows."""
    judged = copy.copy(deep)
    judged._model = model
    return judged._judge(plain_hyperparameters(deep), plan, rows)


def with_model(
    deep: BaseDeepEstimator, model: Model, state: TrainingState, history: dict[str, list]
) -> BaseDeepEstimator:
    """Return a copy of the estimator that is fitted: it has the model, not a copy of it."""
    deep = copy.copy(deep)
    deep._model, deep._state, deep._history = model, state, history
    return deep
