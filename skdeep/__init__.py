"""skdeep: the practice of deep neural networks as scikit-learn estimators.

An estimator describes a network; a network is a list of layers over one flat vector
``theta``; training is one short loop that moves ``theta``.

::

    DeepClassifier.fit -> training.Training -> network -> loss -> backward -> optimizer -> theta
       (estimators/)          ^                layers     raw     grad           ^
                           batches                                  learning-rate schedule

From the roof down, imports point down only: ``diagnostics/`` (instruments that work with
estimators), ``estimators/`` (scikit-learn's API), ``full_batch`` (L-BFGS), ``training`` and
``stopping`` (the loop), ``objective`` (mean loss and penalties),
``batches``, ``network`` (layers over one vector), ``layers/`` (one layer, one file),
``losses``, ``optimizers/``, ``schedules``, ``initializers``, ``averaging`` (one concept,
one file), ``base`` (the hyperparameter object).
"""

from .base import __version__
from .diagnostics import (
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

__all__ = [
    "LBFGS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "BatchNorm",
    "BiasVarianceDisplay",
    "BiasVarianceReport",
    "Constant",
    "Cosine",
    "DeepClassifier",
    "DeepRegressor",
    "Exponential",
    "GradientFlowDisplay",
    "Initializer",
    "InverseSqrt",
    "InverseTime",
    "LearningRateDisplay",
    "LearningRateRangeDisplay",
    "Nadam",
    "OneCycle",
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
    "check_gradient",
    "diagnose_bias_variance",
    "ewma",
    "find_learning_rate",
    "train_dev_test_split",
]
