"""skdeep: the practice of deep neural networks as scikit-learn estimators.

An estimator describes a network; a network is a list of layers over one flat vector
``theta``; training is one short loop that moves ``theta``.

::

    DeepClassifier.fit -> training.Training -> network -> loss -> backward -> optimizer -> theta
       (estimators/)          ^                layers     raw     grad           ^
                           batches                                  learning-rate schedule

From the roof down, imports point down only: ``tuning/`` (distributions and searches) and
``diagnostics/`` (instruments), which work with estimators; ``estimators/`` (scikit-learn's
API); ``full_batch`` (L-BFGS), ``training`` and ``stopping`` (the loop); ``objective`` (mean
loss and penalties); ``network`` (layers over one vector); ``batches``; ``layers/`` (one layer,
one file);
``losses``, ``optimizers/``, ``schedules/``, ``initializers``, ``augmentation/``, ``averaging``,
``threads`` (one concept, one room), ``base`` (the hyperparameter object).
"""

from .augmentation import Augmenter, Compose, GaussianNoise, ImageAugmenter, Mixup, augment
from .base import __version__
from .diagnostics import (
    AugmentationDisplay,
    BiasVarianceDisplay,
    BiasVarianceReport,
    GradientFlowDisplay,
    LearningRateDisplay,
    LearningRateRangeDisplay,
    TrainingCurveDisplay,
    activation_statistics,
    check_gradient,
    diagnose_bias_variance,
    ewma,
    find_learning_rate,
    train_dev_test_split,
)
from .estimators import DeepClassifier, DeepRegressor
from .initializers import Initializer, Orthogonal, VarianceScaling
from .layers import BatchNorm
from .optimizers import LBFGS, SGD, Adagrad, Adam, AdamW, Nadam, Optimizer, RMSprop
from .schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseSqrt,
    InverseTime,
    OneCycle,
    Piecewise,
    ReduceOnPlateau,
    Schedule,
    Staircase,
)
from .tuning import (
    CoarseToFineSearchCV,
    HiddenLayers,
    LogUniform,
    LogUniformInt,
    OneMinusLogUniform,
    search_space,
)

__all__ = [
    "LBFGS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "AugmentationDisplay",
    "Augmenter",
    "BatchNorm",
    "BiasVarianceDisplay",
    "BiasVarianceReport",
    "CoarseToFineSearchCV",
    "Compose",
    "Constant",
    "Cosine",
    "DeepClassifier",
    "DeepRegressor",
    "Exponential",
    "GaussianNoise",
    "GradientFlowDisplay",
    "HiddenLayers",
    "ImageAugmenter",
    "Initializer",
    "InverseSqrt",
    "InverseTime",
    "LearningRateDisplay",
    "LearningRateRangeDisplay",
    "LogUniform",
    "LogUniformInt",
    "Mixup",
    "Nadam",
    "OneCycle",
    "OneMinusLogUniform",
    "Optimizer",
    "Orthogonal",
    "Piecewise",
    "RMSprop",
    "ReduceOnPlateau",
    "Schedule",
    "Staircase",
    "TrainingCurveDisplay",
    "VarianceScaling",
    "__version__",
    "activation_statistics",
    "augment",
    "check_gradient",
    "diagnose_bias_variance",
    "ewma",
    "find_learning_rate",
    "search_space",
    "train_dev_test_split",
]
