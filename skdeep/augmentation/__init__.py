"""Augmentation: random changes of training batches that do not change their meaning."""

from .base import Augmenter
from .compose import Compose
from .enlarge import augment
from .gaussian_noise import GaussianNoise
from .image import ImageAugmenter
from .mixup import Mixup

__all__ = ["Augmenter", "Compose", "GaussianNoise", "ImageAugmenter", "Mixup", "augment"]
