"""skdeep: deep neural networks as scikit-learn estimators.

A fitted model is three things::

    X -> inputs -> network -> target -> y

The inputs turn rows of X, with their scales and categories, into numbers. The network is a chain
of layers over one vector, ``theta``. The target says what y means: how it is encoded, its loss, and
how raw outputs become predictions. ``fit`` learns the inputs and the target, makes a plan, trains
the network and keeps the three.

A module imports only modules below it. From top to bottom: ``tuning/``, ``diagnostics/`` and
``onnx/``; ``estimators/`` (scikit-learn's API); ``training/``; ``plan`` (decides every
``"auto"``) and ``model`` (the three things); ``objective``; ``network`` and ``batches``;
``inputs/``; ``targets/`` and ``layers/``; ``losses``, ``optimizers/``, ``schedules/`` and others;
``base``.
See ``docs/architecture.md``.
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
    SearchDisplay,
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
from .inputs import (
    CategoryEncoding,
    Embedding,
    NumericalEncoding,
    OneHot,
    PiecewiseLinear,
    RobustScale,
    Standardize,
)
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
    "CategoryEncoding",
    "CoarseToFineSearchCV",
    "Compose",
    "Constant",
    "Cosine",
    "DeepClassifier",
    "DeepRegressor",
    "Embedding",
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
    "NumericalEncoding",
    "OneCycle",
    "OneHot",
    "OneMinusLogUniform",
    "Optimizer",
    "Orthogonal",
    "Piecewise",
    "PiecewiseLinear",
    "RMSprop",
    "ReduceOnPlateau",
    "RobustScale",
    "Schedule",
    "SearchDisplay",
    "Staircase",
    "Standardize",
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
