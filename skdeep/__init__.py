"""skdeep: the practice of deep neural networks as scikit-learn estimators.

An estimator describes a network; a network is a list of layers over one flat vector
``theta``; training is one short loop that moves ``theta``.

::

    DeepClassifier.fit -> training.Training -> network -> loss -> backward -> optimizer -> theta
       (estimators/)          ^                layers     raw     grad           ^
                           batches                                  learning-rate schedule

From the roof down, imports point down only: ``estimators/`` (scikit-learn's API),
``training`` and ``stopping`` (the loop), ``objective`` (mean loss and penalties),
``batches``, ``network`` (layers over one vector), ``layers/`` (one layer, one file),
``losses``, ``optimizers/``, ``schedules``, ``initializers``, ``averaging`` (one concept,
one file), ``base`` (the hyperparameter object).
"""

from .base import __version__
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
    "Constant",
    "Cosine",
    "DeepClassifier",
    "DeepRegressor",
    "Exponential",
    "Initializer",
    "InverseSqrt",
    "InverseTime",
    "Nadam",
    "OneCycle",
    "Optimizer",
    "Orthogonal",
    "Piecewise",
    "RMSprop",
    "ReduceOnPlateau",
    "Schedule",
    "Staircase",
    "VarianceScaling",
    "__version__",
]
