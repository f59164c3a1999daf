"""Displays with the same interface as scikit-learn's, one file each."""

from .augmentation import AugmentationDisplay
from .bias_variance import BiasVarianceDisplay
from .gradient_flow import GradientFlowDisplay
from .learning_rate import LearningRateDisplay
from .learning_rate_range import LearningRateRangeDisplay
from .search import SearchDisplay
from .training_curve import TrainingCurveDisplay

__all__ = [
    "AugmentationDisplay",
    "BiasVarianceDisplay",
    "GradientFlowDisplay",
    "LearningRateDisplay",
    "LearningRateRangeDisplay",
    "SearchDisplay",
    "TrainingCurveDisplay",
]
