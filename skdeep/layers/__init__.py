"""Layers, one file each: a forward and the backward that belongs to it."""

from .activations import ACTIVATIONS, Activation
from .base import Layer, Slot
from .batch_norm import BatchNorm
from .dense import Dense
from .dropout import Dropout

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer for layer in (Activation, BatchNorm, Dense, Dropout)
}

__all__ = ["ACTIVATIONS", "LAYERS", "Activation", "BatchNorm", "Dense", "Dropout", "Layer", "Slot"]
