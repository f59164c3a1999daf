"""Layers, one file each, with their forward and backward functions."""

from .activations import ACTIVATIONS, Activation, ActivationFunction, make_activation
from .base import Layer, Parameter, Slot
from .batch_norm import BatchNorm
from .chain import Chain
from .dense import Dense
from .dropout import Dropout
from .embed import Embed
from .plain_values import LAYERS
from .separate_dense import SeparateDense
from .split_dense import SplitDense

__all__ = [
    "ACTIVATIONS",
    "LAYERS",
    "Activation",
    "ActivationFunction",
    "BatchNorm",
    "Chain",
    "Dense",
    "Dropout",
    "Embed",
    "Layer",
    "Parameter",
    "SeparateDense",
    "Slot",
    "SplitDense",
    "make_activation",
]
