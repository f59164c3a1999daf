"""Diagnostics: gradient checks, plots of training, bias and variance.

They work with estimators, also inside a pipeline or a search, and change none.
"""

from .activation_statistics import ActivationStatistics, LayerActivations, activation_statistics
from .averages import ewma
from .bias_variance import BiasVarianceReport, diagnose_bias_variance
from .displays import (
    AugmentationDisplay,
    BiasVarianceDisplay,
    GradientFlowDisplay,
    LearningRateDisplay,
    LearningRateRangeDisplay,
    SearchDisplay,
    TrainingCurveDisplay,
)
from .gradient_check import GradientCheck, ParameterCheck, check_gradient
from .hyperparameter_effects import HyperparameterEffect
from .learning_rate_range import LearningRateRange, find_learning_rate
from .splitting import train_dev_test_split

__all__ = [
    "ActivationStatistics",
    "AugmentationDisplay",
    "BiasVarianceDisplay",
    "BiasVarianceReport",
    "GradientCheck",
    "GradientFlowDisplay",
    "HyperparameterEffect",
    "LayerActivations",
    "LearningRateDisplay",
    "LearningRateRange",
    "LearningRateRangeDisplay",
    "ParameterCheck",
    "SearchDisplay",
    "TrainingCurveDisplay",
    "activation_statistics",
    "check_gradient",
    "diagnose_bias_variance",
    "ewma",
    "find_learning_rate",
    "train_dev_test_split",
]
