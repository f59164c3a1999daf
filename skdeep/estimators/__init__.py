"""scikit-learn's API: the two estimators."""

from .base import BaseDeepEstimator
from .classifier import DeepClassifier
from .regressor import DeepRegressor

__all__ = ["BaseDeepEstimator", "DeepClassifier", "DeepRegressor"]
