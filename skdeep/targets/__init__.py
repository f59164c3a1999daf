"""Targets: how y is encoded, which loss it has, and how raw outputs become predictions."""

from .base import ClassTarget, Target
from .class_weights import ClassWeight
from .classes import Classes
from .labels import Labels
from .numbers import Numbers
from .reading import announce_classes, read_classes

TARGETS: dict[str, type[Target]] = {
    target.__name__: target for target in (Classes, Labels, Numbers)
}

__all__ = [
    "TARGETS",
    "ClassTarget",
    "ClassWeight",
    "Classes",
    "Labels",
    "Numbers",
    "Target",
    "announce_classes",
    "read_classes",
]
